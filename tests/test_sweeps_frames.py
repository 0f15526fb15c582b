"""Tables as DataFrames and as Parquet files: the same as the canonical export."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import sweeps
from hwsim.errors import SpecError
from small_study import STUDY, write_study
from sweeps.cli import app
from sweeps.parquet import write_parquet
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


def test_a_parquet_file_holds_the_frame(tmp_path: Path) -> None:
    table = table_of(tmp_path)
    assert write_parquet(table, tmp_path / "t.parquet") == len(table.entries)
    stored, frame = pd.read_parquet(tmp_path / "t.parquet"), table.to_pandas()
    assert list(stored.columns) == list(frame.columns)
    assert stored["total_cycles"].dropna().tolist() == frame["total_cycles"].dropna().tolist()
    assert stored["vector_lanes"].unique().tolist() == ["row", "4"]
    assert stored["rows"].dtype.kind in "fi"


def test_the_command_writes_parquet_and_designs(tmp_path: Path) -> None:
    path = write_study(tmp_path, TWO)
    (tmp_path / "other.toml").write_text(OTHER)
    table = sweeps.run(sweeps.load_study(path), tmp_path / "out")
    done = export(tmp_path / "out", "--parquet", tmp_path / "new" / "p.parquet", "--csv", tmp_path / "p.csv")
    assert (done.exit_code, done.stdout) == (
        0,
        "".join(f"{tmp_path / name}: {len(table.entries)} rows\n" for name in ("p.csv", "new/p.parquet")),
    )
    assert len(pd.read_parquet(tmp_path / "new" / "p.parquet")) == len(table.entries)
    done = export(tmp_path / "out", "--csv", "-", "--designs")
    designs = sweeps.weighted_table(table)
    assert designs is not None
    assert done.stdout == designs.to_csv()


def test_what_cannot_be_exported_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps.run(sweeps.load_study(write_study(tmp_path)), tmp_path / "out")
    assert export(tmp_path / "out").stderr == "hwsim: export needs --csv or --parquet, the file that it writes\n"
    assert export(tmp_path / "out", "--csv", "-", "--designs").stderr == (
        f"hwsim: {tmp_path / 'out'}: the study weighs no workloads, so that its designs have no results of their own\n"
    )
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = export(tmp_path / "out", "--parquet", tmp_path / "p.parquet")
    assert (done.exit_code, done.stderr) == (
        2,
        "hwsim: a Parquet file needs pyarrow; pip install 'hwsim[sweep]' brings it\n",
    )


def test_a_frame_without_pandas_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(tmp_path, STUDY)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(SpecError) as caught:
        table.to_pandas()
    assert str(caught.value) == "to_pandas needs pandas; pip install 'hwsim[sweep]' brings it"
