"""Claims on bytes saved: none at M_P, 84 and 85 per cent fewer at M_R, and what the baselines do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from statistics import fmean

from sweeps.reproduce.claim import Claim, table
from sweeps.reproduce.cosma.cases import DESIGNED, SEARCHED, Budget, Case, cases
from sweeps.reproduce.cosma.runs import Run, run
from sweeps.reproduce.cosma.sources import ABSTRACT, notes
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT, Value, absolute

ORDERS = ("default", "peak")
ARENA = tuple(f"arena+{replacement}@{order}" for order in ORDERS for replacement in ("belady", "greedy"))
"""COSMA's four baselines: replacement and order; addresses by TensorFlow Lite's arena."""

HOW_MEAN = (
    "mean over networks of 1 - ours / baseline, in per cent, at M_R; networks whose baseline moves nothing or finds no "
    "plan are left out; the paper does not say how it takes its mean nor against which of its four baselines"
)
POINTS = absolute(10)


def reduction(networks: Sequence[str], parameters: bool, baselines: Sequence[str]) -> float:
    """Per cent fewer bytes than the baselines at M_R, a mean of ratios."""
    ratios = []
    for network in networks:
        found = run(Case(network, parameters, Budget.LEAST.value))
        for baseline in baselines:
            if theirs := found.baseline_bytes[baseline]:
                ratios.append(1 - found.objective_bytes / theirs)
    return 100 * fmean(ratios) if ratios else 0.0


def _reductions(networks: Sequence[str], published: int) -> Iterator[tuple[str, Value, partial[float]]]:
    for parameters in (False, True):
        setting = "with parameters" if parameters else "activations only"
        yield f"all four baselines, {setting}", published, partial(reduction, networks, parameters, ARENA)
        for baseline in ARENA:
            yield f"{baseline}, {setting}", published, partial(reduction, networks, parameters, (baseline,))


def bytes_at_peak(case: Case) -> int:
    return run(case).objective_bytes


def belady_wins() -> int:
    """Cases and orders in which Belady moves fewer bytes than the greedy replacement."""
    return sum(_belady_wins(run(case)) for case in cases())


def _belady_wins(found: Run) -> int:
    wins = 0
    for order in ORDERS:
        belady, greedy = (found.baseline_bytes[f"arena+{name}@{order}"] for name in ("belady", "greedy"))
        wins += belady is not None and greedy is not None and belady < greedy
    return wins


def idle_at_peak(network: str) -> str:
    """Whether any baseline moves nothing at M_P."""
    found = run(Case(network, False, Budget.PEAK.value))
    moved = [found.baseline_bytes[name] for name in ARENA]
    return "some move nothing" if 0 in moved else "all move bytes or find no plan"


_AT_PEAK = [case for case in cases() if case.budget == Budget.PEAK.value]

CLAIMS: tuple[Claim, ...] = (
    *table(
        "non-compulsory bytes at M_P",
        notes("section V"),
        EXACT,
        ((case.text, 0, partial(bytes_at_peak, case)) for case in _AT_PEAK),
        "B",
    ),
    *table(
        "fewer bytes than the baselines at M_R, networks by people",
        ABSTRACT,
        POINTS,
        _reductions(DESIGNED, 84),
        "%",
        HOW_MEAN,
    ),
    *table(
        "fewer bytes than the baselines at M_R, networks by search",
        ABSTRACT,
        POINTS,
        _reductions(SEARCHED, 85),
        "%",
        HOW_MEAN,
    ),
    *table(
        "cases in which Belady moves fewer bytes than the greedy replacement",
        notes("section V"),
        EXACT,
        [("all networks, settings, budgets and orders", 0, belady_wins)],
    ),
    *table(
        "what the baselines do at M_P, activations only",
        notes("section V"),
        EXACT,
        (
            (
                network,
                "some move nothing" if network == "fcn-resnet50" else "all move bytes or find no plan",
                partial(idle_at_peak, network),
            )
            for network in DESIGNED
        ),
    ),
)

REDUCTIONS = Section("Bytes", CLAIMS)
