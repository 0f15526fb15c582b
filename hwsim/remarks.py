"""What a report says of an engine whose weights are narrower than its activations, and of tables made outside of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from hwsim.attention import VECTOR_UNIT
from hwsim.jobs import Job
from hwsim.machine import Machine


def low_bit_remarks(machine: Machine, jobs: Collection[Job]) -> Iterator[str]:
    """A sentence each on which weights are narrow, on what runs beside the engine, and on tables."""
    if machine.beside is not None:
        yield f"every constant second operand has the engine's w={machine.engine.mac.w}, a language model's head too"
        names = [job.name for job in jobs if job.machine is machine.beside]
        if names:
            yield _beside(machine, machine.beside, names)
    elif machine.attention != VECTOR_UNIT:
        yield f"attention={machine.attention} has nothing to do: the engine multiplies two activations itself"
    if machine.tables is not None:
        yield machine.tables.sentence()
        if any(_overlaps(machine, job) for job in jobs):
            yield "tables of convolutions are of consecutive entries of im2col rows: each window has tables of its own"


def _beside(machine: Machine, beside: Machine, names: list[str]) -> str:
    alone = machine.attention == VECTOR_UNIT
    who = f"the vector unit, one multiply-accumulate per lane ({beside.lanes})" if alone else beside.engine.spec
    which = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}, {len(names)} of them"
    return f"products of two activations ({which}) run on {who}, both operands in {machine.engine.mac.a}"


def _overlaps(machine: Machine, job: Job) -> bool:
    """Whether the engine takes tables of windows that share elements."""
    return job.machine is machine and job.product.a_elements < job.product.gemm.m * job.product.gemm.k
