"""The bit-parallel MAC: a whole product and one carry-propagate addition in one clock cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hwsim.macs.base import Mac


@dataclass(frozen=True, slots=True)
class ParallelMac(Mac):
    """The baseline of every comparison: multiplier, adder, accumulator register."""

    name: ClassVar[str] = "parallel"
    summary: ClassVar[str] = "bit-parallel multiplier and carry-propagate adder, one product per cycle"
