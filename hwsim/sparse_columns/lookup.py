"""Tables for operands of a byte in groups of four: two operands to packed counts, two packed counts to a group's cost.

The counts 0 to 2 of non-zero digits of two operands, one for each bit-weight, are the digits of a number in base 3. For
up to five bit-weights it fits in a byte, so that two neighbouring bytes are the address of a group's cost.
"""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings.base import Encoding
from hwsim.formats import IntFormat

GROUP = 4
_BYTES = 1 << 8
_WORD_BITS = 64
_Word = TypeVar("_Word", np.uint8, np.uint64)


def has_tables(encoding: Encoding, format: IntFormat, group: int) -> bool:
    """Whether groups of operands of ``format`` have tables."""
    return group == GROUP and format.bits <= 8 and 3 ** encoding.digits(format) <= _BYTES


@cache
def pair_counts(encoding: Encoding, format: IntFormat) -> NDArray[np.uint8]:
    """The packed counts of two operands by their two bytes, in any order, shape (2**16,); read-only."""
    patterns = np.arange(_BYTES) & ((1 << format.bits) - 1)  # narrower formats lie sign-extended in their bytes
    nonzero = encoding.table(format)[patterns] != 0
    one = nonzero @ 3 ** np.arange(encoding.digits(format))
    return _frozen(np.add.outer(one, one).ravel().astype(np.uint8))


@cache
def group_totals(digits: int, empty_group_cycles: int) -> NDArray[np.uint8]:
    """Cycles of a group over all bit-weights by the packed counts of its two pairs, shape (2**16,); read-only."""
    return _frozen(_group_costs(digits, empty_group_cycles).sum(axis=1).astype(np.uint8))


@cache
def group_fields(digits: int, empty_group_cycles: int) -> NDArray[np.uint64]:
    """As `group_totals`, with the cycles of every bit-weight in a field of its own, `field_bits` wide."""
    shifts = np.arange(digits, dtype=np.uint64) * np.uint64(field_bits(digits))
    costs = _group_costs(digits, empty_group_cycles).astype(np.uint64)
    return _frozen((costs << shifts).sum(axis=1, dtype=np.uint64))


def field_bits(digits: int) -> int:
    """Bits of one field of `group_fields`."""
    return _WORD_BITS // digits


def summable(digits: int) -> int:
    """Entries of `group_fields` that can be added before a field overflows."""
    return ((1 << field_bits(digits)) - 1) // GROUP


def _group_costs(digits: int, empty_group_cycles: int) -> NDArray[np.int64]:
    counts = np.arange(_BYTES)[:, np.newaxis] // 3 ** np.arange(digits) % 3
    of_group = counts[:, np.newaxis] + counts  # in any order: a sum
    return np.maximum(of_group, empty_group_cycles).reshape(_BYTES * _BYTES, digits)


def _frozen(table: NDArray[_Word]) -> NDArray[_Word]:
    table.setflags(write=False)
    return table
