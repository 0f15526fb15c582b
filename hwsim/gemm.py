"""One matrix product: its sides, its batch and its formats."""

from __future__ import annotations

from collections.abc import Iterator
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
            side = getattr(self, name)
            _check_side(name, side)
            if type(side) is not int:  # numpy's integers overflow in products
                object.__setattr__(self, name, int(side))

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
        """Broadcast anything array-like into one Shapes; raises SpecError for a side below 1 or not whole."""
        given = {"m": m, "n": n, "k": k, "batch": batch}
        return cls(*np.broadcast_arrays(*(_side_array(name, value) for name, value in given.items())))

    @property
    def largest(self) -> Gemm:
        """A product as long on every side as the longest of all."""
        m, n, k, batch = (int(np.max(side, initial=1)) for side in (self.m, self.n, self.k, self.batch))
        return Gemm(m, n, k, batch=batch)

    def __iter__(self) -> Iterator[Gemm]:
        """The products one by one, in C order."""
        flat = (side.reshape(-1).tolist() for side in (self.m, self.n, self.k, self.batch))
        return (Gemm(m, n, k, batch=batch) for m, n, k, batch in zip(*flat, strict=True))


def _side_array(name: str, value: object) -> NDArray[np.int64]:
    side = np.asarray(value)
    if side.size and (side.dtype.kind not in "iu" or int(side.max()) >= 1 << 63):
        raise SpecError(f"{name} must be whole numbers below 2**63, not {side.dtype}")
    if side.size and int(side.min()) < 1:
        raise SpecError(f"{name} must be at least 1, not {int(side.min())}")
    return side.astype(np.int64, copy=False)
