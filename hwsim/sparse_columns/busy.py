"""How busy sparse columns are: the cycles in which a column is at work beside those that its fold lasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace

import numpy as np

from hwsim.formats import INT8, Format
from hwsim.sparse_columns.issue import Matrix, column_cycles, fold_cycles, issue_cycles
from hwsim.sparse_columns.rule import Barrier, IssueRule


@dataclass(frozen=True, slots=True)
class BusyColumns:
    """Sums over the folds of encoded operands, and the shares that follow from them.

    The share of a column is its `column_cycles` over the `fold_cycles` of its fold. Its minimum, average and maximum
    are over the columns of a fold that hold a row: columns that the last fold leaves free are left out, and counted by
    ``filled``. Over folds each is averaged with the cycles of a fold as its weight, as somebody sees it who looks in at
    a random cycle; without cycles nobody waits, and all shares are 1.
    """

    columns: int
    lanes: int
    folds: int = 0
    operands: int = 0
    cycles: int = 0
    """of all folds, up to their barriers"""
    least_cycles: int = 0
    mean_cycles: float = 0.0
    most_cycles: int = 0
    """of the least busy column of every fold, of its mean column, of its busiest"""
    work_cycles: int = 0
    """of all columns that hold a row"""
    held_cycles: int = 0
    """of folds, as often as they have a row"""
    group_cycles: int = 0
    """of all groups of the operands, whatever lane they belong to"""
    digits: int = 0
    """that are not zero"""

    def __add__(self, other: BusyColumns) -> BusyColumns:
        """Both together, on the same engine."""
        sums = (x + y for x, y in zip(astuple(self)[2:], astuple(other)[2:], strict=True))
        return BusyColumns(self.columns, self.lanes, *sums)

    @property
    def minimum(self) -> float:
        """Share of the least busy column (Busy-Min)."""
        return _share(self.least_cycles, self.cycles)

    @property
    def average(self) -> float:
        """Mean share over columns (Busy-Average)."""
        return _share(self.mean_cycles, self.cycles)

    @property
    def maximum(self) -> float:
        """Share of the busiest column (Busy-Max): 1 if the barrier is the end of K and no sums hold it up."""
        return _share(self.most_cycles, self.cycles)

    @property
    def lane_average(self) -> float:
        """Share of the cycles of all lanes of columns with a row in which the lane has a group of the operand."""
        return _share(self.group_cycles, self.held_cycles * self.lanes)

    @property
    def filled(self) -> float:
        """Columns that hold a row, as a share of all, with the cycles of a fold as its weight."""
        return _share(self.held_cycles, self.cycles * self.columns)

    @property
    def work_per_operand(self) -> float:
        """Cycles that an operand keeps its column at work."""
        return _share(self.work_cycles, self.operands, 0.0)

    @property
    def cycles_per_operand(self) -> float:
        """Cycles that an operand costs its column, waiting for the others included."""
        return _share(self.held_cycles, self.operands, 0.0)

    @property
    def empty_share(self) -> float:
        """Share of empty groups in the cycles of all groups of the operands."""
        return _share(self.group_cycles - self.digits, self.group_cycles, 0.0)


def busy_columns(operands: Iterable[Matrix], rule: IssueRule, format: Format = INT8) -> BusyColumns:
    """How busy the columns are with encoded operands (m, k), which share no fold.

    Raises SpecError as `issue_cycles`.
    """
    return sum((_of_operand(a, rule, format) for a in operands), BusyColumns(rule.columns, rule.lanes))


def _of_operand(a: Matrix, rule: IssueRule, format: Format) -> BusyColumns:
    cycles, work = fold_cycles(a, rule, format), column_cycles(a, rule, format)
    if not len(cycles):
        return BusyColumns(rule.columns, rule.lanes)
    firsts = np.arange(0, len(work), rule.columns)
    rows = np.diff(firsts, append=len(work))
    least, total, most = (ufunc.reduceat(work, firsts) for ufunc in (np.minimum, np.add, np.maximum))
    return BusyColumns(
        rule.columns,
        rule.lanes,
        folds=len(cycles),
        operands=a.size,
        cycles=int(cycles.sum()),
        least_cycles=int(least.sum()),
        mean_cycles=float((total / rows).sum()),
        most_cycles=int(most.sum()),
        work_cycles=int(total.sum()),
        held_cycles=int(cycles @ rows),
        group_cycles=_group_cycles(a, rule, format),
        digits=_group_cycles(a, replace(rule, empty_group_cycles=0), format),
    )


def _group_cycles(a: Matrix, rule: IssueRule, format: Format) -> int:
    """The sum over groups of max(z, n), as one lane would issue them one after the other."""
    one_lane = replace(rule, barrier=Barrier.K, lanes=1, pass_cycles=0)
    return int(issue_cycles(a, one_lane, format).sum())


def _share(part: float, whole: int, of_nothing: float = 1.0) -> float:
    return part / whole if whole else of_nothing
