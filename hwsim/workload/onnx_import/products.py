"""Gemm, MatMul and Einsum: products of stored matrices (ONNX operator documentation)."""

from __future__ import annotations

from hwsim.errors import WorkloadError
from hwsim.workload.contraction import matmul, transposed_matmul
from hwsim.workload.einsum import einsum
from hwsim.workload.onnx_import.node import Node
from hwsim.workload.onnx_import.reading import Context, Reading, product_operator
from hwsim.workload.operator import Kind, Operator


def _read_gemm(node: Node, context: Context) -> Operator:
    """alpha * A' @ B' + beta * C: scaling by 1 and by constants that a weight can absorb beforehand costs nothing."""
    a, b = node.inputs[:2]
    trans = bool(node.integer("transA", 0)), bool(node.integer("transB", 0))
    geometry = transposed_matmul(context.shape(a), context.shape(b), *trans)
    return product_operator(node, context, geometry, a, b, _scaling_ops(node, context))


def _scaling_ops(node: Node, context: Context) -> int:
    alpha, beta, c = node.real("alpha", 1.0), node.real("beta", 1.0), node.input(2)
    passes = int(alpha != 1 and not context.network.is_constant(node.inputs[1]))
    ops = passes * context.elements(node.outputs[0])
    if c and beta != 0:
        ops += context.elements(node.outputs[0])
        ops += context.elements(c) if beta != 1 and not context.network.is_constant(c) else 0
    return ops


def _read_matmul(node: Node, context: Context) -> Operator:
    a, b = node.inputs[:2]
    geometry = matmul(context.shape(a), context.shape(b), fold_b=context.network.is_constant(b))
    return product_operator(node, context, geometry, a, b, 0)


def _read_einsum(node: Node, context: Context) -> Operator:
    equation = node.text("equation", "")
    if len(node.inputs) != 2:
        raise WorkloadError(
            f"the equation {equation!r} is not a matrix product: it has {len(node.inputs)} operand(s), a product has 2"
        )
    a, b = node.inputs
    geometry = einsum(equation, context.shape(a), context.shape(b))
    return product_operator(node, context, geometry, a, b, 0)


READINGS = {
    "Gemm": Reading(
        Kind.PRODUCT, "1 per output element each for a bias and for an alpha that no weight absorbs", _read_gemm
    ),
    "MatMul": Reading(Kind.PRODUCT, "0", _read_matmul),
    "Einsum": Reading(Kind.PRODUCT, "0; only equations that are one matrix product", _read_einsum),
}
