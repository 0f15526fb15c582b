"""Our mapper and the baselines on every case: computed once, stored beside the code, read by the claims."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hwsim.residency import Account, MemoryGraph, memory_graph
from hwsim.workload.loader import load_workload
from sweeps.network_map import budgets
from sweeps.reproduce.cosma.cases import DESIGNED, SEARCHED, Case, cases

SECONDS = {**dict.fromkeys(DESIGNED, 20.0), **dict.fromkeys(SEARCHED, 3.0)}
"""Effort for each case of a network, in the deterministic seconds of ``hwsim map --time-limit``."""

FILE = Path(__file__).parents[1] / "results" / "cosma_runs.json"


@dataclass(frozen=True, slots=True)
class Run:
    """One case: budgets, our plan's bytes, proven bound, status and seconds, and every baseline's bytes.

    A baseline that found no plan has None. ``peak_proven``: whether M_P is proven to be the least peak.
    """

    case: Case
    steps: int
    least_bytes: int
    peak_bytes: int
    peak_proven: bool
    budget_bytes: int
    status: str
    objective_bytes: int
    bound_bytes: int
    solve_seconds: float
    baseline_bytes: Mapping[str, int | None]

    @property
    def degenerate(self) -> bool:
        """Whether nothing is to be won: M_R is M_P."""
        return self.least_bytes == self.peak_bytes

    def record(self) -> dict[str, Any]:
        """The run as JSON holds it."""
        return asdict(self)

    @staticmethod
    def of_record(record: Mapping[str, Any]) -> Run:
        """The run that ``record`` gave."""
        return Run(**{**record, "case": Case(**record["case"])})


_KNOWN: dict[Case, Run] = {}


def prime(runs: Iterable[Run]) -> None:
    """Take these runs as known: claims read them, and no mapper runs."""
    _KNOWN.update({run.case: run for run in runs})


def run(case: Case) -> Run:
    """The run of ``case``, computed when it is asked for first."""
    if case not in _KNOWN:
        _KNOWN[case] = compute(case)
    return _KNOWN[case]


def stored() -> tuple[Run, ...]:
    """The runs that the package carries."""
    return tuple(Run.of_record(record) for record in json.loads(FILE.read_text("utf-8")))


def compute_all(workers: int = 2) -> None:
    """Compute every run that is not known, a network at a time in each of ``workers`` processes."""
    missing = [case for case in cases() if case not in _KNOWN]
    with ProcessPoolExecutor(workers) as pool:
        prime(pool.map(compute, missing))


def save() -> Path:
    """Write all runs, one a line."""
    lines = ",\n".join(json.dumps(run(case).record()) for case in cases())
    FILE.write_text(f"[\n{lines}\n]\n", "utf-8")
    return FILE


def compute(case: Case) -> Run:
    """Map one case and run every baseline on it."""
    from mapper.baselines import baseline_plans
    from mapper.network import MapSettings, map_network

    graph, peak = _network(case.network, case.parameters)
    budget = budgets(graph, peak)[case.budget]
    mapped = map_network(graph, budget, MapSettings(seconds=SECONDS[case.network]))
    plans = baseline_plans(graph, budget, peak.order)
    assert mapped.plan is not None, f"{case.text}: a budget of at least M_R has a plan"
    return Run(
        case,
        len(graph.steps),
        graph.least_budget,
        peak.peak_bytes,
        peak.proven,
        budget,
        mapped.plan.status.value,
        mapped.plan.objective_bytes,
        mapped.plan.bound_bytes,
        round(mapped.solve_seconds, 3),
        {name: getattr(plan, "objective_bytes", None) for name, plan in plans.items()},
    )


@cache
def _network(name: str, parameters: bool) -> tuple[MemoryGraph, Any]:
    """The memory graph of a network, and the order with the least peak."""
    from mapper.residency.peak import least_peak

    graph = memory_graph(load_workload(name), Account(parameters=parameters))
    return graph, least_peak(graph)
