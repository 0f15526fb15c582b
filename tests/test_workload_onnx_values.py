"""Lowered products run with numpy give what onnxruntime gives for the same graph, for every form of product."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto

from hwsim.errors import WorkloadError
from hwsim.formats import INT8, INT32, UINT8
from hwsim.workload import im2col
from hwsim.workload.onnx_import import load_onnx
from hwsim.workload.operator import Operator, Product
from hwsim.workload.zero_points import correction
from onnx_models import Array, one_node, run_onnxruntime, run_reference, saved, small_integers

FEW = settings(max_examples=40, deadline=None)


def imported(made: ModelProto) -> Operator:
    """The only operator of a model of one node, through a file."""
    with tempfile.TemporaryDirectory() as folder:
        (operator,) = load_onnx(saved(made, Path(folder))).operators
    return operator


def product_of(made: ModelProto) -> Product:
    product = imported(made).product
    assert product is not None
    return product


def touching(made: ModelProto) -> Product:
    """Its product; a convolution that reads nothing but padding is refused, and no case."""
    try:
        return product_of(made)
    except WorkloadError as error:
        assume("no window of the convolution touches its tensor" not in str(error))
        raise


def lowered(product: Product, tensors: Mapping[str, Array], fill: float = 0) -> tuple[Array, Array]:
    """The operands that the lowering cuts, whose shapes must be the Gemm's."""
    assert product.geometry is not None
    gemm = product.gemm
    a, b = im2col.operands(product.geometry, tensors[product.a], tensors[product.b], fill)
    assert a.shape == (gemm.batch, gemm.m, gemm.k)
    assert b.shape == (gemm.batch, gemm.k, gemm.n)
    return a, b


def executed(product: Product, tensors: Mapping[str, Array]) -> Array:
    a, b = lowered(product, tensors)
    assert product.geometry is not None
    return im2col.result(product.geometry, a @ b)


def with_bias(y: Array, bias: Array) -> Array:
    return y + bias.reshape(1, -1, *[1] * (y.ndim - 2))


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[dict[str, Array], dict[str, Any]]:
    """Tensors and attributes of a Conv of one, two or three spatial axes."""
    rank = draw(st.integers(1, 3))
    small = st.integers(1, 3)
    groups, per_in, per_out, images = draw(small), draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(small)

    def axes(low: int, high: int, count: int = rank) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=count, max_size=count))

    sides, kernel, strides = axes(1, 7 if rank < 3 else 5), axes(1, 3), axes(1, 3)
    attributes: dict[str, Any] = {"group": groups, "strides": strides}
    auto = draw(st.sampled_from(["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]))
    if auto == "NOTSET":
        attributes |= {"pads": axes(0, 2, 2 * rank)}
    else:
        attributes |= {"auto_pad": auto}
    if not auto.startswith("SAME"):  # onnxruntime refuses dilation there; the reference covers it below
        attributes |= {"dilations": axes(1, 2)}
    if draw(st.booleans()):
        attributes |= {"kernel_shape": kernel}
    seed = draw(st.integers(0, 1000))
    tensors = {
        "x": small_integers(seed, (images, groups * per_in, *sides)),
        "w": small_integers(seed + 1, (groups * per_out, per_in, *kernel)),
        "bias": small_integers(seed + 2, (groups * per_out,)),
    }
    return tensors, attributes


def fits(tensors: Mapping[str, Array], attributes: Mapping[str, Any]) -> bool:
    """Whether every axis has room for a window."""
    rank = tensors["x"].ndim - 2
    pads = attributes.get("pads", [0] * (2 * rank))
    dilations = attributes.get("dilations", [1] * rank)
    if attributes.get("auto_pad", "").startswith("SAME"):
        return True
    rows = zip(tensors["x"].shape[2:], tensors["w"].shape[2:], dilations, pads[:rank], pads[rank:], strict=True)
    return all(side + begin + end >= (k - 1) * d + 1 for side, k, d, begin, end in rows)


@FEW
@given(case=convolutions())
def test_conv(case: tuple[dict[str, Array], dict[str, Any]]) -> None:
    tensors, attributes = case
    assume(fits(*case))
    made = one_node("Conv", tensors, ["w", "bias"], **attributes)
    y = with_bias(executed(touching(made), tensors), tensors["bias"])
    np.testing.assert_array_equal(y, run_onnxruntime(made, {"x": tensors["x"]}))


@pytest.mark.parametrize("auto_pad", ["SAME_UPPER", "SAME_LOWER"])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_conv_of_the_same_size_with_dilation(auto_pad: str, stride: int) -> None:
    """onnxruntime has no such kernel, and ONNX's reference pads as if there were no dilation: padded by hand."""
    x, w = small_integers(1, (1, 2, 9, 8)), small_integers(2, (3, 2, 3, 2))
    attributes: dict[str, Any] = {"strides": [stride, stride], "dilations": [2, 3]}
    begins, ends = [], []
    for side, span in zip(x.shape[2:], (5, 4), strict=True):
        total = max((-(-side // stride) - 1) * stride + span - side, 0)
        odd_first = total % 2 if auto_pad == "SAME_LOWER" else 0
        begins.append(total // 2 + odd_first)
        ends.append(total - begins[-1])
    product = product_of(one_node("Conv", {"x": x, "w": w}, ["w"], auto_pad=auto_pad, **attributes))
    padded = one_node("Conv", {"x": x, "w": w}, ["w"], pads=begins + ends, **attributes)
    np.testing.assert_array_equal(executed(product, {"x": x, "w": w}), run_onnxruntime(padded, {"x": x}))


def test_depthwise_conv_has_one_batch_member_per_channel() -> None:
    tensors = {"x": small_integers(1, (2, 6, 7, 5)), "w": small_integers(2, (6, 1, 3, 3))}
    made = one_node("Conv", tensors, ["w"], group=6, pads=[1, 1, 1, 1])
    product = product_of(made)
    gemm = product.gemm
    assert (gemm.m, gemm.n, gemm.k, gemm.batch) == (2 * 7 * 5, 1, 9, 6)
    np.testing.assert_array_equal(executed(product, tensors), run_onnxruntime(made, {"x": tensors["x"]}))


@st.composite
def transposed(draw: st.DrawFn) -> tuple[dict[str, Array], dict[str, Any]]:
    rank = draw(st.integers(1, 2))
    groups, per_in, per_out, images = (draw(st.integers(1, 2)) for _ in range(4))

    def axes(low: int, high: int, count: int = rank) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=count, max_size=count))

    sides, kernel, strides, dilations = axes(1, 5), axes(1, 4), axes(1, 3), axes(1, 2)
    extra = [draw(st.integers(0, stride - 1)) for stride in strides]
    attributes: dict[str, Any] = {"group": groups, "strides": strides, "dilations": dilations, "output_padding": extra}
    full = [
        (side - 1) * s + (k - 1) * d + 1 + e
        for side, s, k, d, e in zip(sides, strides, kernel, dilations, extra, strict=True)
    ]
    form = draw(st.sampled_from(["pads", "output_shape", "VALID", "SAME_UPPER", "SAME_LOWER"]))
    if form == "pads":
        attributes["pads"] = [draw(st.integers(0, (f - 1) // 2)) for f in (*full, *full)]
    elif form == "output_shape":
        attributes["output_shape"] = [draw(st.integers(max(f - 3, 1), f)) for f in full]
        attributes["auto_pad"] = draw(st.sampled_from(["NOTSET", "SAME_UPPER", "SAME_LOWER"]))
    else:
        attributes["auto_pad"] = form
        assume(form == "VALID" or all(f >= side * s for f, side, s in zip(full, sides, strides, strict=True)))
    seed = draw(st.integers(0, 1000))
    tensors = {
        "x": small_integers(seed, (images, groups * per_in, *sides)),
        "w": small_integers(seed + 1, (groups * per_in, per_out, *kernel)),
        "bias": small_integers(seed + 2, (groups * per_out,)),
    }
    return tensors, attributes


@FEW
@given(case=transposed())
def test_conv_transpose(case: tuple[dict[str, Array], dict[str, Any]]) -> None:
    tensors, attributes = case
    made = one_node("ConvTranspose", tensors, ["w", "bias"], **attributes)
    y = with_bias(executed(touching(made), tensors), tensors["bias"])
    np.testing.assert_array_equal(y, run_onnxruntime(made, {"x": tensors["x"]}))


@pytest.mark.parametrize("a_trans", [0, 1])
@pytest.mark.parametrize("b_trans", [0, 1])
@pytest.mark.parametrize("bias", [(), (5,), (3, 1), (3, 5)])
def test_gemm(a_trans: int, b_trans: int, bias: tuple[int, ...]) -> None:
    tensors = {
        "a": small_integers(1, (4, 3) if a_trans else (3, 4)),
        "b": small_integers(2, (5, 4) if b_trans else (4, 5)),
        "c": small_integers(3, bias),
    }
    made = one_node("Gemm", tensors, ["b", "c"], transA=a_trans, transB=b_trans, alpha=2.0, beta=0.5)
    y = 2 * executed(product_of(made), tensors) + np.float32(0.5) * tensors["c"]
    np.testing.assert_array_equal(y, run_onnxruntime(made, {"a": tensors["a"]}))


MATMULS = [
    ((3, 4), (4, 5)),
    ((2, 3, 4), (2, 4, 5)),
    ((2, 3, 4), (4, 5)),
    ((3, 4), (2, 4, 5)),
    ((2, 1, 3, 4), (1, 6, 4, 5)),
    ((6, 3, 4), (2, 1, 4, 5)),
    ((2, 6, 3, 4), (6, 4, 5)),
    ((2, 6, 3, 4), (1, 1, 4, 5)),
    ((1, 3, 4), (1, 4, 5)),
    ((4,), (4, 5)),
    ((3, 4), (4,)),
    ((4,), (4,)),
    ((4,), (2, 4, 5)),
    ((2, 3, 4), (4,)),
]


@pytest.mark.parametrize("weight", [False, True])
@pytest.mark.parametrize(("a_shape", "b_shape"), MATMULS)
def test_matmul(a_shape: Sequence[int], b_shape: Sequence[int], weight: bool) -> None:
    tensors = {"a": small_integers(1, a_shape), "b": small_integers(2, b_shape)}
    made = one_node("MatMul", tensors, ["b"] if weight else [])
    feeds = {name: x for name, x in tensors.items() if name == "a" or not weight}
    product = product_of(made)
    np.testing.assert_array_equal(executed(product, tensors), run_onnxruntime(made, feeds))
    assert product.gemm.macs == np.matmul(*tensors.values()).size * 4


EINSUMS = [
    ("ij,jk->ik", (3, 4), (4, 5)),
    ("ij,kj->ki", (3, 4), (5, 4)),
    ("bhid,bhjd->bhij", (2, 3, 4, 5), (2, 3, 6, 5)),
    ("bij, bjk -> bik", (2, 3, 4), (2, 4, 5)),
    ("bsd,dhe->bhse", (2, 3, 4), (4, 5, 6)),
    ("abij,abjk", (2, 3, 4, 5), (2, 3, 5, 2)),
    ("...ij,...jk->...ik", (2, 3, 4), (2, 4, 5)),
    ("...ij,jk->...ik", (2, 6, 3, 4), (4, 5)),
    ("ijkl,kl->ij", (2, 3, 4, 5), (4, 5)),
    ("i,i->", (4,), (4,)),
    ("ki,kj", (4, 2), (4, 3)),
]


@pytest.mark.parametrize(("equation", "a_shape", "b_shape"), EINSUMS)
def test_einsum(equation: str, a_shape: Sequence[int], b_shape: Sequence[int]) -> None:
    tensors = {"a": small_integers(1, a_shape), "b": small_integers(2, b_shape)}
    made = one_node("Einsum", tensors, equation=equation)
    np.testing.assert_array_equal(executed(product_of(made), tensors), run_onnxruntime(made, tensors))


def test_einsum_broadcasts_an_ellipsis_of_length_one() -> None:
    tensors = {"a": small_integers(1, (1, 7, 3, 4)), "b": small_integers(2, (2, 1, 4, 5))}
    made = one_node("Einsum", tensors, equation="...ij,...jk->...ik")
    np.testing.assert_array_equal(executed(product_of(made), tensors), run_reference(made, tensors))


def integer_product(product: Product, tensors: Mapping[str, Array], a_zero: Array, b_zero: Array) -> Array:
    """Operands as stored, padding filled with the zero point, and the correction of the zero points."""
    assert product.geometry is not None
    a, b = lowered(product, tensors, fill=int(a_zero) if a_zero.ndim == 0 else 0)
    raw = a.astype(np.int64) @ b.astype(np.int64)
    return im2col.result(product.geometry, raw + correction(a, b, a_zero, b_zero))


def requantised(sums: Array, scale: Array, zero: int, dtype: Any) -> Array:
    info = np.iinfo(dtype)
    return np.clip(np.rint(sums * scale) + zero, info.min, info.max).astype(dtype)


@pytest.mark.parametrize("x_dtype", [np.uint8, np.int8])
@pytest.mark.parametrize(("x_zero", "w_zero"), [(0, 0), (3, 0), (0, 2), (5, 7)])
def test_conv_integer(x_dtype: Any, x_zero: int, w_zero: int) -> None:
    tensors = {
        "x": small_integers(1, (2, 4, 5, 6), x_dtype, 0, 120),
        "w": small_integers(2, (6, 2, 3, 2), np.uint8, 0, 255),
        "xz": np.array(x_zero, x_dtype),
        "wz": np.array(w_zero, np.uint8),
    }
    made = one_node(
        "ConvInteger", tensors, ["w", "xz", "wz"], TensorProto.INT32, group=2, pads=[1, 0, 2, 1], strides=[2, 1]
    )
    product = product_of(made)
    y = integer_product(product, tensors, tensors["xz"], tensors["wz"])
    run = run_onnxruntime if x_dtype is np.uint8 else run_reference  # onnxruntime has no kernel for int8 here
    np.testing.assert_array_equal(y, run(made, {"x": tensors["x"]}))
    assert (product.gemm.a, product.gemm.w, product.gemm.acc) == (UINT8 if x_dtype is np.uint8 else INT8, UINT8, INT32)


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4)])
def test_matmul_integer(shape: tuple[int, ...]) -> None:
    tensors = {
        "a": small_integers(1, shape, np.uint8, 0, 255),
        "b": small_integers(2, (4, 5), np.int8, -128, 127),
        "az": np.array(9, np.uint8),
        "bz": small_integers(3, (5,), np.int8, -5, 5),
    }
    made = one_node("MatMulInteger", tensors, ["b", "az", "bz"], TensorProto.INT32)
    y = integer_product(product_of(made), tensors, tensors["az"], tensors["bz"].reshape(1, 1, 5))
    np.testing.assert_array_equal(y, run_onnxruntime(made, {"a": tensors["a"]}))


def quantised_parts(weights: Array, channels: int) -> dict[str, Array]:
    """The nine inputs of QLinearConv from ``x`` on; scales are powers of two, so no rounding is in doubt."""
    return {
        "xs": np.array(0.5, np.float32),
        "xz": np.array(7, np.uint8),
        "w": weights,
        "ws": np.full(channels, 0.25, np.float32),
        "wz": np.zeros(channels, np.int8),
        "ys": np.array(16, np.float32),
        "yz": np.array(100, np.uint8),
        "bias": small_integers(4, (channels,), np.int32, -500, 500),
    }


def test_qlinear_conv() -> None:
    x = small_integers(1, (2, 4, 5, 6), np.uint8, 0, 255)
    rest = quantised_parts(small_integers(2, (6, 2, 3, 2), np.int8, -128, 127), 6)
    tensors = {"x": x, **rest}
    made = one_node("QLinearConv", tensors, list(rest), TensorProto.UINT8, group=2, pads=[1, 0, 2, 1], dilations=[1, 2])
    operator = imported(made)
    assert operator.product is not None
    gemm = operator.product.gemm
    assert (gemm.a, gemm.w, gemm.acc) == (UINT8, INT8, INT32)
    sums = with_bias(integer_product(operator.product, tensors, rest["xz"], np.array(0)), rest["bias"])
    y = requantised(sums, np.float64(0.5 * 0.25 / 16), 100, np.uint8)
    np.testing.assert_array_equal(y, run_onnxruntime(made, {"x": x}))
    # zero-point term (its weights' sums are a bias), bias, and three per element to requantise
    assert operator.vector_ops == 5 * y.size


def test_qlinear_matmul() -> None:
    a = small_integers(1, (2, 3, 4), np.uint8, 0, 255)
    parts = quantised_parts(small_integers(2, (4, 5), np.int8, -128, 127), 1)
    rest = {name: value.reshape(()) if value.size == 1 else value for name, value in parts.items() if name != "bias"}
    tensors = {"a": a, **rest}
    made = one_node("QLinearMatMul", tensors, list(rest), TensorProto.UINT8)
    product = product_of(made)
    assert (product.gemm.m, product.gemm.batch) == (6, 1)
    sums = integer_product(product, tensors, rest["xz"], np.array(0))
    y = requantised(sums, np.float64(0.5 * 0.25 / 16), 100, np.uint8)
    np.testing.assert_array_equal(y, run_onnxruntime(made, {"a": a}))
