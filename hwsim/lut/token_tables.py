"""INT8 tables with one scale per row of activations, as an array takes them, and the integers that it adds up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwsim.floats import Floats
from hwsim.formats import IntFormat
from hwsim.low_bit.weights import LowBitWeights
from hwsim.lut.float_product import float_tables
from hwsim.lut.integer_product import Integers
from hwsim.lut.layout import Layout, select, selection_matrix
from hwsim.lut.quantised_product import ScaleSharing, TableQuantiser, TableScale, added_up, quantise_tables

PER_TOKEN = TableQuantiser(TableScale(ScaleSharing.TOKEN))
"""What the operator before does, in fp32 throughout, with one scale per row.

Sums of integers are exact in it; of fp16 and FP8 each addition is rounded, and subnormal activations count. The largest
magnitude of a table is the sum of the magnitudes of its activations, added up in the order of its plan, because that
entry has their signs, and rounding keeps an order; over the row the largest of these over 127 is the scale. Scale and
quotients are rounded to fp32 before the quotients are rounded to integers, ties to even.
"""

ENTRY = IntFormat(PER_TOKEN.bits)
"""An entry; the lowest value is not used."""


def token_tables(a: Floats | Integers, group: int) -> NDArray[np.int64]:
    """Entries of activations (m, k), k filled with zeros up to whole groups: shape (m, tables, entries)."""
    layout = Layout(a.shape[1], group, a.shape[1])
    sums = float_tables(a.astype(np.float32), layout, PER_TOKEN.precompute)
    sets = PER_TOKEN.scale.sets(layout)
    tables = quantise_tables(sums, sets, PER_TOKEN.bits, PER_TOKEN.precompute)
    return tables.entries.swapaxes(0, 1).astype(np.int64)


def token_sums(a: Floats | Integers, weights: LowBitWeights, group: int) -> NDArray[np.int64]:
    """Sums (m, n) over tables and planes of what the odd values q' of the weights select, without zero points."""
    tables = token_tables(a, group)
    return added_up(tables, selection_matrix(select(weights, Layout(weights.k, group, weights.k)), tables.shape[2]))


def largest_sum(k: int, group: int, w_bits: int) -> int:
    """The largest magnitude of a sum over ``k`` activations."""
    return -(-k // group) * ENTRY.high * ((1 << w_bits) - 1)
