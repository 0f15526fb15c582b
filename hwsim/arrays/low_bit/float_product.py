"""Whole products of float activations and low-bit weights, in the order of the hardware, many rows at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hwsim.arrays.base import Matrix
from hwsim.arrays.low_bit.float_arithmetic import VALUES, Terms
from hwsim.arrays.low_bit.floating import FloatUnit
from hwsim.arrays.low_bit.stepping import Integers, padded
from hwsim.arrays.low_bit.structure import Structure

SUMS_AT_ONCE = 1 << 16
"""Sums that are added to at a time, which bounds the memory that tables take. From 2**14 on more are not faster."""


def float_product(a: Matrix, b: Matrix, structure: Structure, unit: FloatUnit) -> Matrix:
    """``a @ b`` of floats a (m, k) and integers b (k, n) as the units add it up, in the accumulator's numpy type.

    What follows from the shape of the array is the tree over the groups of a step; folds of m and n change nothing.
    """
    fast = replace(unit, arithmetic=VALUES)
    steps = -(-b.shape[0] // structure.step)
    columns = padded(b, steps * structure.step, b.shape[1], unit.mac.w.rest)
    words = fast.encode(columns)  # (groups, planes, n, words)
    words = words.reshape(steps, structure.tables, *words.shape[1:]).transpose(0, 2, 3, 1, 4)
    rows = np.zeros((a.shape[0], steps * structure.step))
    rows[:, : a.shape[1]] = fast.activations(a)
    taken = max(1, SUMS_AT_ONCE // b.shape[1])
    parts = [_rows(rows[i : i + taken], words, structure, fast) for i in range(0, len(rows), taken)]
    return unit.acc.stored(np.concatenate(parts))


def _rows(rows: Terms, words: Integers, structure: Structure, unit: FloatUnit) -> Terms:
    """The sums of some rows: words (steps, planes, n, tables, words)."""
    steps, planes, n = words.shape[:3]
    shared = unit.share(rows.reshape(len(rows), steps, structure.tables, unit.group))
    sums, corrections, correction = unit.zeros((len(rows), n)), unit.zeros((len(rows),)), unit.correction
    for step in range(steps):
        if correction is not None:
            corrections = unit.corrected(corrections, shared[:, step], correction)
        for plane in range(planes):
            sums = unit.added(sums, unit.term(shared[:, step], words[step, plane], plane))
    return sums if correction is None else unit.added(sums, corrections[:, np.newaxis])
