"""How much each axis of a study changes each objective, all other fields equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sweeps.plan_settings import MAPPER_FIELDS
from sweeps.table import Entry, Table

MEANING = (
    "the geometric mean, over all sets of designs that differ in this axis alone, "
    "of the largest over the smallest value"
)
"""What ``Sensitivity.ratios`` are."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """``axis`` names one field, or several that always have the same value (``rows = cols``). ``ratios`` has, by
    objective, the mean that MEANING names, over the ``sets`` of designs that differ in it alone; an
    objective that no set knows, or that is not above 0, has none."""

    axis: str
    sets: int
    ratios: Mapping[str, float]


def sensitivities(table: Table, workload: str) -> list[Sensitivity]:
    """Every axis that some designs differ in alone on ``workload``, among the points that ran; in order of fields."""
    entries = [e for e in table.entries if e.workload == workload and e.ran and e.error is None]
    columns = _axes(entries)
    found = []
    for axis in columns:
        groups = _groups([codes for name, codes in columns.items() if name != axis], columns[axis])
        if groups:
            ratios = {name: _ratio([e.values.get(name) for e in entries], groups) for name in table.study.objectives}
            found.append(Sensitivity(axis, len(groups), {n: r for n, r in ratios.items() if r is not None}))
    return found


def _axes(entries: Sequence[Entry]) -> dict[str, np.ndarray]:
    """What the designs differ in: codes of values by axis; fields that are always equal make one axis."""
    flat = [_fields(entry.fields) for entry in entries]
    joined: dict[tuple[str | None, ...], list[str]] = {}
    for name in dict.fromkeys(name for fields in flat for name in fields):
        values = tuple(fields.get(name) for fields in flat)
        if len(set(values)) > 1:
            joined.setdefault(values, []).append(name)
    return {" = ".join(names): _codes(values) for values, names in joined.items()}


def _fields(fields: Mapping[str, Any]) -> dict[str, str]:
    mapper = {name: fields[name] for name in MAPPER_FIELDS}
    every = {"array": fields["array"], **fields["engine"], **fields["machine"], **mapper}
    return {name: repr(value) for name, value in every.items()}


def _codes(values: Sequence[object]) -> np.ndarray:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def _groups(others: Sequence[np.ndarray], own: np.ndarray) -> list[np.ndarray]:
    """Places of the designs that agree in all ``others`` and of which at least two differ in ``own``."""
    key = np.zeros(len(own), dtype=np.int64)
    for codes in others:
        key = np.unique(key * (int(codes.max()) + 1) + codes, return_inverse=True)[1].reshape(-1)
    order = np.argsort(key, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(key[order])) + 1)
    return [part for part in parts if len(part) > 1 and len(np.unique(own[part])) > 1]


def _ratio(values: Sequence[float | None], groups: Sequence[np.ndarray]) -> float | None:
    known = np.array([np.nan if value is None else float(value) for value in values])
    logs = []
    for group in groups:
        part = known[group]
        part = part[~np.isnan(part)]
        if len(part) > 1 and part.min() > 0:
            logs.append(np.log(part.max() / part.min()))
    return float(np.exp(np.mean(logs))) if logs else None
