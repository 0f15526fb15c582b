"""A question to the network mapper, and its answer with every baseline beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwsim.errors import SpecError, nearest
from hwsim.machine_fields import parse_size
from hwsim.residency import Account, MemoryGraph, MemoryPlan, MemoryPlans, Status, memory_graph
from hwsim.residency.tiled import TiledStep, tile_steps
from hwsim.workload.loader import load_workload
from sweeps.order_file import read_order
from sweeps.reading import one_of

if TYPE_CHECKING:
    from hwsim.workload.graph import Workload
    from mapper.network import Mapped
    from mapper.program_mapping import ProgramMapped
    from mapper.residency.peak import Peak

SCHEME = "hwsim"
"""The mapper's own plan among those of a file."""
FREE, DEFAULT = "free", "default"
FORMULATIONS = ("intervals", "gap", "published")
INTERVAL_SOLVERS = ("auto", "cp-sat")
NAMED = ("M_R", "M_H", "M_P")


@dataclass(frozen=True)
class Question:
    """What is to be mapped: ``scratchpad`` is a size or one of M_R, M_H, M_P; ``order`` is free, default or a file."""

    source: str
    dims: Mapping[str, int]
    scratchpad: str
    account: Account = field(default_factory=Account)
    order: str = FREE
    formulation: str = FORMULATIONS[0]
    solver: str = "auto"
    time_limit_s: float = 60.0
    engine: str | None = None
    machine: str | None = None
    """for which steps are tiled that a scratchpad below M_R does not hold"""

    def __post_init__(self) -> None:
        one_of("--formulation", self.formulation, FORMULATIONS)
        if not self.time_limit_s > 0:
            raise SpecError(f"--time-limit is {self.time_limit_s:g}; seconds above 0 are allowed")
        if self.machine is not None and self.engine is None:
            raise SpecError(f"--machine {self.machine} is the machine around an engine: give --engine too")


@dataclass(frozen=True)
class Solved:
    """What the mapper itself found; ``plan`` is None where it found none within the limits."""

    status: Status
    bound_bytes: int
    plan: MemoryPlan | None
    seconds: float
    methods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """``baselines`` are plans, or the reasons why there is none."""

    graph: MemoryGraph
    question: Question
    budget_bytes: int
    peak: Peak
    solved: Solved
    baselines: Mapping[str, MemoryPlan | str]
    tiled: tuple[TiledStep, ...] = ()

    @property
    def plan(self) -> MemoryPlan | None:
        return self.solved.plan

    @property
    def failures(self) -> dict[str, str]:
        return {name: found for name, found in self.baselines.items() if isinstance(found, str)}

    @property
    def plans(self) -> MemoryPlans | None:
        """The file to write: the answer's plan first, then those of the baselines; None without an answer."""
        if self.plan is None:
            return None
        others = {name: found for name, found in self.baselines.items() if isinstance(found, MemoryPlan)}
        return MemoryPlans(
            workload=self.graph.name,
            source=self.question.source,
            dims=self.question.dims,
            account=self.question.account,
            budget_bytes=self.budget_bytes,
            least_budget_bytes=self.graph.least_budget,
            peak_budget_bytes=self.peak.peak_bytes,
            peak_is_proven=self.peak.proven,
            compulsory_bytes=self.graph.compulsory_bytes,
            assumptions=self.graph.assumptions,
            plans={SCHEME: self.plan, **others},
            failures=self.failures,
            tiled=self.tiled,
        )

    @property
    def gap(self) -> float | None:
        """How far the plan may be from the optimum, as a share of its bytes."""
        if self.plan is None:
            return None
        moved = self.plan.objective_bytes
        return (moved - self.solved.bound_bytes) / moved if moved else 0.0

    def to_json(self) -> dict[str, Any]:
        """A plain value for ``json.dump``."""
        plan = {} if self.plan is None else self.plan.to_json()
        return {
            "workload": self.graph.name,
            "status": self.solved.status.value,
            "objective_bytes": plan.get("objective_bytes"),
            "bound_bytes": self.solved.bound_bytes,
            "gap": self.gap,
            "compulsory_bytes": self.graph.compulsory_bytes,
            "budget_bytes": self.budget_bytes,
            "budgets": budgets(self.graph, self.peak),
            "peak_is_proven": self.peak.proven,
            "baseline_bytes": {
                name: found.objective_bytes if isinstance(found, MemoryPlan) else None
                for name, found in self.baselines.items()
            },
            "failures": self.failures,
            "solve_seconds": self.solved.seconds,
            "methods": list(self.solved.methods),
            "tiled": [asdict(step) for step in self.tiled],
            "account": asdict(self.question.account),
            "order": plan.get("order", []),
            "placements": plan.get("placements", []),
            "transfers": plan.get("transfers", []),
            "assumptions": list(tile_steps(self.graph, self.tiled).assumptions),
        }


def ask(question: Question) -> Answer:
    """Map the network; raises SpecError for a scratchpad below M_R, with the step, its tensors and the bytes."""
    from mapper.residency.peak import least_peak

    workload = load_workload(question.source, question.dims)
    graph = memory_graph(workload, question.account)
    order = order_of(question, graph)
    peak = least_peak(graph)
    budget = budget_of(question.scratchpad, graph, peak)
    if budget < graph.least_budget and question.engine is not None:
        return _tiled(question, workload, graph, budget, order, peak)
    solved = _mapped(question, graph, budget, order)
    return Answer(graph, question, budget, peak, solved, _baselines(graph, budget, peak))


def _tiled(
    question: Question,
    workload: Workload,
    graph: MemoryGraph,
    budget: int,
    order: tuple[str, ...] | None,
    peak: Peak,
) -> Answer:
    """The answer for a scratchpad that some step does not fit: it works tile by tile. The bound holds for every choice
    of tiles; baselines, and other formulations than intervals, take operators whole."""
    from hwsim.engine import load_engine
    from hwsim.machine import load_machine
    from mapper.baselines.plans import NAMES
    from mapper.tile_working_sets import tile_working_sets

    if question.formulation != FORMULATIONS[0]:
        raise SpecError(f"--formulation {question.formulation} takes operators whole, and {budget} bytes are below M_R")
    machine = load_machine(question.machine, load_engine(question.engine or ""))
    found = tile_working_sets(workload, graph, question.account, machine, budget)
    solved = _mapped(question, found.graph, budget, order)
    plan, bound = solved.plan, found.bound_bytes
    if plan is not None:
        proven = plan.objective_bytes == bound
        plan = replace(plan, bound_bytes=bound, status=Status.OPTIMAL if proven else Status.FEASIBLE)
        solved = replace(solved, plan=plan, bound_bytes=bound, status=plan.status)
    reason = "it takes every operator whole, and the largest does not fit"
    return Answer(graph, question, budget, peak, solved, dict.fromkeys(NAMES, reason), found.tiled)


def order_of(question: Question, graph: MemoryGraph) -> tuple[str, ...] | None:
    """The order that is given, the default one, or None where it is free."""
    if question.order == FREE:
        return None
    if question.order == DEFAULT:
        return tuple(step.name for step in graph.steps)
    path = Path(question.order)
    if not path.suffix and not path.exists():
        hint = nearest(question.order, (FREE, DEFAULT))
        raise SpecError(f"--order is {question.order!r}{hint}; allowed are {FREE}, {DEFAULT} and the path of a file")
    return read_order(path, graph)


def budgets(graph: MemoryGraph, peak: Peak) -> dict[str, int]:
    """Bytes by name: M_R runs at all, M_P runs without spills (if least of all is not proven, the least known), M_H
    lies half-way."""
    least, most = graph.least_budget, peak.peak_bytes
    return dict(zip(NAMED, (least, (least + most) // 2, most), strict=True))


def budget_of(text: str, graph: MemoryGraph, peak: Peak) -> int:
    """Bytes of a size, or of M_R, M_P and M_H, which lies half-way between them."""
    named = budgets(graph, peak)
    if text in named:
        return named[text]
    try:
        size = parse_size(text)
    except (KeyError, ValueError, ZeroDivisionError):
        size = 0
    if size < 1:
        allowed = f"a size such as 1605632, 64KiB or 1.5MiB, and {', '.join(NAMED)}"
        raise SpecError(f"--scratchpad is {text!r}{nearest(text, NAMED)}; allowed are {allowed}")
    return size


def check_export(path: Path) -> None:
    """Raise SpecError for a file that is neither MPS nor LP."""
    if path.suffix not in (".mps", ".lp"):
        raise SpecError(f"--export {path} ends in {path.suffix!r}; allowed are .mps and .lp")


def export_program(answer: Answer, path: Path) -> None:
    """Write the integer program of the question: one binary per gap for ``gap``, else COSMA's as published, which has
    the same optimum as intervals. Raises SpecError where it has no rows for what the account allows."""
    from mapper.formulation import GapModel, Rows, build_published, export_model

    graph, budget = answer.graph, answer.budget_bytes
    order = order_of(answer.question, graph)
    model: Rows
    if answer.question.formulation == "gap":
        model = GapModel(graph, budget, order or tuple(step.name for step in graph.steps))
    else:
        model = build_published(graph, budget, order=order)
    export_model(model, path)


def _mapped(question: Question, graph: MemoryGraph, budget: int, order: tuple[str, ...] | None) -> Solved:
    found = _searched(question, graph, budget, order)
    plan = None if found.plan is None else replace(found.plan, scheme=SCHEME)
    return Solved(found.status, found.bound_bytes, plan, found.solve_seconds, found.methods)


def _searched(
    question: Question, graph: MemoryGraph, budget: int, order: tuple[str, ...] | None
) -> Mapped | ProgramMapped:
    """By the formulation that was asked for."""
    from mapper.network import MapSettings, Order, check_budget, map_network
    from mapper.program_mapping import map_as_published, map_by_gaps

    check_budget(graph, budget)
    if question.formulation == "gap":
        if order is None:
            raise SpecError(f"--formulation gap is of one order: give --order {DEFAULT} or a file")
        return map_by_gaps(graph, budget, order, question.solver, question.time_limit_s)
    if question.formulation == "published":
        return map_as_published(graph, budget, order, question.solver, question.time_limit_s)
    if question.solver not in INTERVAL_SOLVERS:
        allowed = ", ".join(INTERVAL_SOLVERS)
        raise SpecError(f"--solver is {question.solver!r}; --formulation intervals is solved by {allowed} alone")
    return map_network(graph, budget, MapSettings(order or Order.FREE, seconds=question.time_limit_s))


def _baselines(graph: MemoryGraph, budget: int, peak: Peak) -> dict[str, MemoryPlan | str]:
    from mapper.baselines.plans import Failure, baseline_plans

    found = baseline_plans(graph, budget, peak.order)
    return {
        name: plan.reason.removeprefix(f"{name}: ") if isinstance(plan, Failure) else plan
        for name, plan in found.items()
    }
