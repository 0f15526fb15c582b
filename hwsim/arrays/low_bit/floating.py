"""Units for float activations: the forms of the integer units, every operation rounded, in a stated order.

The order of one sum, which is that of the gates:

1. A row converts its activations to the format of the entries; additions of a table's plan round to it.
2. A unit selects, negates, and adds up its terms of one plane in a tree, neighbours first, in the entries' format; of
   `FloatProducts` the terms are products, rounded to the accumulator's format, and so is the tree.
3. The term of a plane is negated if the plane is, converted to the accumulator's format and scaled with 2**plane.
4. It is added to the sum, which begins at +0; planes from the lowest, then steps along k, then the correction.

`FloatSignedTable` from two bits on scales plane p with 2**(p - 1), so that the sum with the odd values 2w + 1 is that
with w + 1/2 and needs no halving at the end; the correction of a row adds up entry 0 as plane 0 would take it.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Matrix
from hwsim.arrays.low_bit.float_arithmetic import PATTERNS, Arithmetic, Terms
from hwsim.arrays.low_bit.unit_base import Correction, Integers, Unit
from hwsim.arrays.low_bit.units import BitSerial, Products, SignedTable, SubsetTable
from hwsim.float_patterns import FloatPatterns, float_patterns
from hwsim.formats import IntFormat
from hwsim.hardware_floats import FloatLayout
from hwsim.lut.geometry import FLOAT_ENTRY


@dataclass(frozen=True, slots=True)
class FloatUnit(Unit):
    """A unit whose activations, entries and sums are floats, in one of the two forms of the arithmetic."""

    arithmetic: Arithmetic = PATTERNS

    @property
    def taken(self) -> FloatPatterns:
        """The format of the activations."""
        return float_patterns(self.mac.a, "an activation")

    @property
    def acc(self) -> FloatPatterns:
        """The format of the sums."""
        return float_patterns(self.mac.acc, "a sum")

    @property
    def entry(self) -> FloatPatterns:
        return float_patterns(FLOAT_ENTRY, "an entry")

    @property
    def summed(self) -> FloatLayout:
        """What the tree of a unit adds in."""
        return self.entry.layout

    @property
    def converted(self) -> bool:
        """Whether a row shares its activations in another format than they come in."""
        return self.plan is None and self.entry != self.taken

    @property
    def doubled(self) -> bool:
        return False

    @property
    def halved(self) -> bool:
        """Whether planes count half."""
        return False

    @property
    def sum_bits(self) -> int:
        return self.acc.bits

    def activations(self, a: Matrix) -> Terms:
        return self.arithmetic.received(a, self.taken)

    def share(self, a: Terms) -> Terms:
        given, entry = self.taken.layout, self.entry.layout
        wide = [self.arithmetic.convert(x, given, entry) for x in np.moveaxis(a, -1, 0)]
        return np.stack(wide, axis=-1) if self.plan is None else self.arithmetic.table(wide, self.plan, entry)

    @abstractmethod
    def terms(self, shared: Terms, words: Integers) -> list[Terms]:
        """What the tree adds up in one plane, each (m, n): shared (m, tables, entries), words (n, tables, words)."""

    def look_up(self, shared: Terms, words: Integers) -> Terms:
        return self.arithmetic.tree(self.terms(shared, words), self.summed)

    def term(self, shared: Terms, words: Integers, plane: int) -> Terms:
        found = self.look_up(shared, words)
        if self.top_negative and plane == self.planes - 1:
            found = self.arithmetic.negate(found, np.array(1), self.summed)
        return self._placed(found, plane + self.base_shift - int(self.halved))

    def zeros(self, shape: tuple[int, ...]) -> Terms:
        return self.arithmetic.zeros(shape)

    def added(self, sums: Terms, terms: Terms) -> Terms:
        return self.arithmetic.add(sums, terms, self.acc.layout)

    def corrected(self, rows: Terms, shared: Terms, correction: Correction) -> Terms:
        total = self.arithmetic.tree(list(shared[..., correction.entry].T), self.summed)
        if correction.negative:
            total = self.arithmetic.negate(total, np.array(1), self.summed)
        return self.added(rows, self._placed(total, -int(self.halved)))

    def results(self, sums: Terms) -> Terms:
        return sums

    def product(self, results: Integers) -> Matrix:
        return self.acc.values(results)

    def _placed(self, term: Terms, places: int) -> Terms:
        wide = self.arithmetic.convert(term, self.summed, self.acc.layout)
        return self.arithmetic.scale(wide, places, self.acc.layout) if places else wide


@dataclass(frozen=True, slots=True)
class FloatSignedTable(FloatUnit, SignedTable):
    """A half table; the leading bit of a word negates its entry."""

    @property
    def kind(self) -> str:
        return "pe_lut_fp"

    @property
    def halved(self) -> bool:
        return not self.one_bit

    def terms(self, shared: Terms, words: Integers) -> list[Terms]:
        numbers, negative = words[..., 0] & (self.entries - 1), words[..., 0] >> (self.group - 1)
        return [
            self.arithmetic.negate(shared[:, t][:, numbers[:, t]], negative[:, t], self.summed)
            for t in range(shared.shape[1])
        ]


@dataclass(frozen=True, slots=True)
class FloatSubsetTable(FloatUnit, SubsetTable):
    """The conventional table; of one-bit weights entries count twice, and the last one is taken off."""

    @property
    def kind(self) -> str:
        return "pe_subset_fp"

    def terms(self, shared: Terms, words: Integers) -> list[Terms]:
        return [shared[:, t][:, words[:, t, 0]] for t in range(shared.shape[1])]


@dataclass(frozen=True, slots=True)
class FloatBitSerial(FloatUnit, BitSerial):
    """Activations gated by bits, or of one-bit weights negated, and a tree over all of them."""

    @property
    def kind(self) -> str:
        return "pe_bit_serial_fp"

    def terms(self, shared: Terms, words: Integers) -> list[Terms]:
        bits = words >> np.arange(self.group)[::-1] & 1  # (n, tables, group)
        places = np.ndindex(shared.shape[1], self.group)
        return [self._chosen(shared[:, t, j, np.newaxis], bits[:, t, j]) for t, j in places]

    def _chosen(self, a: Terms, bits: Integers) -> Terms:
        if self.one_bit:
            return self.arithmetic.negate(a, 1 - bits, self.summed)
        return np.where(bits.astype(np.bool_), a, self.arithmetic.zeros(()))


@dataclass(frozen=True, slots=True)
class FloatProducts(FloatUnit, Products):
    """Products of activations and weights in the activations' format, rounded to the accumulator's, and a tree."""

    @property
    def kind(self) -> str:
        return "pe_dequant_fp"

    @property
    def entry(self) -> FloatPatterns:
        return self.taken

    @property
    def summed(self) -> FloatLayout:
        return self.acc.layout

    @property
    def weight(self) -> IntFormat:
        return self.taken

    def terms(self, shared: Terms, words: Integers) -> list[Terms]:
        integers: NDArray[np.int64] = 2 * words - 1 if self.one_bit else words
        weights = self.arithmetic.whole(integers, self.taken.layout)
        places = np.ndindex(shared.shape[1], self.group)
        return [
            self.arithmetic.multiply(shared[:, t, j, np.newaxis], weights[:, t, j], self.taken.layout, self.summed)
            for t, j in places
        ]


FLOATING: dict[type[Unit], type[FloatUnit]] = {
    SignedTable: FloatSignedTable,
    SubsetTable: FloatSubsetTable,
    BitSerial: FloatBitSerial,
    Products: FloatProducts,
}
"""The float unit of each form."""


def floating(unit: Unit) -> FloatUnit:
    """The same form for float activations."""
    return FLOATING[type(unit)](unit.mac, unit.group)
