"""Every ONNX model that cannot be read exactly is refused with one sentence that names file, node and lever."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnx.checker import C, ValidationError, check_node

from hwsim.errors import WorkloadError
from hwsim.workload.onnx_import import load_onnx
from hwsim.workload.onnx_import.table import READINGS
from onnx_models import OPSET, Array, Shape, model, saved

FLOAT = TensorProto.FLOAT
SUPPORTED = (
    "allowed are the products Conv, ConvTranspose, Gemm, MatMul, Einsum, ConvInteger, MatMulInteger, QLinearConv, "
    f"QLinearMatMul and {len(READINGS) - 9} operators without products that docs/workloads.md lists"
)


def refused(path: Path, message: str, dims: Mapping[str, int] | None = None) -> None:
    with pytest.raises(WorkloadError, match=f"^{re.escape(f'{path}: {message}')}$"):
        load_onnx(path, dims or {})


def simple(
    op: str,
    shapes: Mapping[str, Shape | None],
    constants: Mapping[str, Array] | None = None,
    domain: str = "",
    **attributes: object,
) -> ModelProto:
    """One node ``op`` named "node" over float inputs, and then constants, in their order."""
    names = [*shapes, *(constants or {})]
    node = helper.make_node(op, names, ["y"], name="node", domain=domain, **attributes)
    return model([node], {name: (FLOAT, shape) for name, shape in shapes.items()}, {"y": FLOAT}, constants)


def test_a_missing_file(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere.onnx", "the file cannot be read: No such file or directory")


def test_a_folder(tmp_path: Path) -> None:
    refused(tmp_path, "the file cannot be read: Is a directory")


@pytest.mark.parametrize("data", [b"Layer name, IFMAP Height,", b"\xff" * 40])
def test_bytes_that_are_no_message(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(data)
    refused(path, "the file is not an ONNX model (it is no protobuf message)")


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"")
    refused(path, "the file is not an ONNX model (it has no version or no nodes)")


def test_an_unknown_operator(tmp_path: Path) -> None:
    made = simple("NonZero", {"x": [2, 3]})
    refused(saved(made, tmp_path), f"node 'node' is a NonZero, which is not supported; {SUPPORTED}")


def test_a_misspelt_operator(tmp_path: Path) -> None:
    made = simple("Conf", {"x": [1, 2, 5, 5]}, {"w": np.zeros((3, 2, 3, 3), np.float32)})
    message = f"node 'node' is a Conf (did you mean 'Conv'?), which is not supported; {SUPPORTED}"
    refused(saved(made, tmp_path), message)


def test_an_operator_of_another_domain(tmp_path: Path) -> None:
    made = simple("FusedMatMul", {"x": [2, 3]}, {"w": np.zeros((3, 4), np.float32)}, domain="com.microsoft")
    message = f"node 'node' is a com.microsoft.FusedMatMul, which is not supported; {SUPPORTED}"
    refused(saved(made, tmp_path), message)


def test_random_numbers_are_no_constants(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("RandomNormal", [], ["r"], name="noise", shape=[2]),
        helper.make_node("Add", ["x", "r"], ["y"]),
    ]
    path = saved(model(nodes, {"x": (FLOAT, [2])}, {"y": FLOAT}), tmp_path)
    refused(path, f"node 'noise' is a RandomNormal, which is not supported; {SUPPORTED}")


def branch(name: str) -> NodeProto:
    return helper.make_node("Identity", ["x"], [name])


def test_control_flow(tmp_path: Path) -> None:
    sides = {
        f"{side}_branch": helper.make_graph([branch(side)], side, [], [helper.make_tensor_value_info(side, FLOAT, [2])])
        for side in ("then", "else")
    }
    node = helper.make_node("If", ["condition"], ["y"], name="choice", **sides)
    made = model([node], {"x": (FLOAT, [2])}, {"y": FLOAT}, {"condition": np.array(True)})
    refused(saved(made, tmp_path), "node 'choice' (If) holds a subgraph; control flow is not supported")


def test_loops(tmp_path: Path) -> None:
    body = helper.make_graph(
        [helper.make_node("Identity", ["keep"], ["again"]), helper.make_node("Relu", ["state"], ["next"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("keep", TensorProto.BOOL, []),
            helper.make_tensor_value_info("state", FLOAT, [2]),
        ],
        [
            helper.make_tensor_value_info("again", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", FLOAT, [2]),
        ],
    )
    node = helper.make_node("Loop", ["trips", "", "x"], ["y"], name="loop", body=body)
    made = model([node], {"x": (FLOAT, [2])}, {"y": FLOAT}, {"trips": np.array(3)})
    refused(saved(made, tmp_path), "node 'loop' (Loop) holds a subgraph; control flow is not supported")


def test_dynamic_dimensions_are_refused_by_name(tmp_path: Path) -> None:
    path = saved(simple("Relu", {"x": ["batch", 3, None]}), tmp_path)
    refused(path, "input 'x' has a symbolic dimension: set it with --dim batch=N --dim x.2=N")
    refused(path, "input 'x' has a symbolic dimension: set it with --dim x.2=N", {"batch": 1})


def test_dimensions_that_the_model_does_not_have(tmp_path: Path) -> None:
    path = saved(simple("Relu", {"x": ["batch", "sequence"]}), tmp_path)
    message = "there is no symbolic dimension 'bach' (did you mean 'batch'?); the model has 'batch', 'sequence'"
    refused(path, message, {"bach": 1})
    path = saved(simple("Relu", {"x": [2, 3]}), tmp_path)
    refused(path, "there is no symbolic dimension 'batch'; the model has none", {"batch": 1})


@pytest.mark.parametrize("length", [0, -1])
def test_dimensions_below_one(tmp_path: Path, length: int) -> None:
    path = saved(simple("Relu", {"x": ["batch"]}), tmp_path)
    refused(path, f"the dimension 'batch' must be at least 1, not {length}", {"batch": length})
    path = saved(simple("Relu", {"x": [3, length]}), tmp_path)
    refused(path, f"input 'x' has the dimension {length}: set it with --dim x.1=N")
    assert load_onnx(path, {"x.1": 5}).tensors["x"].shape == (3, 5)


def test_a_dimension_that_becomes_zero_inside(tmp_path: Path) -> None:
    made = simple("Slice", {"x": [4]}, {"starts": np.array([2]), "ends": np.array([2])})
    refused(saved(made, tmp_path), "tensor 'y' has shape [0]: every side must be at least 1")


def test_an_input_without_a_shape(tmp_path: Path) -> None:
    refused(saved(simple("Relu", {"x": None}), tmp_path), "input 'x' has no shape; every input must have one")


def test_an_input_that_is_no_tensor(tmp_path: Path) -> None:
    made = simple("Relu", {"x": [2]})
    made.graph.input[0].CopyFrom(helper.make_tensor_sequence_value_info("x", FLOAT, [2]))
    refused(saved(made, tmp_path), "input 'x' is not a tensor; only tensors are supported")


def test_a_shape_that_nothing_tells(tmp_path: Path) -> None:
    """The target of a Reshape is computed from data."""
    node = helper.make_node("Reshape", ["x", "to"], ["y"], name="node")
    made = model([node], {"x": (FLOAT, [6]), "to": (TensorProto.INT64, [2])}, {"y": FLOAT})
    message = "node 'node' (Reshape): the shape of 'y' is missing: it is neither declared nor can it be inferred"
    refused(saved(made, tmp_path), message)


def test_a_declared_shape_is_used_where_inference_ends(tmp_path: Path) -> None:
    node = helper.make_node("Reshape", ["x", "to"], ["y"], name="node")
    made = model([node], {"x": (FLOAT, ["batch"]), "to": (TensorProto.INT64, [2])}, {"y": FLOAT})
    made.graph.output[0].CopyFrom(helper.make_tensor_value_info("y", FLOAT, ["batch", 1]))
    assert load_onnx(saved(made, tmp_path), {"batch": 4}).tensors["y"].shape == (4, 1)


def test_tensors_that_do_not_fit(tmp_path: Path) -> None:
    made = simple("MatMul", {"x": [2, 3]}, {"w": np.zeros((4, 5), np.float32)})
    message = "node 'node' (MatMul): [ShapeInferenceError] Incompatible dimensions for matrix multiplication"
    refused(saved(made, tmp_path), message)


def test_a_tensor_that_nothing_makes(tmp_path: Path) -> None:
    node = helper.make_node("Add", ["x", "ghost"], ["y"], name="node")
    made = model([node], {"x": (FLOAT, [2])}, {"y": FLOAT})
    refused(saved(made, tmp_path), "node 'node' (Add) reads 'ghost', which no input or node before it makes")


MALFORMED = [
    helper.make_node("Conv", ["x"], ["y"], name="node"),
    helper.make_node("Softmax", ["x"], ["y"], name="node", axes=1),
    helper.make_node("Concat", ["x", "x"], ["y"], name="node"),
]


@pytest.mark.parametrize("node", MALFORMED, ids=lambda node: node.op_type)
def test_nodes_that_are_not_well_formed(tmp_path: Path, node: NodeProto) -> None:
    context = C.CheckerContext()
    context.ir_version, context.opset_imports = 10, {"": OPSET}
    with pytest.raises(ValidationError) as reason:
        check_node(node, context)
    path = saved(model([node], {"x": (FLOAT, [1, 2, 5])}, {"y": FLOAT}), tmp_path)
    refused(path, f"node 'node' ({node.op_type}) is not well formed: {reason.value}")


def test_an_einsum_that_is_no_product(tmp_path: Path) -> None:
    path = saved(simple("Einsum", {"a": [2, 3], "b": [2, 3]}, equation="ij,ij->ij"), tmp_path)
    message = "the equation 'ij,ij->ij' is not a matrix product: no index is summed over both operands"
    refused(path, f"node 'node' (Einsum): {message}")
    path = saved(simple("Einsum", {"a": [2, 3]}, equation="ij->ji"), tmp_path)
    message = "the equation 'ij->ji' is not a matrix product: it has 1 operand(s), a product has 2"
    refused(path, f"node 'node' (Einsum): {message}")


CONV = {"w": np.zeros((4, 2, 3, 3), np.float32)}
BAD_CONVS = [
    ([1, 5, 6, 6], {}, "weights for 2 channels in each of 1 group(s) do not fit 5 channels"),
    ([1, 6, 6, 6], {"group": 3}, "4 out_channels do not divide into 3 groups"),
    ([1, 2, 6, 6], {"kernel_shape": [2, 2]}, "kernel_shape is [2, 2], but the weights have [3, 3]"),
    ([1, 2, 6, 6], {"auto_pad": "SAME"}, "auto_pad is 'SAME'; allowed are NOTSET, VALID, SAME_UPPER, SAME_LOWER"),
]


@pytest.mark.parametrize(("shape", "attributes", "message"), BAD_CONVS)
def test_convolutions_that_cannot_exist(
    tmp_path: Path, shape: list[int], attributes: dict[str, object], message: str
) -> None:
    made = simple("Conv", {"x": shape}, CONV, **attributes)
    made.graph.output[0].CopyFrom(helper.make_tensor_value_info("y", FLOAT, [1, 4, 4, 4]))
    refused(saved(made, tmp_path), f"node 'node' (Conv): {message}")


def test_training_is_refused(tmp_path: Path) -> None:
    statistics = {name: np.ones(3, np.float32) for name in ("scale", "b", "mean", "var")}
    made = simple("BatchNormalization", {"x": [1, 3, 4]}, statistics, training_mode=1)
    made.graph.node[0].output.extend(["mean_out", "var_out"])
    message = "node 'node' (BatchNormalization): training_mode is 1; only inference is supported"
    refused(saved(made, tmp_path), message)
    made = simple("Dropout", {"x": [4]}, {"ratio": np.array(0.5, np.float32), "train": np.array(True)})
    message = "node 'node' (Dropout): training_mode must be constant false; only inference is supported"
    refused(saved(made, tmp_path), message)


def test_a_resize_of_an_unknown_mode(tmp_path: Path) -> None:
    node = helper.make_node("Resize", ["x", "", "scales"], ["y"], name="node", mode="area")
    made = model([node], {"x": (FLOAT, [1, 4])}, {"y": FLOAT}, {"scales": np.array([1, 2], np.float32)})
    message = "node 'node' (Resize): mode is 'area'; allowed are nearest, linear, bilinear, cubic"
    refused(saved(made, tmp_path), message)


def test_element_types_without_a_format(tmp_path: Path) -> None:
    node = helper.make_node("Identity", ["x"], ["y"], name="node")
    made = model([node], {"x": (TensorProto.COMPLEX64, [2])}, {"y": TensorProto.COMPLEX64})
    message = (
        "tensor 'x': the element type complex64 is not supported; allowed are bfloat16, bool, double, float, float16, "
        "float8e4m3fn, float8e5m2, int16, int32, int4, int64, int8, uint16, uint32, uint4, uint8"
    )
    refused(saved(made, tmp_path), message)


def test_sparse_weights(tmp_path: Path) -> None:
    made = simple("Relu", {"x": [2]})
    values = numpy_helper.from_array(np.ones(1, np.float32), "w")
    places = numpy_helper.from_array(np.array([0]), "places")
    made.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [4]))
    refused(saved(made, tmp_path), "the initializer 'w' is sparse; only dense initializers are supported")


def test_a_network_of_constants(tmp_path: Path) -> None:
    made = model([helper.make_node("Relu", ["w"], ["y"])], {}, {"y": FLOAT}, {"w": np.zeros(3, np.float32)})
    refused(saved(made, tmp_path), "no operator depends on an input")
