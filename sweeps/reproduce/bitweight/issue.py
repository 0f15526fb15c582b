"""Claims on issue cycles: what the published bench prints as their average, and what they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from hwsim.encodings import Distribution, parse_encoding
from hwsim.formats import INT8
from hwsim.sparse_columns import IssueRule, average_group_count, cycles_per_operand, expected_row_cycles, issue_cycles
from sweeps.reproduce.bitweight.operands import RULE, drawn, grid, normal, published
from sweeps.reproduce.bitweight.sources import repository
from sweeps.reproduce.claim import Claim, Source, derived, measured, table
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT, Tolerance, absolute, printed

SAMPLED = absolute(0.015)  # averages of 1000 vectors, printed to two or three decimals
VECTORS = 1000
README = repository("README (average of cal_cycle)")
SIMULATED = measured("Verilator 5.006 on the unmodified RTL, 1000 vectors")

AVERAGES = grid("""
10 1.71 1.71 1.709 1.75 1.75 1.748
20 2.05 2.06 2.055 2.10 2.10 2.100
30 2.27 2.29 2.284 2.32 2.32 2.322
40 2.45 2.45 2.451 2.48 2.48 2.480
50 2.57 2.57 2.576 2.60 2.60 2.598
""")  # sigma; README, simulated and by formula for K = 32; the same for K = 128
CYCLES = grid("""
10 1.762 2.075 2.077
20 2.115 2.342 2.342
30 2.335 2.467 2.466
40 2.490 2.560 2.559
50 2.605 2.642 2.643
""")  # sigma; non-zero digits of an operand, cycles measured for K = 128, cycles by formula
GROUPS = {0: 4, 91: 16, 124: 10}  # four operands of this value: one cycle per empty group and non-zero digit


def average(sigma: float, k: int) -> float:
    """What the bench averages: the count of non-zero digits of a group, not its cycles."""
    return average_group_count(normal("ent", sigma), k)


def expected(sigma: float, k: int) -> float:
    """Issue cycles of an operand in rows of ``k``, empty groups included."""
    return expected_row_cycles(normal("ent", sigma), k, RULE) / k


def counted(sigma: float, k: int) -> float:
    """The same, counted on drawn operands."""
    rows = drawn(Distribution.normal(INT8, sigma), (VECTORS, k))
    return int(issue_cycles(rows, RULE).sum()) / rows.size


def per_operand(code: str) -> float:
    """Issue cycles of an operand at sigma 24.4."""
    return cycles_per_operand(published(code), IssueRule(parse_encoding(code)))


def grouped_by_operand(sigma: float) -> float:
    """Cycles of an operand whose own four digits are the group: E[max(1, n)]."""
    pmf = normal("ent", sigma).nonzero_pmf
    return float(pmf @ np.maximum(np.arange(len(pmf)), 1))


def four_of(value: int) -> int:
    """Issue cycles of one row of four equal operands."""
    return int(issue_cycles(np.full((1, 4), value), RULE)[0])


def _average(series: str, source: Source, tolerance: Tolerance, column: int) -> tuple[Claim, ...]:
    """One column of the averages, for both K."""
    return table(
        series, source, tolerance,
        [(f"sigma {row[0]:g}, K = {k}", row[column + shift], partial(average, row[0], k))
         for row in AVERAGES for k, shift in ((32, 0), (128, 3))],
        "digits", "the bench counts an empty group as 0 and the last group of a vector twice: this is no cycle count",
    )  # fmt: skip


def _reductions() -> tuple[Claim, ...]:
    cells = [("sigma 10, K = 32", 57.25, partial(reduction, 10.0, 32)),
             ("sigma 50, K = 128", 35.0, partial(reduction, 50.0, 128))]  # fmt: skip
    return table("reduction in computational load", repository("README"), absolute(100 * 0.015 / 4), cells, "%",
                 "1 - average cal_cycle / 4, and so without empty groups")  # fmt: skip


def reduction(sigma: float, k: int) -> float:
    """Per cent of four digits per operand that are not issued, by the bench's average."""
    return 100 * (1 - average(sigma, k) / 4)


def _by_sigma(column: int, of: Callable[[float], float]) -> list[tuple[str, float, Callable[[], float]]]:
    return [(f"sigma {row[0]:g}", row[column], partial(of, row[0])) for row in CYCLES]


def _cycles() -> tuple[Claim, ...]:
    enumerated, formula = measured("exact probabilities"), derived("mean of E[max(1, n)] over the digit places")
    at_24 = [("EN-T", 2.406, partial(per_operand, "ent")), ("Booth", 2.525, partial(per_operand, "booth"))]
    alone = [
        ("sigma 20", 2.14, partial(grouped_by_operand, 20.0)),
        ("sigma 30", 2.35, partial(grouped_by_operand, 30.0)),
    ]
    return (
        *table("non-zero digits of an operand", enumerated, printed(3),
               _by_sigma(1, lambda sigma: normal("ent", sigma).mean), "digits"),
        *table("issue cycles of an operand, expected", SIMULATED, SAMPLED,
               _by_sigma(2, lambda sigma: expected(sigma, 128)), "cycles"),
        *table("issue cycles of an operand, counted on 1000 drawn vectors", SIMULATED, SAMPLED,
               _by_sigma(2, lambda sigma: counted(sigma, 128)), "cycles"),
        *table("issue cycles of an operand, by formula", formula, printed(3),
               _by_sigma(3, lambda sigma: cycles_per_operand(normal("ent", sigma), RULE)), "cycles"),
        *table("issue cycles of an operand at sigma 24.4", formula, printed(3), at_24, "cycles",
               "2.22 and 2.41, the means of digits, leave out that an empty group costs a cycle"),
        *table("cycles of an operand whose own digits are its group", formula, printed(2), alone, "cycles"),
        *table("issue cycles of four equal operands", measured("the rule of the published RTL"), EXACT,
               [(f"all {value}", cycles, partial(four_of, value)) for value, cycles in GROUPS.items()], "cycles"),
    )  # fmt: skip


ISSUE = Section(
    "Issue cycles",
    (
        *_average("average cal_cycle, printed", README, SAMPLED, 1),
        *_average("average cal_cycle, simulated", SIMULATED, SAMPLED, 2),
        *_average("average cal_cycle, by formula", derived("expectation of what the bench samples"), printed(3), 3),
        *table("average cal_cycle of an array, M = K = N = 32, sigma 30", repository("README"), SAMPLED,
               [("", 2.28, partial(average, 30.0, 32))], "digits"),
        *_reductions(),
        *_cycles(),
    ),
)  # fmt: skip
