"""Load an ONNX model: read, set dimensions, infer shapes, read each node into an operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from hwsim.errors import WorkloadError
from hwsim.formats import FloatFormat
from hwsim.workload.building import WorkloadBuilder
from hwsim.workload.graph import Workload
from hwsim.workload.onnx_import.checks import check_forms, check_order
from hwsim.workload.onnx_import.constants import constant_tensors, is_folded
from hwsim.workload.onnx_import.dimensions import graph_inputs, set_dimensions
from hwsim.workload.onnx_import.model import read_model
from hwsim.workload.onnx_import.network import Network
from hwsim.workload.onnx_import.node import Node, named
from hwsim.workload.onnx_import.reading import Context
from hwsim.workload.onnx_import.storage import find_storage
from hwsim.workload.onnx_import.table import reading_of
from hwsim.workload.operator import Movement, Operator
from hwsim.workload.tensor import Role

NO_DIMS: Mapping[str, int] = MappingProxyType({})


def load_onnx(path: Path, dims: Mapping[str, int] = NO_DIMS, movement: Movement = Movement.UNIQUE) -> Workload:
    """Read the ONNX model at ``path`` with its symbolic dimensions set by ``dims``.

    One operator per node; nodes whose result is the same in every run are folded into parameters. Values of weights
    are neither needed nor kept. Raises WorkloadError, which names the file, for whatever cannot be read exactly.
    """
    try:
        return _load(Path(path), dims, movement)
    except WorkloadError as error:
        raise WorkloadError(f"{path}: {error}") from error


def _load(path: Path, dims: Mapping[str, int], movement: Movement) -> Workload:
    model = read_model(path)
    set_dimensions(model, dims)
    inputs = [value.name for value in graph_inputs(model)]
    every = named(model.graph.node)
    check_order(model, every)
    constants = constant_tensors(model.graph, every)
    nodes = [node for node in every if not is_folded(node, constants)]
    for node in nodes:
        reading_of(node)
    check_forms(model, nodes)
    network = Network(model, every, constants, dims)
    used = frozenset((*network.outputs, *(name for node in nodes for name in node.inputs)))
    context = Context(network, find_storage(network), movement, used)
    operators = [_read(node, context) for node in nodes]
    return _assembled(path.stem, operators, inputs, context, dims)


def _read(node: Node, context: Context) -> Operator:
    try:
        operator = reading_of(node).read(node, context)
        for name in operator.outputs:
            context.shape(name)  # a shape that is missing is this node's fault
        return operator
    except WorkloadError as error:
        raise WorkloadError(f"node {node.name!r} ({node.op}): {error}") from error


def _assembled(
    name: str, operators: list[Operator], inputs: list[str], context: Context, dims: Mapping[str, int]
) -> Workload:
    if not operators:
        raise WorkloadError("no operator depends on an input")
    builder = WorkloadBuilder(name)
    read = {tensor for operator in operators for tensor in operator.inputs}
    for tensor in inputs:
        if tensor in read:
            _declare(builder, tensor, Role.INPUT, context)
    for operator in operators:
        for tensor in operator.inputs:
            if tensor not in builder and context.network.is_constant(tensor):
                _declare(builder, tensor, Role.PARAMETER, context)
        for tensor in operator.outputs:
            _declare(builder, tensor, Role.OUTPUT if tensor in context.network.outputs else Role.ACTIVATION, context)
        builder.add(operator)
    unread = [tensor for tensor in inputs if tensor not in read]
    return builder.build(_assumptions(operators, unread, context, dims))


def _declare(builder: WorkloadBuilder, tensor: str, role: Role, context: Context) -> None:
    builder.tensor(tensor, context.shape(tensor), context.format(tensor), role)


def _assumptions(
    operators: list[Operator], unread: list[str], context: Context, dims: Mapping[str, int]
) -> Iterator[str]:
    gemms = [operator.product.gemm for operator in operators if operator.product]
    ops = {operator.op for operator in operators}
    for name, length in dims.items():
        yield f"the symbolic dimension {name!r} is set to {length}"
    for name in unread:
        yield f"the input {name!r} is read by no operator and left out"
    if any("Conv" in op for op in ops):
        yield context.movement.assumption
    yield from _about_formats(operators, context)
    if any(gemm.a is not None and gemm.w is not None for gemm in gemms) and "DequantizeLinear" in ops:
        yield "a product between DequantizeLinear and QuantizeLinear is done in the integers that they stand for"
    if ops & {"BatchNormalization", "Dropout"}:
        yield "the network runs inference: Dropout passes its input on, BatchNormalization is a scale and an offset"


def _about_formats(operators: list[Operator], context: Context) -> Iterator[str]:
    floats = {
        str(found)
        for operator in operators
        if operator.product and None in (operator.product.gemm.a, operator.product.gemm.w)
        for name in (operator.product.a, operator.product.b)
        if isinstance(found := context.format(name), FloatFormat)
    }
    if floats:
        yield f"the products of {' and '.join(sorted(floats))} tensors are costed in the formats of the engine"
