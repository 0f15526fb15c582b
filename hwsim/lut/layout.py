"""Where tables lie along k, and which entries the remapped weights select in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.low_bit.reinterpretation import bit_planes
from hwsim.low_bit.remapping import remap, table_starts
from hwsim.low_bit.weights import LowBitWeights
from hwsim.lut.plans import check_group

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Layout:
    """Tables of ``group`` elements along k, beginning anew with every ``span`` of weights of one scale.

    A last table that is not full is filled with zero activations.
    """

    k: int
    group: int
    span: int

    def __post_init__(self) -> None:
        check_group(self.group)

    @property
    def starts(self) -> NDArray[np.int64]:
        """First element of each table, shape (tables,)."""
        return table_starts(self.k, self.group, self.span)

    @property
    def spans(self) -> NDArray[np.int64]:
        """The span that each table belongs to, shape (tables,)."""
        return self.starts // self.span

    def spread(self, rows: NDArray[Scalar]) -> NDArray[Scalar]:
        """Deal ``rows`` (k, ...) out to the tables, with zeros where a table is not full: (tables, group, ...)."""
        starts = self.starts[:, np.newaxis]
        positions = starts + np.arange(self.group)
        ends = np.minimum((starts // self.span + 1) * self.span, self.k)
        padded = np.concatenate([rows, np.zeros_like(rows[:1])])
        return padded[np.where(positions < ends, positions, self.k)]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """What the remapped weights select: entry number and sign, each of shape (tables, bits, n).

    The leading bit of a group is the sign (1 negates), the others are the entry's number (equation 6).
    """

    entry: NDArray[np.intp]
    negative: NDArray[np.bool_]


def layout_of(k: int, weights: LowBitWeights, group: int) -> Layout:
    """The layout for activations (m, k). Raises SpecError if the weights have another k."""
    if k != weights.k:
        raise SpecError(f"activations have k = {k}, the weights have k = {weights.k}")
    return Layout(k, group, weights.span)


def select(weights: LowBitWeights, layout: Layout) -> Selection:
    """Remap the weights and cut their bit planes into words of one group."""
    codes = layout.spread(remap(weights.codes, layout.group, layout.span))
    places = (1 << np.arange(layout.group - 1)[::-1]).astype(np.int16)
    tables, group, n = codes.shape
    planes = bit_planes(codes.reshape(-1, n), weights.bits).reshape(-1, tables, group, n)
    entry = np.tensordot(planes[:, :, 1:].astype(np.int16), places, axes=(2, 0))
    return Selection(entry.swapaxes(0, 1).astype(np.intp), planes[:, :, 0].swapaxes(0, 1).astype(np.bool_))


def selection_matrix(selection: Selection, entries: int) -> NDArray[np.int16]:
    """The sum over bit planes of +-2**b at the selected entry, shape (tables, entries, n).

    A table times its matrix is what a unit adds up over the planes: the look-ups as one product.
    """
    tables, bits, n = selection.entry.shape
    matrix = np.zeros((tables, entries, n), np.int16)
    rows, columns = np.arange(tables)[:, np.newaxis], np.arange(n)
    for b in range(bits):
        signs = np.where(selection.negative[:, b], -1, 1).astype(np.int16)
        matrix[rows, selection.entry[:, b], columns] += signs << b
    return matrix
