"""Tables as DataFrames and of designs: the same as the canonical export."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import sweeps
from hwsim.errors import MissingToolError
from small_study import STUDY, write_study
from sweeps.cli import app
from sweeps.table import Table
from test_sweeps_weighted import OTHER, TWO

MIXED = STUDY.replace("[machine]", '[machine]\nscratchpad_c_bytes = [512, 65536]\nvector_lanes = ["row", 4]')


def table_of(folder: Path, text: str = MIXED) -> Table:
    return sweeps.run(sweeps.load_study(write_study(folder, text)))


def export(*words: object) -> Result:
    return CliRunner().invoke(app, ["export", *map(str, words)])


def test_a_frame_holds_what_the_export_holds(tmp_path: Path) -> None:
    table = table_of(tmp_path)
    frame = table.to_pandas()
    text = pd.read_csv(io.StringIO(table.to_csv()))
    assert list(frame.columns) == list(text.columns)
    assert len(frame) == len(text) == len(table.entries)
    assert frame["total_cycles"].dropna().tolist() == text["total_cycles"].dropna().tolist()
    assert frame["error"].isna().tolist() == text["error"].isna().tolist()
    assert 0 < frame["error"].notna().sum() < len(frame)
    assert frame.query("on_front").index.tolist() == [entry.position for entry in table.front]


def test_the_command_writes_designs(tmp_path: Path) -> None:
    path = write_study(tmp_path, TWO)
    (tmp_path / "other.toml").write_text(OTHER)
    table = sweeps.run(sweeps.load_study(path), tmp_path / "out")
    done = export(tmp_path / "out", "--csv", "-", "--designs")
    designs = sweeps.weighted_table(table)
    assert designs is not None
    assert (done.exit_code, done.stdout) == (0, designs.to_csv())


def test_a_study_that_weighs_nothing_has_no_designs_to_export(tmp_path: Path) -> None:
    sweeps.run(sweeps.load_study(write_study(tmp_path)), tmp_path / "out")
    assert export(tmp_path / "out", "--csv", "-", "--designs").stderr == (
        f"hwsim: {tmp_path / 'out'}: the study weighs no workloads, so that its designs have no results of their own\n"
    )


def test_a_frame_without_pandas_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(tmp_path, STUDY)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingToolError) as caught:
        table.to_pandas()
    assert str(caught.value) == "a DataFrame needs pandas: pip install 'hwsim[sweep]'"
