"""What a reader of nodes is given, and the operators that it hands back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hwsim.formats import Format, IntFormat
from hwsim.workload.geometry import Geometry
from hwsim.workload.lowering import ProductFormats, lower
from hwsim.workload.onnx_import.network import Network
from hwsim.workload.onnx_import.node import Node
from hwsim.workload.onnx_import.storage import Storage
from hwsim.workload.operator import Kind, Movement, Operator
from hwsim.workload.zero_points import correction_ops


@dataclass(frozen=True)
class Context:
    """The network around a node, how its tensors are stored, and how im2col matrices move."""

    network: Network
    storage: Storage
    movement: Movement
    used: frozenset[str]
    """tensors that some operator reads or that leave the network"""

    def shape(self, name: str) -> tuple[int, ...]:
        return self.network.shape(name)

    def elements(self, name: str) -> int:
        return self.network.elements(name)

    def format(self, name: str) -> Format:
        """The format in which ``name`` lies in memory."""
        return self.storage.formats.get(name) or self.network.format(name)

    def engine_format(self, name: str) -> Format | None:
        """The format that an engine must have for ``name``; None (its own) for a float tensor that is not quantised."""
        stored = self.format(name)
        return stored if isinstance(stored, IntFormat) or name in self.storage.formats else None

    def has_offset(self, zero_point: str) -> bool:
        """Whether a zero point is anything but 0; one whose value is not in the file counts as other than 0."""
        if not zero_point:
            return False
        value = self.network.value(zero_point)
        return value is None or bool(value.any())

    def outputs(self, node: Node) -> tuple[str, ...]:
        """The first output, and those others that somebody uses."""
        return tuple(name for i, name in enumerate(node.outputs) if name and (i == 0 or name in self.used))


@dataclass(frozen=True)
class Reading:
    """How one operator type is read: its ``kind``, its ``cost`` in words for the documents, and the reader itself."""

    kind: Kind
    cost: str
    read: Callable[[Node, Context], Operator] = field(repr=False)


def product_operator(
    node: Node,
    context: Context,
    geometry: Geometry,
    a: str,
    b: str,
    vector_ops: int,
    zero_points: tuple[str, str] | None = None,
) -> Operator:
    """The operator of a product with operands ``a`` and ``b``; the node's other inputs follow them as they are.

    ``vector_ops`` are those beside the correction of ``zero_points``, which are those of dequantisation unless given.
    """
    storage = context.storage
    inputs = tuple(storage.sources.get(name, name) if name in (a, b) else name for name in node.inputs if name)
    a, b = storage.sources.get(a, a), storage.sources.get(b, b)
    formats = ProductFormats(context.engine_format(a), context.engine_format(b))
    product = lower(geometry, a, b, node.outputs[0], formats, context.movement)
    if formats.acc is not None:
        a_zero, b_zero = zero_points or (storage.zero_points.get(a, ""), storage.zero_points.get(b, ""))
        offsets = context.has_offset(a_zero), context.has_offset(b_zero)
        constant, shared = context.network.is_constant(b), (product.a_shared, product.b_shared)
        vector_ops += correction_ops(product.gemm, *offsets, constant, shared)
    outputs = context.outputs(node)
    return Operator(node.name, node.op, Kind.PRODUCT, inputs, outputs, product, vector_ops, node.attributes)


def plain_operator(
    node: Node,
    context: Context,
    kind: Kind,
    vector_ops: int = 0,
    steering: Sequence[int] = (),
    elements_read: Mapping[str, int] | None = None,
) -> Operator:
    """An operator without a product; constants at the positions ``steering`` say how it works and are not data."""
    inputs = tuple(
        name
        for position, name in enumerate(node.inputs)
        if name and not (position in steering and context.network.is_constant(name))
    )
    outputs, read = context.outputs(node), elements_read or {}
    return Operator(node.name, node.op, kind, inputs, outputs, None, vector_ops, node.attributes, read)
