"""One matrix product: its sides, its batch and its formats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.formats import Format

IntLike = int | NDArray[np.int64]


def _check_side(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise SpecError(f"{name} must be a whole number, not {value!r}")
    if value < 1:
        raise SpecError(f"{name} must be at least 1, not {value}")


@dataclass(frozen=True, slots=True)
class Gemm:
    """``batch`` independent products C(m, n) = A(m, k) @ B(k, n).

    ``a`` is the format of A (activations), ``w`` that of B (weights), ``acc`` that of the sums;
    ``None`` means "the engine's".
    """

    m: int
    n: int
    k: int
    a: Format | None = None
    w: Format | None = None
    acc: Format | None = None
    batch: int = 1

    def __post_init__(self) -> None:
        for name in ("m", "n", "k", "batch"):
            _check_side(name, getattr(self, name))

    @property
    def macs(self) -> int:
        """Multiply-accumulates, batch included."""
        return self.m * self.n * self.k * self.batch


@dataclass(frozen=True, slots=True)
class Shapes:
    """Many products at once: integer arrays of one common shape, for closed forms over whole spaces."""

    m: NDArray[np.int64]
    n: NDArray[np.int64]
    k: NDArray[np.int64]
    batch: NDArray[np.int64]

    @classmethod
    def of(cls, m: object, n: object, k: object, batch: object = 1) -> Shapes:
        """Broadcast anything array-like into one Shapes; raises SpecError for a side below 1."""
        sides = np.broadcast_arrays(*(np.asarray(x, dtype=np.int64) for x in (m, n, k, batch)))
        for name, side in zip(("m", "n", "k", "batch"), sides, strict=True):
            if side.size and int(side.min()) < 1:
                raise SpecError(f"{name} must be at least 1, not {int(side.min())}")
        return cls(*sides)
