"""When each digit of a fold is issued: every lane of every column, cycle by cycle, from the costs of its groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.bitslice.layout import SliceLayout
from hwsim.sparse_columns.rule import Barrier, IssueRule

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class FoldIssue:
    """One fold, cycle by cycle: row i is what stands between edges i and i + 1 of the fold, row 0 before the first.

    Arrays are (cycles + 1, columns, lanes), those of a column (cycles + 1, columns).
    """

    cycles: int
    digit: NDArray[np.int8]
    """the digit issued, 0 where none is"""
    index: Ints
    """its place in its group"""
    step: Ints
    turn: Ints
    """of the group at work, 0 where none is"""
    next_step: Ints
    next_turn: Ints
    """of the group that is taken next"""
    finished: Flags
    """last cycle of a bit-weight of a column"""
    bw: Ints
    """the bit-weight at work in a column"""


def fold_issue(groups: NDArray[np.int8], layout: SliceLayout) -> FoldIssue:
    """The issue of a fold with digits ``groups`` of shape (columns, bit-weights, turns, steps, lanes, group).

    Turn t of a column is the segment that it works on in that turn.
    """
    rule = layout.rule
    nonzero = groups != 0
    costs: Ints = np.maximum(nonzero.sum(axis=-1), rule.empty_group_cycles)
    parts = costs.sum(axis=3).max(axis=3)
    starts, passes = _starts(parts, rule)
    begins = starts[..., None, None] + np.cumsum(costs, axis=3) - costs
    ends = passes.sum(axis=1)
    cycles = int(ends.max(initial=0))
    at = _Cycles(cycles + 1, costs.shape[0], costs.shape[4])
    digit, index = at.digits(groups, nonzero, begins)
    step, turn = at.held(begins, costs, axis=3), at.held(begins, costs, axis=2)
    taken = at.taken(begins)
    finished, bw = at.passes(passes)
    steps, turns = costs.shape[3], costs.shape[2]
    return FoldIssue(cycles, digit, index, step, turn, taken % steps, taken // steps % turns, finished, bw)


def _starts(parts: Ints, rule: IssueRule) -> tuple[Ints, Ints]:
    """Cycles before each part (columns, bit-weights, turns), and the length of each pass (columns, bit-weights)."""
    if rule.barrier is not Barrier.K:
        parts = np.broadcast_to(parts.max(axis=0), parts.shape)
    passes = np.maximum(parts.sum(axis=2), rule.pass_cycles)
    before = np.cumsum(passes, axis=1) - passes
    return before[..., None] + np.cumsum(parts, axis=2) - parts, passes


class _Cycles:
    """Scatters what happens to groups and passes over the cycles of a fold."""

    def __init__(self, cycles: int, columns: int, lanes: int) -> None:
        self._shape = cycles, columns, lanes

    def digits(self, groups: NDArray[np.int8], nonzero: Flags, begins: Ints) -> tuple[NDArray[np.int8], Ints]:
        """Non-zero digits of a group follow each other, the lowest k first."""
        digit, index = np.zeros(self._shape, np.int8), np.zeros(self._shape, np.int64)
        column, *_, lane, place = where = np.nonzero(nonzero)
        rank = (np.cumsum(nonzero, axis=-1) - 1)[where]
        cycle = begins[where[:-1]] + 1 + rank
        digit[cycle, column, lane] = groups[where]
        index[cycle, column, lane] = place
        return digit, index

    def held(self, begins: Ints, costs: Ints, axis: int) -> Ints:
        """The place along ``axis`` of the group that every lane works on."""
        shown = np.zeros(self._shape, np.int64)
        places = np.broadcast_to(
            np.arange(costs.shape[axis]).reshape([-1 if i == axis else 1 for i in range(5)]), costs.shape
        )
        for more in range(int(costs.max(initial=0))):
            column, *_, lane = where = np.nonzero(costs > more)
            shown[begins[where] + 1 + more, column, lane] = places[where]
        return shown

    def taken(self, begins: Ints) -> Ints:
        """Groups that every lane has taken so far: one at the edge before its first cycle."""
        count = np.zeros(self._shape, np.int64)
        column, *_, lane = where = np.nonzero(np.ones(begins.shape, bool))
        cycle = np.minimum(begins[where] + 1, self._shape[0] - 1)
        np.add.at(count, (cycle, column, lane), 1)
        total: Ints = np.cumsum(count, axis=0)
        return total

    def passes(self, passes: Ints) -> tuple[Flags, Ints]:
        """Last cycles of passes, and the pass of every cycle; a pass whose empty groups are free may have none."""
        cycles, columns, _ = self._shape
        finished, bw = np.zeros((cycles, columns), bool), np.zeros((cycles, columns), np.int64)
        ends = np.cumsum(passes, axis=1)
        for position in range(passes.shape[1]):
            real = np.flatnonzero(passes[:, position])
            finished[ends[real, position], real] = True
            for column in real.tolist():
                bw[ends[column, position] - passes[column, position] + 1 : ends[column, position] + 1, column] = (
                    position
                )
        return finished, bw
