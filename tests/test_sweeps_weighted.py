"""Designs over several networks: what weights mean, and the front of the weighted results."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import sweeps
from small_study import GEMMS, STUDY, write_study
from sweeps.cli import app
from sweeps.design_table import weighted_table
from sweeps.metrics import BY_NAME, METRICS
from sweeps.table import Table
from sweeps.weighted import OF_DESIGN, PER_ENERGY, SUMMED, weighted

OTHER = '[[gemm]]\nname = "other"\nm = 33\nn = 9\nk = 17\n'
TWO = STUDY.replace('["gemms.toml"]', '[{name="gemms.toml", weight=3}, "other.toml"]')


def tables(folder: Path, text: str = TWO) -> tuple[Table, Table]:
    path = write_study(folder, text)
    (folder / "other.toml").write_text(OTHER)
    table = sweeps.run(sweeps.load_study(path))
    of_designs = weighted_table(table)
    assert of_designs is not None
    return table, of_designs


def test_a_study_without_weights_has_fronts_per_network_alone(tmp_path: Path) -> None:
    assert weighted_table(sweeps.run(sweeps.load_study(write_study(tmp_path)))) is None


def test_a_design_has_the_weighted_sum_of_its_networks(tmp_path: Path) -> None:
    table, of_designs = tables(tmp_path)
    first = [e for e in table.entries if e.workload == "gemms.toml"]
    second = [e for e in table.entries if e.workload == "other.toml"]
    assert len(of_designs.entries) == len(first) == len(second)
    for design, a, b in zip(of_designs.entries, first, second, strict=True):
        assert (design.fields["engine"], design.fields["machine"]) == (a.fields["engine"], b.fields["machine"])
        for name in ("total_cycles", "dram_bytes", "macs"):
            assert design.values[name] == 3 * a.values[name] + b.values[name]
        assert design.values["pe_count"] == a.values["pe_count"] == b.values["pe_count"]
        share = design.values["macs"] / (design.values["pe_count"] * design.values["total_cycles"])
        assert design.values["utilization"] == pytest.approx(share)
        assert design.workload == "2 networks, weighted"


def test_the_front_of_designs_is_that_of_the_weighted_results(tmp_path: Path) -> None:
    _, of_designs = tables(tmp_path)
    costs = {e.position: (e.values["total_cycles"], e.values["pe_count"]) for e in of_designs.entries}
    for entry in of_designs.entries:
        mine = costs[entry.position]
        beaten = any(o[0] <= mine[0] and o[1] <= mine[1] and o != mine for o in costs.values())
        assert entry.on_front is not beaten


def test_a_design_that_fails_on_one_network_fails(tmp_path: Path) -> None:
    text = TWO.replace("[machine]", "[machine]\nscratchpad_c_bytes = 512")
    table, of_designs = tables(tmp_path, text)
    assert table.failed
    for design in of_designs.failed:
        assert design.error in {entry.error for entry in table.failed}
        assert design.values["total_cycles"] is None
        assert not design.allowed
    assert len(of_designs.failed) + sum(e.allowed for e in of_designs.entries) == len(of_designs.entries)


def test_a_design_that_constraints_keep_from_one_network_has_no_weighted_row(tmp_path: Path) -> None:
    text = TWO.replace('"rows == cols"', '"rows == cols", "pe_count <= 16 or workload == \'gemms.toml\'"')
    table, of_designs = tables(tmp_path, text)
    assert 0 < len(of_designs.entries) < len([e for e in table.entries if e.workload == "gemms.toml"])
    assert all(entry.values["pe_count"] <= 16 for entry in of_designs.entries)


def test_every_result_is_a_sum_a_property_of_the_design_or_a_ratio() -> None:
    assert set(BY_NAME) - SUMMED - OF_DESIGN - PER_ENERGY == {"utilization", "tops_per_mm2"}
    assert not SUMMED & OF_DESIGN


costs = st.tuples(st.integers(1, 10**9), st.integers(1, 10**9), st.floats(1, 1e9), st.floats(0.01, 100))


@given(st.lists(costs, min_size=1, max_size=5), st.floats(0.1, 5), st.floats(1, 1e6))
def test_rates_over_networks_are_those_of_all_work_over_all_time_and_energy(
    runs: list[tuple[int, int, float, float]], clock_ghz: float, area_um2: float
) -> None:
    summaries = []
    for cycles, macs, energy_pj, _ in runs:
        tops = 2e-3 * macs * clock_ghz / cycles
        rates = {"tops_per_mm2": 1e6 * tops / area_um2, "tops_per_watt": 2 * macs / energy_pj}
        work = {"total_cycles": cycles, "macs": macs, "energy_pj": energy_pj, "energy_unit_delay_pj": 2 * energy_pj}
        summaries.append({m.name: 7 for m in METRICS} | rates | work)
    whole = weighted(summaries, [weight for *_, weight in runs])
    assert whole["tops_per_watt"] == pytest.approx(2 * whole["macs"] / whole["energy_pj"])
    tops = 2e-3 * whole["macs"] * clock_ghz / whole["total_cycles"]
    assert whole["tops_per_mm2"] == pytest.approx(1e6 * tops / area_um2)
    assert whole["energy_unit_delay_pj"] == pytest.approx(2 * whole["energy_pj"])


cycles = st.integers(1, 10**9)
summaries = st.builds(
    lambda cycles, macs: {m.name: 7 for m in METRICS} | {"total_cycles": cycles, "macs": macs, "energy_pj": None},
    cycles,
    cycles,
)


@given(st.lists(st.tuples(summaries, st.floats(0.01, 100)), min_size=1, max_size=5), st.floats(0.1, 10))
def test_scaling_all_weights_scales_sums_and_leaves_ratios(
    pairs: list[tuple[dict[str, int], float]], by: float
) -> None:
    given_, weights = [s for s, _ in pairs], [w for _, w in pairs]
    plain, scaled = weighted(given_, weights), weighted(given_, [w * by for w in weights])
    assert scaled["total_cycles"] == pytest.approx(by * plain["total_cycles"])
    assert scaled["utilization"] == pytest.approx(plain["utilization"])
    assert plain["energy_pj"] is None


@given(summaries)
def test_one_network_of_weight_one_is_itself(summary: dict[str, int]) -> None:
    assert weighted([summary], [1]) == pytest.approx(summary)


def test_weights_are_on_the_terminal(tmp_path: Path) -> None:
    path = write_study(tmp_path, TWO)
    (tmp_path / "other.toml").write_text(GEMMS)
    done = CliRunner().invoke(app, ["sweep", str(path), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0
    assert "On 2 networks, weighted, matrix-2d:rows=16,cols=16 has the lowest total cycles" in done.output.replace(
        "\n", " "
    )
