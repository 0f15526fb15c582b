"""Expected cycles of sparse columns: exact against enumeration, near samples, and beside the published numbers."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from hwsim.encodings import ENCODINGS, Booth, DigitStatistics, Distribution, Encoding, EnT, Naf
from hwsim.errors import SpecError
from hwsim.formats import INT8, IntFormat
from hwsim.sparse_columns import (
    Barrier,
    IssueRule,
    average_group_count,
    cycles_per_operand,
    expected_cycles,
    expected_fold_cycles,
    expected_normal_max,
    expected_row_cycles,
    fold_bounds,
    fold_cycles,
    issue_cycles,
    normal_sync_overhead,
    row_bounds,
    sync_overhead,
    throughput_gops,
    waiting_overhead,
)

ENT = EnT()
KS = (64, 256, 768, 3072)


def normal(sigma: float, encoding: EnT | Booth = ENT) -> DigitStatistics:
    return DigitStatistics(encoding, Distribution.normal(INT8, sigma))


def drawn(sigma: float, shape: tuple[int, int], seed: int) -> np.ndarray:
    d = Distribution.normal(INT8, sigma)
    return np.random.default_rng(seed).choice(d.values, shape, p=d.probabilities).astype(np.int8)


# Exact: the mean over all operands that there are.


@pytest.mark.parametrize("encoding", [ENT, Booth(), Naf()], ids=str)
@pytest.mark.parametrize(("group", "lanes"), [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (1, 3)])
@pytest.mark.parametrize("z", [0, 1])
def test_expectations_are_the_means_over_all_operands(encoding: EnT, group: int, lanes: int, z: int) -> None:
    format = IntFormat(2)
    found = DigitStatistics(encoding, Distribution.uniform(format))
    values = np.array(list(product(range(-2, 2), repeat=6)))
    for columns, k in ((1, 3), (2, 3), (3, 2)):
        rule = IssueRule(encoding, group, z, lanes=lanes, columns=columns)
        rows = values[:, :k].reshape(-1, k)
        assert expected_row_cycles(found, k, rule) == pytest.approx(issue_cycles(rows, rule, format).mean())
        folds = values[:, : columns * k].reshape(-1, k)
        for barrier in Barrier:
            if barrier is Barrier.K and lanes > 1:
                continue
            waiting = replace(rule, barrier=barrier)
            expected = fold_cycles(folds, waiting, format).mean()
            assert expected_fold_cycles(found, k, waiting) == pytest.approx(expected)


@pytest.mark.parametrize("barrier", [Barrier.K, Barrier.BW])
@pytest.mark.parametrize("pass_cycles", [1, 2, 3, 9])
def test_expectations_of_passes_with_a_least_time(barrier: Barrier, pass_cycles: int) -> None:
    format, k = IntFormat(2, signed=False), 3
    found = DigitStatistics(Booth(), Distribution.uniform(format))
    values = np.array(list(product(range(4), repeat=6)))
    rule = IssueRule(Booth(), 2, 1, barrier, columns=1, pass_cycles=pass_cycles)
    rows = values[:, :k]
    assert expected_row_cycles(found, k, rule) == pytest.approx(issue_cycles(rows, rule, format).mean())
    assert expected_fold_cycles(found, k, rule) == pytest.approx(fold_cycles(rows, rule, format).mean())
    two = replace(rule, columns=2, barrier=Barrier.BW)
    expected = fold_cycles(values.reshape(-1, k), two, format).mean()
    assert expected_fold_cycles(found, k, two) == pytest.approx(expected)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
@pytest.mark.parametrize("barrier", Barrier)
def test_a_least_time_that_no_pass_falls_short_of_changes_nothing(encoding: Encoding, barrier: Barrier) -> None:
    found = DigitStatistics(encoding, Distribution.published_normal())
    free = IssueRule(encoding, 3, barrier=barrier, columns=4)
    bound = replace(free, pass_cycles=free.steps(22))  # 8 groups, a cycle each at least
    assert fold_bounds(22, bound) == fold_bounds(22, free)
    assert row_bounds(22, bound) == row_bounds(22, free)
    assert expected_row_cycles(found, 22, bound) == pytest.approx(expected_row_cycles(found, 22, free))
    assert expected_fold_cycles(found, 22, bound) == pytest.approx(expected_fold_cycles(found, 22, free))


def test_a_fold_of_one_row_takes_what_the_row_takes() -> None:
    for lanes, barrier in product((1, 3), Barrier):
        rule = IssueRule(ENT, lanes=lanes, barrier=barrier, columns=1)
        found = expected_row_cycles(normal(24.4), 50, rule)
        assert expected_fold_cycles(normal(24.4), 50, rule) == pytest.approx(found)


@pytest.mark.parametrize("barrier", Barrier)
@pytest.mark.parametrize("lanes", [1, 4])
def test_samples_are_near_their_expectation(barrier: Barrier, lanes: int) -> None:
    rule = IssueRule(ENT, barrier=barrier, lanes=lanes, columns=8)
    a = drawn(24.4, (8 * 500, 70), 1)
    cycles = fold_cycles(a, rule)
    # 0.5 % beside the error of the sample: with lanes and the barrier at the end of K, bit-weights count as independent
    allowed = 4 * cycles.std() / 500**0.5 + 0.005 * cycles.mean() * (lanes > 1)
    assert expected_fold_cycles(normal(24.4), 70, rule) == pytest.approx(cycles.mean(), abs=allowed)
    rows = issue_cycles(a, rule)
    assert expected_row_cycles(normal(24.4), 70, rule) == pytest.approx(rows.mean(), abs=4 * rows.std() / 4000**0.5)


def test_the_last_fold_waits_for_the_rows_that_it_has() -> None:
    for barrier in Barrier:
        rule = IssueRule(ENT, barrier=barrier, columns=8)
        last = expected_fold_cycles(normal(24.4), 70, rule, rows=3)
        assert last < expected_fold_cycles(normal(24.4), 70, rule)
        assert expected_cycles(normal(24.4), 19, 70, rule) == pytest.approx(
            2 * expected_fold_cycles(normal(24.4), 70, rule) + last
        )
        assert expected_cycles(normal(24.4), 3, 70, rule) == pytest.approx(last)
        samples = [int(fold_cycles(part, rule)[0]) for part in drawn(24.4, (600, 70), 3).reshape(200, 3, 70)]
        assert last == pytest.approx(np.mean(samples), abs=4 * np.std(samples) / 200**0.5)


# The published numbers: HPCA 2025, its RTL and the bench beside it.


@pytest.mark.parametrize(
    ("sigma", "bench_32", "bench_128", "measured", "formula"),
    [
        (10, 1.709, 1.748, 2.075, 2.077),
        (20, 2.055, 2.100, 2.342, 2.342),
        (30, 2.284, 2.322, 2.467, 2.466),
        (40, 2.451, 2.480, 2.560, 2.559),
        (50, 2.576, 2.598, 2.642, 2.643),
    ],
)
def test_the_bench_of_the_published_rtl(
    sigma: float, bench_32: float, bench_128: float, measured: float, formula: float
) -> None:
    rule = IssueRule(ENT)
    averages = [round(average_group_count(normal(sigma), k), 3) for k in (32, 128)]
    assert averages == pytest.approx([bench_32, bench_128], abs=0.0011)  # printed to three digits, sigma 20 rounds up
    assert round(cycles_per_operand(normal(sigma), rule), 3) == formula
    sample = issue_cycles(drawn(sigma, (1000, 128), 4), rule).sum() / 128_000
    assert sample == pytest.approx(measured, abs=0.015)
    assert cycles_per_operand(normal(sigma), rule) == pytest.approx(measured, abs=0.015)


def test_the_average_of_the_bench_is_that_of_its_samples() -> None:
    nonzero = ENT.encode(drawn(30, (4000, 32), 5), INT8) != 0
    counts = nonzero.reshape(4000, 8, 4, 4).sum(axis=2)  # vector, group, bit-weight
    last = counts[:, -1, -1]
    twice = last <= 1
    average = (counts.sum() + last[twice].sum()) / (counts.size + twice.sum())
    assert average_group_count(normal(30), 32) == pytest.approx(average, abs=0.01)
    assert average_group_count(normal(30), 32) < cycles_per_operand(normal(30), IssueRule(ENT)) - 0.15


@pytest.mark.parametrize(
    ("columns", "overheads"),
    [
        (4, "1.126 1.095 1.067 1.048 1.034 1.024 1.016 1.014 1.012 1.007 1.006"),
        (8, "1.173 1.131 1.093 1.066 1.047 1.033 1.022 1.019 1.017 1.010 1.008"),
        (16, "1.213 1.161 1.115 1.081 1.058 1.041 1.027 1.024 1.020 1.012 1.010"),
        (32, "1.248 1.188 1.134 1.095 1.068 1.048 1.032 1.028 1.024 1.014 1.011"),
        (64, "1.280 1.212 1.151 1.108 1.076 1.054 1.036 1.031 1.027 1.016 1.013"),
        (128, "1.308 1.234 1.167 1.119 1.085 1.060 1.040 1.035 1.030 1.017 1.014"),
    ],
)
def test_the_table_of_waiting_columns(columns: int, overheads: str) -> None:
    ks = (9, 16, 32, 64, 128, 256, 576, 768, 1024, 3072, 4608)
    found = [sync_overhead(normal(24.4), k, columns) for k in ks]
    assert found == pytest.approx([float(x) for x in overheads.split()], abs=0.0006)
    near = [normal_sync_overhead(normal(24.4), k, columns) for k in ks]
    assert near == pytest.approx(found, rel=0.015)
    assert near[3:] == pytest.approx(found[3:], rel=0.002)


def test_the_normal_approximation() -> None:
    e = [round(expected_normal_max(n), 3) for n in (1, 4, 8, 16, 32, 64, 128)]
    assert e == pytest.approx([0, 1.029, 1.424, 1.766, 2.070, 2.344, 2.595], abs=0.0011)
    ratios = [s.sd / s.mean for s in (normal(24.4), normal(24.4, Booth()))]
    assert ratios == pytest.approx([0.372, 0.369], abs=0.0006)
    assert normal_sync_overhead(normal(24.4), 768, 32) == pytest.approx(1 + 0.372 * 2.070 / 768**0.5, abs=1e-4)


@pytest.mark.parametrize(
    ("columns", "lanes", "barrier", "overheads", "cycles"),
    [
        (16, 1, Barrier.K, (1.069, 1.035, 1.020, 1.010), (2.57, 2.49, 2.45, 2.43)),
        (16, 1, Barrier.BW, (1.130, 1.066, 1.039, 1.019), (2.72, 2.56, 2.50, 2.45)),
        (32, 1, Barrier.K, (1.080, 1.041, 1.023, 1.012), (2.60, 2.50, 2.46, 2.43)),
        (32, 1, Barrier.BW, (1.152, 1.077, 1.044, 1.022), (2.77, 2.59, 2.51, 2.46)),
        (32, 4, Barrier.BW, (1.353, 1.190, 1.112, 1.055), (3.26, 2.86, 2.68, 2.54)),
    ],
)
def test_the_table_of_barriers(
    columns: int, lanes: int, barrier: Barrier, overheads: tuple[float, ...], cycles: tuple[float, ...]
) -> None:
    rule = IssueRule(ENT, barrier=barrier, lanes=lanes, columns=columns)
    found = [waiting_overhead(normal(24.4), k, rule) for k in KS]
    assert found == pytest.approx(overheads, rel=0.003)  # the table is sampled
    per_operand = [lanes * expected_fold_cycles(normal(24.4), k, rule) / k for k in KS]
    assert per_operand == pytest.approx(cycles, abs=0.012)


def test_lanes_with_accumulators_of_their_own_are_columns() -> None:
    rule = IssueRule(ENT, columns=128)
    found = [waiting_overhead(normal(24.4), k // 4, rule) for k in KS]
    assert found == pytest.approx((1.197, 1.101, 1.059, 1.030), rel=0.003)
    sharing = [waiting_overhead(normal(24.4), k, IssueRule(ENT, lanes=4)) for k in KS]
    assert all(more > less for more, less in zip(sharing, found, strict=True))


def test_a_barrier_at_every_bank_segment_costs_what_a_short_reduction_costs() -> None:
    assert sync_overhead(normal(24.4), 768 // 32, 32) == pytest.approx(1.15, abs=0.01)
    at_banks = waiting_overhead(normal(24.4), 768, IssueRule(ENT, barrier=Barrier.BANK))
    assert at_banks == pytest.approx(waiting_overhead(normal(24.4), 24, IssueRule(ENT, barrier=Barrier.BW)), rel=1e-6)


def test_waiting_is_over_the_mean_lane_of_a_ragged_row() -> None:
    for k in (1, 9, 25):
        assert waiting_overhead(normal(24.4), k, IssueRule(ENT, columns=1)) == pytest.approx(1)
        alone = expected_row_cycles(normal(24.4), k, IssueRule(ENT))
        fold = expected_fold_cycles(normal(24.4), k, IssueRule(ENT))
        assert waiting_overhead(normal(24.4), k, IssueRule(ENT)) == pytest.approx(fold / alone)


def test_throughput_at_twice_the_clock_of_a_mac() -> None:
    mac = throughput_gops(1.0, 1)
    assert [throughput_gops(2.0, n) / mac for n in (1, 4)] == [2, 0.5]
    assert (mac, round(throughput_gops(2.0, 2.22), 2)) == (2, 1.80)
    assert round(3 * throughput_gops(2.0, 2.22) / mac, 1) == 2.7
    assert round(throughput_gops(2.0, 2.22, lanes=4) / mac, 1) == 3.6


def test_wrong_questions_get_one_sentence() -> None:
    s, rule = normal(24.4), IssueRule(ENT)
    questions = {
        "the published bench reads groups of 4 operands: k is a multiple of 4, not 30": lambda: average_group_count(
            s, 30
        ),
        "a reduction has at least 1 operand, not 0": lambda: normal_sync_overhead(s, 0, 4),
        "a maximum is over at least 1 variable, not 0": lambda: expected_normal_max(0),
        "a row has at least 1 operand, not 0": lambda: expected_row_cycles(s, 0, rule),
        "a fold has at least 1 row, not 0": lambda: expected_fold_cycles(s, 4, rule, 0),
        "a fold of 32 columns has at most 32 rows, not 33": lambda: expected_fold_cycles(s, 4, rule, 33),
        "an operand has at least 1 row, not 0": lambda: expected_cycles(s, 0, 4, rule),
        "the statistics are those of ent, the issue rule encodes by booth": lambda: cycles_per_operand(
            s, IssueRule(Booth())
        ),
    }
    for message, question in questions.items():
        with pytest.raises(SpecError) as raised:
            question()
        assert str(raised.value) == message
