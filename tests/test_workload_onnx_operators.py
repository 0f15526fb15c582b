"""Nodes of ONNX graphs one by one: what operators without products cost, what is no input, what products do beside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from hwsim.workload.onnx_import import load_onnx
from hwsim.workload.onnx_import.table import READINGS, markdown
from hwsim.workload.operator import Kind
from onnx_models import model, operators_by_name, saved

FLOAT = TensorProto.FLOAT

VECTORS = [
    ("Relu", [(2, 3)], {}, Kind.VECTOR, 6),
    ("Add", [(2, 3), (3,)], {}, Kind.VECTOR, 6),
    ("Sum", [(2, 3), (2, 3), (2, 3)], {}, Kind.VECTOR, 12),
    ("Softmax", [(2, 3)], {}, Kind.VECTOR, 30),
    ("Sigmoid", [(2, 3)], {}, Kind.VECTOR, 24),
    ("LayerNormalization", [(2, 3), (3,), (3,)], {}, Kind.VECTOR, 42),
    ("BatchNormalization", [(1, 3, 2), (3,), (3,), (3,), (3,)], {}, Kind.VECTOR, 12),
    ("InstanceNormalization", [(1, 3, 2), (3,), (3,)], {}, Kind.VECTOR, 42),
    ("LRN", [(1, 3, 2, 2)], {"size": 5}, Kind.VECTOR, 9 * 12),
    ("MaxPool", [(1, 1, 4, 4)], {"kernel_shape": [2, 2], "strides": [2, 2]}, Kind.VECTOR, 16),
    ("AveragePool", [(1, 2, 4, 4)], {"kernel_shape": [3, 3]}, Kind.VECTOR, 72),
    ("GlobalAveragePool", [(1, 2, 4, 4)], {}, Kind.VECTOR, 32),
    ("ReduceMean", [(2, 8)], {}, Kind.VECTOR, 16),
    ("ReduceL2", [(2, 8)], {}, Kind.VECTOR, 32),
    ("Erf", [(2, 3)], {}, Kind.VECTOR, 6),
    ("Concat", [(2, 3), (2, 4)], {"axis": 1}, Kind.MOVE, 0),
    ("Transpose", [(2, 3)], {}, Kind.MOVE, 0),
    ("Flatten", [(2, 3, 4)], {}, Kind.VIEW, 0),
    ("Identity", [(2, 3)], {}, Kind.VIEW, 0),
    ("DepthToSpace", [(1, 4, 2, 2)], {"blocksize": 2}, Kind.MOVE, 0),
]


@pytest.mark.parametrize(("op", "shapes", "attributes", "kind", "ops"), VECTORS)
def test_operators_without_products(
    tmp_path: Path, op: str, shapes: list[tuple[int, ...]], attributes: dict[str, object], kind: Kind, ops: int
) -> None:
    names = [f"x{i}" for i in range(len(shapes))]
    nodes = [helper.make_node(op, names, ["y"], **attributes)]
    inputs = {name: (FLOAT, shape) for name, shape in zip(names, shapes, strict=True)}
    (operator,) = load_onnx(saved(model(nodes, inputs, {"y": FLOAT}), tmp_path)).operators
    assert (operator.kind, operator.vector_ops, operator.inputs) == (kind, ops, tuple(names))


RESIZES = [("nearest", Kind.MOVE, 0), ("linear", Kind.VECTOR, 2 * 4 * 64), ("cubic", Kind.VECTOR, 2 * 16 * 64)]


@pytest.mark.parametrize(("mode", "kind", "ops"), RESIZES)
def test_resize_counts_its_taps(tmp_path: Path, mode: str, kind: Kind, ops: int) -> None:
    nodes = [helper.make_node("Resize", ["x", "", "scales"], ["y"], mode=mode)]
    constants = {"scales": np.array([1, 1, 2, 2], np.float32)}
    made = model(nodes, {"x": (FLOAT, [1, 1, 4, 4])}, {"y": FLOAT}, constants)
    (operator,) = load_onnx(saved(made, tmp_path)).operators
    assert (operator.kind, operator.vector_ops, operator.inputs) == (kind, ops, ("x",))


def test_a_gather_reads_the_rows_it_hands_on(tmp_path: Path) -> None:
    nodes = [helper.make_node("Gather", ["table", "ids"], ["y"])]
    made = model(nodes, {"ids": (TensorProto.INT64, [5])}, {"y": FLOAT}, {"table": np.zeros((1000, 16), np.float32)})
    (operator,) = load_onnx(saved(made, tmp_path)).operators
    assert operator.inputs == ("table", "ids")
    assert operator.elements_read == {"table": 80}


def test_settings_are_no_inputs(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Slice", ["x", "starts", "ends"], ["a"]),
        helper.make_node("Clip", ["a", "low", "high"], ["b"]),
        helper.make_node("Pad", ["b", "pads"], ["c"]),
        helper.make_node("ReduceSum", ["c", "axes"], ["y"], keepdims=0),
    ]
    constants = {
        "starts": np.array([1]),
        "ends": np.array([3]),
        "low": np.array(0, np.float32),
        "high": np.array(6, np.float32),
        "pads": np.array([0, 1, 0, 1]),
        "axes": np.array([1]),
    }
    workload = load_onnx(saved(model(nodes, {"x": (FLOAT, [4, 3])}, {"y": FLOAT}, constants), tmp_path))
    assert [operator.inputs for operator in workload.operators] == [("x",), ("a",), ("b",), ("c",)]
    assert [workload.tensors[name].shape for name in ("a", "b", "c", "y")] == [(2, 3), (2, 3), (2, 5), (2,)]


def test_a_bias_a_scale_and_overlaps_are_counted_on_the_product(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Gemm", ["x", "y", "c"], ["z"], name="gemm", alpha=2.0, beta=0.5),
        helper.make_node("Unsqueeze", ["z", "axes"], ["z4"]),
        helper.make_node("ConvTranspose", ["z4", "w"], ["out"], name="transposed", strides=[1, 2]),
    ]
    constants = {"c": np.ones(5, np.float32), "axes": np.array([0, 1]), "w": np.ones((1, 2, 1, 3), np.float32)}
    inputs = {"x": (FLOAT, [3, 4]), "y": (FLOAT, [4, 5])}
    operators = operators_by_name(load_onnx(saved(model(nodes, inputs, {"out": FLOAT}, constants), tmp_path)))
    # alpha, since neither operand is constant, and C
    assert operators["gemm"].vector_ops == 2 * 15
    # rows of 5 inputs, 3 taps each, onto 11 outputs, 2 channels
    assert operators["transposed"].vector_ops == 3 * 2 * (15 - 11)
    assert READINGS["Gemm"].kind is Kind.PRODUCT


def test_the_documents_list_every_operator() -> None:
    page = Path(__file__).parent.parent / "docs" / "workloads.md"
    assert markdown() in page.read_text()
