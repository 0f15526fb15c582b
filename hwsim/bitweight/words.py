"""Arithmetic of binary words and carry-save pairs, modulo ``2**bits``, as gates do it.

A value is a tuple of rows: one row is a word, two rows are a carry-save pair. Rows are int64 arrays of any shape;
only their lowest ``bits`` bits count, and a word is read as two's complement.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hwsim.formats import IntFormat

Row = NDArray[np.int64]
Rows = tuple[Row, ...]

MOST_BITS = 62  # of a sum; rows are int64


def wrap(row: Row, bits: int) -> Row:
    """``row`` as a register of ``bits`` bits holds it, sign included."""
    return IntFormat(bits).wrap(row)


def csa(x: Row, y: Row, z: Row, bits: int) -> Rows:
    """One row of full adders (3:2): sum and carry, the carry one place up and its top bit dropped."""
    return wrap(x ^ y ^ z, bits), wrap(((x & y) | (x & z) | (y & z)) << 1, bits)


def compress(rows: Sequence[Row], bits: int) -> Rows:
    """Any number of rows to a carry-save pair, in layers of 3:2 compressors (n rows become n - n // 3)."""
    layer = [wrap(row, bits) for row in rows]
    while len(layer) > 2:
        whole = len(layer) - len(layer) % 3
        threes = zip(layer[0:whole:3], layer[1:whole:3], layer[2:whole:3], strict=True)
        layer = [row for three in threes for row in csa(*three, bits)] + layer[whole:]
    return (layer[0], layer[1]) if len(layer) == 2 else (layer[0], np.zeros_like(layer[0]))


def total(rows: Sequence[Row], bits: int) -> Rows:
    """The sum of all rows as one word: carry-propagate additions."""
    return (wrap(np.sum(np.stack(np.broadcast_arrays(*rows)), axis=0), bits),)


def shifted(rows: Sequence[Row], places: Row | int, bits: int) -> Rows:
    """Every row ``places`` bits up."""
    return tuple(wrap(row << places, bits) for row in rows)
