"""Which tensors of a graph are the same in every run, by the graph alone."""

from __future__ import annotations

from collections.abc import Iterable

from onnx import GraphProto

from hwsim.workload.onnx_import.node import Node

RANDOM = frozenset(
    {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"}
)
SHAPE_READERS = frozenset({"Shape", "Size"})
"""Their results depend on shapes alone, and every shape is static here."""


def constant_tensors(graph: GraphProto, nodes: Iterable[Node]) -> frozenset[str]:
    """Initializers, and whatever is computed from constants and from shapes alone."""
    constant = {tensor.name for tensor in graph.initializer}
    for node in nodes:
        if is_folded(node, constant):
            constant.update(output for output in node.outputs if output)
    return frozenset(constant)


def is_folded(node: Node, constant: frozenset[str] | set[str]) -> bool:
    """Whether ``node`` runs once, ahead of time."""
    if node.holds_graph or node.op in RANDOM:
        return False
    return node.op in SHAPE_READERS or all(name in constant for name in node.inputs if name)
