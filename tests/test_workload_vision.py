"""Networks for images and videos: published counts, ONNX's own shapes and costs, and what their fields do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.errors import HwsimError
from hwsim.workload.graph import Workload
from hwsim.workload.library.networks import BUILT
from hwsim.workload.loader import load_workload
from hwsim.workload.onnx_import import load_onnx
from hwsim.workload.operator import Operator
from hwsim.workload.tensor import Role
from onnx_export import onnx_of
from onnx_models import saved

NAMES = tuple(entry.name for entry in BUILT)
SMALL: Mapping[str, str] = {entry.name: ":cells=1" if "cells" in entry.defaults else "" for entry in BUILT}
"""Fewer cells where there are many equal ones."""


def parameters(workload: Workload) -> int:
    return sum(t.elements for t in workload.tensors.values() if t.role is Role.PARAMETER)


@pytest.mark.parametrize(
    ("text", "counted", "giga_macs"),
    [
        ("resnext50-32x4d", 25_028_904, 4.23),
        ("fcn-resnet50:aux=true,image=520", 35_322_218, 152.717),
        ("deeplabv3-resnet50:aux=true,image=520", 42_004_074, 178.722),
        ("lraspp-mobilenet-v3-large:image=520", 3_221_538, 2.086),
        ("r2plus1d-18:image=112", 31_505_325, 40.519),
        ("s3d", 8_320_048, 17.979),
    ],
)
def test_counts_are_those_of_torchvision(text: str, counted: int, giga_macs: float) -> None:
    """``num_params`` and ``_ops`` that torchvision 0.29 states of its weights, at the image sides of its transforms."""
    workload = load_workload(text)
    assert (parameters(workload), round(workload.macs / 1e9, 3)) == (counted, giga_macs)


def test_counts_of_fc_densenet103() -> None:
    """Jegou et al., tables 2 and 3: 256 channels before the logits, 9.4 M parameters."""
    workload = load_workload("fc-densenet103")
    assert workload.tensors["logits.weight"].shape == (11, 256, 1, 1)
    assert abs(parameters(workload) - 9.4e6) < 0.01 * 9.4e6


@pytest.mark.parametrize("name", [name for name in NAMES if name != "randwire"])
def test_onnx_finds_the_same_shapes_products_and_costs(name: str, tmp_path: Path) -> None:
    """Every operator, written as the ONNX node that it is named after and read back with ONNX's shape inference."""
    built = load_workload(name + SMALL[name])
    read = load_onnx(saved(onnx_of(built), tmp_path))
    shapes = [{name: tensor.shape for name, tensor in w.tensors.items()} for w in (built, read)]
    assert shapes[0] == shapes[1]
    assert [costs(operator) for operator in read.operators] == [costs(operator) for operator in built.operators]


def costs(operator: Operator) -> tuple[object, ...]:
    return operator.name, operator.kind, operator.inputs[:1], operator.outputs, operator.product, operator.vector_ops


@pytest.mark.parametrize("name", NAMES)
def test_a_network_hands_one_result_outside_and_reads_all_that_it_makes(name: str) -> None:
    workload = load_workload(name + SMALL[name])
    assert [t.role for t in workload.tensors.values()].count(Role.OUTPUT) == 1
    assert [t.role for t in workload.tensors.values()].count(Role.INPUT) == 1
    for tensor in workload.tensors.values():
        assert tensor.role is Role.OUTPUT or workload.consumers[tensor.name]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_work_grows_with_the_batch_and_parameters_with_neither_batch_nor_image(name: str, data: st.DataObject) -> None:
    batch, side = data.draw(st.integers(2, 9)), 32 * data.draw(st.integers(7, 9))
    usual, one, many = (
        load_workload(name + SMALL[name], dims) for dims in ({}, {"image": side}, {"image": side, "batch": batch})
    )
    assert many.macs == batch * one.macs
    assert [o.vector_ops for o in many.operators] == [batch * o.vector_ops for o in one.operators]
    assert parameters(usual) == parameters(one) == parameters(many)


def test_an_auxiliary_head_is_a_second_output() -> None:
    with_aux, without = (load_workload(f"fcn-resnet50:aux={aux}") for aux in ("true", "false"))
    outputs = [t.shape for t in with_aux.tensors.values() if t.role is Role.OUTPUT]
    assert outputs == [(1, 21, 224, 224)] * 2
    assert {o.name for o in without.operators} < {o.name for o in with_aux.operators}


def test_the_pyramid_dilates_and_the_trunk_keeps_an_eighth() -> None:
    workload = load_workload("deeplabv3-resnet50")
    convolutions = {o.name: o.attributes["dilations"] for o in workload.operators if o.op == "Conv"}
    assert workload.tensors["stage3.2.relu.out"].shape == (1, 2048, 28, 28)
    assert workload.tensors["head.pyramid.concat.out"].shape == (1, 5 * 256, 28, 28)
    assert [convolutions[f"head.pyramid.{i}.conv"] for i in range(4)] == [(1, 1), (12, 12), (24, 24), (36, 36)]
    assert [convolutions[f"stage{i}.0.spatial.conv"] for i in range(4)] == [(1, 1), (1, 1), (1, 1), (2, 2)]
    assert [convolutions[f"stage{i}.1.spatial.conv"] for i in range(4)] == [(1, 1), (1, 1), (2, 2), (4, 4)]


def test_frames_are_an_axis_of_their_own() -> None:
    """R(2+1)D keeps all frames in its first stage and halves them in each other; sides are halved in the stem too."""
    workload = load_workload("r2plus1d-18:frames=24,image=96")
    stages = [workload.tensors[f"stage{i}.1.relu.out"].shape for i in range(4)]
    assert stages == [(1, 64, 24, 48, 48), (1, 128, 12, 24, 24), (1, 256, 6, 12, 12), (1, 512, 3, 6, 6)]


def test_random_wiring_is_its_seeds() -> None:
    first, again, other = (load_workload(f"randwire:seed={seed}") for seed in (1, 1, 2))
    edges = [sorted(w.graph.edges) for w in (first, again, other)]
    assert edges[0] == edges[1] != edges[2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "s3d:framse=3",
            "s3d has no field 'framse' (did you mean 'frames'?); its fields are batch, image, movement, frames",
        ),
        ("s3d:frames=0", "s3d: frames is 0; allowed is a whole number from 1 up"),
        ("randwire:seed=-1", "randwire: seed is -1; allowed is a whole number from 0 up"),
        ("fcn-resnet50:aux=maybe", "fcn-resnet50: aux=maybe is not true or false"),
        (
            "s3d:frames=2",
            "s3d:frames=2: operator 'stage2.pool': a kernel that spans 2 positions does not fit an axis of 1 "
            "positions and padding",
        ),
        (
            "fc-densenet103:image=100",
            "fc-densenet103:image=100: operator 'up2.skip' concatenates sides [24, 24] and [25, 25], which differ",
        ),
        ("nasnet-a:filters=1", "nasnet-a:filters=1: out_channels of a convolution must be at least 1, not 0"),
    ],
)
def test_fields_that_cannot_be(text: str, message: str) -> None:
    with pytest.raises(HwsimError) as caught:
        load_workload(text)
    assert str(caught.value) == message
