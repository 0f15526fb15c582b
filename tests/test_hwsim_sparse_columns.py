"""Issue cycles of sparse columns: against loops over every group, against the nests, and within their bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.bitweight import mac, opt3, opt4c, opt4e
from hwsim.bitweight.cycles import count_cycles
from hwsim.encodings import ENCODINGS, Booth, EnT, Naf
from hwsim.errors import SpecError
from hwsim.formats import FP32, INT8, INT16, UINT8, IntFormat
from hwsim.sparse_columns import Barrier, IssueRule, fold_bounds, fold_cycles, issue_cycles, row_bounds
from hwsim.sparse_columns.lookup import summable

FORMATS = (INT8, UINT8, IntFormat(3), IntFormat(6), IntFormat(11), INT16)
RULES = st.builds(
    IssueRule,
    st.sampled_from(ENCODINGS),
    group=st.sampled_from([4, 4, *range(1, 9)]),
    empty_group_cycles=st.integers(0, 1),
    barrier=st.sampled_from(Barrier),
    lanes=st.integers(1, 4),
    columns=st.integers(1, 5),
    pass_cycles=st.sampled_from([0, 0, 3, 40]),
)


@st.composite
def operands(draw: st.DrawFn) -> tuple[np.ndarray, IntFormat]:
    """A matrix with many zeros, in its format's range and any type that holds it."""
    format = draw(st.sampled_from(FORMATS))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 16)))
    shape = draw(st.integers(1, 9)), draw(st.integers(1, 40))
    a = rng.integers(format.low, format.high + 1, shape) * (rng.random(shape) < draw(st.sampled_from([0.1, 0.6, 1])))
    narrow = {INT8: np.int8, UINT8: np.uint8}.get(format, np.int16 if format.bits < 16 else np.int32)
    return a.astype(draw(st.sampled_from([np.int64, narrow]))), format


def group_cost(nonzero: np.ndarray, row: int, bw: int, group: int, rule: IssueRule) -> int:
    """max(z, n) by looking at one digit after the other; what lies outside is zero."""
    count = 0
    for k in range(group * rule.group, (group + 1) * rule.group):
        if row < nonzero.shape[0] and k < nonzero.shape[1] and nonzero[row, k, bw]:
            count += 1
    return max(rule.empty_group_cycles, count)


def lane_cost(nonzero: np.ndarray, row: int, bw: int, lane: int, steps: range, rule: IssueRule) -> int:
    return sum(group_cost(nonzero, row, bw, step * rule.lanes + lane, rule) for step in steps)


def slow_row(a: np.ndarray, row: int, rule: IssueRule, format: IntFormat) -> int:
    nonzero = rule.encoding.encode(a, format) != 0
    steps = range(-(-a.shape[1] // (rule.group * rule.lanes)))
    return sum(
        max(rule.pass_cycles, *(lane_cost(nonzero, row, bw, lane, steps, rule) for lane in range(rule.lanes)))
        for bw in range(nonzero.shape[2])
    )


def slow_fold(a: np.ndarray, first: int, rule: IssueRule, format: IntFormat) -> int:
    """All columns of a fold, those without a row too."""
    rows = range(first, first + rule.columns)
    nonzero = rule.encoding.encode(a, format) != 0
    if rule.barrier is Barrier.K:
        zero = np.zeros((1, a.shape[1]), a.dtype)
        return max(slow_row(a, r, rule, format) if r < len(a) else slow_row(zero, 0, rule, format) for r in rows)
    steps = -(-a.shape[1] // (rule.group * rule.lanes))
    segments = rule.columns if rule.barrier is Barrier.BANK else 1
    long = -(-steps // segments)
    total = 0
    for bw in range(nonzero.shape[2]):
        before = total
        for turn in range(segments):
            slowest = 0
            for column, row in enumerate(rows):
                segment = (column + turn) % segments
                for lane in range(rule.lanes):
                    part = range(segment * long, (segment + 1) * long)
                    slowest = max(slowest, lane_cost(nonzero, row, bw, lane, part, rule))
            total += slowest
        total = max(total, before + rule.pass_cycles)
    return total


@settings(max_examples=50, deadline=None)
@given(operands(), RULES)
def test_issue_cycles_are_those_of_a_loop_over_groups(given: tuple[np.ndarray, IntFormat], rule: IssueRule) -> None:
    a, format = given
    found = issue_cycles(a, rule, format)
    assert found.dtype == np.int64
    assert found.tolist() == [slow_row(a, row, rule, format) for row in range(len(a))]


@settings(max_examples=50, deadline=None)
@given(operands(), RULES)
def test_fold_cycles_are_those_of_a_loop_over_columns(given: tuple[np.ndarray, IntFormat], rule: IssueRule) -> None:
    a, format = given
    expected = [slow_fold(a, first, rule, format) for first in range(0, len(a), rule.columns)]
    assert fold_cycles(a, rule, format).tolist() == expected


@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
@pytest.mark.parametrize("group", range(1, 9))
def test_every_encoding_and_group_under_every_barrier(encoding: object, group: int) -> None:
    rng = np.random.default_rng(group)
    a = np.rint(rng.normal(0, 20, (5, 21))).astype(np.int8)
    for lanes in range(1, 5):
        for barrier in Barrier:
            for z in (0, 1):
                rule = IssueRule(encoding, group, z, barrier, lanes, columns=3)  # type: ignore[arg-type]
                assert fold_cycles(a, rule).tolist() == [slow_fold(a, r, rule, INT8) for r in (0, 3)]
                assert issue_cycles(a, rule).tolist() == [slow_row(a, r, rule, INT8) for r in range(5)]


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(ENCODINGS), st.integers(1, 4), st.integers(1, 4), st.integers(1, 30), st.integers(0, 1))
def test_the_nests_of_the_transforms_count_the_same(encoding: object, kp: int, lanes: int, k: int, z: int) -> None:
    rng = np.random.default_rng(k)
    a = rng.integers(-128, 128, (3, k)) * (rng.random((3, k)) < 0.5)
    nest = mac(3, 2, k, encoding=encoding)  # type: ignore[arg-type]
    from_opt2 = opt3(nest, kp)
    rule = IssueRule(encoding, kp, z, columns=3)  # type: ignore[arg-type]
    assert fold_cycles(a, rule).tolist() == [count_cycles(from_opt2, a, z)] == [count_cycles(opt4c(from_opt2), a, z)]
    in_lanes = opt4e(opt4c(from_opt2), kp, lanes)
    assert fold_cycles(a, replace(rule, lanes=lanes)).tolist() == [count_cycles(in_lanes, a, z)]


@settings(max_examples=50, deadline=None)
@given(operands(), RULES)
def test_the_slowest_column_counts_and_tighter_barriers_only_add(
    given: tuple[np.ndarray, IntFormat], rule: IssueRule
) -> None:
    a, format = given
    rows = issue_cycles(a, rule, format)
    by_barrier = {b: fold_cycles(a, replace(rule, barrier=b), format) for b in Barrier}
    for fold, first in enumerate(range(0, len(a), rule.columns)):
        own = rows[first : first + rule.columns]
        assert own.mean() <= by_barrier[Barrier.K][fold] == own.max()
    assert (by_barrier[Barrier.K] <= by_barrier[Barrier.BW]).all()
    assert (by_barrier[Barrier.BW] <= by_barrier[Barrier.BANK]).all()
    one_column = replace(rule, columns=1)
    assert (fold_cycles(a, one_column, format) == rows).all()


@settings(max_examples=50, deadline=None)
@given(operands(), RULES)
def test_counts_are_between_the_bounds(given: tuple[np.ndarray, IntFormat], rule: IssueRule) -> None:
    a, format = given
    for (low, high), counts in (
        (row_bounds(a.shape[1], rule, format), issue_cycles(a, rule, format)),
        (fold_bounds(a.shape[1], rule, format), fold_cycles(a, rule, format)),
    ):
        assert low <= counts.min() <= counts.max() <= high


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 60), RULES)
def test_the_bounds_are_reached(k: int, rule: IssueRule) -> None:
    rule = replace(rule, encoding=EnT())
    for value, side in ((0, 0), (91, 1)):
        a = np.full((rule.columns, k), value, np.int8)
        assert set(issue_cycles(a, rule).tolist()) == {row_bounds(k, rule)[side]}
        assert fold_cycles(a, rule).tolist() == [fold_bounds(k, rule)[side]]


@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
@pytest.mark.parametrize("z", [0, 1])
def test_the_greatest_cost_of_a_row_on_one_lane_is_that_of_some_operand(encoding: object, z: int) -> None:
    rule = IssueRule(encoding, 4, z)  # type: ignore[arg-type]
    every = np.repeat(np.arange(-128, 128), 4 * 3 + 2).reshape(256, 14)
    assert issue_cycles(every, rule).max() == row_bounds(14, rule)[1]


@settings(max_examples=30, deadline=None)
@given(operands(), RULES)
def test_without_a_cost_of_empty_groups_the_cycles_are_the_digits(
    given: tuple[np.ndarray, IntFormat], rule: IssueRule
) -> None:
    a, format = given
    rule = replace(rule, lanes=1, empty_group_cycles=0, pass_cycles=0)
    digits = np.count_nonzero(rule.encoding.encode(a, format), axis=(1, 2))
    assert (issue_cycles(a, rule, format) == digits).all()


@settings(max_examples=30, deadline=None)
@given(operands(), RULES)
def test_groups_may_come_in_any_order_on_one_lane(given: tuple[np.ndarray, IntFormat], rule: IssueRule) -> None:
    a, format = given
    rule = replace(rule, lanes=1)
    whole = np.zeros((len(a), -(-a.shape[1] // rule.group) * rule.group), a.dtype)
    whole[:, : a.shape[1]] = a
    groups = whole.reshape(len(a), -1, rule.group)[:, ::-1, ::-1].reshape(whole.shape)
    assert (issue_cycles(groups, rule, format) == issue_cycles(a, rule, format)).all()


def test_bank_segments_are_whole_groups() -> None:
    """K = 64 fills 16 of 32 segments with a group each: every turn finds some, and takes their 4 cycles per digit."""
    rule = IssueRule(EnT(), barrier=Barrier.BANK)
    assert (rule.steps(64), rule.segment_steps(64)) == (16, 1)
    assert fold_cycles(np.full((32, 64), 91), rule).tolist() == [32 * 4 * 4]
    assert fold_cycles(np.full((1, 64), 91), rule).tolist() == [16 * 4 * 4 + 16 * 4]  # alone: 16 turns over zeros


def test_groups_of_the_published_examples() -> None:
    rule = IssueRule(EnT())
    rows = np.array([[91] * 4, [0] * 4, [124] * 4, [91, 0, 0, 0]], np.int8)
    assert issue_cycles(rows, rule).tolist() == [16, 4, 10, 4]
    assert fold_cycles(rows, replace(rule, columns=2)).tolist() == [16, 10]


@pytest.mark.parametrize("lanes", [1, 4])
def test_long_rows_overflow_no_field_of_the_tables(lanes: int) -> None:
    k = 4 * lanes * (summable(4) + 3)
    for format, value, digits in ((INT8, 91, 4), (UINT8, 91, 5)):
        rule = IssueRule(EnT(), lanes=lanes, barrier=Barrier.BW, columns=1)
        most = k // lanes * 4 + (digits - 4) * (k // (4 * lanes))
        assert issue_cycles(np.full((2, k), value, np.uint8), rule, format).tolist() == [most, most]
        assert fold_cycles(np.full((2, k), value, np.uint8), rule, format).tolist() == [most, most]


def test_many_blocks_of_rows_are_one_operand() -> None:
    a = np.random.default_rng(0).integers(-128, 128, (700, 1001), dtype=np.int8)
    for barrier in Barrier:
        rule = IssueRule(Booth(), barrier=barrier, columns=7)
        parts = [fold_cycles(a[r : r + 7], rule) for r in range(0, 700, 7)]
        assert (fold_cycles(a, rule) == np.concatenate(parts)).all()
    assert (issue_cycles(a, rule) == np.concatenate([issue_cycles(a[r : r + 1], rule) for r in range(700)])).all()


def test_a_view_of_any_strides_is_an_operand() -> None:
    a = np.random.default_rng(0).integers(-128, 128, (64, 64), dtype=np.int8)
    for view in (a.T, a[::-1, ::2], np.asfortranarray(a), a.astype(">i4")):
        for rule in (IssueRule(EnT()), IssueRule(Naf(), lanes=2)):
            assert (issue_cycles(view, rule) == issue_cycles(np.array(view, np.int64, order="C"), rule)).all()


def test_nothing_takes_no_cycles() -> None:
    for barrier in Barrier:
        rule = IssueRule(EnT(), barrier=barrier)
        assert fold_cycles(np.zeros((0, 4), np.int8), rule).tolist() == []
        assert fold_cycles(np.zeros((33, 0), np.int8), rule).tolist() == [0, 0]
        assert row_bounds(0, rule) == fold_bounds(0, rule) == (0, 0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"group": 0}, "group of an issue rule is a whole number of at least 1, not 0"),
        ({"lanes": 2.0}, "lanes of an issue rule is a whole number of at least 1, not 2.0"),
        ({"columns": True}, "columns of an issue rule is a whole number of at least 1, not True"),
        ({"empty_group_cycles": 2}, "an empty group costs 0 or 1 cycles, not 2"),
        ({"pass_cycles": -1}, "pass_cycles of an issue rule is a whole number of at least 0, not -1"),
        ({"barrier": "k"}, "barrier of an issue rule is of type Barrier, not 'k'"),
        ({"encoding": "ent"}, "encoding of an issue rule is of type Encoding, not 'ent'"),
    ],
)
def test_a_wrong_rule_cannot_be_made(fields: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError) as raised:
        IssueRule(**{"encoding": EnT(), **fields})  # type: ignore[arg-type]
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("a", "format", "message"),
    [
        (np.zeros(4, np.int8), INT8, "the operand to encode is a matrix of integers, not int8 of shape (4,)"),
        (np.zeros((2, 2)), INT8, "the operand to encode is a matrix of integers, not float64 of shape (2, 2)"),
        (np.full((2, 2), 128), INT8, "the operand to encode has values from 128 to 128; int8 holds -128 to 127"),
        (np.zeros((2, 2), int), FP32, "encoding 'ent' takes integers of 1 to 16 bits, not fp32"),
    ],
)
def test_a_wrong_operand_gets_one_sentence(a: np.ndarray, format: IntFormat, message: str) -> None:
    for count in (issue_cycles, fold_cycles):
        with pytest.raises(SpecError) as raised:
            count(a, IssueRule(EnT(), barrier=Barrier.BW), format)
        assert str(raised.value) == message
