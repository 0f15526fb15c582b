"""QuantizeLinear and DequantizeLinear pairs: which float tensors of a graph are integers in memory."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from hwsim.formats import Format
from hwsim.workload.onnx_import.constants import is_folded
from hwsim.workload.onnx_import.network import Network
from hwsim.workload.onnx_import.node import Node

DEQUANTIZE = "DequantizeLinear"
ZERO_POINT = 2
OPERANDS = (0, 1)
FLOAT_PRODUCTS = frozenset({"Conv", "ConvTranspose", "Einsum", "Gemm", "MatMul"})
CARRIERS = frozenset(
    {
        "DepthToSpace",
        "Dropout",
        "Expand",
        "Flatten",
        "Gather",
        "Identity",
        "MaxPool",
        "Reshape",
        "Slice",
        "SpaceToDepth",
        "Split",
        "Squeeze",
        "Tile",
        "Transpose",
        "Unsqueeze",
    }
)
"""Operators that give the same answer before and after dequantisation (scales are positive)."""


@dataclass(frozen=True, slots=True)
class Storage:
    """``formats`` of tensors that are kept as integers though the graph declares them float, and the tensors that hold
    their ``zero_points``; ``sources``: the integer tensor that a product reads in place of a dequantised one that
    others read as float."""

    formats: Mapping[str, Format]
    zero_points: Mapping[str, str]
    sources: Mapping[str, str]


def find_storage(network: Network) -> Storage:
    """Follow each dequantised tensor to its readers.

    A tensor between DequantizeLinear and products (directly, or through CARRIERS) stays integer: the product takes the
    integers. If others read it too, it is dequantised for them, and products read the integers beside it.
    """
    if not any(node.op == DEQUANTIZE for node in network.nodes):
        return Storage({}, {}, {})
    stays = _staying(network)
    formats: dict[str, Format] = {}
    zero_points: dict[str, str] = {}
    sources: dict[str, str] = {}
    for node in network.nodes:
        kept = [name for name in node.outputs if name and (network.is_constant(name) or name in stays)]
        if node.op == DEQUANTIZE:
            stored = node.inputs[0]
            formats |= dict.fromkeys(kept, network.format(stored))
            zero_points |= dict.fromkeys((*kept, stored), node.input(ZERO_POINT))
            if not kept:
                sources[node.outputs[0]] = stored
        elif node.op in CARRIERS and node.inputs[0] in formats:
            formats |= dict.fromkeys(kept, formats[node.inputs[0]])
            zero_points |= dict.fromkeys(kept, zero_points[node.inputs[0]])
    return Storage(formats, zero_points, sources)


def _staying(network: Network) -> set[str]:
    """Tensors that only products read, directly or through carriers."""
    readers: dict[str, list[tuple[Node, int]]] = {}
    for node in network.nodes:
        if not is_folded(node, network.constants):
            for position, name in enumerate(node.inputs):
                readers.setdefault(name, []).append((node, position))
    stays: set[str] = set()
    for node in reversed(network.nodes):
        for name in node.outputs:
            found = readers.get(name, [])
            if found and name not in network.outputs and all(_accepts(*use, stays, readers) for use in found):
                stays.add(name)
    return stays


def _accepts(reader: Node, position: int, stays: Container[str], readers: Container[str]) -> bool:
    if reader.op in FLOAT_PRODUCTS:
        return position in OPERANDS
    used = [name for name in reader.outputs if name in readers]
    return reader.op in CARRIERS and position == 0 and bool(used) and all(name in stays for name in used)
