"""Output-stationary systolic array: operands march, results stay."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hwsim.arrays.base import Array, Limits, Matrix
from hwsim.arrays.schedule import Schedule
from hwsim.arrays.skew import Skew
from hwsim.errors import SpecError
from hwsim.inventory import Inventory, Leaf
from hwsim.macs.base import Mac
from hwsim.ports import Beat, Port


@dataclass(frozen=True, slots=True)
class SystolicOs(Array):
    """``rows`` x ``cols`` PEs; A enters from the left, B from the top, PE (i, j) keeps C[i, j]."""

    rows: int = 16
    cols: int = 16
    overlap: bool = False

    name: ClassVar[str] = "systolic-os"
    summary: ClassVar[str] = "output-stationary systolic array"
    fold_order: ClassVar[str] = "mnk"
    stream_axis: ClassVar[str | None] = "k"
