"""A network on a machine under memory plans: tensors lie in one scratchpad, and move when the plan says so.

At each step of the plan's order come first its loads and retrieves, then the step computes, then its stores and spills
leave; nothing of this overlaps. All that a step reads and makes lies in the scratchpad, so that its cycles are the
same in every plan; parameters that are no buffers pass by while it computes, each once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from hwsim.costing import run_cost
from hwsim.errors import ProgramError
from hwsim.jobs import Job
from hwsim.layer_run import Depth, Handover
from hwsim.layer_timing import LayerTiming, machine_assumptions
from hwsim.machine import Machine
from hwsim.operands import Operands
from hwsim.planned_jobs import check_passes, planned_jobs
from hwsim.report import LayerReport, OperatorReport, Report, TransferReport
from hwsim.residency.account import Account
from hwsim.residency.graph import MemoryGraph, Step
from hwsim.residency.plan import MemoryPlan, Transfer, TransferKind
from hwsim.storage import Storage
from hwsim.tiles.tiling import Tiling
from hwsim.tiles.traffic import Reason, Stream
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Operator

BEFORE = (TransferKind.LOAD, TransferKind.RETRIEVE)
"""Kinds of transfers that come before the step computes; the others follow it."""


def memory_of(machine: Machine) -> int:
    """Bytes of the machine's memory that a plan speaks of: the scratchpads of inputs and outputs together."""
    return machine.a.size_bytes + machine.c.size_bytes


def check_room(plan: MemoryPlan, machine: Machine) -> None:
    """Raise ProgramError for a plan for a larger scratchpad than the machine's."""
    room = memory_of(machine)
    if plan.budget_bytes > room:
        raise ProgramError(
            f"the plans of {plan.workload} are for a scratchpad of {plan.budget_bytes} bytes, "
            f"and scratchpad_a and scratchpad_c have {room} together"
        )


@dataclass
class PlannedRun:
    """``report`` answers for any plan of ``graph``; layers are timed once.

    ``tilings`` has one entry for each product, for its demand under a plan (``planned_jobs``).
    """

    workload: Workload
    graph: MemoryGraph
    account: Account
    machine: Machine
    tilings: Mapping[str, Tiling]
    depth: Depth
    operands: Operands

    @cached_property
    def timing(self) -> LayerTiming:
        return LayerTiming(self.machine, self.depth, self.operands)

    @cached_property
    def jobs(self) -> dict[str, Job]:
        return planned_jobs(self.workload, self.graph, self.account, self.machine)

    @cached_property
    def layers(self) -> dict[str, LayerReport]:
        """Every product, by operator."""
        self.operands.check_keys(self.workload)
        found = {}
        for number, (name, job) in enumerate(self.jobs.items()):
            check_passes(job, self.tilings[name], self.machine)
            found[name] = self.timing.layer(job, self.tilings[name], Handover(), number)
        return found

    @cached_property
    def operators(self) -> dict[str, Operator]:
        return {operator.name: operator for operator in self.workload.operators}

    def report(self, plan: MemoryPlan) -> Report:
        """Cycles and bytes under one plan; raises ProgramError if the machine's memory is smaller than the plan's."""
        check_room(plan, self.machine)
        return self.unchecked(plan)

    def unchecked(self, plan: MemoryPlan) -> Report:
        """The same on a machine with as much memory as the plan asks for."""
        steps = [self.graph.steps[self.graph.index[name]] for name in plan.order]
        names = [*self.graph.leading, *(name for step in steps for name in step.operators)]
        report = Report(
            workload=self.workload.name,
            engine=self.machine.engine.spec,
            machine=self.machine.fields,
            depth=self.depth.value,
            pe_count=self.machine.engine.pe_count,
            clock_ghz=self.machine.clock_ghz,
            layers=tuple(self.layers[name] for name in names if name in self.layers),
            other_operators=tuple(self._rows(steps)),
            assumptions=tuple(self._assumptions(plan)),
            passes=self.machine.engine.passes,
            transfers=tuple(self._transfers(plan)),
        )
        return report.costed(run_cost(self.machine, report))

    def _rows(self, steps: list[Step]) -> Iterator[OperatorReport]:
        """Everything that is no product, in the plan's order."""
        for name in self.graph.leading:
            yield self._row(self.operators[name], 0, None)
        for step in steps:
            leader = step.operators[0]
            for name in step.operators:
                if name not in self.layers:
                    passing = sum(size for _, size in step.passing) if name == leader else 0
                    fused = leader in self.layers and name in self.layers[leader].fused
                    yield self._row(self.operators[name], passing, leader if fused else None)

    def _row(self, operator: Operator, passing: int, into: str | None) -> OperatorReport:
        working = 0 if into else -(-self._work(operator) // self.machine.lanes)
        channel = self.machine.channel
        cycles = channel.latency_cycles + max(channel.cycles(passing), working) if passing else working
        traffic = {(Stream.PARAMETERS, Reason.FIRST_LOAD): passing} if passing else {}
        return OperatorReport(
            operator.name, operator.op, operator.kind.value, cycles, operator.vector_ops, traffic, into
        )

    def _work(self, operator: Operator) -> int:
        """Elementary operations, or elements that are put elsewhere: the vector unit does either."""
        if operator.kind is Kind.MOVE:
            return sum(self.workload.tensors[name].elements for name in operator.outputs)
        return operator.vector_ops

    def _transfers(self, plan: MemoryPlan) -> Iterator[TransferReport]:
        """Each transfer holds the channel for its bytes; the first of those that a step waits for bears the latency."""
        waiting: set[int] = set()
        for move in sorted(plan.transfers, key=lambda x: (x.step, x.kind not in BEFORE)):
            cycles = self.machine.channel.cycles(move.bytes)
            if move.kind in BEFORE and move.step not in waiting:
                waiting.add(move.step)
                cycles += self.machine.channel.latency_cycles
            yield _transfer(plan, move, cycles)

    def _assumptions(self, plan: MemoryPlan) -> Iterator[str]:
        yield from machine_assumptions(self.machine)
        room = memory_of(self.machine)
        size = plan.budget_bytes
        yield f"the plan's scratchpad of {size} bytes lies in scratchpad_a and scratchpad_c, which have {room} bytes"
        yield "a step's loads and retrieves come before it computes, its stores and spills after it; nothing overlaps"
        if any(step.passing for step in self.graph.steps):
            yield "a parameter passes by once, with the first operator that reads it"
        if self.jobs:
            yield "scratchpad_b holds the sums under work, and the tiles of parameters that pass by, in equal shares"
        yield "an operator that only moves elements takes a cycle for each element that a lane moves on chip"
        if self.machine.prefetch:
            yield "prefetch is not used: transfers stand between the layers"
        yield from self._other_widths()
        yield from self.timing.assumptions()
        yield from self.graph.assumptions

    def _other_widths(self) -> Iterator[str]:
        bits, asked = Storage(self.workload, self.machine.engine).bits, 8 * self.account.element_bytes
        roots = dict.fromkeys((*self.graph.buffers, *(x for step in self.graph.steps for x, _ in step.passing)))
        other = [f"{name} ({bits[name]})" for name in roots if bits[name] != asked]
        if other:
            yield f"the plan gives an element {asked} bits, and they are counted so, of {', '.join(other)} too"


def _transfer(plan: MemoryPlan, move: Transfer, cycles: int) -> TransferReport:
    return TransferReport(move.tensor, plan.order[move.step], move.step, move.kind.value, move.bytes, cycles)
