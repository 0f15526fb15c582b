"""What is known of a point before it runs, as numbers: its fields, and its results in closed form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Values = Mapping[str, Any]


class Features:
    """Columns: the logarithm of each number that varies, and for each word that varies one column of zeros and ones."""

    def __init__(self, rows: Sequence[Values]) -> None:
        names = dict.fromkeys(name for row in rows for name in row)
        self._numbers, self._words = [], []
        for name in names:
            values = list(dict.fromkeys(row.get(name) for row in rows))
            if len(values) > 1 and all(_is_size(value) for value in values):
                self._numbers.append(name)
            elif len(values) > 1:
                self._words += [(name, value) for value in values]

    @property
    def count(self) -> int:
        return len(self._numbers) + len(self._words)

    def of(self, rows: Sequence[Values]) -> Floats:
        """The features of points, shape (points, count)."""
        numbers = [[np.log2(1 + _size(row.get(name))) for name in self._numbers] for row in rows]
        words = [[float(row.get(name) == value) for name, value in self._words] for row in rows]
        return np.hstack(
            [
                np.array(numbers, np.float64).reshape(len(rows), len(self._numbers)),
                np.array(words, np.float64).reshape(len(rows), len(self._words)),
            ]
        )


def _is_size(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def _size(value: Any) -> float:
    """The number; 0 for what no row that was learned from has: nothing, a word, a number below 0."""
    return float(value) if _is_size(value) else 0.0
