"""Compressor trees adder by adder in plain integers: what the trees on words and the gates are held against."""

from __future__ import annotations

from collections.abc import Sequence

from hwsim.bitweight.columns import CONSTANT, Bit, ColumnTree
from hwsim.bitweight.digit_sums import DigitSum


def compressed(tree: ColumnTree, rows: Sequence[int]) -> tuple[int, int]:
    """Sum and carry patterns; the lowest bits of a row are those of its addend."""

    def bit(place: Bit) -> int:
        return 1 if place.addend == CONSTANT else (rows[place.addend] >> place.place & 1) ^ place.inverted

    columns = tree.lay(bit, lambda bits: (sum(bits) & 1, sum(bits) >> 1))
    assert all(len(column) <= 2 for column in columns)
    total, carry = (sum((*column, 0, 0)[row] << j for j, column in enumerate(columns)) for row in (0, 1))
    return total, carry


def pair_after(terms: DigitSum, kept: Sequence[int], digits: Sequence[int], words: Sequence[int]) -> tuple[int, int]:
    """A pair after digits times words, as patterns."""
    rows = [row >> addend.low for row, addend in zip(kept, terms.addends, strict=False)]
    rows += [int(digit < 0) for digit in digits]
    rows += [digit * word if digit >= 0 else ~(-digit * word) for digit, word in zip(digits, words, strict=True)]
    return compressed(terms.column_tree, rows)
