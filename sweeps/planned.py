"""A network simulated under every plan of a file, and with a scratchpad without bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwsim.errors import ProgramError
from hwsim.layer_run import Depth
from hwsim.machine import Machine
from hwsim.operands import Operands, load_operands
from hwsim.planned_run import PlannedRun, check_room
from hwsim.report import Report
from hwsim.residency import MemoryPlan, MemoryPlans, memory_graph
from hwsim.tiles.pipeline import Stall
from hwsim.workload.graph import Workload
from mapper.planned_tilings import planned_tilings
from mapper.residency.unlimited import unlimited


@dataclass(frozen=True)
class Comparison:
    """``report`` of the file's answer, and each plan with its report by scheme; the last has an infinite scratchpad."""

    report: Report
    rows: Mapping[str, tuple[MemoryPlan, Report]]

    def to_json(self) -> dict[str, Any]:
        """The report, with ``plans`` by scheme."""
        plans = {scheme: _row(plan, report) for scheme, (plan, report) in self.rows.items()}
        return {**self.report.to_json(), "plans": plans}


def compare(
    plans: MemoryPlans, workload: Workload, machine: Machine, depth: Depth, operands: Path | None, where: str
) -> Comparison:
    """Walk and simulate every plan of the file ``where``; raises ProgramError, naming it, for one that cannot be."""
    if plans.workload != workload.name:
        raise ProgramError(f"{where}: the plans are of {plans.workload}, and the workload is {workload.name}")
    graph = memory_graph(workload, plans.account)
    infinite = unlimited(graph)
    try:
        plans.check(graph)
        check_room(plans.answer, machine)
        tilings = planned_tilings(workload, graph, plans.account, machine)
        given = Operands() if operands is None else load_operands(operands)
        run = PlannedRun(workload, graph, plans.account, machine, tilings, depth, given)
        rows = {scheme: (plan, run.report(plan)) for scheme, plan in plans.plans.items()}
    except ProgramError as error:
        raise ProgramError(f"{where}: {error}") from None
    return Comparison(rows[plans.answer.scheme][1], {**rows, infinite.scheme: (infinite, run.unchecked(infinite))})


def _row(plan: MemoryPlan, report: Report) -> dict[str, Any]:
    return {
        "status": plan.status.value,
        "total_cycles": report.total_cycles,
        "transfer_cycles": report.stall_cycles[Stall.TRANSFERS],
        "time_ms": report.time_ms,
        "dram_bytes": report.dram_bytes,
        "objective_bytes": plan.objective_bytes,
        "compulsory_bytes": report.dram_bytes - plan.objective_bytes,
    }
