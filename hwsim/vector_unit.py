"""What is no product: the vector unit beside the engine, and which of its work rides along with a product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hwsim.machine import Machine
from hwsim.storage import Storage
from hwsim.table_work import TableWork
from hwsim.tiles.demand import bytes_of
from hwsim.tiles.traffic import Reason, Stream
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Operator, Product
from hwsim.workload.tensor import Role


@dataclass(frozen=True, slots=True)
class Chain:
    """Vector operators that work on a product's results as they leave; ``result`` is the tensor that is stored."""

    operators: tuple[Operator, ...]
    result: str


@dataclass(frozen=True, slots=True)
class VectorRow:
    """An operator that has the machine to itself, with its cycles, elementary operations and bytes."""

    cycles: int
    vector_ops: int
    traffic: Mapping[tuple[Stream, Reason], int]


def chain_after(workload: Workload, operator: Operator) -> Chain:
    """The chain fused into a product, or into any operator that makes one tensor: operators that follow it alone.

    Each reads the result before it, which nobody else reads and the network does not hand out, and constants; it makes
    one tensor with as many elements. Views in between are passed through. A pool makes fewer elements, because its
    windows cross tiles, and so never belongs to a chain.
    """
    tensor = operator.product.c if operator.product else operator.outputs[0]
    fused: list[Operator] = []
    result = tensor
    while (follower := _only_reader(workload, tensor)) is not None:
        if follower.kind is Kind.VECTOR and _is_elementwise(workload, follower, tensor):
            fused.append(follower)
            result = follower.outputs[0]
        elif follower.kind is not Kind.VIEW or len(follower.outputs) != 1:
            break
        tensor = follower.outputs[0]
    return Chain(tuple(fused), result)


def _only_reader(workload: Workload, tensor: str) -> Operator | None:
    readers = workload.consumers[tensor]
    if len(readers) != 1 or workload.tensors[tensor].role is Role.OUTPUT:
        return None
    return readers[0]


def _is_elementwise(workload: Workload, operator: Operator, tensor: str) -> bool:
    if len(operator.outputs) != 1:
        return False
    others = [name for name in operator.inputs if name != tensor]
    constant = all(workload.tensors[name].role is Role.PARAMETER for name in others)
    return constant and workload.tensors[operator.outputs[0]].elements == workload.tensors[tensor].elements


def parameter_bytes(storage: Storage, operators: tuple[Operator, ...], known: tuple[str, ...] = ()) -> int:
    """Bytes of the constants that these operators read, those in ``known`` (operands of a product) left out."""
    tensors = storage.workload.tensors
    names = dict.fromkeys(name for operator in operators for name in operator.inputs if name not in known)
    return sum(storage.constant_bytes(name) for name in names if tensors[name].role is Role.PARAMETER)


def addend_bytes(storage: Storage, operator: Operator, operands: tuple[str, str]) -> int:
    """Bytes of what a product reads beside its operands that is no constant: a bias that another operator made."""
    tensors = storage.workload.tensors
    names = (name for name in dict.fromkeys(operator.inputs) if name not in operands)
    return sum(storage.read_bytes(operator, name) for name in names if tensors[name].role is not Role.PARAMETER)


def vector_row(machine: Machine, storage: Storage, operator: Operator) -> VectorRow:
    """Cost of an operator on its own: it streams its tensors through the vector unit, and makes tables of what it makes
    if they are fused.

    cycles = DRAM latency + max(elementary operations / lanes, channel cycles of what is read and written). Each input
    is read once, or as much of it as ``elements_read`` says; a VIEW costs nothing.
    """
    if operator.kind is Kind.VIEW:
        return VectorRow(0, 0, {})
    tensors = storage.workload.tensors
    read = constants = 0
    for name in dict.fromkeys(operator.inputs):
        if tensors[name].role is Role.PARAMETER:
            constants += storage.read_bytes(operator, name)
        else:
            read += storage.read_bytes(operator, name)
    written = sum(storage.written_bytes(name) for name in operator.outputs)
    made = sum(storage.table_operations(name) for name in operator.outputs)
    return _streamed(machine, read, constants, written, operator.vector_ops + made)


def tables_row(machine: Machine, tables: TableWork, storage: Storage, product: Product) -> VectorRow:
    """Cost of an operator that reads the activations of a product and writes their tables."""
    made = tables.tables(product) * (1 if product.a_shared else product.gemm.batch)
    written = bytes_of(made, tables.table_bits)
    return _streamed(machine, storage.tensor_bytes(product.a), 0, written, made * tables.table_operations)


def _streamed(machine: Machine, read: int, constants: int, written: int, vector_ops: int) -> VectorRow:
    traffic = {
        (Stream.INPUTS, Reason.FIRST_LOAD): read,
        (Stream.PARAMETERS, Reason.FIRST_LOAD): constants,
        (Stream.OUTPUTS, Reason.OUTPUT): written,
    }
    channel = machine.channel
    moving = channel.cycles(read + constants) + channel.cycles(written)
    working = -(-vector_ops // machine.lanes)
    cycles = channel.latency_cycles + max(moving, working)
    return VectorRow(cycles, vector_ops, {key: n for key, n in traffic.items() if n})
