"""The formats of table entries: exact, of activations without their lowest value, or INT8."""

from __future__ import annotations

from enum import Enum


class OwnEntry(Enum):
    """Entries of tables that an engine makes itself: as wide as the largest sum of activations."""

    EXACT = "exact"
    SYMMETRIC = "symmetric"
    """Activations are declared without the lowest value of their format, and it is refused."""


class Entry(Enum):
    """Entries of tables that the operator before may make."""

    EXACT = "exact"
    SYMMETRIC = "symmetric"
    INT8 = "int8"
    """Quantised by the operator before, with one scale for all tables of a row of activations."""
