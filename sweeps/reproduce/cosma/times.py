"""Claims on solve times, and budgets and bytes that an independent re-implementation found."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from statistics import fmean

from hwsim.residency import Account, memory_graph
from hwsim.workload.loader import load_workload
from sweeps.reproduce.claim import table
from sweeps.reproduce.cosma.cases import DESIGNED, SEARCHED, Budget, Case
from sweeps.reproduce.cosma.runs import run
from sweeps.reproduce.cosma.sources import ABSTRACT, REIMPLEMENTED, notes
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT, Value, relative

SECONDS = relative(1.0)
OTHERS = (
    "Gurobi on an Apple M1 Pro in the paper, CP-SAT on two shared cores here: seconds of another machine count as "
    "reproduced up to twice the published ones"
)
FLOATS = 4
"""Bytes of an fp32 element; budgets and bytes of fp32 exports are divided by it."""


def mean_seconds(networks: tuple[str, ...], parameters: bool) -> float:
    """Mean over networks and budgets."""
    return fmean(
        run(Case(network, parameters, budget.value)).solve_seconds for network in networks for budget in Budget
    )


def seconds(case: Case) -> float:
    return run(case).solve_seconds


def _means() -> Iterator[tuple[str, Value, partial[float]]]:
    for parameters in (False, True):
        setting = "with parameters" if parameters else "activations only"
        yield f"networks by people, {setting}", 0.296, partial(mean_seconds, DESIGNED, parameters)


_DEEPLAB = {Budget.LEAST: 6.96, Budget.HALF: 17.242}

TIMES = Section(
    "Solve times",
    (
        *table("mean solve time", ABSTRACT, SECONDS, _means(), "s", OTHERS),
        *table(
            "mean solve time of networks by search",
            ABSTRACT,
            SECONDS,
            [("activations only", 120.0, partial(mean_seconds, SEARCHED, False))],
            "s",
            OTHERS,
        ),
        *table(
            "slowest named solve",
            notes("section V"),
            SECONDS,
            (
                (case.text, published, partial(seconds, case))
                for budget, published in _DEEPLAB.items()
                for case in [Case("deeplabv3-resnet50", True, budget.value)]
            ),
            "s",
            OTHERS,
        ),
    ),
)


@cache
def unfolded(network: str, parameters: bool) -> tuple[int, int, int]:
    """M_R, M_P, and bytes at M_R, where every normalisation and activation is an operator of its own."""
    from mapper.network import map_network
    from mapper.residency.peak import least_peak

    graph = memory_graph(load_workload(network), Account(parameters=parameters, fuse=False))
    mapped = map_network(graph, graph.least_budget)
    assert mapped.objective_bytes is not None, "M_R holds a plan"
    return graph.least_budget, least_peak(graph).peak_bytes, mapped.objective_bytes


def least(network: str) -> int:
    return unfolded(network, False)[0]


def peak(network: str) -> int:
    return unfolded(network, False)[1]


def gap(network: str) -> int:
    """M_P - M_R with parameters."""
    least_bytes, peak_bytes, _ = unfolded(network, True)
    return peak_bytes - least_bytes


def moved(network: str, parameters: bool) -> int:
    """Bytes at M_R."""
    return unfolded(network, parameters)[2]


NO_ROOM_TO_WIN = ("resnet50", "s3d", "fcn-resnet50", "deeplabv3-resnet50")


EXPORTS = (
    "with every normalisation and activation as an operator of its own, as the exports seem to have them; they may pad "
    "or split operators"
)
KIB = 1024

BUDGETS = Section(
    "Budgets and bytes of a re-implementation",
    (
        *table(
            "M_R, activations only",
            REIMPLEMENTED,
            relative(0.05),
            [
                ("resnet50", 2352 * KIB, partial(least, "resnet50")),
                ("densenet121", 1634560, partial(least, "densenet121")),
                ("resnext50-32x4d (fp32 / 4)", 9408 * KIB // FLOATS, partial(least, "resnext50-32x4d")),
                ("r2plus1d-18 (fp32 / 4)", 225792 * KIB // FLOATS, partial(least, "r2plus1d-18")),
            ],
            "B",
            EXPORTS,
        ),
        *table(
            "M_P, activations only",
            REIMPLEMENTED,
            relative(0.05),
            [
                ("resnet50", 2352 * KIB, partial(peak, "resnet50")),
                ("densenet121", 2058 * KIB, partial(peak, "densenet121")),
                ("resnext50-32x4d (fp32 / 4)", 9636 * KIB // FLOATS, partial(peak, "resnext50-32x4d")),
                ("r2plus1d-18 (fp32 / 4)", 275968 * KIB // FLOATS, partial(peak, "r2plus1d-18")),
            ],
            "B",
            EXPORTS,
        ),
        *table(
            "M_P - M_R with parameters",
            REIMPLEMENTED,
            relative(0.05),
            [("resnet50", 98 * KIB, partial(gap, "resnet50"))],
            "B",
            EXPORTS,
        ),
        *table(
            "non-compulsory bytes at M_R, activations only",
            REIMPLEMENTED,
            relative(0.05),
            [
                ("resnext50-32x4d (fp32 / 4)", 3426564 // FLOATS, partial(moved, "resnext50-32x4d", False)),
                ("densenet121", 2609152, partial(moved, "densenet121", False)),
                ("r2plus1d-18 (fp32 / 4)", 205520896 // FLOATS, partial(moved, "r2plus1d-18", False)),
            ],
            "B",
            EXPORTS,
        ),
        *table(
            "non-compulsory bytes at M_R with parameters",
            REIMPLEMENTED,
            relative(0.05),
            [("resnet50", 602112, partial(moved, "resnet50", True))],
            "B",
            EXPORTS,
        ),
        *table(
            "non-compulsory bytes at M_R where M_R is M_P, activations only",
            REIMPLEMENTED,
            EXACT,
            [(name, 0, partial(moved, name, False)) for name in NO_ROOM_TO_WIN],
            "B",
        ),
    ),
)  # fmt: skip
