"""Errors of tables beside those of activations: a row per sharing of scales, a column per kind of activations."""

from __future__ import annotations

from collections.abc import Mapping

from hwsim.lut.error_study import ProductError
from sweeps.render.reference import Catalogue

Columns = Mapping[str, tuple[ProductError, ...]]


def error_table(columns: Columns, title: str) -> Catalogue:
    """NMSE of the product, by what is quantised and who shares a scale."""
    rows = tuple(
        (row[0].what, str(row[0].scale or "-"), *(f"{error.nmse:.1e}" for error in row))
        for row in zip(*columns.values(), strict=True)
    )
    return Catalogue("lut-error", title, ("Values", "One scale per", *columns), rows)


def records(columns: Columns) -> list[dict[str, object]]:
    """The same for programs, a record for each error."""
    return [
        {
            "activations": name,
            "values": error.what,
            "one_scale_per": None if error.scale is None else str(error.scale),
            "nmse": error.nmse,
        }
        for name, errors in columns.items()
        for error in errors
    ]
