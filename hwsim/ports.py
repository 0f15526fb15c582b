"""The boundary of an engine: its ports, and what one clock edge shows on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from hwsim.formats import IntFormat

BIT = IntFormat(1, signed=False)
VALID = np.uint8
"""How framing bits are carried in arrays of lanes."""

Inputs = Mapping[str, NDArray[np.integer]]
Outputs = Mapping[str, NDArray[np.integer]]
"""Values by port name, each of shape (lanes,)."""


RESULTS = ("c", "c_sum", "c_carry")
"""Names of ports that show results: words, or the rows of carry-save pairs; ``c_valid`` says when, lane by lane."""
RESULT_VALID = "c_valid"


class Direction(Enum):
    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Port:
    """A bundle of ``lanes`` equal groups of wires; lane i occupies bits [i*bits, (i+1)*bits) of the packed bus."""

    name: str
    direction: Direction
    lanes: int
    format: IntFormat

    @property
    def width_bits(self) -> int:
        return self.lanes * self.format.bits


@dataclass(frozen=True, slots=True)
class Beat:
    """What one clock edge did.

    ``inputs`` are the values driven on the input ports before the edge, ``outputs`` the values that the
    output ports show after it; both map a port's name to an integer array of shape (lanes,), every port
    at every edge. Beats may be kept, and must not be written to. ``active_pes`` counts the PEs whose
    multiplier worked on real operands at this edge.
    """

    active_pes: int
    inputs: Inputs
    outputs: Outputs
