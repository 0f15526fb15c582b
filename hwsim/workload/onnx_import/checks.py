"""What must hold of a graph before any node is read: the order of its nodes, and each node's own form."""

from __future__ import annotations

from collections.abc import Iterable

from onnx import ModelProto
from onnx.checker import C, ValidationError, check_node

from hwsim.errors import WorkloadError
from hwsim.workload.onnx_import.node import Node


def check_order(model: ModelProto, nodes: Iterable[Node]) -> None:
    """Every tensor is made before it is read; names inside subgraphs are not looked at."""
    made = {value.name for value in (*model.graph.input, *model.graph.initializer)}
    for node in nodes:
        for name in node.inputs:
            if name and name not in made:
                raise WorkloadError(
                    f"node {node.name!r} ({node.op}) reads {name!r}, which no input or node before it makes"
                )
        made.update(node.outputs)


def check_forms(model: ModelProto, nodes: Iterable[Node]) -> None:
    """Number of inputs and outputs, names and types of attributes, as the operator's own definition has them."""
    context = C.CheckerContext()
    context.ir_version = model.ir_version
    context.opset_imports = {opset.domain: opset.version for opset in model.opset_import}
    for node in nodes:
        try:
            check_node(node.proto, context)
        except ValidationError as error:
            reason = str(error).strip().splitlines()[0]
            raise WorkloadError(f"node {node.name!r} ({node.op}) is not well formed: {reason}") from error
