"""Products of integers and the steps between integers and floats (ONNX operator documentation)."""

from __future__ import annotations

from hwsim.workload.contraction import matmul
from hwsim.workload.geometry import Geometry
from hwsim.workload.onnx_import.convolutions import bias_ops, convolution
from hwsim.workload.onnx_import.node import Node
from hwsim.workload.onnx_import.reading import Context, Reading, plain_operator, product_operator
from hwsim.workload.operator import Kind, Operator

REQUANTISE_OPS = 3
"""per element: multiply by the scale, round and add the zero point, clamp"""
DEQUANTISE_OPS = 2
"""per element: subtract the zero point, multiply by the scale"""
RANGE_OPS = 2
"""per element: running minimum and maximum"""


def _integer_product(
    node: Node, context: Context, geometry: Geometry, a: int, b: int, zeros: tuple[int, int], further_ops: int
) -> Operator:
    """A product of the inputs at positions ``a`` and ``b`` with zero points at the positions ``zeros``."""
    zero_points = node.input(zeros[0]), node.input(zeros[1])
    return product_operator(node, context, geometry, node.inputs[a], node.inputs[b], further_ops, zero_points)


def _requantise_ops(node: Node, context: Context) -> int:
    return REQUANTISE_OPS * context.elements(node.outputs[0])


def _read_conv_integer(node: Node, context: Context) -> Operator:
    geometry = convolution(node, context.shape(node.inputs[0]), context.shape(node.inputs[1]))
    return _integer_product(node, context, geometry, 0, 1, (2, 3), 0)


def _read_qlinear_conv(node: Node, context: Context) -> Operator:
    geometry = convolution(node, context.shape(node.inputs[0]), context.shape(node.inputs[3]))
    ops = bias_ops(node, context, 8) + _requantise_ops(node, context)
    return _integer_product(node, context, geometry, 0, 3, (2, 5), ops)


def _stack(node: Node, context: Context, a: int, b: int) -> Geometry:
    first, second = node.inputs[a], node.inputs[b]
    return matmul(context.shape(first), context.shape(second), fold_b=context.network.is_constant(second))


def _read_matmul_integer(node: Node, context: Context) -> Operator:
    return _integer_product(node, context, _stack(node, context, 0, 1), 0, 1, (2, 3), 0)


def _read_qlinear_matmul(node: Node, context: Context) -> Operator:
    geometry = _stack(node, context, 0, 3)
    return _integer_product(node, context, geometry, 0, 3, (2, 5), _requantise_ops(node, context))


def _read_quantize(node: Node, context: Context) -> Operator:
    return plain_operator(node, context, Kind.VECTOR, _requantise_ops(node, context))


def _read_dynamic_quantize(node: Node, context: Context) -> Operator:
    ops = _requantise_ops(node, context) + RANGE_OPS * context.elements(node.inputs[0])
    return plain_operator(node, context, Kind.VECTOR, ops)


def _read_dequantize(node: Node, context: Context) -> Operator:
    """Nothing is done if the result stays integer: the node then only says what the integers mean."""
    result = node.outputs[0]
    if result in context.storage.formats:
        return plain_operator(node, context, Kind.VIEW, steering=(1, 2))
    return plain_operator(node, context, Kind.VECTOR, DEQUANTISE_OPS * context.elements(result))


ZERO_POINTS = "zero-point correction"
READINGS = {
    "ConvInteger": Reading(Kind.PRODUCT, ZERO_POINTS, _read_conv_integer),
    "MatMulInteger": Reading(Kind.PRODUCT, ZERO_POINTS, _read_matmul_integer),
    "QLinearConv": Reading(
        Kind.PRODUCT, f"{ZERO_POINTS}, bias, {REQUANTISE_OPS} per output element to requantise", _read_qlinear_conv
    ),
    "QLinearMatMul": Reading(
        Kind.PRODUCT, f"{ZERO_POINTS}, {REQUANTISE_OPS} per output element to requantise", _read_qlinear_matmul
    ),
    "QuantizeLinear": Reading(Kind.VECTOR, f"{REQUANTISE_OPS} per output element", _read_quantize),
    "DynamicQuantizeLinear": Reading(
        Kind.VECTOR, f"{REQUANTISE_OPS + RANGE_OPS} per output element", _read_dynamic_quantize
    ),
    "DequantizeLinear": Reading(
        Kind.VECTOR, f"{DEQUANTISE_OPS} per output element; a view before integer products", _read_dequantize
    ),
}
