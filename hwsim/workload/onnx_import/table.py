"""One table from ONNX operator type to its reader."""

from __future__ import annotations

from collections.abc import Mapping

from hwsim.errors import WorkloadError, nearest
from hwsim.workload.onnx_import import convolutions, movement, products, quantised, vector
from hwsim.workload.onnx_import.node import Node
from hwsim.workload.onnx_import.reading import Reading
from hwsim.workload.operator import Kind

READINGS: Mapping[str, Reading] = {
    **convolutions.READINGS,
    **products.READINGS,
    **quantised.READINGS,
    **vector.READINGS,
    **movement.READINGS,
}


def reading_of(node: Node) -> Reading:
    """Raises WorkloadError, by name, for an operator that is not in the table."""
    if node.holds_graph:
        raise WorkloadError(f"node {node.name!r} ({node.op}) holds a subgraph; control flow is not supported")
    if node.op not in READINGS:
        products = ", ".join(op for op, reading in READINGS.items() if reading.kind is Kind.PRODUCT)
        raise WorkloadError(
            f"node {node.name!r} is a {node.op}{nearest(node.op, READINGS)}, which is not supported; allowed are the "
            f"products {products} and {len(READINGS) - products.count(',') - 1} operators without products "
            f"that docs/workloads.md lists"
        )
    return READINGS[node.op]


def markdown() -> str:
    """The table of supported operators for the documents: operator, kind, elementary operations."""
    rows: dict[tuple[str, str], list[str]] = {}
    for op, reading in READINGS.items():
        rows.setdefault((reading.kind.value, reading.cost), []).append(op)
    lines = ["| operators | kind | elementary operations |", "|---|---|---|"]
    lines += [f"| {', '.join(sorted(ops))} | {kind} | {cost} |" for (kind, cost), ops in rows.items()]
    return "\n".join(lines)
