"""A table as a Parquet file: the columns of the canonical export, numbers as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hwsim.errors import SpecError
from sweeps.table import AFTER, Table


def write_parquet(table: Table, path: Path) -> int:
    """Write finished points, one row each, and return how many.

    What is a number in some rows and a word in others is a text in all. Raises SpecError with one sentence if pyarrow
    is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise SpecError("a Parquet file needs pyarrow; pip install 'hwsim[sweep]' brings it") from None
    ran = [entry for entry in table.entries if entry.ran]
    columns = {name: [entry.values.get(name) for entry in ran] for name in table.columns}
    columns |= {name: [getattr(entry, name) for entry in ran] for name in AFTER}
    parquet.write_table(pyarrow.table({name: _of_one_kind(values) for name, values in columns.items()}), path)
    return len(ran)


def _of_one_kind(values: Sequence[object]) -> list[object]:
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) <= 1 or kinds == {int, float}:
        return [float(value) if kinds == {int, float} and isinstance(value, int) else value for value in values]
    return [None if value is None else str(value) for value in values]
