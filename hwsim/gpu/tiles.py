"""Thread-block tiles: the sizes that are tried, and which of them fit the register file and the shared memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError

Ints = NDArray[np.intp]
Reals = NDArray[np.float64]

BM = (2, 4, 8, 16, 32, 64, 128, 256, 512)
BN = (8, 16, 32, 64, 128, 256, 512, 1024, 2048)
BK = (32, 64, 128)
"""Rows, columns and depth of one step that are tried, all combinations of them."""


@dataclass(frozen=True, slots=True)
class Tile:
    """``bm`` rows and ``bn`` columns of the result that one thread block makes, ``bk`` of k at a time."""

    bm: int
    bn: int
    bk: int

    def __post_init__(self) -> None:
        for name in ("bm", "bn", "bk"):
            if getattr(self, name) < 1:
                raise SpecError(f"a tile's {name} is at least 1, not {getattr(self, name)}")

    def __str__(self) -> str:
        return f"{self.bm} x {self.bn} x {self.bk}"


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Candidates as arrays of one shape (tiles,), whole numbers in float64 as everything that is computed of them."""

    bm: Reals
    bn: Reals
    bk: Reals

    @classmethod
    def of(cls, *tiles: Tile) -> Tiles:
        return cls(*(np.array([getattr(tile, side) for tile in tiles], np.float64) for side in ("bm", "bn", "bk")))

    def only(self, which: Ints) -> Tiles:
        """The tiles at these positions."""
        return Tiles(self.bm[which], self.bn[which], self.bk[which])

    def __getitem__(self, index: int) -> Tile:
        return Tile(int(self.bm[index]), int(self.bn[index]), int(self.bk[index]))


CANDIDATES = Tiles.of(*(Tile(bm, bn, bk) for bm in BM for bn in BN for bk in BK))
