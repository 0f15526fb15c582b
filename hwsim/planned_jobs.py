"""The products of a network whose activations lie in the scratchpad by a memory plan: what is left to the channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hwsim.errors import SpecError
from hwsim.jobs import Job, jobs_of
from hwsim.machine import Machine
from hwsim.residency.account import Account
from hwsim.residency.graph import MemoryGraph, Step
from hwsim.storage import Storage
from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import Operand, Tiling
from hwsim.tiles.traffic import product_traffic
from hwsim.vector_unit import Chain
from hwsim.workload.graph import Workload

FROM_DRAM = (Operand.A, Operand.B)


def planned_jobs(workload: Workload, graph: MemoryGraph, account: Account, machine: Machine) -> dict[str, Job]:
    """The jobs of all products, by operator, in the workload's order: buffers lie on chip, and parameters that are
    no buffers pass by as tiles, each once.

    Raises SpecError, naming the layer, for a product that the engine cannot compute or whose elements are stored in
    another width than the account gives them.
    """
    step_of = {name: step for step in graph.steps for name in step.operators}
    storage = Storage(workload, machine.engine, machine.tables)
    found = {}
    for name, job in jobs_of(workload, machine).items():
        _check_width(workload, account, machine, storage, job)
        found[name] = _planned(job, step_of[name], graph.roots)
    return found


def working_machine(machine: Machine, demand: Demand) -> Machine:
    """The machine as a product sees it under a plan: scratchpad_b alone is free, and is shared out equally among
    tiles of the parameters that pass by and the sums under work."""
    shares = 1 + sum(demand.needs_buffer(operand) for operand in FROM_DRAM)
    size = max(1, machine.b.size_bytes // shares)
    a, b, c = (replace(machine.scratchpad(x), size_bytes=size) for x in Operand)
    return replace(machine, a=a, b=b, c=c)


def passes_once(job: Job, tiling: Tiling) -> bool:
    """Whether no parameter is fetched twice and no sum leaves unfinished."""
    return sum(product_traffic(job.demand, tiling).values()) == once(job)


def check_passes(job: Job, tiling: Tiling, machine: Machine) -> None:
    """Raise SpecError for a tiling whose buffers do not fit into scratchpad_b, or that moves anything twice."""
    around = working_machine(machine, job.demand)
    for operand in Operand:
        pad = around.scratchpad(operand)
        needed = (tiling.buffers or pad.buffers) * job.demand.buffer_bytes(operand, tiling)
        if needed > pad.size_bytes:
            raise SpecError(
                f"layer {job.name!r} needs {needed} bytes for operand {operand.value}, "
                f"and its share of scratchpad_b is {pad.size_bytes}"
            )
    if not passes_once(job, tiling):
        raise SpecError(f"layer {job.name!r}: the tiling fetches parameters twice or spills sums")


def once(job: Job) -> int:
    """Bytes of the job's parameters, each moved once."""
    demand = job.demand
    passes = (demand.pass_bytes(x) * (1 if demand.shared(x) else demand.batch) for x in FROM_DRAM)
    return demand.parameter_bytes + sum(passes)


def _check_width(workload: Workload, account: Account, machine: Machine, storage: Storage, job: Job) -> None:
    product = job.product
    for operand, tensor in (("a", product.a), ("b", product.b), ("c", job.chain.result)):
        bits = storage.bits[tensor]
        if bits != 8 * account.element_bytes:
            raise SpecError(
                f"{workload.name}: layer {job.name!r}: the plan gives an element {8 * account.element_bytes} bits, "
                f"and operand {operand} has {bits} on {machine.engine.spec}"
            )


def _planned(job: Job, step: Step, roots: Mapping[str, str]) -> Job:
    """The job inside its step: what rides along there, and which operands the channel brings."""
    inside = tuple(x for x in job.chain.operators if x.name in step.operators)
    ops = job.operator.vector_ops + sum(x.vector_ops for x in inside)
    passing = dict(step.passing)
    demand = job.demand
    streamed: dict[Operand, int] = {}
    for operand, tensor in ((Operand.A, job.product.a), (Operand.B, job.product.b)):
        size = passing.get(roots.get(tensor, tensor), 0)
        moved = demand.pass_bytes(operand) * (1 if demand.shared(operand) else demand.batch)
        if size and size == moved:
            streamed[operand] = size
    if len(streamed) == 2 and job.product.a == job.product.b:
        streamed = {}  # one tensor as both operands: it is loaded whole, once
    demand = replace(
        demand,
        parameter_bytes=sum(passing.values()) - sum(streamed.values()),
        vector_ops=-(-ops // (demand.m * demand.n * demand.batch)),
        on_chip=frozenset(Operand).difference(streamed),
    )
    return replace(job, demand=demand, chain=Chain(inside, inside[-1].outputs[0] if inside else job.product.c))
