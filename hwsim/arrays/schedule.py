"""When folds start and end: one closed form that all dense arrays share.

A fold is the largest product that an array computes without reloading: what exceeds its limits is cut into folds.
Every fold passes through the same three phases, counted in clock edges:

    preload   stationary operands enter                       (0 if nothing is stationary)
    stream    one operand vector per edge
    flush     from the last operand edge, exclusive, to the edge after which the last result can be read

Back to back, a fold starts when the one before has flushed. Overlapped, the preload and flush of neighbours hide under
the stream, and folds start ``max(stream, interval)`` edges apart; only the first preload and the last flush are seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hwsim.gemm import IntLike


@dataclass(frozen=True, slots=True)
class Schedule:
    """Phases of one fold in edges; ``interval`` is the least distance of two overlapped starts."""

    preload: IntLike
    flush: IntLike
    interval: IntLike
    overlap: bool

    def start(self, fold: IntLike, stream: IntLike) -> IntLike:
        """Edges before the first operand vector of fold number ``fold`` (from 0) enters."""
        if self.overlap:
            return self.preload + fold * _longer(stream, self.interval)
        return self.preload + fold * (self.preload + stream + self.flush)

    def cycles(self, folds: IntLike, stream: IntLike) -> IntLike:
        """Edges from the first operand (or preload) edge to the last result of ``folds`` equal folds."""
        return self.start(folds - 1, stream) + stream + self.flush


def _longer(a: IntLike, b: IntLike) -> IntLike:
    """The larger of both, elementwise; of two plain ints a plain one, which cannot overflow."""
    return max(a, b) if isinstance(a, int) and isinstance(b, int) else np.maximum(a, b)
