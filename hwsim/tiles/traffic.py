"""Every byte that a tiled product moves off chip, by operand and reason, in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import Operand, Tiling


class Stream(Enum):
    """Whose bytes they are: an operand of a product, or what flows through the vector unit."""

    A = "a"
    B = "b"
    C = "c"
    PARAMETERS = "parameters"
    """biases and other constants of vector work"""
    INPUTS = "inputs"
    """what an operator of its own row reads"""
    OUTPUTS = "outputs"
    """what an operator of its own row writes"""
    TENSORS = "tensors"
    """whole tensors that a memory plan moves between operators"""


class Reason(Enum):
    """Why bytes cross the DRAM channel."""

    FIRST_LOAD = "first_load"
    REFETCH = "refetch"
    PARTIAL_SUM = "partial_sum"
    OUTPUT = "output"
    SPILL = "spill"
    """a memory plan needs the room, and the tensor again"""
    RETRIEVE = "retrieve"
    """it comes back"""


Traffic = Mapping[tuple[Stream, Reason], int]
Accesses = Mapping[Operand, tuple[int, int]]
"""Bytes that the scratchpad of each operand reads and writes for the engine and for what requantises its sums."""


@dataclass(frozen=True, slots=True)
class Fetches:
    """How an operand moves: ``varying`` are the loops that fetch it, the batch loop ``"b"`` among them."""

    varying: str
    within: int
    """times that each byte moves within one member of the batch"""
    members: int
    """members of the batch that move it"""


def fetches(demand: Demand, tiling: Tiling, operand: Operand) -> Fetches:
    """Count the passes over an operand: the batch is one more loop, outside all others."""
    counts = tiling.counts(demand.sides)
    varying = tiling.varying(operand, counts)
    members = demand.batch
    if demand.shared(operand) and not varying:
        members = 1
    return Fetches("b" * (members > 1) + varying, tiling.repeats(operand, counts), members)


def spills(demand: Demand, tiling: Tiling) -> int:
    """Times that each partial sum is written and read again: 0, or the number of k tiles less one."""
    return fetches(demand, tiling, Operand.C).within - 1


def product_traffic(demand: Demand, tiling: Tiling) -> dict[tuple[Stream, Reason], int]:
    """Bytes by (stream, reason) of the whole product; reasons that do not occur are left out."""
    traffic = {(Stream.PARAMETERS, Reason.FIRST_LOAD): demand.parameter_bytes}
    for operand in (Operand.A, Operand.B):
        moved = fetches(demand, tiling, operand)
        passes, one = moved.within * moved.members, demand.pass_bytes(operand)
        unique = one if demand.shared(operand) else one * demand.batch
        traffic[Stream(operand.value), Reason.FIRST_LOAD] = unique
        traffic[Stream(operand.value), Reason.REFETCH] = passes * one - unique
    traffic[Stream.C, Reason.PARTIAL_SUM] = 2 * spills(demand, tiling) * demand.partial_bytes * demand.batch
    traffic[Stream.C, Reason.OUTPUT] = demand.pass_bytes(Operand.C) * demand.batch
    return {key: amount for key, amount in traffic.items() if amount}


def add_traffic(parts: list[Traffic]) -> dict[tuple[Stream, Reason], int]:
    """Sum several accounts."""
    total: dict[tuple[Stream, Reason], int] = {}
    for part in parts:
        for key, amount in part.items():
            total[key] = total.get(key, 0) + amount
    return total
