"""How wide tensors lie: what a workload leaves open follows the engine, what it states does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.engine import load_engine
from hwsim.errors import WorkloadError
from hwsim.machine import make_machine
from hwsim.simulation import simulate
from hwsim.storage import Storage
from hwsim.tiles.traffic import Reason, Stream
from hwsim.workload.graph import Workload
from hwsim.workload.loader import load_workload
from hwsim.workload.lowering import STORED
from hwsim.workload.tensor import Tensor

LENGTH = {"fp16": 16, "int16": 16, "fp8e4m3": 8, "int8": 8, "int4": 4}
LOW_BIT = "lut:m=2,n=8,k=4,w_bits=2"
OPEN = [
    "llama2-7b:seq=8,layers=1",
    "gpt2-xl:phase=decode,seq=8,layers=1",
    "vit-b-16:layers=1",
    "transformer:layers=1,source=4,target=4",
    "lraspp-mobilenet-v3-large",
    "nasnet-a",
]


def engine_of(a: str) -> str:
    acc = {"fp16": ",acc=fp16", "fp8e4m3": ",acc=fp16"}.get(a, "")
    return f"{LOW_BIT},a={a}{acc}"


def constant_bs(workload: Workload, storage: Storage) -> set[str]:
    return {product.b for _, product in workload.products if storage.has_constant_b(product)}


@pytest.mark.parametrize("a", LENGTH)
@pytest.mark.parametrize("name", OPEN)
def test_what_a_workload_leaves_open_lies_in_the_engines_activation_width(name: str, a: str) -> None:
    workload = load_workload(name)
    storage = Storage(workload, load_engine(engine_of(a)))
    weights = constant_bs(workload, storage)
    left_open = {name: tensor for name, tensor in workload.tensors.items() if tensor.format is None}
    assert set(workload.tensors) - set(left_open) <= {"token_ids"}
    assert {storage.bits[name] for name in left_open if name not in weights} == {LENGTH[a]}
    assert {storage.bits[name] for name in weights} == {2}
    for name, tensor in left_open.items():
        assert storage.constant_bytes(name) == tensor.bytes(LENGTH[a])
    assert STORED in workload.assumptions


@given(engine=st.sampled_from(sorted(LENGTH)), a=st.integers(2, 32), w=st.integers(1, 32))
def test_a_workload_that_states_formats_keeps_them(engine: str, a: int, w: int) -> None:
    workload = load_workload(f"gpt2-xl:seq=4,layers=1,a=int{a},w=int{w}")
    storage = Storage(workload, load_engine(engine_of(engine)))
    constants = {name: workload.tensors[name].format for name in constant_bs(workload, storage)}
    assert {str(format) for format in constants.values()} == {f"int{w}"}
    assert storage.bits == {name: tensor.format.bits for name, tensor in workload.tensors.items() if tensor.format}
    assert len(storage.bits) == len(workload.tensors)


@pytest.mark.parametrize("a", ["fp16", "int16", "int8"])
def test_a_layer_writes_its_gate_as_wide_as_what_it_multiplies_it_with(a: str) -> None:
    report = simulate(load_workload("llama2-7b:seq=8,layers=1"), make_machine(load_engine(engine_of(a)), {}))
    written = {
        layer.name: layer.traffic[(Stream.C, Reason.OUTPUT)]
        for layer in report.layers
        if layer.name in ("layer0.gate", "layer0.up")
    }
    assert written == dict.fromkeys(("layer0.gate", "layer0.up"), 8 * 11008 * LENGTH[a] // 8)


def test_a_list_of_products_leaves_its_operands_open(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text("[[gemm]]\nm = 2\nn = 3\nk = 4\n[[gemm]]\nm = 2\nn = 3\nk = 4\na = 'int8'\n", encoding="utf-8")
    workload = load_workload(str(path))
    assert [workload.tensors[f"gemm0.{x}"].format for x in "awc"] == [None] * 3
    assert [str(workload.tensors[f"gemm1.{x}"].format) for x in "awc"] == ["int8", "None", "int8"]


def test_bytes_of_a_tensor_that_is_left_open_need_a_width() -> None:
    tensor = Tensor("x", (3, 5), None)
    assert tensor.bytes(16) == 30
    with pytest.raises(WorkloadError) as raised:
        tensor.bytes()
    assert str(raised.value) == "tensor 'x' is left to the engine's format, and has no bytes without one"
