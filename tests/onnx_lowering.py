"""Models of one node, lowered and run with numpy."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import assume
from onnx import ModelProto

from hwsim.errors import WorkloadError
from hwsim.workload import im2col
from hwsim.workload.onnx_import import load_onnx
from hwsim.workload.operator import Operator, Product
from onnx_models import Array, saved


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
