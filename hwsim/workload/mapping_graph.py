"""Mapping graphs in JSON: operators with the bytes that they make, and nothing else.

``{"name": ..., "ops": [{"id": 0, "name": "conv1", "inputs": [], "out_bytes": 802816}, ...]}``; ``inputs`` are ids,
``name`` may be missing. Other keys of the document (known optima, say) are left alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hwsim.errors import WorkloadError, nearest
from hwsim.formats import INT8
from hwsim.workload.building import WorkloadBuilder
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Operator

NODE_KEYS = ("id", "name", "inputs", "out_bytes")

BYTES_ONLY = (
    "a mapping graph tells bytes, not shapes: no operator has a product or vector work, "
    "and what no operator reads is handed outside"
)


@dataclass(frozen=True, slots=True)
class Node:
    """An operator of a mapping graph: the ids that it reads, the bytes that it makes."""

    id: int
    name: str
    inputs: tuple[int, ...]
    out_bytes: int


def load_mapping_graph(path: str | Path) -> Workload:
    """Read a mapping graph file. Raises WorkloadError for what is not one."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise WorkloadError(f"{path}: not a JSON file: {error}") from None
    return mapping_graph(document, str(path))


def mapping_graph(document: object, where: str) -> Workload:
    """Return the workload of a mapping graph; ``where`` names the document in errors.

    Operators stand in the document's order if that order can run, else in a topological order with the fewest
    changes (smallest position first). An operator named twice gets its id: ``cat@7``.
    """
    if not isinstance(document, dict) or not isinstance(document.get("ops"), list) or not document["ops"]:
        raise WorkloadError(f"{where}: a mapping graph has a key 'ops' with a list of operators")
    nodes = [_node(f"{where}: operator {index}", index, given) for index, given in enumerate(document["ops"])]
    nodes = _in_order(where, nodes)
    builder = WorkloadBuilder(str(document.get("name", Path(where).stem)))
    names = _unique_names(nodes)
    for node in nodes:
        made = builder.tensor(f"{names[node.id]}.out", (node.out_bytes,), INT8)
        inputs = tuple(f"{names[source]}.out" for source in node.inputs)
        builder.add(Operator(names[node.id], "Node", Kind.MOVE, inputs, (made,)))
    return builder.build([BYTES_ONLY])


def _node(where: str, index: int, given: object) -> Node:
    if not isinstance(given, dict):
        raise WorkloadError(f"{where} is {given!r}; allowed is an object with {', '.join(NODE_KEYS)}")
    for key in given:
        if key not in NODE_KEYS:
            allowed = ", ".join(NODE_KEYS)
            raise WorkloadError(f"{where} has no key {key!r}{nearest(key, NODE_KEYS)}; its keys are {allowed}")
    inputs = given.get("inputs", [])
    if not isinstance(inputs, list):
        raise WorkloadError(f"{where}: inputs is {inputs!r}; allowed is a list of ids")
    id_ = _whole(where, "id", given.get("id", index), 0)
    return Node(
        id_,
        str(given.get("name", f"op{id_}")),
        tuple(_whole(where, "an input", source, 0) for source in inputs),
        _whole(where, "out_bytes", given.get("out_bytes"), 1),
    )


def _whole(where: str, key: str, value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise WorkloadError(f"{where}: {key} is {value!r}; allowed is a whole number from {least} up")
    return value


def _in_order(where: str, nodes: list[Node]) -> list[Node]:
    """The nodes in an order in which they can run; refuses duplicate ids, unknown inputs and cycles."""
    import networkx as nx  # a seventh of a second, for files of this form alone

    by_id: dict[int, Node] = {}
    for node in nodes:
        if node.id in by_id:
            raise WorkloadError(
                f"{where}: operators {by_id[node.id].name!r} and {node.name!r} have the same id {node.id}"
            )
        by_id[node.id] = node
    graph = nx.DiGraph()
    graph.add_nodes_from(by_id)
    for node in nodes:
        for source in node.inputs:
            if source not in by_id:
                raise WorkloadError(f"{where}: operator {node.name!r} reads the unknown operator {source}")
            graph.add_edge(source, node.id)
    position = {node.id: index for index, node in enumerate(nodes)}
    try:
        order = list(nx.lexicographical_topological_sort(graph, key=position.__getitem__))
    except nx.NetworkXUnfeasible:
        cycle = " -> ".join(by_id[source].name for source, _ in nx.find_cycle(graph))
        raise WorkloadError(f"{where}: the operators {cycle} wait for each other in a cycle") from None
    return [by_id[id_] for id_ in order]


def _unique_names(nodes: list[Node]) -> Mapping[int, str]:
    counts = Counter(node.name for node in nodes)
    return {node.id: node.name if counts[node.name] == 1 else f"{node.name}@{node.id}" for node in nodes}
