"""Lowered products of stored integers with zero points give what ONNX gives for its quantised operators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto

from hwsim.formats import INT8, INT32, UINT8
from hwsim.workload import im2col
from hwsim.workload.operator import Product
from hwsim.workload.zero_points import correction
from onnx_lowering import imported, lowered, product_of, with_bias
from onnx_models import Array, one_node, run_onnxruntime, run_reference, small_integers


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
