"""What every unit of a low-bit array tells: planes, widths, words, and what it does in one plane."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Matrix
from hwsim.formats import IntFormat
from hwsim.low_bit.reinterpretation import bit_planes
from hwsim.lut.geometry import declared
from hwsim.lut.plans import TablePlan
from hwsim.macs.low_bit import LowBitMac

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Correction:
    """What is added to every sum in the last edge of a fold: for each step an entry, or its negation."""

    entry: int
    negative: bool


@dataclass(frozen=True, slots=True)
class Unit(ABC):
    """``group`` activations of one row, shared by units, and the weights of one column.

    ``shared`` values (..., entries) are what a row hands its units: the activations or a table of their sums.
    ``symmetric``: activations are declared without the lowest value of their format.
    """

    mac: LowBitMac
    group: int
    symmetric: bool = False

    @property
    @abstractmethod
    def kind(self) -> str:
        """The kind of its leaf."""

    @property
    def planes(self) -> int:
        """Edges that a step takes: one for each bit of a weight."""
        return self.mac.w_bits

    @property
    def one_bit(self) -> bool:
        return self.mac.w_bits == 1

    @property
    def plan(self) -> TablePlan | None:
        """How a table is made of the activations; None where a row shares the activations themselves."""
        return None

    @property
    def entries(self) -> int:
        return self.group if self.plan is None else len(self.plan.entries)

    @property
    def activation(self) -> IntFormat:
        """The activations that it takes."""
        return declared(self.mac.a, self.symmetric)

    @property
    def entry(self) -> IntFormat:
        return self.mac.a

    @property
    def word(self) -> IntFormat:
        """One lane of weights, of which a group has ``words``."""
        return IntFormat(self.group, signed=False)

    @property
    def words(self) -> int:
        return 1

    @property
    def weight(self) -> IntFormat:
        """A weight as the units have it."""
        return self.mac.w

    @property
    def dequantised(self) -> bool:
        """Whether weights are brought to another format on their way to the units."""
        return False

    @property
    def correction(self) -> Correction | None:
        return None

    @property
    def doubled(self) -> bool:
        """Whether a sum is twice the result, whose lowest bit is then 0 and left out."""
        return False

    @property
    def top_negative(self) -> bool:
        """Whether the highest plane counts negative, as in two's complement."""
        return False

    @property
    def base_shift(self) -> int:
        """Places by which the lowest plane is shifted."""
        return 0

    @property
    def sum_bits(self) -> int:
        """Bits of the sum at rest in a unit."""
        return self.mac.acc.bits + int(self.doubled)

    def activations(self, a: Matrix) -> Integers:
        """Activations (m, k) as wires carry them."""
        return np.asarray(a, np.int64)

    def share(self, a: Integers) -> Integers:
        """From activations (..., group) to what the units see, (..., entries)."""
        if self.plan is None:
            return a
        return self.plan.evaluate(list(np.moveaxis(a, -1, 0)), lambda exact: exact)

    def encode(self, b: Integers) -> Integers:
        """From whole groups of weights (groups * group, n) to port words (groups, planes, n, words)."""
        codes = (b + 1) // 2 if self.one_bit else b & ((1 << self.mac.w_bits) - 1)
        planes = bit_planes(codes.astype(np.uint8), self.planes).reshape(self.planes, -1, self.group, b.shape[1])
        places = 1 << np.arange(self.group, dtype=np.int64)[::-1]
        return np.tensordot(planes.astype(np.int64), places, axes=(2, 0)).swapaxes(0, 1)[..., np.newaxis]

    @abstractmethod
    def look_up(self, shared: Integers, words: Integers) -> Integers:
        """Contributions (m, n) of one plane, unshifted: shared (m, tables, entries), words (n, tables, words)."""

    def term(self, shared: Integers, words: Integers, plane: int) -> Integers:
        """What is added to the sums (m, n) for one plane."""
        found = self.look_up(shared, words) << (plane + self.base_shift)
        return -found if self.top_negative and plane == self.planes - 1 else found

    def zeros(self, shape: tuple[int, ...]) -> Integers:
        """Sums that were not added to."""
        return np.zeros(shape, np.int64)

    def added(self, sums: Integers, terms: Integers) -> Integers:
        """Sums after one more addition."""
        return sums + terms

    def corrected(self, rows: Integers, shared: Integers, correction: Correction) -> Integers:
        """What corrects the sums of each row (m,), with one more step of ``shared`` (m, tables, entries)."""
        entry: Integers = shared[..., correction.entry].sum(axis=1)
        return rows - entry if correction.negative else rows + entry

    def results(self, sums: Integers) -> Integers:
        """Sums as the port shows them."""
        return sums >> int(self.doubled)

    def product(self, results: Integers) -> Matrix:
        """What results on the port are worth."""
        return results
