"""Cutting a number of bytes into the shares of tiles, so that the shares always add up to it.

Along one axis the ragged last tile gets its proportion, rounded down; the full tiles share the rest equally, and the
first of them get one byte more where that does not come out even. A matrix is cut along its first axis, then each row
of tiles along the second. Few different shares occur, in few runs: this is what makes long tile loops cheap.
"""

from __future__ import annotations

from dataclasses import dataclass

Runs = tuple[tuple[int, int], ...]
"""(first index, share) of each run of equal shares, in order."""


def cut(total: int, side: int, tile: int) -> Runs:
    """Shares of ``total`` for tiles of ``tile`` along an axis of ``side``."""
    count = -(-side // tile)
    if count == 1:
        return ((0, total),)
    ragged_side = side - (count - 1) * tile
    full, ragged = (count, 0) if ragged_side == tile else (count - 1, total * ragged_side // side)
    each, more = divmod(total - ragged, full)
    runs = [(0, each + 1)] if more else []
    runs += [(more, each)]
    return tuple(runs if full == count else [*runs, (full, ragged)])


def share_at(runs: Runs, index: int) -> int:
    """The share of the tile with this index."""
    return next(share for first, share in reversed(runs) if first <= index)


@dataclass(frozen=True, slots=True)
class Grid:
    """Shares of a matrix of tiles: ``rows`` cuts the total, ``columns`` cuts each share of ``rows``."""

    rows: Runs
    columns: dict[int, Runs]

    @classmethod
    def of(cls, total: int, sides: tuple[int, int], tiles: tuple[int, int]) -> Grid:
        rows = cut(total, sides[0], tiles[0])
        return cls(rows, {share: cut(share, sides[1], tiles[1]) for _, share in rows})

    def at(self, row: int, column: int) -> int:
        return share_at(self.columns[share_at(self.rows, row)], column)

    @property
    def breaks(self) -> tuple[set[int], set[int]]:
        """Indices along both axes from which the shares may differ."""
        return {first for first, _ in self.rows}, {first for runs in self.columns.values() for first, _ in runs}
