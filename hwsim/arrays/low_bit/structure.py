"""What follows from the fields of an array for low-bit weights: steps, widths, and who shares what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import ceil_div
from hwsim.arrays.low_bit.unit_base import Unit
from hwsim.formats import IntFormat
from hwsim.gemm import IntLike
from hwsim.lut.plans import TablePlan


@dataclass(frozen=True, slots=True)
class Structure:
    """``m`` x ``n`` units that each take ``tables`` groups per step; ``sharing`` columns share what a row sees."""

    m: int
    n: int
    tables: int
    unit: Unit
    sharing: int
    builders: bool
    operand_registers: bool
    term_register: bool

    @property
    def step(self) -> int:
        """Elements of k that one step takes."""
        return self.unit.group * self.tables

    @property
    def corrected(self) -> bool:
        """Whether a fold ends with an edge that corrects the sums."""
        return self.unit.correction is not None

    @property
    def plan(self) -> TablePlan | None:
        """What the builders do; None without builders."""
        return self.unit.plan if self.builders else None

    @property
    def takes_tables(self) -> bool:
        """Whether tables come through the port of A."""
        return self.unit.plan is not None and not self.builders

    @property
    def given(self) -> tuple[int, IntFormat]:
        """Values of one group on the port of A, and their format: activations, or the table itself."""
        if self.takes_tables:
            return self.unit.entries, self.unit.entry
        return self.unit.group, self.unit.mac.a

    @property
    def blocks(self) -> int:
        """Sets of columns in a row that each have a table of their own."""
        return -(-self.n // self.sharing)

    @property
    def plane_bits(self) -> int:
        """Bits of the number of a plane, 0 if there is one alone."""
        return (self.unit.planes - 1).bit_length()

    def edges(self, k: IntLike) -> IntLike:
        """Operand edges of one fold: one for each step and plane, and where sums are corrected one for that."""
        return ceil_div(k, self.step) * self.unit.planes + int(self.corrected)

    def step_sides(self, k: int) -> NDArray[np.int64]:
        """Elements of k in every step; the last one may be ragged."""
        starts = np.arange(0, k, self.step)
        return np.minimum(k - starts, self.step)
