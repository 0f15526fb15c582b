"""Whole ONNX models: the nine graphs of the onnx package, dimensions, folding, external data, storage formats."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hwsim.formats import FP32, INT8, INT32, INT64, UINT8, IntFormat
from hwsim.gemm import Gemm
from hwsim.workload.graph import Workload
from hwsim.workload.onnx_import import load_onnx
from hwsim.workload.onnx_import.table import READINGS, markdown
from hwsim.workload.operator import Kind, Movement, Operator
from hwsim.workload.tensor import Role
from onnx_models import model, saved, small_integers

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
FLOAT = TensorProto.FLOAT

LIGHT_MODELS = [
    # multiply-accumulates, products, operators
    ("bvlc_alexnet", 654_560_384, 8, 24),
    ("densenet121", 2_834_161_664, 121, 668),
    ("inception_v1", 1_431_556_352, 58, 143),
    ("inception_v2", 2_018_851_840, 70, 371),
    ("resnet50", 4_089_184_256, 54, 176),
    ("shufflenet", 124_664_528, 50, 203),
    ("squeezenet", 349_151_936, 26, 66),
    ("vgg19", 19_632_062_464, 19, 46),
    ("zfnet512", 1_481_727_008, 8, 22),
]


@pytest.mark.parametrize(("name", "macs", "products", "operators"), LIGHT_MODELS)
def test_light_models(name: str, macs: int, products: int, operators: int) -> None:
    workload = load_onnx(LIGHT / f"light_{name}.onnx")
    assert (workload.macs, len(list(workload.products)), len(workload.operators)) == (macs, products, operators)


def test_every_light_model_is_here() -> None:
    assert {path.stem for path in LIGHT.glob("*.onnx")} == {f"light_{name}" for name, *_ in LIGHT_MODELS}


def test_resnet50_in_numbers() -> None:
    """Weights that the file computes with ConstantOfShape are parameters, as are BatchNorm's statistics."""
    workload = load_onnx(LIGHT / "light_resnet50.onnx")
    parameters = [tensor for tensor in workload.tensors.values() if tensor.role is Role.PARAMETER]
    assert sum(tensor.elements for tensor in parameters) == 25_610_152
    first = next(product for _, product in workload.products)
    assert first.gemm == Gemm(m=112 * 112, n=64, k=147)
    assert (first.a_elements, first.b_elements, first.c_elements) == (3 * 224 * 224, 64 * 147, 64 * 112 * 112)
    assert [t.shape for t in workload.tensors.values() if t.role is Role.INPUT] == [(1, 3, 224, 224)]
    assert [t.shape for t in workload.tensors.values() if t.role is Role.OUTPUT] == [(1, 1000)]
    assert workload.assumptions == (
        "a pass over a convolution's input moves each element once (overlap of windows stays on chip)",
        "the products of fp32 tensors are costed in the formats of the engine",
        "the network runs inference: Dropout passes its input on, BatchNormalization is a scale and an offset",
    )


def test_the_expanded_movement_is_said_and_done() -> None:
    workload = load_onnx(LIGHT / "light_resnet50.onnx", movement=Movement.EXPANDED)
    first = next(product for _, product in workload.products)
    assert first.a_elements == 112 * 112 * 147
    assert workload.assumptions[0] == "a pass over a convolution's input moves its im2col matrix"


def test_resnet50_needs_little_memory() -> None:
    """Peak resident memory of a fresh process that imports the model."""
    code = (
        "import resource, sys; from pathlib import Path; from hwsim.workload.onnx_import import load_onnx;"
        f"load_onnx(Path({str(LIGHT / 'light_resnet50.onnx')!r}));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 < 300e6


def test_importing_hwsim_does_not_import_onnx() -> None:
    code = "import sys, hwsim; print('onnx' in sys.modules)"
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def operators_by_name(workload: Workload) -> dict[str, Operator]:
    return {operator.name: operator for operator in workload.operators}


def test_symbolic_and_unnamed_dimensions_are_set(tmp_path: Path) -> None:
    made = model(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        {"x": (FLOAT, ["batch", None, 8])},
        {"y": FLOAT},
        {"w": np.zeros((8, 4), np.float32)},
    )
    workload = load_onnx(saved(made, tmp_path), {"batch": 3, "x.1": 5})
    assert [product.gemm for _, product in workload.products] == [Gemm(m=15, n=4, k=8)]
    assert workload.tensors["y"].shape == (3, 5, 4)
    assert workload.assumptions[:2] == (
        "the symbolic dimension 'batch' is set to 3",
        "the symbolic dimension 'x.1' is set to 5",
    )


def test_an_input_that_nobody_reads_is_left_out_and_said(tmp_path: Path) -> None:
    nodes = [helper.make_node("Relu", ["x"], ["y"])]
    workload = load_onnx(saved(model(nodes, {"x": (FLOAT, [2]), "label": (FLOAT, [1])}, {"y": FLOAT}), tmp_path))
    assert set(workload.tensors) == {"x", "y"}
    assert workload.assumptions == ("the input 'label' is read by no operator and left out",)


def test_shape_arithmetic_folds(tmp_path: Path) -> None:
    """Flatten all but the first axis as exporters write it, through operators that onnx's inference does not follow."""
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["rows"]),
        helper.make_node("Size", ["x"], ["size"]),
        helper.make_node("Div", ["size", "rows"], ["columns"]),
        helper.make_node("Cast", ["columns"], ["columns_float"], to=FLOAT),
        helper.make_node("Floor", ["columns_float"], ["floor"]),
        helper.make_node("Cast", ["floor"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Unsqueeze", ["rows", "axes"], ["r"]),
        helper.make_node("Unsqueeze", ["whole", "axes"], ["c"]),
        helper.make_node("Concat", ["r", "c"], ["target"], axis=0),
        helper.make_node("Reshape", ["x", "target"], ["flat"], name="reshape"),
        helper.make_node("MatMul", ["flat", "w"], ["y"], name="product"),
    ]
    constants = {"zero": np.array(0), "axes": np.array([0]), "w": np.zeros((12, 5), np.float32)}
    workload = load_onnx(saved(model(nodes, {"x": (FLOAT, [2, 3, 4])}, {"y": FLOAT}, constants), tmp_path))
    assert [operator.name for operator in workload.operators] == ["reshape", "product"]
    assert operators_by_name(workload)["reshape"].inputs == ("x",)
    assert operators_by_name(workload)["reshape"].kind is Kind.VIEW
    assert set(workload.tensors) == {"x", "flat", "w", "y"}
    assert workload.tensors["y"].shape == (2, 5)


def test_computed_weights_are_parameters(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["big"]),
        helper.make_node("Transpose", ["big"], ["w"], perm=[1, 0]),
        helper.make_node("MatMul", ["x", "w"], ["y"], name="product"),
    ]
    constants = {"shape": np.array([50_000, 64])}
    workload = load_onnx(saved(model(nodes, {"x": (FLOAT, [1, 64])}, {"y": FLOAT}, constants), tmp_path))
    assert [operator.name for operator in workload.operators] == ["product"]
    assert workload.tensors["w"].role is Role.PARAMETER
    assert workload.tensors["w"].shape == (64, 50_000)


def test_weights_outside_the_file_need_not_be_there(tmp_path: Path) -> None:
    """A large weight and a shape lie in a file beside the model; then the file is gone, shape and all."""
    made = model(
        [helper.make_node("Reshape", ["x", "to"], ["flat"]), helper.make_node("MatMul", ["flat", "w"], ["y"])],
        {"x": (FLOAT, [2, 3, 4])},
        {"y": FLOAT},
        {"w": np.ones((12, 5), np.float32), "to": np.array([2, 12])},
    )
    for constant in made.graph.initializer:
        if constant.name == "w":
            onnx.external_data_helper.set_external_data(constant, "weights.bin")
    path = tmp_path / "outside.onnx"
    onnx.save(made, path)
    assert (tmp_path / "weights.bin").exists()
    with_data = load_onnx(path)
    (tmp_path / "weights.bin").unlink()
    assert load_onnx(path) == with_data
    assert with_data.tensors["w"].shape == (12, 5)


def test_a_small_constant_outside_the_file_is_read_when_it_is_there(tmp_path: Path) -> None:
    made = model(
        [helper.make_node("Reshape", ["x", "to"], ["y"])],
        {"x": (FLOAT, [2, 3])},
        {"y": FLOAT},
        {"to": np.array([3, 2])},
    )
    onnx.external_data_helper.set_external_data(made.graph.initializer[0], "shapes.bin")
    path = tmp_path / "outside.onnx"
    onnx.save(made, path)
    assert load_onnx(path).tensors["y"].shape == (3, 2)


def test_local_functions_are_inlined(tmp_path: Path) -> None:
    body = [helper.make_node("MatMul", ["a", "b"], ["c"]), helper.make_node("Relu", ["c"], ["d"])]
    opsets = [helper.make_opsetid("", 21)]
    made = model(
        [helper.make_node("Layer", ["x", "w"], ["y"], domain="local")],
        {"x": (FLOAT, [2, 3])},
        {"y": FLOAT},
        {"w": np.zeros((3, 4), np.float32)},
    )
    made.opset_import.append(helper.make_opsetid("local", 1))
    made.functions.append(helper.make_function("local", "Layer", ["a", "b"], ["d"], body, opsets))
    workload = load_onnx(saved(made, tmp_path))
    assert [operator.op for operator in workload.operators] == ["MatMul", "Relu"]


def test_names_are_unique_and_come_from_the_file(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Relu", ["x"], ["a"], name="same"),
        helper.make_node("Relu", ["a"], ["b"], name="same"),
        helper.make_node("Relu", ["b"], ["y"]),
    ]
    workload = load_onnx(saved(model(nodes, {"x": (FLOAT, [2])}, {"y": FLOAT}), tmp_path))
    assert [operator.name for operator in workload.operators] == ["same", "same#2", "y"]


def test_outputs_that_nobody_uses_are_left_out(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Dropout", ["x"], ["a", "mask"]),
        helper.make_node("MaxPool", ["a"], ["y", "where"], kernel_shape=[2, 2]),
    ]
    made = model(nodes, {"x": (FLOAT, [1, 1, 4, 4])}, {"y": FLOAT, "where": TensorProto.INT64})
    workload = load_onnx(saved(made, tmp_path))
    assert [operator.outputs for operator in workload.operators] == [("a",), ("y", "where")]
    assert workload.tensors["where"].format == INT64


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
