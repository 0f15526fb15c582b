"""Run a network on a machine: every product through the tile pipeline, everything else through the vector unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from hwsim.costing import run_cost
from hwsim.errors import ProgramError
from hwsim.jobs import Job, jobs_of
from hwsim.layer_run import Depth, Handover
from hwsim.layer_timing import LayerTiming, machine_assumptions
from hwsim.machine import Machine
from hwsim.operands import Operands, load_operands
from hwsim.program import Program
from hwsim.remarks import low_bit_remarks
from hwsim.report import OperatorReport, Report
from hwsim.spec import field_text
from hwsim.storage import Storage, table_set
from hwsim.table_work import Precompute
from hwsim.tiles.loops import TileLoops
from hwsim.tiles.tiling import Operand, Tiling
from hwsim.vector_unit import VectorRow, tables_row, vector_row
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Movement, Operator


def simulate(
    workload: Workload,
    machine: Machine,
    program: Program | None = None,
    depth: Depth = Depth.CLOSED,
    operands: Operands | str | Path | None = None,
) -> Report:
    """Cycles, stalls and bytes of ``workload`` on ``machine``.

    Without a ``program`` every product is one tile, as if the scratchpads were large enough. ``depth`` COUNT and STEP
    need operands: from ``operands`` (an ``.npz`` file or its arrays), synthetic where it has none.
    Raises SpecError for a product that the engine cannot compute or operands that do not fit, ProgramError for a
    program of another network or a tiling that the scratchpads cannot hold.
    """
    if operands is None:
        operands = Operands()
    elif not isinstance(operands, Operands):
        operands = load_operands(operands)
    operands.check_keys(workload)
    return _Simulation(workload, machine, program, depth, operands).report()


@dataclass
class _Simulation:
    """One call of ``simulate``: what is computed once and read by many steps."""

    workload: Workload
    machine: Machine
    program: Program | None
    depth: Depth
    operands: Operands

    @cached_property
    def timing(self) -> LayerTiming:
        return LayerTiming(self.machine, self.depth, self.operands)

    @cached_property
    def jobs(self) -> dict[str, Job]:
        return jobs_of(self.workload, self.machine)

    @cached_property
    def order(self) -> list[Operator]:
        by_name = {operator.name: operator for operator in self.workload.operators}
        if self.program is None:
            return list(by_name.values())
        for name in self.program.order:
            if name not in by_name:
                raise ProgramError(f"{self.program.name}: {self.workload.name} has no operator {name!r}")
        given = set(self.program.order)
        for name in by_name:
            if name not in given:
                raise ProgramError(f"{self.program.name}: operator {name!r} of {self.workload.name} is missing")
        order = [by_name[name] for name in self.program.order]
        _check_order(order, self.program.name)
        return order

    def tiling(self, job: Job) -> Tiling:
        if self.program is None:
            return job.demand.one_tile()
        tiling = self.program.tiling(job.name)
        group = job.demand.a_group
        if tiling.k < job.demand.k and tiling.k % group:
            raise ProgramError(
                f"{self.program.name}: layer {job.name!r} has tiles of k = {tiling.k}, which cut tables of {group}; "
                "tiles along k hold whole tables"
            )
        for operand in Operand:
            pad = self.machine.scratchpad(operand)
            needed = (tiling.buffers or pad.buffers) * job.demand.buffer_bytes(operand, tiling)
            if needed > pad.size_bytes:
                raise ProgramError(
                    f"{self.program.name}: layer {job.name!r} needs {needed} bytes for operand {operand.value}, "
                    f"and scratchpad_{operand.value}_bytes is {pad.size_bytes}"
                )
        return tiling

    def report(self) -> Report:
        products = [self.jobs[operator.name] for operator in self.order if operator.name in self.jobs]
        tilings = {job.name: self.tiling(job) for job in products}
        layers = [
            self.timing.layer(job, tilings[job.name], handover, number)
            for number, (job, handover) in enumerate(zip(products, self.handovers(products, tilings), strict=True))
        ]
        report = Report(
            workload=self.workload.name,
            engine=self.machine.engine.spec,
            machine=self.machine.fields,
            depth=self.depth.value,
            pe_count=self.machine.engine.pe_count,
            clock_ghz=self.machine.clock_ghz,
            layers=tuple(layers),
            other_operators=tuple(self.rows()),
            assumptions=tuple(self.assumptions()),
            passes=self.machine.engine.passes,
        )
        return report.costed(run_cost(self.machine, report))

    def handovers(self, products: list[Job], tilings: Mapping[str, Tiling]) -> list[Handover]:
        """Which layers find their first weights on chip, loaded in the place of a tile after the last of the layer
        before: the free half of that scratchpad must hold them."""
        early = [0] * (len(products) + 1)
        if self.machine.prefetch:
            for number, (before, job) in enumerate(pairwise(products), 1):
                if any((tilings[x.name].buffers or self.machine.buffers) != 2 for x in (before, job)):
                    continue
                held = [x.demand.buffer_bytes(Operand.B, tilings[x.name]) for x in (before, job)]
                if job.b_is_constant and (self.program is None or sum(held) <= self.machine.b.size_bytes):
                    loops = TileLoops(job.machine, job.demand, tilings[job.name])
                    early[number] = loops.load_bytes(Operand.B, (0,) * len(loops.loops))
        cycles = [self.machine.channel.cycles(loaded) for loaded in early]
        return [Handover(early[i] > 0, cycles[i + 1]) for i in range(len(products))]

    def rows(self) -> list[OperatorReport]:
        """Everything that is no product, in order."""
        fused = {operator.name: job for job in self.jobs.values() for operator in job.chain.operators}
        storage = Storage(self.workload, self.machine.engine, self.machine.tables)
        made: set[object] = set()
        rows = []
        for operator in self.order:
            if operator.name in self.jobs:
                rows += self.tables(self.jobs[operator.name], storage, made)
                continue
            into = fused.get(operator.name)
            cost = VectorRow(0, operator.vector_ops, {}) if into else vector_row(self.machine, storage, operator)
            kind, name = operator.kind.value, into.name if into else None
            rows.append(
                OperatorReport(operator.name, operator.op, kind, cost.cycles, cost.vector_ops, cost.traffic, name)
            )
        return rows

    def tables(self, job: Job, storage: Storage, made: set[object]) -> list[OperatorReport]:
        """The operator before a product that makes its tables, if they have one and are not there yet."""
        tables, key = self.machine.tables, (job.product.a, table_set(job.product))
        if tables is None or tables.how is not Precompute.SEPARATE or job.machine is not self.machine or key in made:
            return []
        made.add(key)
        cost = tables_row(self.machine, tables, storage, job.product)
        name = f"{job.name}.tables"
        return [OperatorReport(name, "Precompute", Kind.VECTOR.value, cost.cycles, cost.vector_ops, cost.traffic)]

    def assumptions(self) -> list[str]:
        """What the numbers rest on, a sentence each."""
        machine = self.machine
        said = machine_assumptions(machine)
        said.insert(1, "activations go to DRAM after each operator and come back for the next")
        said += low_bit_remarks(machine, self.jobs.values())
        if self.program is None:
            said.insert(1, "each product is one tile: the scratchpads are taken as large enough for its operands")
        else:
            said += _strangeness(self.program, machine)
        if machine.movement is Movement.EXPANDED:
            said.append("a pass over an operand moves its whole matrix, im2col copies included")
        return [*said, *self.timing.assumptions(), *self.workload.assumptions]


def _strangeness(program: Program, machine: Machine) -> list[str]:
    """How the engine and the machine that ``program`` was made for differ from those that run it, a sentence each."""
    said = []
    if program.engine != machine.engine.spec:
        said.append(f"the plan was made for the engine {program.engine}, not for {machine.engine.spec}")
    here = machine.fields
    other = [name for name, value in program.machine.items() if name in here and here[name] != value]
    if other:
        made, run = (", ".join(f"{name}={field_text(x[name])}" for name in other) for x in (program.machine, here))
        said.append(f"the plan was made for a machine with {made}, not {run}")
    return said


def _check_order(order: list[Operator], program: str) -> None:
    """Raise ProgramError for an operator that runs before one that makes what it reads."""
    waiting = {tensor: operator.name for operator in order for tensor in operator.outputs}
    for operator in order:
        for tensor in operator.inputs:
            if tensor in waiting:
                maker = waiting[tensor]
                raise ProgramError(
                    f"{program}: operator {operator.name!r} runs before {maker!r}, which makes its input {tensor!r}"
                )
        for tensor in operator.outputs:
            del waiting[tensor]
