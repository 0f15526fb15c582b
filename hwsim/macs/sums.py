"""Sums at rest in the PEs of an array: words, or carry-save pairs that are added up outside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
from numpy.typing import DTypeLike, NDArray

Matrix = NDArray[np.integer]
Enabled = NDArray[np.integer] | int
"""Valid bits that broadcast to (rows, cols)."""


class Sums(ABC):
    """Accumulators of rows x cols PEs, all of which take one product per edge."""

    needs_enable: bool
    """Whether a product of zero changes what stands in the registers, so that idle PEs must hold."""

    @abstractmethod
    def clear(self, places: slice) -> None:
        """Begin new sums in the PEs at these flat places."""

    @abstractmethod
    def add_product(self, a: Matrix, w: Matrix, enabled: Enabled) -> None:
        """Add ``a * w``, which broadcast to (rows, cols), where ``enabled``; idle operands are 0."""

    @property
    @abstractmethod
    def words(self) -> Matrix:
        """What the sums are worth, shape (rows, cols); good until they change."""

    @abstractmethod
    def shown(self) -> Mapping[str, Matrix]:
        """Copies of the registers, shape (rows * cols,), by the name of the port that shows them."""


class WordSums(Sums):
    """One word per PE."""

    needs_enable = False

    def __init__(self, rows: int, cols: int, dtype: DTypeLike) -> None:
        self._acc: Matrix = np.zeros((rows, cols), dtype)
        self._product, self._flat = np.empty_like(self._acc), self._acc.reshape(-1)

    def clear(self, places: slice) -> None:
        self._flat[places] = 0

    def add_product(self, a: Matrix, w: Matrix, enabled: Enabled) -> None:
        np.multiply(a, w, out=self._product)
        self._acc += self._product

    @property
    def words(self) -> Matrix:
        return self._acc

    def shown(self) -> Mapping[str, Matrix]:
        return {"c": self._flat.copy()}
