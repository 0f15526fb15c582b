"""Claims on encodings: examples, how many digits of an operand are not zero, and which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from hwsim.encodings import ENCODINGS, DigitStatistics, Distribution, parse_encoding
from hwsim.encodings.select import SELECTED_DIGITS
from hwsim.formats import INT8
from sweeps.reproduce.bitweight.operands import grid, published, uniform
from sweeps.reproduce.bitweight.sources import notes, repository
from sweeps.reproduce.claim import Claim, Measure, measured, table
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT, Value, absolute, printed, relative, rounded

Cells = Iterator[tuple[str, Value, Measure]]
CODES = tuple(encoding.name for encoding in ENCODINGS)  # booth, ent, naf, twos-complement, sign-magnitude
ENUMERATED = measured("exact enumeration over the values of INT8")
SIGMA_NOTE = "the sigma of the paper is not known: 24.4 is where both of its means hold"

EXAMPLES = {
    "ent": {0: (0, 0, 0, 0), 1: (0, 0, 0, 1), 3: (0, 0, 1, -1), 43: (1, -1, -1, -1), 42: (0, 2, 2, 2),
            91: (1, 2, -1, -1), 124: (2, 0, -1, 0), 127: (2, 0, 0, -1), -2: (0, 0, 0, -2), -128: (-2, 0, 0, 0)},
    "booth": {105: (2, -1, -2, 1), 93: (1, 2, -1, 1), -128: (-2, 0, 0, 0)},
}  # fmt: skip

HISTOGRAMS = {
    "booth": (1, 12, 54, 108, 81),
    "ent": (1, 15, 60, 108, 72),
    "naf": (1, 15, 72, 120, 48, 0, 0, 0, 0),
    "twos-complement": (1, 8, 28, 56, 70, 56, 28, 8, 1),
    "sign-magnitude": (1, 15, 42, 70, 70, 42, 14, 2, 0),
}
UNIFORM_MEANS = dict(zip(CODES, (3.000, 2.918, 2.777, 4.000, 3.504), strict=True))
AT_MOST_3 = {"booth": 68.36, "ent": 71.88, "naf": 81.25}
AT_MOST_3_SHORT = {"twos-complement": 36.3, "sign-magnitude": 50.0}

MEANS = grid("""
5    1.547 1.399 1.396 3.823 1.463
10   1.925 1.762 1.731 3.931 1.890
15   2.127 1.968 1.926 3.962 2.154
20   2.294 2.115 2.063 3.976 2.344
24.4 2.414 2.222 2.158 3.982 2.476
25   2.429 2.235 2.172 3.983 2.495
30   2.530 2.335 2.259 3.988 2.619
40   2.673 2.490 2.397 3.993 2.815
50   2.769 2.605 2.500 3.996 2.968
60   2.834 2.686 2.574 3.997 3.085
""")  # sigma, then the codes in the order of CODES
NONZERO = {"ent": (0.750, 0.738, 0.653, 0.082), "booth": (0.750, 0.750, 0.725, 0.190)}
PMFS = {"ent": (0.0163, 0.1698, 0.4254, 0.3526, 0.0359), "booth": (0.0163, 0.1311, 0.3687, 0.3897, 0.0942)}
SDS = {"ent": 0.826, "booth": 0.890}
MATRICES = dict(zip(CODES, (2.434, 2.241, 2.176, 3.985, 2.502), strict=True))
SPREAD = 0.04  # means of twelve matrices lay within this of their mean
MATRIX_ELEMENTS = 1024 * 1024


def digits_of(code: str, value: int) -> tuple[int, ...]:
    """The digits of one value, most significant first."""
    return tuple(parse_encoding(code).encode(np.array(value), INT8)[::-1].tolist())


def histogram(code: str) -> tuple[int, ...]:
    """How many of the 256 values have 0, 1, 2, ... non-zero digits."""
    counts = np.count_nonzero(uniform(code).codes, axis=1)
    return tuple(np.bincount(counts, minlength=uniform(code).digits + 1).tolist())


def undecoded(code: str) -> int:
    """Values that their digits do not sum to."""
    encoding, values = parse_encoding(code), uniform(code).distribution.values
    return int(np.count_nonzero(encoding.decode(encoding.encode(values, INT8)) != values))


def smallest_with_top_digit(code: str) -> int:
    """The least magnitude whose top digit is not zero."""
    statistics = uniform(code)
    return int(np.abs(statistics.distribution.values[statistics.codes[:, -1] != 0]).min())


def at_most_3(code: str) -> float:
    """Per cent of the 256 values."""
    return 100 * uniform(code).at_most(3)


def uniform_mean(code: str) -> float:
    """Non-zero digits, all 256 values equally often."""
    return uniform(code).mean


def mean(code: str, sigma: float) -> float:
    """Non-zero digits of a normal operand: -127..127 for the radix-4 codes and -128..127 for the others, as the table
    has them."""
    encoding = parse_encoding(code)
    return DigitStatistics(encoding, Distribution.normal(INT8, sigma, symmetric=encoding.radix == 4)).mean


def mean_of_matrix(code: str) -> float:
    """Non-zero digits in a normal matrix that is quantised by its largest magnitude."""
    return DigitStatistics(parse_encoding(code), Distribution.max_abs_normal(INT8, MATRIX_ELEMENTS)).mean


def sd(code: str) -> float:
    """Standard deviation of the non-zero digits of an operand at sigma 24.4."""
    return published(code).sd


def _examples() -> Cells:
    for code, values in EXAMPLES.items():
        for value, digits in values.items():
            yield f"{value} by {code}", digits, partial(digits_of, code, value)


def _means() -> Cells:
    for sigma, *row in MEANS:
        for code, value in zip(CODES, row, strict=True):
            yield f"{code}, sigma {sigma:g}", value, partial(mean, code, sigma)


def _by_position(values: Mapping[str, tuple[float, ...]], of: str) -> Cells:
    for code, row in values.items():
        for i, value in enumerate(row):
            yield f"{code}, {i}", value, partial(_entry, code, of, i)


def _entry(code: str, of: str, i: int) -> float:
    return float(getattr(published(code), of)[i])


def _codes() -> tuple[Claim, ...]:
    rtl, fields = repository("the EN-T encoder (encoder_multi_bit)"), repository("the PE's select table")
    return (
        *table("digits of a value, most significant first", measured("the published RTL and its examples"), EXACT,
               _examples()),
        *table("values that their EN-T digits do not sum to", measured("the published RTL encoder, all 256 values"),
               EXACT, [("", 0, partial(undecoded, "ent"))], "values"),
        *table("stored bits of an INT8 operand", rtl, EXACT,
               [("EN-T", 9, lambda: parse_encoding("ent").stored_bits(INT8))], "bits"),
        *table("digits selected by the codes 00, 01, 10, 11", fields, EXACT,
               [("", (-2, 1, 2, -1), lambda: SELECTED_DIGITS)]),
        *table("least magnitude with a top EN-T digit", measured("the published RTL encoder"), EXACT,
               [("", 43, partial(smallest_with_top_digit, "ent"))]),
    )  # fmt: skip


def _uniform() -> tuple[Claim, ...]:
    return (
        *table("operands with at most three non-zero Booth digits", notes("encodings"), rounded(1),
               [("", 68.4, partial(at_most_3, "booth"))], "%"),
        *table("values with 0, 1, 2, ... non-zero digits", ENUMERATED, EXACT,
               [(code, row, partial(histogram, code)) for code, row in HISTOGRAMS.items()]),
        *table("mean non-zero digits of the 256 values", ENUMERATED, printed(3),
               [(code, value, partial(uniform_mean, code)) for code, value in UNIFORM_MEANS.items()],
               "digits"),
        *table("values with at most three non-zero digits", ENUMERATED, printed(2),
               [(code, value, partial(at_most_3, code)) for code, value in AT_MOST_3.items()], "%"),
        *table("values with at most three non-zero bits", ENUMERATED, printed(1),
               [(code, value, partial(at_most_3, code)) for code, value in AT_MOST_3_SHORT.items()], "%"),
    )  # fmt: skip


def _normal() -> tuple[Claim, ...]:
    sampled = measured("twelve sampled matrices of 1024 x 1024 normal values, quantised by the largest magnitude")
    return (
        *table("mean non-zero digits of normal data", notes("encodings"), rounded(2),
               [("Booth", 2.41, partial(mean, "booth", 24.4)), ("EN-T", 2.22, partial(mean, "ent", 24.4))], "digits",
               SIGMA_NOTE),
        *table("mean non-zero EN-T digits of a random matrix of 1024 x 1024", notes("encodings"), absolute(SPREAD),
               [("", 2.22, partial(mean_of_matrix, "ent"))], "digits",
               "quantised by the largest magnitude, taken at its expectation; matrices differ by the tolerance"),
        *table("mean non-zero digits of rounded normal data", ENUMERATED, printed(3), _means(), "digits",
               "over -127..127 in radix 4, else over -128..127; no normal has what is printed for two cells at 24.4"),
        *table("mean non-zero digits of quantised matrices", sampled, relative(0.005),
               [(code, value, partial(mean_of_matrix, code)) for code, value in MATRICES.items()], "digits"),
        *table("P(digit is not zero) at sigma 24.4, by digit place", ENUMERATED, printed(3),
               _by_position(NONZERO, "nonzero_by_position")),
        *table("P(operand has so many non-zero digits) at sigma 24.4", ENUMERATED, printed(4),
               _by_position(PMFS, "nonzero_pmf")),
        *table("standard deviation of non-zero digits at sigma 24.4", ENUMERATED, printed(3),
               [(code, value, partial(sd, code)) for code, value in SDS.items()], "digits"),
    )  # fmt: skip


DIGITS = Section("Digits of operands", (*_codes(), *_uniform(), *_normal()))
