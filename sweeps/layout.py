"""What a stored point must hold to be read by this hwsim: a sentence instead of a fault for an older layout."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from hwsim.errors import SpecError
from sweeps.metrics import BY_NAME
from sweeps.plan_settings import MAPPER_FIELDS
from sweeps.space import defaults_of_engine
from sweeps.store import Row, Store

OF_POINT = ("array", "engine", "machine", "workload", "dims", "source", "depth", *MAPPER_FIELDS)
OF_REPORT = ("compute_cycles", "stall_cycles", "assumptions", "layers")
OF_LAYER = ("name", "m", "n", "k", "batch", "compute_cycles", "stall_cycles", "utilization", "dram_bytes")


def check_rows(store: Store, where: str) -> None:
    """Raise SpecError, opened by ``where``, for a stored point that lacks a field which tables and labels read."""
    for row in store.rows():
        _refuse(next(_lacking(row), None), where)


def check_report(report: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """Return ``report``; raise SpecError, opened by ``where``, if it lacks a field that the page reads."""
    _refuse(next(_without(report, OF_REPORT), None), where)
    for layer in report["layers"]:
        _refuse(next(_without(layer, OF_LAYER), None), where)
    return report


def _refuse(lacking: str | None, where: str) -> None:
    if lacking is not None:
        raise SpecError(
            f"{where}: its points lack the field {lacking!r}, another version of hwsim wrote them; "
            f"run `hwsim sweep` into it again"
        )


def _lacking(row: Row) -> Iterator[str]:
    yield from _without(row.fields, OF_POINT)
    yield from _without(row.fields["engine"], ("mac",))
    yield from _without(row.fields["engine"], defaults_of_engine(row.fields["array"], row.fields["engine"]["mac"]))
    if row.summary is not None:
        yield from _without(row.summary, BY_NAME)


def _without(given: Mapping[str, Any], needed: Collection[str]) -> Iterator[str]:
    return (name for name in needed if name not in given)
