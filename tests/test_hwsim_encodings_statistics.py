"""Digit statistics: exact against enumeration and sampling, and beside the published numbers."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.encodings import ENCODINGS, DigitStatistics, Distribution, Encoding, parse_encoding
from hwsim.encodings.distribution import expected_peak
from hwsim.encodings.pmf import expected_max, mean_of, product_pmf, sd_of, sum_pmf
from hwsim.errors import SpecError
from hwsim.formats import FLOATS, INT8, INT16, UINT8, IntFormat
from hwsim.operands import synthetic

each_encoding = pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
PMFS = st.lists(st.integers(1, 9), min_size=1, max_size=5).map(lambda w: np.array(w) / sum(w))


def statistics(name: str, sigma: float = 24.4) -> DigitStatistics:
    return DigitStatistics(parse_encoding(name), Distribution.normal(INT8, sigma))


def counts_of(encoding: Encoding, values: np.ndarray, format: IntFormat = INT8) -> np.ndarray:
    """Non-zero digits of every position of a row of values, in groups of four: (positions, groups)."""
    nonzero = encoding.encode(values, format) != 0
    return nonzero.reshape(-1, 4, encoding.digits(format)).sum(axis=1).T


# Distributions.


@pytest.mark.parametrize("format", [IntFormat(1), IntFormat(4), INT8, UINT8, INT16], ids=str)
def test_distributions_sum_to_one_over_all_values(format: IntFormat) -> None:
    for d in (Distribution.uniform(format), Distribution.published_normal(format), Distribution.normal(format, 3)):
        assert len(d.values) == len(d.probabilities) == 1 << format.bits
        assert d.probabilities.sum() == pytest.approx(1, abs=1e-12)


def test_a_normal_distribution_is_rounded_and_symmetric() -> None:
    d = Distribution.normal(INT8, 10)
    assert (d.mean, d.probabilities[0]) == (pytest.approx(0, abs=1e-12), 0)
    assert d.sd == pytest.approx(math.sqrt(100 + 1 / 12), rel=1e-6)  # rounding adds a uniform error of variance 1/12
    assert d.probabilities[128 + 7] == pytest.approx((math.erf(0.75 / 2**0.5) - math.erf(0.65 / 2**0.5)) / 2)
    full = Distribution.normal(INT8, 60, symmetric=False).probabilities
    assert full[0] / full[1] == pytest.approx(math.exp((127**2 - 128**2) / 7200), rel=1e-3)


def test_an_unsigned_normal_distribution_is_the_magnitude_of_a_signed_one() -> None:
    signed, magnitude = Distribution.normal(IntFormat(9), 20), Distribution.normal(UINT8, 20)
    folded = signed.probabilities[256:] + np.append(0, signed.probabilities[255:0:-1])
    assert np.allclose(magnitude.probabilities, folded, atol=1e-15)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-8, 7), min_size=1, max_size=60))
def test_a_tensor_is_its_own_distribution(values: list[int]) -> None:
    tensor = np.array(values, np.int8)
    d = Distribution.of(tensor, IntFormat(4))
    assert d.mean == pytest.approx(tensor.mean())
    assert d.sd == pytest.approx(tensor.std())
    for encoding in ENCODINGS:
        counts = np.count_nonzero(encoding.encode(tensor, IntFormat(4)), axis=-1)
        found = DigitStatistics(encoding, d)
        assert (found.mean, found.sd) == (pytest.approx(counts.mean()), pytest.approx(counts.std(), abs=1e-7))


def test_the_expected_peak_is_that_of_samples() -> None:
    rng = np.random.default_rng(1)
    peaks = np.abs(rng.standard_normal((4000, 200))).max(axis=1)
    assert expected_peak(200) == pytest.approx(peaks.mean(), abs=4 * peaks.std() / 4000**0.5)
    assert expected_peak(1) == pytest.approx(math.sqrt(2 / math.pi), rel=1e-5)


@pytest.mark.parametrize("format", [INT8, UINT8, IntFormat(5)], ids=str)
def test_synthetic_tensors_follow_their_distribution(format: IntFormat) -> None:
    tensor = synthetic(format, (256, 256), np.random.default_rng(3))
    for encoding in ENCODINGS:
        model = DigitStatistics(encoding, Distribution.max_abs_normal(format, tensor.size))
        found = DigitStatistics(encoding, Distribution.of(tensor, format))
        assert found.mean == pytest.approx(model.mean, rel=0.04)  # the peak of one tensor varies by some per cent
        assert found.nonzero_by_position == pytest.approx(model.nonzero_by_position, abs=0.06)


# Statistics, exact.


@each_encoding
def test_uniform_statistics_are_those_of_all_values(encoding: Encoding) -> None:
    found = DigitStatistics(encoding, Distribution.uniform())
    digits = encoding.encode(np.arange(-128, 128), INT8)
    counts = np.count_nonzero(digits, axis=1)
    assert np.allclose(found.nonzero_pmf * 256, np.bincount(counts, minlength=found.digits + 1))
    assert found.mean == pytest.approx(counts.mean()) == pytest.approx(found.nonzero_by_position.sum())
    assert found.at_most(3) == pytest.approx((counts <= 3).mean())
    for i, probabilities in enumerate(found.digit_probabilities):
        assert probabilities.tolist() == [(digits[:, i] == digit).mean() for digit in encoding.digit_set]


@each_encoding
@pytest.mark.parametrize("group", [1, 2, 3])
@pytest.mark.parametrize("empty", [0, 1])
def test_group_costs_are_those_of_all_groups(encoding: Encoding, group: int, empty: int) -> None:
    format = IntFormat(3)
    found = DigitStatistics(encoding, Distribution.uniform(format))
    nonzero = encoding.encode(np.array(list(product(range(-4, 4), repeat=group))), format) != 0
    cycles = np.maximum(nonzero.sum(axis=1), empty)
    assert found.group_cycles(group, empty) == pytest.approx(cycles.mean(axis=0))
    totals = np.bincount(cycles.sum(axis=1), minlength=group * found.digits + 1) / len(cycles)
    assert found.group_cycles_pmf(group, empty) == pytest.approx(totals, abs=1e-12)
    assert found.occupied_positions(group) == pytest.approx(nonzero.any(axis=1).sum(axis=1).mean())


@each_encoding
@pytest.mark.parametrize("format", [INT8, IntFormat(12), UINT8], ids=str)
def test_the_cost_of_groups_has_one_mean_by_both_ways(encoding: Encoding, format: IntFormat) -> None:
    found = DigitStatistics(encoding, Distribution.published_normal(format))
    pmf = found.group_cycles_pmf(4, 1)
    assert pmf.sum() == pytest.approx(1, abs=1e-9)
    assert mean_of(pmf) / 4 == pytest.approx(found.cycles_per_operand(4, 1))
    assert found.cycles_per_operand(4, 0) == pytest.approx(found.mean)
    assert found.cycles_per_operand(1, 1) == pytest.approx(found.digits)


@settings(max_examples=25, deadline=None)
@given(PMFS, PMFS, st.integers(1, 4))
def test_arithmetic_of_counts_is_that_of_enumeration(left: np.ndarray, right: np.ndarray, terms: int) -> None:
    pairs = np.multiply.outer(left, right)
    products = np.multiply.outer(np.arange(len(left)), np.arange(len(right)))
    assert mean_of(product_pmf(left, right)) == pytest.approx((pairs * products).sum())
    choices = list(product(range(len(left)), repeat=terms))
    chances = np.array([math.prod(left[i] for i in choice) for choice in choices])
    assert mean_of(sum_pmf(left, terms)) == pytest.approx(chances @ np.array([sum(c) for c in choices]))
    assert sd_of(sum_pmf(left, terms)) == pytest.approx(sd_of(left) * terms**0.5, abs=1e-6)
    assert expected_max(left, terms) == pytest.approx(chances @ np.array([max(c) for c in choices]))


# The published numbers: HPCA 2025 and exact enumerations.


def test_the_share_of_operands_with_at_most_three_booth_digits() -> None:
    assert DigitStatistics(parse_encoding("booth"), Distribution.uniform()).at_most(3) == 175 / 256
    shares = [round(100 * DigitStatistics(e, Distribution.uniform()).at_most(3), 2) for e in ENCODINGS]
    assert shares == [68.36, 71.88, 81.25, 36.33, 50.0]


MEANS = {
    5: (1.547, 1.399, 1.396, 3.823, 1.463),
    10: (1.925, 1.762, 1.731, 3.931, 1.890),
    15: (2.127, 1.968, 1.926, 3.962, 2.154),
    20: (2.294, 2.115, 2.063, 3.976, 2.344),
    24.4: (2.414, 2.222, 2.158, 3.982, 2.476),
    25: (2.429, 2.235, 2.172, 3.983, 2.495),
    30: (2.530, 2.335, 2.259, 3.988, 2.619),
    40: (2.673, 2.490, 2.397, 3.993, 2.815),
    50: (2.769, 2.605, 2.500, 3.996, 2.968),
    60: (2.834, 2.686, 2.574, 3.997, 3.085),
}
# Cells whose printed last digit no exact normal distribution at that sigma gives: (sigma, code) to the exact mean.
SAMPLED = {(24.4, "naf"): 2.160, (24.4, "sign-magnitude"): 2.478, (60, "sign-magnitude"): 3.086}


@pytest.mark.parametrize("sigma", MEANS)
def test_mean_non_zero_digits_of_normal_data(sigma: float) -> None:
    for encoding, printed in zip(ENCODINGS, MEANS[sigma], strict=True):
        radix_4 = encoding.radix == 4  # the table has these over -127..127 and the others over -128..127
        found = DigitStatistics(encoding, Distribution.normal(INT8, sigma, symmetric=radix_4)).mean
        assert round(found, 3) == SAMPLED.get((sigma, encoding.name), printed)
        assert found == pytest.approx(printed, abs=0.0025)


def test_mean_non_zero_digits_of_a_quantised_million() -> None:
    printed = {"booth": 2.434, "ent": 2.241, "naf": 2.176, "twos-complement": 3.985, "sign-magnitude": 2.502}
    for name, mean in printed.items():  # Monte Carlo of twelve matrices
        found = DigitStatistics(parse_encoding(name), Distribution.max_abs_normal(INT8, 1 << 20)).mean
        assert found == pytest.approx(mean, abs=0.005)


def test_digits_at_the_published_sigma() -> None:
    ent, booth = (DigitStatistics(parse_encoding(name), Distribution.published_normal()) for name in ("ent", "booth"))
    assert ent.nonzero_by_position.round(3).tolist() == [0.75, 0.738, 0.653, 0.082]
    assert ent.nonzero_pmf.round(4).tolist() == [0.0163, 0.1698, 0.4254, 0.3526, 0.0359]
    assert booth.nonzero_pmf.round(4).tolist() == [0.0163, 0.1311, 0.3687, 0.3897, 0.0942]
    assert booth.nonzero_by_position == pytest.approx([0.75, 0.75, 0.725, 0.19], abs=0.001)
    assert (round(ent.mean, 2), round(booth.mean, 2)) == (2.22, 2.41)
    assert (round(ent.sd, 3), booth.sd) == (0.826, pytest.approx(0.890, abs=0.001))


@pytest.mark.parametrize(
    ("sigma", "grouped", "alone"), [(10, 2.077, None), (20, 2.342, 2.14), (30, 2.466, 2.35), (40, 2.559, None),
                                    (50, 2.643, None)],
)  # fmt: skip
def test_issue_cycles_of_an_operand(sigma: float, grouped: float, alone: float | None) -> None:
    found = statistics("ent", sigma)
    assert round(found.cycles_per_operand(4, 1), 3) == grouped
    if alone is not None:  # the digits of one operand are a group of their own
        assert found.mean + found.nonzero_pmf[0] == pytest.approx(alone, abs=0.0055)


def test_issue_cycles_at_the_published_sigma() -> None:
    cycles = [statistics(name).cycles_per_operand() for name in ("ent", "booth")]
    assert cycles == [pytest.approx(2.406, abs=5e-4), pytest.approx(2.525, abs=5e-4)]


def test_issue_cycles_of_a_sampled_row() -> None:
    values = np.clip(np.rint(np.random.default_rng(5).normal(0, 20, 1 << 18)), -127, 127).astype(np.int64)
    for encoding in ENCODINGS:
        cycles = np.maximum(counts_of(encoding, values), 1).sum(axis=0)
        pmf = DigitStatistics(encoding, Distribution.normal(INT8, 20)).group_cycles_pmf()
        assert cycles.mean() == pytest.approx(mean_of(pmf), rel=0.005)
        assert cycles.std() == pytest.approx(sd_of(pmf), rel=0.01)


@pytest.mark.parametrize(
    ("columns", "k", "overhead"),
    [(4, 9, 1.126), (32, 9, 1.248), (128, 9, 1.308), (16, 64, 1.081), (32, 768, 1.028), (128, 4608, 1.014)],
)
def test_columns_that_wait_for_each_other(columns: int, k: int, overhead: float) -> None:
    ent = statistics("ent")
    assert expected_max(sum_pmf(ent.nonzero_pmf, k), columns) / (k * ent.mean) == pytest.approx(overhead, rel=0.005)


def test_statistics_of_the_bit_serial_family() -> None:
    lanes = {"sign-magnitude": 4.34, "twos-complement": 7.04, "booth": 3.79, "ent": 3.44, "naf": 3.28}
    for name, expected in lanes.items():  # the slowest of sixteen lanes
        assert expected_max(statistics(name).nonzero_pmf, 16) == pytest.approx(expected, abs=0.0055)
    for name, mean, slowest in (("naf", 4.66, 9.28), ("booth", 5.82, 11.7)):
        terms = product_pmf(statistics(name).nonzero_pmf, statistics(name).nonzero_pmf)
        assert mean_of(terms) == pytest.approx(mean, rel=0.005)
        assert expected_max(terms, 16) == pytest.approx(slowest, rel=0.005)
    columns = [statistics("sign-magnitude").occupied_positions(group) for group in (8, 16, 32)]
    assert columns == pytest.approx([5.83, 6.10, 6.26], abs=0.0055)


# What is refused.


def refusal(question: object, *arguments: object) -> str:
    with pytest.raises(SpecError) as caught:
        question(*arguments)  # type: ignore[operator]
    return str(caught.value)


def test_wrong_distributions_are_refused() -> None:
    half, of = FLOATS["fp16"], Distribution.of
    sentence = "digit statistics are those of integers of 1 to 16 bits, not fp16"
    assert refusal(Distribution.uniform, half) == refusal(Distribution.normal, half, 1.0) == sentence
    assert refusal(of, np.zeros(3, np.int8), IntFormat(20)) == sentence.replace("fp16", "int20")
    for sigma in (0, -1, math.inf, math.nan):
        wanted = f"sigma of a normal distribution is a positive number, not {sigma:g}"
        assert refusal(Distribution.normal, INT8, sigma) == wanted
    assert refusal(Distribution.max_abs_normal, INT8, 0) == "a tensor has at least 1 element, not 0"
    assert refusal(of, np.zeros(0, np.int8), INT8) == "tensor is empty: it has no statistics"
    assert refusal(of, np.zeros(2), INT8, "x.npz: a") == "x.npz: a holds float64; digits are those of integers"
    assert refusal(of, np.array([300]), INT8) == "tensor has values from 300 to 300; int8 holds -128 to 127"
    assert refusal(Distribution, IntFormat(1), np.ones(3) / 3, "mine") == "mine: (3,) probabilities for (2,) values"
    wanted = "mine: probabilities are at least 0 and sum to 1"
    assert refusal(Distribution, IntFormat(1), np.array([2.0, -1.0]), "mine") == wanted
    assert refusal(Distribution, IntFormat(1), np.array([0.5, 0.4]), "mine") == wanted


def test_wrong_groups_and_lanes_are_refused() -> None:
    ent = statistics("ent")
    for question in (ent.group_pmf, ent.group_cycles, ent.group_cycles_pmf, ent.cycles_per_operand):
        assert refusal(question, 0) == "a group has at least 1 operand, not 0"
    assert refusal(ent.occupied_positions, -1) == "a group has at least 1 operand, not -1"
    assert refusal(ent.group_cycles, 4, 2) == "an empty group costs 0 or 1 cycles, not 2"
    assert refusal(expected_max, ent.nonzero_pmf, 0) == "a maximum is over at least 1 lane, not 0"
    assert refusal(sum_pmf, ent.nonzero_pmf, 0) == "a sum has at least 1 term, not 0"
