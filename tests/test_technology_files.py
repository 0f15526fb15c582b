"""Files of technologies: what is written is read again, and nothing without its source."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from hwsim.engine import Engine, load_engine
from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from hwsim.technology import load_technology, technologies
from hwsim.technology.data_file import of_json, read, to_text
from hwsim.technology.provenance import Provenance
from hwsim.technology.scaling import ENERGY_OF_VOLTAGE, NODES, area_factor, energy_factor
from made_technology import made, write

ENGINES = [load_engine("systolic-os:rows=2,cols=2"), load_engine("lut:m=2,n=2,k=2")]


def given() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(to_text(made(ENGINES)))
    return value


@pytest.mark.parametrize("simulated", [False, True])
def test_a_file_is_read_as_it_was_written(simulated: bool, tmp_path: Path) -> None:
    technology = made(ENGINES, simulated=simulated)
    again = read(write(technology, tmp_path))
    assert to_text(again) == to_text(technology)
    assert (again.leaves, again.engines) == (technology.leaves, technology.engines)
    assert again.provenance == technology.provenance


@pytest.mark.parametrize("provenance", [None, {}, "said"])
def test_figures_without_provenance_are_not_loaded(provenance: object) -> None:
    message = "x.json has no provenance: figures without a source, tools and a date are not loaded"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        of_json({**given(), "provenance": provenance}, "x.json")


@pytest.mark.parametrize("name", [field.name for field in fields(Provenance)])
@pytest.mark.parametrize("empty", [True, False])
def test_every_part_of_the_provenance_is_there(name: str, empty: bool) -> None:
    said = given()["provenance"]
    said = {**said, name: ""} if empty else {key: value for key, value in said.items() if key != name}
    names = ", ".join(field.name for field in fields(Provenance))
    message = f"x.json: the provenance does not say {name}; it says {names}"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        of_json({**given(), "provenance": said}, "x.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, 'x.json is not the file of a technology: it does not say "format": 1'),
        ({"leaves": [{"kind": "delay"}]}, "x.json lacks 'parameters'"),
        (
            {"engines": [{"engine": "systolic-os", "period_ns": 0, "switching_pj": None}]},
            "x.json: engine systolic-os has a period of 0.0 ns",
        ),
        (
            {"engines": [{"engine": "lut", "period_ns": 1, "macs_per_pe_cycle": 0, "switching_pj": None}]},
            "x.json: engine lut ends 0.0 multiply-accumulates in a cycle of a PE",
        ),
        (
            {
                "engines": [
                    {"engine": "lut", "period_ns": 1, "macs_per_pe_cycle": 1, "switching_pj": {"nothing": [1, 2]}}
                ]
            },
            "x.json: engine lut has the leaf nothing, and the file has no figures for it",
        ),
    ],
)
def test_what_is_no_technology_is_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        of_json({**given(), **change}, "x.json")


def test_an_unknown_name_has_the_nearest_known_one() -> None:
    known = ", ".join(technologies())
    message = (
        f"unknown technology 'osu18' (did you mean 'osu018'?); technologies are {known}, "
        "or a .json file that `hwsim rtl characterise` wrote"
    )
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        load_technology("osu18")


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    missing, other = tmp_path / "missing.json", tmp_path / "other.json"
    other.write_text("{")
    with pytest.raises(SpecError, match=f"^{re.escape(str(missing))}: No such file or directory$"):
        load_technology(missing)
    with pytest.raises(SpecError, match=f"^{re.escape(str(other))} is not JSON: "):
        load_technology(other)


def test_a_leaf_that_was_not_characterised_is_named_with_what_was() -> None:
    technology = made([], [Leaf.of("tree_adder", bits=8), Leaf.of("tree_adder", bits=16)])
    how = "; `hwsim rtl characterise --engine ENGINE --out DIR` makes a file that has the leaves of an engine"
    message = (
        "technology made has no leaf tree_adder_bits20, nor what it lies between: its kind is there with "
        f"bits=8; bits=16{how}"
    )
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        technology.leaf(Leaf.of("tree_adder", bits=20))
    message = (
        "technology made has no leaf tree_addr_bits8, nor any of its kind and modes (did you mean 'tree_adder'?)" + how
    )
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        technology.leaf(Leaf.of("tree_addr", bits=8))


def test_an_engine_that_was_not_characterised_is_named() -> None:
    engine: Engine = load_engine("cube:p=2")
    message = (
        f"technology made has no engine like {engine.spec}; "
        "`hwsim rtl characterise --engine ENGINE --out DIR` makes a file that has it"
    )
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        made(ENGINES).around(engine)


@pytest.mark.parametrize("name", technologies())
def test_every_shipped_technology_says_where_it_comes_from(name: str) -> None:
    technology = load_technology(name)
    assert technology.name == name == technology.origin
    assert technology.leaves
    assert all(re.fullmatch("[0-9a-f]{16}", figures.netlist) for figures in technology.leaves)
    assert re.fullmatch("[0-9a-f]{64}", technology.provenance.digest)


def test_scaling_is_asked_for_and_said() -> None:
    plain, scaled = load_technology("osu018"), made(ENGINES)
    assert plain.scaling == scaled.scaling == ""
    message = "figures are scaled between 7 and 130 nm (Stillmaker and Baas, Integration 58 (2017) 74-81), "
    with pytest.raises(SpecError, match=f"^{re.escape(message)}not to or from 180 nm$"):
        load_technology("osu018:node_nm=7,voltage_v=0.7")
    with pytest.raises(SpecError, match=r"^osu018:node_nm=7: a technology is scaled to a node_nm and a voltage_v, "):
        load_technology("osu018:node_nm=7")


def test_a_scaled_technology_has_other_areas_and_energies_and_the_same_clocks(tmp_path: Path) -> None:
    path = write(made(ENGINES), tmp_path)
    plain, scaled = load_technology(path), load_technology(f"{path}:node_nm=7,voltage_v=0.7")
    area, energy = area_factor(45, 7), energy_factor(45, 1.0, 7, 0.7)
    assert scaled.origin == f"{path}:node_nm=7,voltage_v=0.7"
    assert scaled.scaling
    for one, other in zip(plain.leaves, scaled.leaves, strict=True):
        assert other.area_um2 == pytest.approx(area * one.area_um2)
        assert other.delay_ns == one.delay_ns
        assert other.clock_pj == pytest.approx(energy * (one.clock_pj or 0))
    for x, y in zip(plain.engines, scaled.engines, strict=True):
        assert x.period_ns == y.period_ns
        assert x.switching is not None
        assert y.switching == {leaf: taken.scaled(energy) for leaf, taken in x.switching.items()}


@pytest.mark.parametrize("node", NODES)
def test_scaling_to_where_one_is_changes_nothing_and_there_and_back_neither(node: int) -> None:
    assert area_factor(node, node) == energy_factor(node, 0.9, node, 0.9) == 1
    assert area_factor(45, node) * area_factor(node, 45) == pytest.approx(1)
    square, linear, constant = ENERGY_OF_VOLTAGE[node]
    assert energy_factor(node, 1.0, node, 0.8) == pytest.approx(
        (0.64 * square + 0.8 * linear + constant) / (square + linear + constant)
    )


def test_areas_between_nodes_lie_between() -> None:
    factors = [area_factor(130, node) for node in range(7, 131)]
    assert factors == sorted(factors)
    assert area_factor(45, 7) == pytest.approx(0.059, rel=0.03)  # the table's own entry, to its two digits
