"""Expected issue cycles: of a row, and of a fold whose columns wait at the rule's barrier, for independent operands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hwsim.encodings.pmf import Pmf, mean_of, sum_pmf
from hwsim.encodings.statistics import DigitStatistics
from hwsim.errors import SpecError
from hwsim.sparse_columns.rule import Barrier, IssueRule


def cycles_per_operand(statistics: DigitStatistics, rule: IssueRule) -> float:
    """E[issue cycles of one lane] / operands for whole groups: the mean group cost (formula E), without waiting."""
    return _of_rule(statistics, rule).cycles_per_operand(rule.group, rule.empty_group_cycles)


def expected_row_cycles(statistics: DigitStatistics, k: int, rule: IssueRule) -> float:
    """E[`issue_cycles`] of a row of ``k`` operands, exact; raises SpecError for ``k`` below 1."""
    _check("a row has", "operand", k)
    positions = range(_of_rule(statistics, rule).digits)
    return sum(mean_of(_row_pass_pmf(statistics, i, k, rule)) for i in positions)


def expected_fold_cycles(statistics: DigitStatistics, k: int, rule: IssueRule, rows: int | None = None) -> float:
    """E[`fold_cycles`] of a fold with ``rows`` rows of ``k`` operands (default: one for every column).

    By convolved probabilities, exact but for two cases: with the barrier at the end of K, and several lanes or
    ``pass_cycles`` that a pass can fall short of, the times of a row's bit-weights are taken as independent; with bank
    segments, ``pass_cycles`` bound the expected pass instead of each. Raises SpecError for ``k`` or ``rows`` below 1,
    and for more rows than columns.
    """
    rows = rule.columns if rows is None else rows
    _check("a row has", "operand", k)
    _check("a fold has", "row", rows)
    if rows > rule.columns:
        raise SpecError(f"a fold of {rule.columns} columns has at most {rule.columns} rows, not {rows}")
    if rule.barrier is Barrier.K:
        return _expected_largest([_row_pmf(_of_rule(statistics, rule), k, rule)] * rows)
    return sum(_expected_turns(statistics, i, k, rule, rows) for i in range(_of_rule(statistics, rule).digits))


def expected_cycles(statistics: DigitStatistics, m: int, k: int, rule: IssueRule) -> float:
    """E[sum of `fold_cycles`] of an operand (m, k); raises SpecError for ``m`` or ``k`` below 1."""
    _check("an operand has", "row", m)
    folds, rest = divmod(m, rule.columns)
    whole = folds * expected_fold_cycles(statistics, k, rule) if folds else 0.0
    return whole + (expected_fold_cycles(statistics, k, rule, rest) if rest else 0.0)


def waiting_overhead(statistics: DigitStatistics, k: int, rule: IssueRule) -> float:
    """E[fold] / E[cycles of the mean lane]: what barriers cost, and lanes that meet.

    Raises SpecError for ``k`` below 1.
    """
    fold = expected_fold_cycles(statistics, k, rule)
    lanes = [_lane_pmfs(statistics, i, k, rule.steps(k), rule) for i in range(statistics.digits)]
    return fold * rule.lanes / sum(mean_of(pmf) for pass_ in lanes for pmf in pass_)


def _of_rule(statistics: DigitStatistics, rule: IssueRule) -> DigitStatistics:
    if statistics.encoding != rule.encoding:
        raise SpecError(f"the statistics are those of {statistics.encoding}, the issue rule encodes by {rule.encoding}")
    return statistics


def _check(what: str, part: str, count: int) -> None:
    if count < 1:
        raise SpecError(f"{what} at least 1 {part}, not {count}")


def _row_pmf(statistics: DigitStatistics, k: int, rule: IssueRule) -> Pmf:
    """A row's cycles over all bit-weights."""
    if rule.lanes > 1 or rule.waits_for_sums(k):
        pmf: Pmf = np.ones(1)
        for i in range(statistics.digits):
            pmf = np.convolve(pmf, _row_pass_pmf(statistics, i, k, rule))
        return pmf
    whole, rest = divmod(k, rule.group)
    parts = [sum_pmf(statistics.group_cycles_pmf(rule.group, rule.empty_group_cycles), whole)] if whole else []
    parts += [statistics.group_cycles_pmf(rest, rule.empty_group_cycles)] if rest else []
    return np.convolve(parts[0], parts[-1]) if len(parts) == 2 else parts[0]


def _row_pass_pmf(statistics: DigitStatistics, position: int, k: int, rule: IssueRule) -> Pmf:
    """A row's cycles at one bit-weight."""
    return _at_least(rule.pass_cycles, _largest(_lane_pmfs(statistics, position, k, rule.steps(k), rule)))


def _at_least(least: int, pmf: Pmf) -> Pmf:
    """The larger of a count and ``least``."""
    raised = np.pad(pmf, (0, max(0, least + 1 - len(pmf))))
    raised[least] = raised[: least + 1].sum()
    raised[:least] = 0
    return np.asarray(raised)


def _lane_pmfs(statistics: DigitStatistics, position: int, k: int, steps: int, rule: IssueRule) -> list[Pmf]:
    """Cycles of each lane of a column in a pass of ``steps`` groups, of which ``k`` operands are not filling."""
    return [_pass_pmf(statistics, position, _sizes(k, steps, rule, lane), rule) for lane in range(rule.lanes)]


def _sizes(k: int, steps: int, rule: IssueRule, lane: int) -> tuple[int, int, int]:
    """A lane's groups: full ones, operands of the ragged one, and groups of zeros."""
    groups, rest = divmod(k, rule.group)
    full = len(range(lane, groups, rule.lanes))
    ragged = rest if groups % rule.lanes == lane else 0
    return full, ragged, steps - full - (ragged > 0)


def _pass_pmf(statistics: DigitStatistics, position: int, sizes: tuple[int, int, int], rule: IssueRule) -> Pmf:
    full, ragged, empty = sizes
    pmf = sum_pmf(_group_pmf(statistics, position, rule.group, rule), full) if full else np.ones(1)
    if ragged:
        pmf = np.convolve(pmf, _group_pmf(statistics, position, ragged, rule))
    return np.concatenate((np.zeros(empty * rule.empty_group_cycles), pmf))


def _group_pmf(statistics: DigitStatistics, position: int, operands: int, rule: IssueRule) -> Pmf:
    """max(z, n) of one group at one bit-weight."""
    pmf = statistics.group_pmf(operands)[position].copy()
    if rule.empty_group_cycles:
        pmf[1] += pmf[0]
        pmf[0] = 0
    return np.asarray(pmf)


def _expected_turns(statistics: DigitStatistics, position: int, k: int, rule: IssueRule, rows: int) -> float:
    """One bit-weight: the slowest lane of all rows, in every turn over the segments."""
    if rule.segments == 1:
        return _expected_largest([_row_pass_pmf(statistics, position, k, rule)] * rows)
    steps = rule.segment_steps(k)
    width = steps * rule.step
    present = [min(max(k - width * s, 0), width) for s in range(rule.segments)]
    largest = {
        operands: _below(_largest(_lane_pmfs(statistics, position, operands, steps, rule)), steps * rule.group)
        for operands in set(present)
    }
    turns = [tuple(sorted(present[(i + t) % rule.segments] for i in range(rows))) for t in range(rule.segments)]
    expected = {turn: _expected_above([largest[operands] for operands in turn]) for turn in set(turns)}
    return max(sum(expected[turn] for turn in turns), float(rule.pass_cycles))


def _largest(pmfs: Sequence[Pmf]) -> Pmf:
    """The largest of independent counts."""
    length = max(len(pmf) for pmf in pmfs)
    below = np.prod([_below(pmf, length - 1) for pmf in pmfs], axis=0)
    return np.diff(below, prepend=0.0)


def _expected_largest(pmfs: Sequence[Pmf]) -> float:
    length = max(len(pmf) for pmf in pmfs)
    return _expected_above([_below(pmf, length - 1) for pmf in pmfs])


def _below(pmf: Pmf, last: int) -> Pmf:
    """P(at most t) for t = 0 to ``last``."""
    sums = np.ones(last + 1)
    known = min(len(pmf), last + 1)
    np.minimum(np.cumsum(pmf[:known]), 1.0, out=sums[:known])
    return sums


def _expected_above(below: Sequence[Pmf]) -> float:
    return float((1 - np.prod(below, axis=0)).sum())
