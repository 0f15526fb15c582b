"""One node of an ONNX graph as the readers see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from onnx import AttributeProto, NodeProto
from onnx.helper import get_attribute_value

from hwsim.errors import WorkloadError

ONNX_DOMAINS = ("", "ai.onnx")
SCALARS = (AttributeProto.INT, AttributeProto.FLOAT, AttributeProto.STRING)
LISTS = (AttributeProto.INTS, AttributeProto.FLOATS, AttributeProto.STRINGS)
GRAPHS = (AttributeProto.GRAPH, AttributeProto.GRAPHS)


@dataclass(frozen=True)
class Node:
    """``proto`` under a name that no other node has."""

    name: str
    proto: NodeProto

    @property
    def op(self) -> str:
        """Operator type; one that is not ONNX's own carries its domain."""
        domain = self.proto.domain
        return self.proto.op_type if domain in ONNX_DOMAINS else f"{domain}.{self.proto.op_type}"

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Tensors read, by position; empty where an optional one is left out."""
        return tuple(self.proto.input)

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        return tuple(self.proto.output)

    def input(self, position: int) -> str:
        """The tensor at ``position``, or an empty string."""
        return self.inputs[position] if position < len(self.inputs) else ""

    @cached_property
    def attributes(self) -> Mapping[str, object]:
        """Numbers, texts and lists of them; tensors and graphs are left out."""
        return {a.name: _plain(a) for a in self.proto.attribute if a.type in (*SCALARS, *LISTS)}

    @property
    def holds_graph(self) -> bool:
        return any(a.type in GRAPHS for a in self.proto.attribute)

    def integer(self, name: str, default: int) -> int:
        value = self.attributes.get(name, default)
        return value if isinstance(value, int) else default

    def real(self, name: str, default: float) -> float:
        value = self.attributes.get(name, default)
        return value if isinstance(value, float) else default

    def text(self, name: str, default: str) -> str:
        value = self.attributes.get(name, default)
        return value if isinstance(value, str) else default

    def integers(self, name: str, default: Sequence[int]) -> tuple[int, ...]:
        """A list attribute; raises WorkloadError unless it is as long as ``default``."""
        value = self.attributes.get(name)
        given = tuple(x for x in value if isinstance(x, int)) if isinstance(value, tuple) else tuple(default)
        if len(given) != len(default):
            raise WorkloadError(f"attribute {name} has {len(given)} numbers; {len(default)} are needed")
        return given


def _plain(attribute: AttributeProto) -> object:
    value = get_attribute_value(attribute)
    if attribute.type in LISTS:
        return tuple(_decoded(item) for item in value)
    return _decoded(value)


def _decoded(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def named(protos: Iterable[NodeProto]) -> list[Node]:
    """Give each node its own name, or that of its first output; a name that is taken gets a number."""
    nodes: dict[str, Node] = {}
    for proto in protos:
        wanted = name = proto.name or next((output for output in proto.output if output), proto.op_type)
        number = 1
        while name in nodes:
            number += 1
            name = f"{wanted}#{number}"
        nodes[name] = Node(name, proto)
    return list(nodes.values())
