"""Lowered products run with numpy give what onnxruntime gives for the same graph, for every form of product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from onnx_lowering import executed, product_of, touching, with_bias
from onnx_models import Array, one_node, run_onnxruntime, run_reference, small_integers

FEW = settings(max_examples=40, deadline=None)


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
