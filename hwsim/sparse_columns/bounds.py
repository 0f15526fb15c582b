"""What issue can cost at least and at most, whatever the operands: a column by itself, and a fold under its barrier."""

from __future__ import annotations

import numpy as np

from hwsim.formats import INT8, Format
from hwsim.sparse_columns.rule import Barrier, IssueRule


def row_bounds(k: int, rule: IssueRule, format: Format = INT8) -> tuple[int, int]:
    """Least and greatest `issue_cycles` of a row of ``k`` operands.

    Zeros reach the least. The greatest is reached on one lane; on more it is a bound, reached where one operand has no
    zero digit (Booth and EN-T of int8).
    """
    low = rule.encoding.digits(format) * max(rule.steps(k) * rule.empty_group_cycles, rule.pass_cycles)
    if rule.lanes > 1 or rule.waits_for_sums(k):
        return low, _dense_passes(k, rule.steps(k), 1, rule, format)
    whole, rest = divmod(k, rule.group)
    ragged = _worst_group(rest, rule, format) if rest else 0
    return low, whole * _worst_group(rule.group, rule, format) + ragged


def fold_bounds(k: int, rule: IssueRule, format: Format = INT8) -> tuple[int, int]:
    """Least and greatest `fold_cycles` of a fold: bounds, which zeros and the densest operand of Booth and EN-T reach
    (under the barrier of bank segments in a full fold)."""
    if rule.barrier is Barrier.K:
        return row_bounds(k, rule, format)
    steps = rule.segment_steps(k)
    low = rule.encoding.digits(format) * max(rule.segments * steps * rule.empty_group_cycles, rule.pass_cycles)
    segment = min(k, steps * rule.step)  # every turn finds some column at the fullest segment
    return low, _dense_passes(segment, steps, rule.segments, rule, format)


def _dense_passes(k: int, steps: int, segments: int, rule: IssueRule, format: Format) -> int:
    """Cycles of the fullest lane in so many segments of ``k`` operands, over all bit-weights, if every digit that can
    be non-zero is."""
    if not steps:
        return rule.pass_cycles * rule.encoding.digits(format)
    last = min(rule.group, k - rule.step * (steps - 1))
    dense = rule.group * (steps - 1) + max(last, rule.empty_group_cycles)
    lanes = (
        dense if low or high else steps * rule.empty_group_cycles for low, high in rule.encoding.digit_ranges(format)
    )
    return sum(max(segments * cycles, rule.pass_cycles) for cycles in lanes)


def _worst_group(operands: int, rule: IssueRule, format: Format) -> int:
    """The dearest group of so many operands, which are equal: max(z, n) is convex in n."""
    nonzero = rule.encoding.table(format) != 0
    return int(np.maximum(operands * nonzero, rule.empty_group_cycles).sum(axis=1).max())
