"""What one unit of a low-bit array makes of a group of activations and one bit plane of their weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hwsim.arrays.base import Matrix
from hwsim.arrays.low_bit.unit_base import Correction, Integers, Unit
from hwsim.float_patterns import FloatPatterns
from hwsim.formats import IntFormat
from hwsim.low_bit.weights import signed_weights
from hwsim.lut.geometry import exact_entry, exact_subset
from hwsim.lut.layout import Layout, select
from hwsim.lut.plans import TablePlan, half_plan, subset_plan
from hwsim.lut.token_tables import ENTRY, token_tables
from hwsim.ports import BIT


@dataclass(frozen=True, slots=True)
class SignedTable(Unit):
    """A half table of signed sums (equation 4); the leading bit of a word negates, the others select (equation 6).

    From two bits on every sum is that with the odd values q' = 2w + 1; entry 0, minus the sum of the activations, is
    added once per step, and what is left is twice the result (z' = 1 of signed weights, equations 1 to 3).
    """

    @property
    def kind(self) -> str:
        return "pe_lut"

    @property
    def plan(self) -> TablePlan:
        return half_plan(self.group)

    @property
    def entry(self) -> IntFormat:
        return exact_entry(self.activation, self.group)

    @property
    def correction(self) -> Correction | None:
        return None if self.one_bit else Correction(entry=0, negative=False)

    @property
    def doubled(self) -> bool:
        return not self.one_bit

    def encode(self, b: Integers) -> Integers:
        selection = select(signed_weights(b, self.mac.w_bits), Layout(len(b), self.group, len(b)))
        words = selection.entry + (selection.negative.astype(np.int64) << (self.group - 1))
        return np.asarray(words[..., np.newaxis])

    def look_up(self, shared: Integers, words: Integers) -> Integers:
        number, negative = words[..., 0] & (self.entries - 1), words[..., 0] >> (self.group - 1)
        found = shared[:, np.arange(shared.shape[1]), number]
        return np.asarray(np.where(negative, -found, found).sum(axis=-1))


@dataclass(frozen=True, slots=True)
class QuantisedTable(SignedTable):
    """A half table of INT8 entries that the operator before has quantised, with one scale per row.

    What stands in the tables is rounded, so that minus the sum of the activations is not in them: sums are those with
    the odd values q', and zero points and scales are left to whom they are handed. Activations, which never enter, may
    be floats: they are then held as patterns (`FloatPatterns`) until their tables are made.
    """

    @property
    def entry(self) -> IntFormat:
        return ENTRY

    @property
    def correction(self) -> Correction | None:
        return None

    @property
    def doubled(self) -> bool:
        return False

    def activations(self, a: Matrix) -> Integers:
        taken = self.mac.a
        return taken.patterns(a) if isinstance(taken, FloatPatterns) else SignedTable.activations(self, a)

    def share(self, a: Integers) -> Integers:
        """Of whole rows: (rows of folds, steps, rows, tables, group)."""
        taken = self.mac.a
        by_row = (taken.values(a) if isinstance(taken, FloatPatterns) else a).swapaxes(1, 2)
        tables = token_tables(by_row.reshape(-1, a.shape[1] * a.shape[3] * self.group), self.group)
        return tables.reshape(*by_row.shape[:-1], self.entries).swapaxes(1, 2)


@dataclass(frozen=True, slots=True)
class SubsetTable(Unit):
    """The conventional table of all sums over bits 0 and 1; a word is the number of an entry.

    One-bit weights are 2b - 1: entries count twice, and minus the sum of the activations, the last entry, is added once
    per step.
    """

    @property
    def kind(self) -> str:
        return "pe_subset"

    @property
    def plan(self) -> TablePlan:
        return subset_plan(self.group)

    @property
    def entry(self) -> IntFormat:
        return exact_subset(self.activation, self.group)

    @property
    def correction(self) -> Correction | None:
        return Correction(entry=self.entries - 1, negative=True) if self.one_bit else None

    @property
    def top_negative(self) -> bool:
        return not self.one_bit

    @property
    def base_shift(self) -> int:
        return int(self.one_bit)

    def look_up(self, shared: Integers, words: Integers) -> Integers:
        return np.asarray(shared[:, np.arange(shared.shape[1]), words[..., 0]].sum(axis=-1))


@dataclass(frozen=True, slots=True)
class BitSerial(Unit):
    """Each activation and a bit of its weight, and an adder tree; of one-bit weights the bit is the sign."""

    @property
    def kind(self) -> str:
        return "pe_bit_serial"

    @property
    def top_negative(self) -> bool:
        return not self.one_bit

    def look_up(self, shared: Integers, words: Integers) -> Integers:
        bits = words >> np.arange(self.group)[::-1] & 1
        return np.asarray(np.einsum("mtg,ntg->mn", shared, 2 * bits - 1 if self.one_bit else bits))


@dataclass(frozen=True, slots=True)
class Products(Unit):
    """Each activation times its weight, brought to the activation's format, and an adder tree: one edge per step."""

    @property
    def kind(self) -> str:
        return "pe_dequant"

    @property
    def planes(self) -> int:
        return 1

    @property
    def word(self) -> IntFormat:
        """A whole weight; of one bit 0 is -1."""
        return BIT if self.one_bit else self.mac.w

    @property
    def weight(self) -> IntFormat:
        """As wide as the activations, so that multipliers are those of uniform precision."""
        return IntFormat(max(self.mac.a.bits, self.mac.w.bits, 2))

    @property
    def dequantised(self) -> bool:
        return True

    @property
    def words(self) -> int:
        return self.group

    def encode(self, b: Integers) -> Integers:
        whole = (b + 1) // 2 if self.one_bit else b
        return whole.reshape(-1, 1, self.group, b.shape[1]).swapaxes(2, 3)

    def look_up(self, shared: Integers, words: Integers) -> Integers:
        return np.asarray(np.einsum("mtg,ntg->mn", shared, 2 * words - 1 if self.one_bit else words))
