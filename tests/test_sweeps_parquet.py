"""The table in Parquet: the rows of the CSV with types, and equal bytes for equal studies."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

import sweeps
from hwsim.errors import MissingToolError
from small_study import STUDY, write_study
from sweeps.parquet import to_parquet
from sweeps.table import AFTER, Table, cell


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """With failures, and with fields that some rows lack."""
    text = STUDY.replace("[machine]", "[machine]\nscratchpad_c_bytes = [64, 65536]")
    return sweeps.run(sweeps.load_study(write_study(tmp_path_factory.mktemp("plain"), text)))


def read(content: bytes) -> Any:
    return parquet.read_table(io.BytesIO(content))


def test_it_holds_the_cells_of_the_csv(table: Table) -> None:
    found = read(to_parquet(table))
    head, *lines = table.to_csv().splitlines()
    assert found.column_names == head.split(",")
    assert found.num_rows == len(lines) == len(table.entries)
    assert table.failed
    for row, entry in zip(found.to_pylist(), table.entries, strict=True):
        assert {name: cell(row[name]) for name in table.columns} == {
            name: cell(entry.values.get(name)) for name in table.columns
        }
        assert [row[name] for name in AFTER] == [entry.allowed, entry.on_front, entry.error]


def test_columns_have_types(table: Table) -> None:
    kinds = {field.name: str(field.type) for field in read(to_parquet(table)).schema}
    assert (kinds["rows"], kinds["utilization"], kinds["on_front"], kinds["array"]) == (
        "int64",
        "double",
        "bool",
        "string",
    )


@pytest.mark.parametrize(
    ("values", "kind", "stored"),
    [
        ([1, None], "int64", [1, None]),
        ([1, 2.5], "double", [1.0, 2.5]),
        ([1, "a"], "string", ["1", "a"]),
        ([True, 2], "string", ["true", "2"]),
        ([2**70, 1], "string", [str(2**70), "1"]),
        ([None, None], "string", [None, None]),
    ],
)
def test_what_has_no_type_in_common_is_text(table: Table, values: list[object], kind: str, stored: object) -> None:
    entries = [replace(e, values={"x": value}) for e, value in zip(table.entries[:2], values, strict=True)]
    column = read(to_parquet(replace(table, entries=tuple(entries))))["x"]
    assert (str(column.type), column.to_pylist()) == (kind, stored)


def test_equal_studies_give_equal_bytes(table: Table, tmp_path: Path) -> None:
    path = write_study(tmp_path, table.study.text)
    assert to_parquet(sweeps.run(sweeps.load_study(path), tmp_path / "out", workers=2)) == to_parquet(table)


def test_without_pyarrow_a_sentence_says_what_brings_it(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingToolError, match=r"^Parquet needs pyarrow: pip install 'hwsim\[sweep\]'$"):
        to_parquet(table)
