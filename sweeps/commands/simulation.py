"""``hwsim simulate``: one network on one machine, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweeps.commands.options import (
    DepthText,
    Dims,
    EngineText,
    Machine,
    ScaleTo,
    TechnologyText,
    Workload,
    read_dims,
    read_technology,
)
from sweeps.commands.printing import Json, console, print_json

if TYPE_CHECKING:
    from hwsim.layer_run import Depth
    from hwsim.machine import Machine as Around
    from hwsim.residency import MemoryPlans
    from hwsim.workload.graph import Workload as Network
    from mapper.objective import Objective

DEFAULT_OBJECTIVE = "dram_bytes"
ENGINE_DEPTH = "engine"
DEFAULT_BUFFERS = "machine"


def simulate(
    workload: Workload,
    engine: EngineText,
    machine: Machine = None,
    technology: TechnologyText = None,
    scale_to: ScaleTo = None,
    depth: DepthText = "closed",
    operands: Annotated[
        Path | None, typer.Option("--operands", help="An .npz with <layer>.a and <layer>.w, for depth count and step.")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", help="A program, or memory plans of hwsim map (JSON); planned afresh if not given."),
    ] = None,
    objective: Annotated[
        str, typer.Option("--objective", help="What a fresh plan minimises: dram_bytes, latency or energy.")
    ] = DEFAULT_OBJECTIVE,
    buffers: Annotated[
        str,
        typer.Option(
            "--buffers", help="Tiles that a scratchpad holds in a fresh plan: machine (as it says), 1, 2 or 1,2."
        ),
    ] = DEFAULT_BUFFERS,
    out_plan: Annotated[Path | None, typer.Option("--out-plan", help="Save the program that was simulated.")] = None,
    dim: Dims = None,
    json: Json = False,
) -> None:
    """Simulate a network: cycles, stalls, utilisation and bytes, per layer and in total."""
    from hwsim.engine import load_engine
    from hwsim.machine import load_machine
    from hwsim.plan_reading import read_json
    from hwsim.program import Program
    from hwsim.residency.plan_file import MemoryPlans, is_memory_plans
    from hwsim.simulation import simulate as run
    from hwsim.workload.loader import load_workload
    from mapper.planning import plan as make_plan

    if depth == ENGINE_DEPTH:
        unread = {"--operands": operands, "--plan": plan, "--out-plan": out_plan}
        _check_unread(unread)
        alone = load_machine(machine, load_engine(engine), read_technology(technology, scale_to))
        _simulate_engine(load_workload(workload, read_dims(dim)), alone, json)
        return
    how = _depth(depth)
    if operands is not None:
        _check_used(operands, how)
    network = load_workload(workload, read_dims(dim))
    around = load_machine(machine, load_engine(engine), read_technology(technology, scale_to))
    aim, tiles = _objective(objective), _buffers(buffers, plan)
    given = None if plan is None else read_json(plan)
    if is_memory_plans(given):
        _refuse_unread(plan, objective, out_plan)
        _simulate_plans(MemoryPlans.from_json(given, str(plan)), network, around, how, operands, str(plan), json)
        return
    program = make_plan(network, around, aim, tiles) if plan is None else Program.from_json(given, str(plan))
    report = run(network, around, program, depth=how, operands=operands).to_json()
    if out_plan is not None:
        out_plan.parent.mkdir(parents=True, exist_ok=True)
        program.save(out_plan)
    _show(report, network.name, around.engine.spec, json)


def _show(report: Mapping[str, Any], network: str, engine: str, json: bool) -> None:
    if json:
        print_json(report)
        return
    from sweeps.render.layers import print_report

    print_report(console(), report, network, engine)


def _check_unread(given: Mapping[str, Path | None]) -> None:
    """Raise SpecError for what an engine alone has no use for: a plan, or operands."""
    from hwsim.errors import SpecError

    for option, path in given.items():
        if path is not None:
            raise SpecError(f"{option} {path} is not read at --depth {ENGINE_DEPTH}; the engine is asked alone")


def _simulate_engine(network: Network, machine: Around, json: bool) -> None:
    from sweeps.engine_depth import report_of

    report = report_of(machine, network)
    _show(report, network.name, report["engine"], json)


def _simulate_plans(
    plans: MemoryPlans, network: Network, machine: Around, depth: Depth, operands: Path | None, where: str, json: bool
) -> None:
    from sweeps.planned import compare

    report = compare(plans, network, machine, depth, operands, where).to_json()
    if json:
        print_json(report)
        return
    from sweeps.render.layers import print_report
    from sweeps.render.plans import print_plans

    print_report(console(), report, network.name, machine.engine.spec)
    print_plans(console(), report)


def _refuse_unread(plan: Path | None, objective: str, out_plan: Path | None) -> None:
    """Raise SpecError for what a memory plan leaves nothing to."""
    from hwsim.errors import SpecError

    if objective != DEFAULT_OBJECTIVE:
        raise SpecError(f"--objective {objective} is not read with the memory plans of {plan}: bytes are given")
    if out_plan is not None:
        raise SpecError(f"--out-plan {out_plan} saves a program, and {plan} holds memory plans")


def _check_used(operands: Path, depth: Depth) -> None:
    """Raise SpecError for operands that nothing would read."""
    from hwsim.errors import SpecError
    from hwsim.layer_run import Depth

    if depth is Depth.CLOSED:
        raise SpecError(f"--operands {operands} is not read at --depth closed; allowed are count, step")


def _depth(name: str) -> Depth:
    from hwsim.layer_run import Depth
    from sweeps.reading import one_of

    return Depth(one_of("--depth", name, [ENGINE_DEPTH, *(known.value for known in Depth)]))


def _buffers(text: str, plan: Path | None) -> Sequence[int] | None:
    """What the mapper chooses from; raises SpecError where a plan says it already."""
    from hwsim.errors import SpecError
    from sweeps.plan_settings import Buffers
    from sweeps.reading import one_of

    if plan is not None and text != DEFAULT_BUFFERS:
        raise SpecError(f"--buffers {text} is not read with --plan {plan}: its tilings are given")
    return Buffers(one_of("--buffers", text, [known.value for known in Buffers])).counts


def _objective(name: str) -> Objective:
    from mapper.objective import Objective
    from sweeps.reading import one_of

    return Objective(one_of("--objective", name, [known.value for known in Objective]))
