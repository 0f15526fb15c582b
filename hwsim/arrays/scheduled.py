"""Arrays whose cycles do not depend on the data: a schedule says when each fold starts, and the rest follows."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Array, Matrix, check_countable
from hwsim.arrays.schedule import Schedule
from hwsim.arrays.wavefront import at_work
from hwsim.gemm import Gemm, IntLike, Shapes
from hwsim.latency import Latency
from hwsim.macs.base import Mac


@dataclass(frozen=True, slots=True)
class ScheduledArray(Array):
    """An array with a `Schedule`: equal folds, one after the other or overlapped."""

    stream_axis: ClassVar[str | None]
    """The side that streams, one vector per edge; None if a fold is one edge long."""

    @property
    @abstractmethod
    def schedule(self) -> Schedule: ...

    @abstractmethod
    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        """PEs with real operands in a fold of these sides, by the edges that an operand travels to reach them."""

    def stream_length(self, shapes: Gemm | Shapes, mac: Mac) -> IntLike:
        """Operand vectors of one fold, which is also its operand edges."""
        return 1 if self.stream_axis is None else getattr(shapes, self.stream_axis)

    def latency(self, shapes: Gemm | Shapes, mac: Mac) -> Latency:
        """Closed form: cycles of the product, or of every product of ``shapes``.

        Plain ints are exact at any size; raises SpecError if a count among many does not fit an int64.
        """
        check_countable(shapes, lambda gemm: Latency.exact(self.closed_form(gemm, mac)))
        return Latency.exact(self.closed_form(shapes, mac))

    def closed_form(self, shapes: Gemm | Shapes, mac: Mac) -> IntLike:
        """``latency`` without a look at its size; sides of the array that are ``elementwise`` may be arrays too."""
        counts = self.fold_counts(shapes)
        folds = counts["m"] * counts["n"] * counts["k"] * shapes.batch
        return self.schedule.cycles(folds, self.stream_length(shapes, mac))

    def count(self, a: Matrix, b: Matrix, mac: Mac) -> int:
        """Exact cycles for these operands; the same as the closed form where data cannot matter."""
        return int(self.latency(Gemm(a.shape[0], b.shape[1], a.shape[1]), mac).expected)

    def starts(self, gemm: Gemm, mac: Mac) -> NDArray[np.int64]:
        """Edges before the first operand vector of every fold, in the order of ``folds``."""
        counts = self.fold_counts(gemm)
        folds = np.arange(int(counts["m"] * counts["n"] * counts["k"]))
        return np.asarray(self.schedule.start(folds, self.stream_length(gemm, mac)), dtype=np.int64)

    def activity(self, gemm: Gemm, mac: Mac) -> NDArray[np.int64]:
        """PEs at work on real operands at every edge of one product, shape (cycles,); their sum is its MACs."""
        sides = [
            (fold.m.stop - fold.m.start, fold.n.stop - fold.n.start, fold.k.stop - fold.k.start)
            for fold in self.folds(gemm.m, gemm.n, gemm.k)
        ]
        profiles = {size: self.profile(*size) for size in set(sides)}
        cycles = int(self.closed_form(replace(gemm, batch=1), mac))
        stream = int(self.stream_length(gemm, mac))
        return at_work([profiles[size] for size in sides], self.starts(gemm, mac), stream, cycles)
