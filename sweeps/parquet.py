"""The canonical table in Parquet: the rows and columns of the CSV, with types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hwsim.errors import MissingToolError
from sweeps.table import AFTER, Table, cell

if TYPE_CHECKING:
    import pyarrow

INT64 = 2**63


def to_parquet(table: Table) -> bytes:
    """The file: equal tables, equal bytes (of one version of pyarrow, which signs what it writes).

    Whole numbers are int64, other numbers float64; a column whose values have no type in common, or that exceed it,
    is text. What is not known is null. Raises MissingToolError without pyarrow.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise MissingToolError("Parquet needs pyarrow: pip install 'hwsim[sweep]'") from None
    ran = [entry for entry in table.entries if entry.ran]
    columns = {name: [entry.values.get(name) for entry in ran] for name in table.columns}
    columns |= {name: [getattr(entry, name) for entry in ran] for name in AFTER}
    arrays = {name: _array(pyarrow, values) for name, values in columns.items()}
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.table(arrays), sink, compression="snappy")
    found: bytes = sink.getvalue().to_pybytes()
    return found


def _array(arrow: Any, values: Sequence[Any]) -> pyarrow.Array:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return arrow.array(values, arrow.bool_())
    if kinds == {int} and all(-INT64 <= value < INT64 for value in values if value is not None):
        return arrow.array(values, arrow.int64())
    if float in kinds and kinds <= {int, float}:
        return arrow.array([None if value is None else float(value) for value in values], arrow.float64())
    return arrow.array([None if value is None else cell(value) for value in values], arrow.string())
