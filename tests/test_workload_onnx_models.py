"""Whole ONNX models: the nine graphs of the onnx package, dimensions, folding, external data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from hwsim.formats import INT64
from hwsim.gemm import Gemm
from hwsim.workload.onnx_import import load_onnx
from hwsim.workload.operator import Kind, Movement
from hwsim.workload.tensor import Role
from onnx_models import model, operators_by_name, saved

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
        "import re; from pathlib import Path; from hwsim.workload.onnx_import import load_onnx;"
        f"load_onnx(Path({str(LIGHT / 'light_resnet50.onnx')!r}));"
        # not ru_maxrss, which a child inherits from its parent
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 < 300e6


def test_importing_hwsim_does_not_import_onnx() -> None:
    code = "import sys, hwsim; print('onnx' in sys.modules)"
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


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
