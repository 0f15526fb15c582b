"""Exact issue cycles of sparse columns: one vectorised pass over the encoded operand, without stepping."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.formats import INT8, Format, IntFormat
from hwsim.sparse_columns.lookup import field_bits, group_fields, group_totals, has_tables, pair_counts, summable
from hwsim.sparse_columns.rule import Barrier, IssueRule

Matrix = NDArray[np.integer]
Cycles = NDArray[np.int64]

_BLOCK_OPERANDS = 1 << 18  # what a pass keeps beside the operand stays in the second-level cache


def issue_cycles(a: Matrix, rule: IssueRule, format: Format = INT8) -> Cycles:
    """Cycles that a column issues for each row of A (m, k), waiting for no other column: shape (m,).

    The sum over bit-weights and groups of max(z, n), with n non-zero digits in a group and z for an empty one; with
    several lanes a bit-weight lasts as long as its longest lane, and at least ``pass_cycles``. Fill and drain are not
    in it.
    Raises SpecError for an operand that is no matrix of integers or outside ``format``.
    """
    integers = _checked(a, rule, format)
    blocks = (_row_cycles(block, rule, integers) for block in _blocks(a, 1))
    return np.concatenate([np.zeros(0, np.int64), *blocks])


def read_operands(a: Matrix, rule: IssueRule, format: Format = INT8) -> int:
    """Operands that sparse encoders take in for A (m, k), over all bit-weights: those of every group, or, where empty
    groups cost nothing, of groups with a digit. Raises SpecError as `issue_cycles`."""
    integers = _checked(a, rule, format)
    count = rule.encoding.digits(integers)
    if rule.empty_group_cycles:
        return a.size * count
    taken = 0
    for block in _blocks(a, 1):
        groups = _padded(block, -(-block.shape[1] // rule.group) * rule.group)
        digits = rule.encoding.encode(groups, integers).reshape(len(block), -1, rule.group, count)
        taken += int((digits != 0).any(axis=2).sum())
    return taken * rule.group


def column_cycles(a: Matrix, rule: IssueRule, format: Format = INT8) -> Cycles:
    """Cycles in which a column is at work for each row of A (m, k), of those that `fold_cycles` counts: shape (m,).

    A column is at work while its longest lane has a group, be it empty: those are its `issue_cycles` without what
    ``pass_cycles`` add; under the barrier of bank segments the longest lane of every segment counts, and groups that
    only fill a segment are empty groups. Raises SpecError as `issue_cycles`.
    """
    if rule.barrier is not Barrier.BANK:
        return issue_cycles(a, replace(rule, pass_cycles=0), format)
    integers = _checked(a, rule, format)
    blocks = (_lane_cycles(block, rule, integers).max(axis=-1).sum(axis=(1, 2)) for block in _blocks(a, 1))
    return np.concatenate([np.zeros(0, np.int64), *blocks])


def fold_cycles(a: Matrix, rule: IssueRule, format: Format = INT8) -> Cycles:
    """Cycles of each fold of ``rule.columns`` rows of A (m, k), columns waiting at the barrier: (ceil(m / columns),).

    A column that the last fold leaves free has zeros: it never holds up the others. Raises SpecError as `issue_cycles`.
    """
    if rule.barrier is Barrier.K:
        return _slowest(issue_cycles(a, rule, format), rule)
    integers = _checked(a, rule, format)
    blocks = (_awaited(_lane_cycles(block, rule, integers), rule) for block in _blocks(a, rule.columns))
    return np.concatenate([np.zeros(0, np.int64), *blocks])


def _checked(a: Matrix, rule: IssueRule, format: Format) -> IntFormat:
    integers = rule.encoding.check(format)
    if a.ndim != 2 or not np.issubdtype(a.dtype, np.integer):
        raise SpecError(f"the operand to encode is a matrix of integers, not {a.dtype} of shape {a.shape}")
    integers.check(a, "the operand to encode")
    return integers


def _blocks(a: Matrix, multiple: int) -> Iterator[Matrix]:
    """Blocks of rows, each a multiple of ``multiple`` rows but the last."""
    rows = multiple * max(1, _BLOCK_OPERANDS // max(1, multiple * a.shape[1]))
    return (a[first : first + rows] for first in range(0, len(a), rows))


def _row_cycles(block: Matrix, rule: IssueRule, format: IntFormat) -> Cycles:
    if rule.lanes == 1 and not rule.waits_for_sums(block.shape[1]) and has_tables(rule.encoding, format, rule.group):
        totals = group_totals(rule.encoding.digits(format), rule.empty_group_cycles)
        pairs = _pairs(_padded(block, rule.steps(block.shape[1]) * rule.group), rule, format)
        costs = np.take(totals, pairs, mode="wrap")  # wrap: the check of every index is spared, none can be outside
        return np.asarray(costs.sum(axis=1), np.int64)
    passes = _lane_cycles(block, replace(rule, barrier=Barrier.K), format).max(axis=-1).sum(axis=2)
    cycles: Cycles = np.maximum(passes, rule.pass_cycles).sum(axis=1)
    return cycles


def _lane_cycles(block: Matrix, rule: IssueRule, format: IntFormat) -> Cycles:
    """Cycles of each row, bit-weight, segment and lane: shape (rows, digits, segments, lanes)."""
    rows, k = block.shape
    steps = rule.segment_steps(k)
    patterns = _padded(block, rule.segments * steps * rule.step)
    shape = (rows, rule.segments, steps, rule.lanes)
    if has_tables(rule.encoding, format, rule.group):
        return _by_tables(patterns, shape, rule, format)
    return _by_masks(patterns, shape, rule, format)


def _padded(block: Matrix, k: int) -> Matrix:
    """``block`` with zeros up to ``k`` columns; itself if nothing is missing."""
    if block.shape[1] == k:
        return block
    padded = np.zeros((len(block), k), block.dtype)
    padded[:, : block.shape[1]] = block
    return padded


def _pairs(block: Matrix, rule: IssueRule, format: IntFormat) -> NDArray[np.uint16]:
    """The packed counts of each group's two pairs of operands, as one number: shape (rows, groups)."""
    two_operands = np.ascontiguousarray(block.astype(np.uint8, copy=False)).view(np.uint16)
    counts: NDArray[np.uint8] = np.take(pair_counts(rule.encoding, format), two_operands, mode="wrap")
    return counts.view(np.uint16)


def _by_tables(patterns: Matrix, shape: tuple[int, int, int, int], rule: IssueRule, format: IntFormat) -> Cycles:
    digits = rule.encoding.digits(format)
    fields = np.take(
        group_fields(digits, rule.empty_group_cycles), _pairs(patterns, rule, format), mode="wrap"
    ).reshape(shape)
    cycles = np.zeros((shape[0], digits, shape[1], shape[3]), np.int64)
    shifts = np.arange(digits, dtype=np.uint64)[:, np.newaxis, np.newaxis] * np.uint64(field_bits(digits))
    mask = np.uint64((1 << field_bits(digits)) - 1)
    for first in range(0, shape[2], summable(digits)):
        part = fields[:, :, first : first + summable(digits)]
        sums = np.stack([part[..., lane].sum(axis=2) for lane in range(shape[3])], axis=-1)
        cycles += ((sums[:, np.newaxis] >> shifts) & mask).astype(np.int64)
    return cycles


def _by_masks(patterns: Matrix, shape: tuple[int, int, int, int], rule: IssueRule, format: IntFormat) -> Cycles:
    """Any format and group: a mask of non-zero digits for each operand, and one pass over the masks per digit."""
    digits = rule.encoding.digits(format)
    nonzero = rule.encoding.table(format) != 0
    of_pattern = nonzero @ (1 << np.arange(digits))
    words = patterns.astype(np.uint16) & np.uint16((1 << format.bits) - 1)
    masks = of_pattern.astype(np.uint32)[words].reshape(*shape, rule.group)
    cycles = np.empty((shape[0], digits, shape[1], shape[3]), np.int64)
    for i in range(digits):
        counts = np.zeros(shape, np.uint32)
        for member in range(rule.group):
            counts += (masks[..., member] >> np.uint32(i)) & np.uint32(1)
        cycles[:, i] = np.maximum(counts, rule.empty_group_cycles).sum(axis=2, dtype=np.int64)
    return cycles


def _slowest(cycles: Cycles, rule: IssueRule) -> Cycles:
    """The maximum over the rows (axis 0) of each fold."""
    found: Cycles = np.maximum.reduceat(cycles, np.arange(0, len(cycles), rule.columns), axis=0)
    return found


def _awaited(cycles: Cycles, rule: IssueRule) -> Cycles:
    """What a fold takes if its columns, and their lanes, wait after every bit-weight and segment."""
    slowest_lane = cycles.max(axis=-1)
    if rule.barrier is Barrier.BANK:  # column i is at segment (i + t) mod columns in turn t
        columns = np.arange(len(cycles))[:, np.newaxis, np.newaxis]
        turns = (columns + np.arange(rule.columns)) % rule.columns
        slowest_lane = np.take_along_axis(slowest_lane, turns, axis=2)
    passes = _slowest(slowest_lane, rule).sum(axis=2)
    found: Cycles = np.maximum(passes, rule.pass_cycles).sum(axis=1)
    return found
