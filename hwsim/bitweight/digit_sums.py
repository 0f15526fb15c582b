"""What a sum of digits times an operand adds up in its compressor tree: kept rows, corrections, one's complements.

A negative multiple is the one's complement of the positive one, and what is missing to its negative is a bit of its
own, which the tree adds: no carry propagates through the negation (Booth radix-4 after MacSorley 1961).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.bitweight.column_words import compress_addends
from hwsim.bitweight.columns import Addend, ColumnTree, Tree, column_tree
from hwsim.bitweight.words import Row, Rows
from hwsim.encodings.base import Encoding
from hwsim.formats import IntFormat

Matrix = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class DigitSum:
    """A tree of ``bits`` columns over ``kept`` rows of a sum (0, 1 or 2) and a multiple of ``b`` at each of ``places``.

    ``looped``: the kept rows are the tree's own of a cycle before, and a carry has no lowest bit. ``largest_digit`` is
    1 or 2.
    """

    bits: int
    kept: int
    places: tuple[int, ...]
    b: IntFormat
    largest_digit: int = 2
    looped: bool = False
    tree: Tree = Tree.DADDA

    @classmethod
    def of_product(
        cls, encoding: Encoding, a: IntFormat, b: IntFormat, bits: int, kept: int, looped: bool, tree: Tree
    ) -> DigitSum:
        """Every digit of ``a`` at its weight."""
        places = tuple(encoding.radix_bits * i for i in range(encoding.digits(a)))
        return cls(bits, kept, places, b, encoding.largest_digit, looped, tree)

    @property
    def multiple_bits(self) -> int:
        """Of a multiple in one's complement: with its sign, and a place more if a digit doubles."""
        return self.b.bits + (self.largest_digit - 1) + (not self.b.signed)

    @property
    def addends(self) -> tuple[Addend, ...]:
        """Kept rows, corrections, multiples: in the order in which they are there."""
        carry_low = int(self.looped)
        kept = (Addend(0, self.bits), Addend(carry_low, self.bits - carry_low))[: self.kept]
        corrections = (Addend(place, 1) for place in self.places)
        return (*kept, *corrections, *(Addend(place, self.multiple_bits, signed=True) for place in self.places))

    @property
    def column_tree(self) -> ColumnTree:
        return column_tree(self.addends, self.bits, self.tree)

    def pair(self, kept: Iterable[Row], digits: Iterable[Matrix], b: Iterable[Matrix]) -> Rows:
        """Sum and carry after ``digits`` times ``b``, one of each per place; all broadcast."""
        digits = list(digits)
        corrections = [(digit < 0).astype(np.int64) for digit in digits]
        multiples = [digit * x - less for digit, x, less in zip(digits, b, corrections, strict=True)]
        rows = [row >> addend.low for row, addend in zip(kept, self.addends, strict=False)]
        return compress_addends([*rows, *corrections, *multiples], self.addends, self.bits, self.tree)
