"""What an arrangement of PEs must tell: its limits, its schedule, its ports, its edges and its leaves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from dataclasses import dataclass, fields, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.schedule import Schedule
from hwsim.arrays.wavefront import at_work
from hwsim.errors import SpecError
from hwsim.gemm import Gemm, IntLike, Shapes
from hwsim.inventory import Inventory
from hwsim.latency import Latency
from hwsim.macs.base import Mac
from hwsim.ports import Beat, Port

Matrix = NDArray[np.integer]
COUNTABLE = 1 << 63
"""Cycles from here on do not fit an array of counts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest sides of one fold; None where a side of any length streams through."""

    m: int | None
    n: int | None
    k: int | None


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold of a product: half-open ranges of m, n and k."""

    m: slice
    n: slice
    k: slice


def ceil_div(a: IntLike, b: IntLike) -> IntLike:
    """Smallest integer not below a / b, elementwise."""
    return -(-a // b)


@dataclass(frozen=True, slots=True)
class Array(ABC):
    """An arrangement of PEs in space, with its operand movement.

    Subclasses are frozen dataclasses whose fields are the inline form's fields (``rows=``, ``cols=``, ...),
    every one with a default.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    fold_order: ClassVar[str]
    """The loops over folds, outermost first, e.g. ``"nmk"``."""
    stream_axis: ClassVar[str | None]
    """The side that streams, one vector per edge; None if a fold is one edge long."""
    houses: ClassVar[tuple[type[Mac], ...]]
    """The MACs that have a place in it, the default first."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and not isinstance(value, bool) and value < 1:
                raise SpecError(f"{self.name}: {field.name} must be at least 1, not {value}")

    @property
    @abstractmethod
    def limits(self) -> Limits: ...

    @property
    @abstractmethod
    def schedule(self) -> Schedule: ...

    @property
    @abstractmethod
    def pe_count(self) -> int:
        """Multipliers in the array."""

    @abstractmethod
    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        """PEs with real operands in a fold of these sides, by the edges that an operand travels to reach them."""

    @abstractmethod
    def ports(self, mac: Mac) -> tuple[Port, ...]:
        """The ports, in the order of the Verilog module."""

    @abstractmethod
    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        """Compute ``a @ b`` for a (m, k) and b (k, n); each ``yield`` is one clock edge."""

    @abstractmethod
    def inventory(self, mac: Mac) -> Inventory:
        """Leaves of the whole array; equal to the instances of its Verilog."""

    def stream_length(self, shapes: Gemm | Shapes) -> IntLike:
        """Operand vectors of one fold, which is also its operand edges."""
        return 1 if self.stream_axis is None else getattr(shapes, self.stream_axis)

    def fold_counts(self, shapes: Gemm | Shapes) -> dict[str, IntLike]:
        """Number of folds along each axis."""
        limits = self.limits
        return {
            axis: 1 if (side := getattr(limits, axis)) is None else ceil_div(getattr(shapes, axis), side)
            for axis in "mnk"
        }

    def latency(self, shapes: Gemm | Shapes, mac: Mac) -> Latency:
        """Closed form: cycles of the product, or of every product of ``shapes``.

        Plain ints are exact at any size; raises SpecError if a count among many does not fit an int64.
        """
        if isinstance(shapes, Shapes) and self._cycles(shapes.largest) >= COUNTABLE:
            for gemm in shapes:
                if (cycles := self._cycles(gemm)) >= COUNTABLE:
                    raise SpecError(f"{gemm} takes {cycles} cycles; arrays of counts hold less than 2**63")
        return Latency.exact(self._cycles(shapes))

    def _cycles(self, shapes: Gemm | Shapes) -> IntLike:
        counts = self.fold_counts(shapes)
        folds = counts["m"] * counts["n"] * counts["k"] * shapes.batch
        return self.schedule.cycles(folds, self.stream_length(shapes))

    def count(self, a: Matrix, b: Matrix, mac: Mac) -> int:
        """Exact cycles for these operands; the same as the closed form where data cannot matter."""
        return int(self.latency(Gemm(a.shape[0], b.shape[1], a.shape[1]), mac).expected)

    def starts(self, gemm: Gemm) -> NDArray[np.int64]:
        """Edges before the first operand vector of every fold, in the order of ``folds``."""
        counts = self.fold_counts(gemm)
        folds = np.arange(int(counts["m"] * counts["n"] * counts["k"]))
        return np.asarray(self.schedule.start(folds, self.stream_length(gemm)), dtype=np.int64)

    def activity(self, gemm: Gemm) -> NDArray[np.int64]:
        """PEs at work on real operands at every edge of one product, shape (cycles,); their sum is its MACs."""
        sides = [
            (fold.m.stop - fold.m.start, fold.n.stop - fold.n.start, fold.k.stop - fold.k.start)
            for fold in self.folds(gemm.m, gemm.n, gemm.k)
        ]
        profiles = {size: self.profile(*size) for size in set(sides)}
        cycles = int(self._cycles(replace(gemm, batch=1)))
        return at_work([profiles[size] for size in sides], self.starts(gemm), int(self.stream_length(gemm)), cycles)

    def folds(self, m: int, n: int, k: int) -> Iterator[Fold]:
        """The folds of one product in the order in which the array works on them, ragged edges last."""
        sides = {"m": m, "n": n, "k": k}
        ranges = {axis: _cuts(sides[axis], getattr(self.limits, axis)) for axis in sides}
        outer, middle, inner = list(self.fold_order)
        for x in ranges[outer]:
            for y in ranges[middle]:
                for z in ranges[inner]:
                    yield Fold(**{outer: x, middle: y, inner: z})


def _cuts(side: int, limit: int | None) -> list[slice]:
    step = side if limit is None else limit
    return [slice(low, min(low + step, side)) for low in range(0, side, step)]
