"""QuantizeLinear and DequantizeLinear in ONNX graphs: which tensors and products are done in integers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from hwsim.formats import FP32, INT8, INT32, UINT8, IntFormat
from hwsim.gemm import Gemm
from hwsim.workload.onnx_import import load_onnx
from hwsim.workload.operator import Kind
from onnx_models import model, operators_by_name, saved, small_integers

FLOAT = TensorProto.FLOAT


def quantised_layer(residual: bool) -> onnx.ModelProto:
    """x -> Q -> DQ -> Conv(DQ weights, DQ bias) -> [Add of the dequantised input] -> Q -> y."""
    q, dq = "QuantizeLinear", "DequantizeLinear"
    nodes = [
        helper.make_node(q, ["x", "s", "z"], ["xq"], name="quantize_x"),
        helper.make_node(dq, ["xq", "s", "z"], ["xd"], name="dequantize_x"),
        helper.make_node(dq, ["wq", "s"], ["wd"], name="dequantize_w"),
        helper.make_node(dq, ["bq", "s"], ["bd"], name="dequantize_b"),
        helper.make_node("Conv", ["xd", "wd", "bd"], ["c"], name="conv", pads=[1, 1, 1, 1]),
        helper.make_node("Add", ["c", "xd"], ["sum"], name="add") if residual else None,
        helper.make_node(q, ["sum" if residual else "c", "s", "z"], ["y"], name="quantize_y"),
    ]
    constants = {
        "s": np.array(0.5, np.float32),
        "z": np.array(3, np.uint8),
        "wq": small_integers(1, (4, 4, 3, 3), np.int8),
        "bq": small_integers(2, (4,), np.int32),
    }
    kept = [node for node in nodes if node is not None]
    return model(kept, {"x": (FLOAT, [1, 4, 5, 5])}, {"y": TensorProto.UINT8}, constants)


def test_a_float_product_between_quantised_tensors_is_an_integer_product(tmp_path: Path) -> None:
    workload = load_onnx(saved(quantised_layer(residual=False), tmp_path))
    operators = operators_by_name(workload)
    assert list(operators) == ["quantize_x", "dequantize_x", "conv", "quantize_y"]
    product = operators["conv"].product
    assert product is not None
    assert product.gemm == Gemm(m=25, n=4, k=36, a=UINT8, w=INT8, acc=INT32)
    assert (product.a, product.b) == ("xd", "wd")
    assert {name: str(workload.tensors[name].format) for name in ("x", "xq", "xd", "wd", "bd", "c", "y")} == {
        "x": "fp32",
        "xq": "uint8",
        "xd": "uint8",
        "wd": "int8",
        "bd": "int32",
        "c": "fp32",
        "y": "uint8",
    }
    assert operators["dequantize_x"].kind is Kind.VIEW
    # bias, and the zero point of the activations
    assert operators["conv"].vector_ops == 200
    assert (operators["quantize_x"].vector_ops, operators["quantize_y"].vector_ops) == (300, 300)
    assert workload.assumptions == (
        "a pass over a convolution's input moves each element once (overlap of windows stays on chip)",
        "a product between DequantizeLinear and QuantizeLinear is done in the integers that they stand for",
    )


def test_a_tensor_that_others_read_as_float_is_dequantised_for_them_alone(tmp_path: Path) -> None:
    workload = load_onnx(saved(quantised_layer(residual=True), tmp_path))
    operators = operators_by_name(workload)
    product = operators["conv"].product
    assert product is not None
    assert (product.a, product.gemm.a, product.gemm.w) == ("xq", UINT8, INT8)
    assert operators["conv"].inputs == ("xq", "wd", "bd")
    assert operators["conv"].vector_ops == 200
    assert operators["add"].inputs == ("c", "xd")
    assert workload.tensors["xd"].format == FP32
    assert (operators["dequantize_x"].kind, operators["dequantize_x"].vector_ops) == (Kind.VECTOR, 200)


def test_integers_pass_through_moves_and_views(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("DequantizeLinear", ["q", "s"], ["qd"]),
        helper.make_node("DequantizeLinear", ["k", "s"], ["kd"]),
        helper.make_node("Transpose", ["kd"], ["kt"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["qd", "kt"], ["y"]),
    ]
    inputs = {"q": (TensorProto.INT8, [2, 3, 4]), "k": (TensorProto.INT8, [2, 5, 4])}
    workload = load_onnx(saved(model(nodes, inputs, {"y": FLOAT}, {"s": np.array(0.5, np.float32)}), tmp_path))
    ((_, product),) = workload.products
    assert product.gemm == Gemm(m=3, n=5, k=4, a=INT8, w=INT8, acc=INT32, batch=2)
    assert (workload.tensors["kt"].format, workload.tensors["y"].format) == (INT8, FP32)


def test_weights_alone_may_be_quantised(tmp_path: Path) -> None:
    weights = numpy_helper.from_array(small_integers(1, (4, 5), np.int8), "wq")
    made = model(
        [helper.make_node("DequantizeLinear", ["w4", "s"], ["w"]), helper.make_node("MatMul", ["x", "w"], ["y"])],
        {"x": (FLOAT, [3, 4])},
        {"y": FLOAT},
        {"s": np.array(0.5, np.float32)},
    )
    made.graph.initializer.append(helper.make_tensor("w4", TensorProto.INT4, [4, 5], numpy_helper.to_array(weights)))
    workload = load_onnx(saved(made, tmp_path))
    ((_, product),) = workload.products
    assert product.gemm == Gemm(m=3, n=5, k=4, a=None, w=IntFormat(4))
    assert workload.tensors["w"].bytes() == 10
    assert workload.assumptions == ("the products of fp32 tensors are costed in the formats of the engine",)


def test_dynamic_quantisation(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"], name="quantize"),
        helper.make_node("MatMulInteger", ["xq", "w", "xz"], ["sums"], name="product"),
        helper.make_node("Cast", ["sums"], ["float"], to=FLOAT),
        helper.make_node("Mul", ["float", "xs"], ["y"]),
    ]
    constants = {"w": small_integers(1, (4, 5), np.int8)}
    workload = load_onnx(saved(model(nodes, {"x": (FLOAT, [3, 4])}, {"y": FLOAT}, constants), tmp_path))
    operators = operators_by_name(workload)
    product = operators["product"].product
    assert product is not None
    assert product.gemm == Gemm(m=3, n=5, k=4, a=UINT8, w=INT8, acc=INT32)
    # The zero point is not known beforehand: its term is subtracted from each sum.
    assert operators["product"].vector_ops == 15
    assert operators["quantize"].vector_ops == 5 * 12
