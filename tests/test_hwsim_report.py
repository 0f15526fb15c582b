"""The report as JSON: every promised key, plain values, sums that agree."""

from __future__ import annotations

import json

from hwsim.engine import load_engine
from hwsim.machine import make_machine
from hwsim.report import Report
from hwsim.simulation import simulate
from small_networks import chain

PROMISED = {
    "total_cycles", "compute_cycles", "stall_cycles", "macs", "utilization", "energy_pj", "area_um2",
    "area_by_component", "clock_ghz", "technology", "assumptions", "layers", "other_operators",
}  # fmt: skip
OF_A_LAYER = {"name", "m", "n", "k", "batch", "compute_cycles", "total_cycles", "utilization", "dram_bytes"}


def report() -> Report:
    return simulate(chain(), make_machine(load_engine("systolic-os:rows=4,cols=4"), {"clock_ghz": 2}))


def test_the_json_holds_what_is_promised_and_survives_a_file() -> None:
    value = report().to_json()
    assert set(value) >= PROMISED
    assert all(set(layer) >= OF_A_LAYER for layer in value["layers"])
    assert json.loads(json.dumps(value)) == value


def test_the_json_adds_up() -> None:
    value = report().to_json()
    assert value["total_cycles"] == value["compute_cycles"] + sum(value["stall_cycles"].values())
    parts = [*value["layers"], *value["other_operators"]]
    assert value["dram_bytes"] == sum(part["dram_bytes"] for part in parts)
    by_reason = value["dram_bytes_by_reason"]
    assert value["dram_bytes"] == sum(moved for reasons in by_reason.values() for moved in reasons.values())
    for layer in value["layers"]:
        assert layer["total_cycles"] == layer["compute_cycles"] + sum(layer["stall_cycles"].values())


def test_without_a_technology_costs_are_null_and_rates_follow_the_clock() -> None:
    found = report()
    value = found.to_json()
    assert (value["energy_pj"], value["area_um2"], value["area_by_component"], value["technology"]) == (
        None,
        None,
        {},
        None,
    )
    assert found.time_ms == found.total_cycles / 2e6
    assert found.tops == 2 * found.macs / (found.total_cycles / 2) / 1e3
    assert "the clock is 2.0 GHz, as given: no technology is chosen" in found.assumptions
