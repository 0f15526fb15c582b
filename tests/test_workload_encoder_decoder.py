"""The Transformer of 2017: parameters and multiply-accumulates in closed form, and what reads what."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.errors import HwsimError
from hwsim.workload.graph import Workload
from hwsim.workload.loader import load_workload
from hwsim.workload.tensor import Role


def parameters(workload: Workload) -> int:
    return sum(t.elements for t in workload.tensors.values() if t.role is Role.PARAMETER)


def test_parameters_are_those_of_torch() -> None:
    """``sum(p.numel() for p in torch.nn.Transformer().parameters())``."""
    assert parameters(load_workload("transformer")) == 44_140_544


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3), st.integers(1, 40), st.integers(1, 40), st.integers(1, 3))
def test_products_in_closed_form(batch: int, source: int, target: int, layers: int) -> None:
    """Four projections and two products of attention, two layers of the MLP; the cross attention reads the source."""
    e, f = 512, 2048
    encoder = 4 * source * e * e + 2 * source * source * e + 2 * source * e * f
    own = 4 * target * e * e + 2 * target * target * e
    cross = 2 * (target + source) * e * e + 2 * target * source * e
    decoder = own + cross + 2 * target * e * f
    workload = load_workload(f"transformer:batch={batch},source={source},target={target},layers={layers}")
    assert workload.macs == batch * layers * (encoder + decoder)


def test_the_decoder_reads_the_encoder_and_not_the_other_way() -> None:
    graph = load_workload("transformer:layers=2,source=6,target=5").graph
    before = nx.ancestors(graph, "encoder_norm")
    assert not any(name.startswith("decoder") for name in before)
    assert set(graph.successors("encoder_norm")) == {f"decoder{i}.cross.{part}" for i in range(2) for part in "kv"}
    assert graph.out_degree("decoder_norm") == 0


def test_shapes_of_the_cross_attention() -> None:
    workload = load_workload("transformer:batch=3,source=6,target=5")
    assert workload.tensors["decoder0.cross.scores.out"].shape == (3, 8, 5, 6)
    assert workload.tensors["decoder_norm.out"].shape == (3, 5, 512)


def test_only_the_decoder_masks() -> None:
    """A mask is one addition more for each score."""
    softmax = {o.name: o.vector_ops for o in load_workload("transformer:source=7,target=7,layers=1").operators}
    masked, plain = softmax["decoder0.attention.softmax"], softmax["encoder0.attention.softmax"]
    assert masked - plain == 8 * 7 * 7
    assert softmax["decoder0.cross.softmax"] == plain


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("transformer:source=0", "transformer: source is 0; allowed is a whole number from 1 up"),
        (
            "transformer:seq=5",
            "transformer has no field 'seq'; its fields are batch, source, target, layers",
        ),
    ],
)
def test_fields_that_cannot_be(text: str, message: str) -> None:
    with pytest.raises(HwsimError) as caught:
        load_workload(text)
    assert str(caught.value) == message
