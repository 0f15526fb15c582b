"""How results that stayed in their PEs leave the array."""

from __future__ import annotations

from enum import Enum


class Drain(Enum):
    """All at once through a port per PE, or row by row through a port per column."""

    PARALLEL = "parallel"
    COLUMN = "column"
