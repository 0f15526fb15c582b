"""The edges of arrays for low-bit weights: what stands on the ports, in the registers and in the sums."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Fold, Matrix
from hwsim.arrays.blocks import HIGH, LOW, idle
from hwsim.arrays.low_bit.structure import Structure
from hwsim.ports import VALID, Beat, Inputs

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Operands:
    """What the units work on in one cycle; the correction has no weights."""

    shared: Integers
    """(m, tables, entries)"""
    words: Integers
    """(n, tables, words)"""
    plane: int
    first: bool
    last: bool
    correct: bool


class Blocks:
    """Both operands in the pieces that the ports take, padded with what means nothing."""

    def __init__(self, a: Matrix, b: Matrix, structure: Structure) -> None:
        self._structure, unit = structure, structure.unit
        self.steps = -(-a.shape[1] // structure.step)
        self.edges = int(structure.edges(a.shape[1]))
        k = self.steps * structure.step
        rows = padded(unit.activations(a), -(-a.shape[0] // structure.m) * structure.m, k, 0)
        columns = padded(b, k, -(-b.shape[1] // structure.n) * structure.n, unit.mac.w.rest)
        groups = rows.reshape(-1, structure.m, self.steps, structure.tables, unit.group).swapaxes(1, 2)
        self.shared = unit.share(groups)
        self.given = self.shared if structure.takes_tables else groups
        words = unit.encode(columns)  # (groups, planes, n, words)
        shape = (self.steps, structure.tables, unit.planes, -1, structure.n, unit.words)
        self.words = words.reshape(shape).transpose(3, 0, 2, 4, 1, 5)

    def operands(self, down: int, across: int, edge: int) -> Operands:
        """Of edge number ``edge`` of the fold in this row and column of folds."""
        step, plane = divmod(edge, self._structure.unit.planes)
        correct = step == self.steps
        at = min(step, self.steps - 1)
        words = np.zeros_like(self.words[0, 0, 0]) if correct else self.words[across, at, plane]
        return Operands(self.shared[down, at], words, plane, edge == 0, edge == self.edges - 1, correct)

    def inputs(self, down: int, now: Operands, step: int) -> Inputs:
        """What the ports carry at this edge: a step's activations once if there are registers, else at every plane."""
        held = now.correct or (self._structure.operand_registers and now.plane > 0)
        given = self.given[down, 0].size
        return {
            "a": idle(given, np.int64) if held else self.given[down, step].reshape(-1),
            "b": now.words.reshape(-1),
            "valid": HIGH,
            "first": HIGH if now.first else LOW,
            "last": HIGH if now.last else LOW,
        }


class Sums:
    """The sums at rest, and beside them one per row by which they are corrected."""

    def __init__(self, structure: Structure) -> None:
        self._structure = structure
        self._sums = self._no_sums = structure.unit.zeros((structure.m, structure.n))
        self._rows = self._no_rows = structure.unit.zeros((structure.m,))
        self._waiting: tuple[Integers, Operands] | None = None

    def clock(self, now: Operands | None) -> bool:
        """One edge with these operands; whether it completes the sums of a fold."""
        ready = None if now is None else (self._term(now), now)
        if self._structure.term_register:
            ready, self._waiting = self._waiting, ready
        if ready is None:
            return False
        term, of = ready
        self._sums = self._structure.unit.added(self._no_sums if of.first else self._sums, term)
        return of.last

    def _term(self, now: Operands) -> Integers:
        if now.correct:
            return np.repeat(self._rows[:, np.newaxis], self._structure.n, axis=1)
        unit = self._structure.unit
        if unit.correction is not None and now.plane == 0:
            before = self._no_rows if now.first else self._rows
            self._rows = unit.corrected(before, now.shared, unit.correction)
        return unit.term(now.shared, now.words, now.plane)

    @property
    def results(self) -> Integers:
        """As the port shows them, shape (m, n)."""
        return self._structure.unit.results(self._sums)


def run_low_bit(
    a: Matrix,
    b: Matrix,
    structure: Structure,
    folds: Sequence[Fold],
    activity: NDArray[np.int64],
) -> Generator[Beat, None, Matrix]:
    """Compute ``a @ b``; folds in the order m, n, without a gap between them."""
    product = np.zeros((a.shape[0], b.shape[1]), np.int64)
    sums, lanes, finished = Sums(structure), structure.m * structure.n, iter(folds)
    before: Operands | None = None
    feed = _feed(Blocks(a, b, structure), structure, folds, len(activity))
    for (inputs, now), active in zip(feed, activity.tolist(), strict=True):
        done = sums.clock(before if structure.operand_registers else now)
        before = now
        if done:
            fold = next(finished)
            place = product[fold.m, fold.n]
            place[:] = sums.results[: place.shape[0], : place.shape[1]]
        yield Beat(active, inputs, {"c": sums.results.reshape(-1), "c_valid": np.full(lanes, done, VALID)})
    return structure.unit.product(product)


def _feed(
    blocks: Blocks, structure: Structure, folds: Sequence[Fold], cycles: int
) -> Iterator[tuple[Inputs, Operands | None]]:
    """What stands on the ports at every edge, and what the units make of it."""
    widths = {"a": blocks.given[0, 0].size, "b": blocks.words[0, 0, 0].size}
    nothing = {name: idle(width, np.int64) for name, width in widths.items()} | dict.fromkeys(FRAMING, LOW)
    for fold in folds:
        down, across = fold.m.start // structure.m, fold.n.start // structure.n
        for edge in range(blocks.edges):
            now = blocks.operands(down, across, edge)
            yield blocks.inputs(down, now, edge // structure.unit.planes), now
    yield from [(nothing, None)] * (cycles - len(folds) * blocks.edges)


FRAMING = ("valid", "first", "last")


def padded(x: Matrix, rows: int, cols: int, rest: int) -> Integers:
    """``x`` in the corner of a matrix of int64."""
    filled = np.full((rows, cols), rest, np.int64)
    filled[: x.shape[0], : x.shape[1]] = x
    return filled
