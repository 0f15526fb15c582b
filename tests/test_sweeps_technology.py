"""Technologies on the command line and in studies: as a field, as an axis, and what their figures decide."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sweeps
from hwsim.technology import load_technology, technologies
from made_technology import made, write
from rtl.characterisation.engine_list import default_engines, default_leaves
from small_study import STUDY, write_study
from sweeps.cli import app
from sweeps.metrics import BY_NAME
from sweeps.table import Table

FIGURES = ("area_um2", "energy_pj", "energy_unit_delay_pj", "clock_ghz", "tops_per_mm2", "tops_per_watt", "runtime_us")
SIMULATE = ["simulate", "--workload", "resnet50", "--engine", "systolic-os:rows=8,cols=8"]


@pytest.fixture(scope="module")
def technology(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(made(default_engines(), default_leaves()), tmp_path_factory.mktemp("technology"))


def swept(folder: Path, machine: str, more: str = "") -> Table:
    text = STUDY.replace("[machine]", f"[machine]\n{machine}").replace('"rows == cols"', f'"rows == cols"{more}')
    return sweeps.run(sweeps.load_study(write_study(folder, text)))


def told(*words: str) -> dict[str, object]:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    value: dict[str, object] = json.loads(done.stdout)
    return value


def test_every_point_of_a_study_with_a_technology_has_its_figures(technology: Path, tmp_path: Path) -> None:
    table = swept(tmp_path, f'technology = "{technology}"')
    assert not table.failed
    for entry in table.entries:
        assert all(entry.values[name] > 0 for name in FIGURES)


def test_without_one_they_stay_unknown_but_for_the_clock(tmp_path: Path) -> None:
    for entry in swept(tmp_path, "").entries:
        known = [name for name in FIGURES if entry.values[name] is not None]
        assert known == ["clock_ghz", "runtime_us"]


def test_a_technology_is_an_axis_and_its_figures_are_constraints(technology: Path, tmp_path: Path) -> None:
    axis = f'technology = ["none", "{technology}"]'
    table = swept(tmp_path, axis)
    assert len({entry.digest for entry in table.entries}) == len(table.entries)
    with_one = [entry for entry in table.entries if entry.values["technology"] == str(technology)]
    assert len(with_one) == len(table.entries) // 2
    smallest = min(entry.values["area_um2"] for entry in with_one)
    limited = swept(tmp_path, f'technology = "{technology}"', f', "area_um2 <= {smallest}"')
    assert {entry.values["area_um2"] for entry in limited.entries if entry.allowed} == {smallest}


def test_other_figures_under_the_same_name_are_another_point(technology: Path, tmp_path: Path) -> None:
    copy = tmp_path / "made.json"
    copy.write_text(technology.read_text())
    before = {entry.digest for entry in swept(tmp_path, f'technology = "{copy}"').entries}
    copy.write_text(technology.read_text().replace('"date": "2026-11-26"', '"date": "2026-11-27"'))
    after = {entry.digest for entry in swept(tmp_path, f'technology = "{copy}"').entries}
    assert not before & after


def test_an_engine_without_figures_is_its_points_error(tmp_path: Path) -> None:
    path = write(made([]), tmp_path)
    for entry in swept(tmp_path, f'technology = "{path}"').entries:
        assert entry.error is not None
        assert entry.error.startswith("technology made has no leaf ")


def test_the_json_of_a_simulation_has_every_figure(technology: Path) -> None:
    value = told(*SIMULATE, "--technology", str(technology))
    assert value["technology"] == str(technology)
    for name in FIGURES[:-1]:
        assert value[name], name
    assert isinstance(value["assumptions"], list)
    assert any("CACTI 7" in said for said in value["assumptions"])
    assert any("made" in said for said in value["assumptions"])


def test_a_simulation_is_scaled_on_request_and_says_so(technology: Path) -> None:
    plain = told(*SIMULATE, "--technology", str(technology))
    scaled = told(*SIMULATE, "--technology", str(technology), "--scale-to", "7@0.7")
    assert scaled["technology"] == f"{technology}:node_nm=7,voltage_v=0.7"
    assert (scaled["clock_ghz"], scaled["total_cycles"]) == (plain["clock_ghz"], plain["total_cycles"])
    assert isinstance(scaled["area_um2"], float)
    assert isinstance(plain["area_um2"], float)
    assert scaled["area_um2"] < 0.1 * plain["area_um2"]
    assert isinstance(scaled["assumptions"], list)
    assert any("are scaled from made" in said for said in scaled["assumptions"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--scale-to", "7@0.7"], "hwsim: --scale-to 7@0.7 scales a technology, and --technology names none\n"),
        (
            ["--technology", "osu018", "--scale-to", "7"],
            "hwsim: --scale-to '7' is not of the form NM@VOLTS, as 7@0.7\n",
        ),
    ],
)
def test_scaling_that_cannot_be(words: list[str], message: str) -> None:
    done = CliRunner().invoke(app, [*SIMULATE, *words])
    assert (done.exit_code, done.stderr) == (2, message)


def test_technologies_are_listed_with_their_sources() -> None:
    listed = told("technologies")["technologies"]
    assert isinstance(listed, list)
    assert [record["name"] for record in listed] == list(technologies())
    for record in listed:
        assert record["provenance"] == load_technology(record["name"]).provenance.to_json()
        assert record["node_nm"] > 0
    done = CliRunner().invoke(app, ["technologies"])
    assert done.exit_code == 0
    assert all(name in done.stdout for name in technologies())


def test_figures_of_studies_say_what_they_are_of() -> None:
    assert all(
        "the array alone, dense-equivalent" in BY_NAME[name].meaning for name in ("tops_per_mm2", "tops_per_watt")
    )
    assert all(
        "needs a technology" in BY_NAME[name].meaning for name in FIGURES if name not in ("clock_ghz", "runtime_us")
    )
