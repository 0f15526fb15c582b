"""Claims on columns that wait for the slowest: how much, for which K, at which barrier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise

from hwsim.sparse_columns import (
    Barrier,
    IssueRule,
    expected_fold_cycles,
    expected_normal_max,
    normal_sync_overhead,
    sync_overhead,
    waiting_overhead,
)
from sweeps.reproduce.bitweight.operands import RULE, grid, published
from sweeps.reproduce.bitweight.sources import notes
from sweeps.reproduce.claim import Claim, Measure, derived, measured, table
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT, Value, absolute, printed, relative

Cells = Iterator[tuple[str, Value, Measure]]
CONVOLVED = measured("convolved probabilities, one cycle per non-zero digit, EN-T at sigma 24.4")
SAMPLED = measured("Monte Carlo of the issue rule of the published RTL, EN-T at sigma 24.4")
SAMPLING = relative(0.005)

KS = (9, 16, 32, 64, 128, 256, 576, 768, 1024, 3072, 4608)
OVERHEADS = grid("""
4   1.126 1.095 1.067 1.048 1.034 1.024 1.016 1.014 1.012 1.007 1.006
8   1.173 1.131 1.093 1.066 1.047 1.033 1.022 1.019 1.017 1.010 1.008
16  1.213 1.161 1.115 1.081 1.058 1.041 1.027 1.024 1.020 1.012 1.010
32  1.248 1.188 1.134 1.095 1.068 1.048 1.032 1.028 1.024 1.014 1.011
64  1.280 1.212 1.151 1.108 1.076 1.054 1.036 1.031 1.027 1.016 1.013
128 1.308 1.234 1.167 1.119 1.085 1.060 1.040 1.035 1.030 1.017 1.014
""")  # columns, then one for every K
LARGEST_NORMAL = {4: 1.029, 8: 1.424, 16: 1.766, 32: 2.070, 64: 2.344, 128: 2.595}
SPREADS = {"ent": 0.372, "booth": 0.369}
SAMPLED_KS = (64, 256, 768, 3072)
BARRIERS = grid("""
16 1.069 1.035 1.020 1.010 2.57 2.49 2.45 2.43 1.130 1.066 1.039 1.019 2.72 2.56 2.50 2.45
32 1.080 1.041 1.023 1.012 2.60 2.50 2.46 2.43 1.152 1.077 1.044 1.022 2.77 2.59 2.51 2.46
""")  # columns; overhead and cycles per operand for every K, barrier at the end of K; the same, at every bit-weight
LANES = grid("""
1.197 1.101 1.059 1.030 2.88 2.65 2.55 2.48 1.353 1.190 1.112 1.055 3.26 2.86 2.68 2.54
""")[0]  # the same for 32 columns of four lanes (OPT4E), at the end of K as 128 columns with a quarter of K each


def overhead(k: int, columns: int) -> float:
    """The slowest column over the mean one, one cycle per non-zero digit."""
    return sync_overhead(published("ent"), k, columns)


def falls_with_k() -> bool:
    """Whether a longer reduction always waits relatively less, for every number of columns of the table."""
    rows = [[overhead(k, int(columns)) for k in KS] for columns, *_ in OVERHEADS]
    return all(longer < shorter for row in rows for shorter, longer in pairwise(row))


def waits_more_than_transformers() -> bool:
    """Whether a depthwise layer (K = 9 or 25) waits more than a layer of GPT-2 (K = 768 or 3072), on 32 columns."""
    return min(overhead(k, 32) for k in (9, 25)) > max(overhead(k, 32) for k in (768, 3072))


def factor(rule: IssueRule, k: int) -> float:
    """A fold over its mean lane, by the issue rule."""
    return waiting_overhead(published("ent"), k, rule)


def per_operand(rule: IssueRule, k: int) -> float:
    """Lane cycles per operand of a fold, waiting included."""
    return expected_fold_cycles(published("ent"), k, rule) * rule.lanes / k


def _overheads() -> Cells:
    for columns, *row in OVERHEADS:
        for k, value in zip(KS, row, strict=True):
            yield f"{columns:g} columns, K = {k}", value, partial(overhead, k, int(columns))


def _barriers(first: int, cycles: bool) -> Cells:
    for columns, *row in BARRIERS:
        for i, k in enumerate(SAMPLED_KS):
            for barrier, words, shift in ((Barrier.K, "end of K", 0), (Barrier.BW, "every bit-weight", 8)):
                rule = replace(RULE, columns=int(columns), barrier=barrier)
                measure = partial(per_operand if cycles else factor, rule, k)
                yield f"{columns:g} columns, K = {k}, barrier at {words}", row[first + shift + i], measure


def _lanes(first: int, cycles: bool) -> Cells:
    """At the end of K every lane has registers of its own, and is a column with a quarter of the operands."""
    apart, together = replace(RULE, columns=128), replace(RULE, lanes=4, barrier=Barrier.BW)
    of = per_operand if cycles else factor
    for i, k in enumerate(SAMPLED_KS):
        yield f"K = {k}, barrier at end of K", LANES[first + i], partial(of, apart, k // 4)
        yield f"K = {k}, barrier at every bit-weight", LANES[first + 8 + i], partial(of, together, k)


def _by_rule() -> tuple[Claim, ...]:
    lanes = "waiting of 32 columns of four lanes"
    return (
        *table("waiting by the issue rule, over the mean column", SAMPLED, SAMPLING, _barriers(0, False)),
        *table("cycles per operand by the issue rule", SAMPLED, SAMPLING, _barriers(4, True), "cycles"),
        *table(f"{lanes}, over the mean lane", SAMPLED, SAMPLING, _lanes(0, False)),
        *table(f"{lanes}, cycles per operand", SAMPLED, SAMPLING, _lanes(4, True), "cycles"),
    )


def _normal_model() -> tuple[Claim, ...]:
    return (
        *table("expected largest of standard normal variables", derived("order statistics"), printed(3),
               [(f"of {n}", value, partial(expected_normal_max, n)) for n, value in LARGEST_NORMAL.items()]),
        *table("standard deviation over mean of non-zero digits at sigma 24.4", derived("exact probabilities"),
               printed(3), [(code, value, partial(_spread, code)) for code, value in SPREADS.items()]),
        *table("waiting of 32 columns, by the normal formula", derived("1 + (s / mu) e(columns) / sqrt(K)"), printed(3),
               [("K = 768", 1.028, partial(normal_sync_overhead, published("ent"), 768, 32))]),
    )  # fmt: skip


def _spread(code: str) -> float:
    return published(code).sd / published(code).mean


WAITING = Section(
    "Columns that wait for the slowest",
    (
        *table("the wait converges: a longer K always waits relatively less", notes("synchronisation"), EXACT,
               [("", True, falls_with_k)], note="by exact probabilities for every number of columns and K below"),
        *table("depthwise layers wait much, layers of GPT-2 little", notes("synchronisation"), EXACT,
               [("", True, waits_more_than_transformers)], note="K = 9 and 25 beside K = 768 and 3072, 32 columns"),
        *table("waiting, over the mean column", CONVOLVED, printed(3), _overheads()),
        *_normal_model(),
        *_by_rule(),
        *table("waiting of 32 columns at bank segments of 24 operands", derived("as a reduction of K = 768 / 32"),
               absolute(0.01), [("", 1.15, partial(overhead, 768 // 32, 32))]),
    ),
)  # fmt: skip
