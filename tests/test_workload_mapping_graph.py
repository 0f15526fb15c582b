"""Mapping graphs: bytes, order and edges are kept; what is no graph gets one sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.errors import WorkloadError
from hwsim.workload.mapping_graph import BYTES_ONLY, load_mapping_graph, mapping_graph
from hwsim.workload.operator import Kind
from hwsim.workload.tensor import Role

DATA = Path(__file__).resolve().parent / "data"


def test_bytes_edges_and_roles_are_kept() -> None:
    ops = [
        {"id": 0, "name": "in", "inputs": [], "out_bytes": 10},
        {"id": 1, "name": "left", "inputs": [0], "out_bytes": 20},
        {"id": 2, "name": "sum", "inputs": [1, 0], "out_bytes": 30},
    ]
    workload = mapping_graph({"name": "tiny", "ops": ops}, "tiny.json")
    assert [(o.name, o.kind, o.inputs) for o in workload.operators] == [
        ("in", Kind.MOVE, ()),
        ("left", Kind.MOVE, ("in.out",)),
        ("sum", Kind.MOVE, ("left.out", "in.out")),
    ]
    assert {name: t.bytes() for name, t in workload.tensors.items()} == {"in.out": 10, "left.out": 20, "sum.out": 30}
    assert [t.role for t in workload.tensors.values()] == [Role.ACTIVATION, Role.ACTIVATION, Role.OUTPUT]
    assert (workload.name, workload.macs, workload.assumptions) == ("tiny", 0, (BYTES_ONLY,))


@pytest.mark.parametrize("name", ["resnet18", "googlenet4"])
def test_a_whole_graph(name: str) -> None:
    path = DATA / f"mapping_{name}.json"
    ops = json.loads(path.read_text(encoding="utf-8"))["ops"]
    workload = load_mapping_graph(path)
    assert [workload.tensors[o.outputs[0]].bytes() for o in workload.operators] == [op["out_bytes"] for op in ops]
    assert workload.graph.number_of_edges() == len({(source, op["id"]) for op in ops for source in op["inputs"]})


def test_equal_names_get_their_ids() -> None:
    workload = load_mapping_graph(DATA / "mapping_googlenet4.json")
    assert len({operator.name for operator in workload.operators}) == len(workload.operators) == 38
    assert sum("@" in operator.name for operator in workload.operators) == 2


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(6)))
def test_any_order_of_the_document_can_run(order: list[int]) -> None:
    inputs = {0: [], 1: [0], 2: [0], 3: [1, 2], 4: [3, 0], 5: []}
    ops = [{"id": i, "name": f"n{i}", "inputs": inputs[i], "out_bytes": i + 1} for i in order]
    workload = mapping_graph({"ops": ops}, "shuffled.json")
    edges = {(int(a[1:]), int(b[1:])) for a, b in workload.graph.edges}
    assert edges == {(source, node) for node, sources in inputs.items() for source in sources}
    if all(order.index(source) < order.index(node) for source, node in edges):
        assert [operator.name for operator in workload.operators] == [f"n{i}" for i in order]


def op(**changes: object) -> dict[str, object]:
    return {"id": 0, "name": "a", "inputs": [], "out_bytes": 1} | changes


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "g.json: a mapping graph has a key 'ops' with a list of operators"),
        ({"ops": []}, "g.json: a mapping graph has a key 'ops' with a list of operators"),
        ({"ops": [3]}, "g.json: operator 0 is 3; allowed is an object with id, name, inputs, out_bytes"),
        (
            {"ops": [{"out_byte": 3}]},
            "g.json: operator 0 has no key 'out_byte' (did you mean 'out_bytes'?); "
            "its keys are id, name, inputs, out_bytes",
        ),
        ({"ops": [op(out_bytes=0)]}, "g.json: operator 0: out_bytes is 0; allowed is a whole number from 1 up"),
        ({"ops": [op(out_bytes=-5)]}, "g.json: operator 0: out_bytes is -5; allowed is a whole number from 1 up"),
        ({"ops": [{"id": 0}]}, "g.json: operator 0: out_bytes is None; allowed is a whole number from 1 up"),
        ({"ops": [op(id=-1)]}, "g.json: operator 0: id is -1; allowed is a whole number from 0 up"),
        ({"ops": [op(inputs=3)]}, "g.json: operator 0: inputs is 3; allowed is a list of ids"),
        ({"ops": [op(inputs=["b"])]}, "g.json: operator 0: an input is 'b'; allowed is a whole number from 0 up"),
        ({"ops": [op(inputs=[9])]}, "g.json: operator 'a' reads the unknown operator 9"),
        ({"ops": [op(), op(name="b")]}, "g.json: operators 'a' and 'b' have the same id 0"),
        (
            {"ops": [op(inputs=[1]), op(id=1, name="b", inputs=[0])]},
            "g.json: the operators a -> b wait for each other in a cycle",
        ),
        ({"ops": [op(inputs=[0])]}, "g.json: the operators a wait for each other in a cycle"),
    ],
)
def test_mistakes_get_one_sentence(document: object, message: str) -> None:
    with pytest.raises(WorkloadError, match=f"^{re.escape(message)}$"):
        mapping_graph(document, "g.json")


def test_broken_json(tmp_path: Path) -> None:
    path = tmp_path / "g.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(WorkloadError, match=f"^{re.escape(str(path))}: not a JSON file: [^\\n]+$"):
        load_mapping_graph(path)
