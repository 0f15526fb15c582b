"""A table as a Parquet file: the rows and columns of the canonical export, with types."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwsim.errors import MissingToolError
from sweeps.table import AFTER, Table, cell

if TYPE_CHECKING:
    import pyarrow

INT64 = 2**63


def write_parquet(table: Table, path: Path) -> int:
    """Write finished points, one row each, and return how many.

    Equal tables make equal bytes (of one version of pyarrow, which signs what it writes). Whole numbers are int64,
    other numbers float64; a column whose values have no type in common, or exceed it, is text; what is not known is
    null. Raises MissingToolError if pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise MissingToolError("a Parquet file needs pyarrow; pip install 'hwsim[sweep]' brings it") from None
    ran = [entry for entry in table.entries if entry.ran]
    columns = {name: [entry.values.get(name) for entry in ran] for name in table.columns}
    columns |= {name: [getattr(entry, name) for entry in ran] for name in AFTER}
    parquet.write_table(pyarrow.table({name: _array(pyarrow, values) for name, values in columns.items()}), path)
    return len(ran)


def _array(arrow: Any, values: Sequence[Any]) -> pyarrow.Array:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return arrow.array(values, arrow.bool_())
    if kinds == {int} and all(-INT64 <= value < INT64 for value in values if value is not None):
        return arrow.array(values, arrow.int64())
    if float in kinds and kinds <= {int, float}:
        return arrow.array([None if value is None else float(value) for value in values], arrow.float64())
    return arrow.array([None if value is None else cell(value) for value in values], arrow.string())
