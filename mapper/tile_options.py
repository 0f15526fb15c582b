"""In which ways a step works through a scratchpad that is smaller than its working set.

Some buffers lie there whole, the others pass through in tiles. For each way the room of the tiles and the bytes over
the bus, the least of all tilings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, permutations, product

import numpy as np

from hwsim.jobs import Job
from hwsim.residency import MemoryGraph, Step
from hwsim.residency.account import NEIGHBOURS
from hwsim.residency.tiled import TiledStep
from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import AXES, Operand
from hwsim.workload.graph import Workload
from mapper.candidates import Ints, TileSpace, held_bytes, traffic_bytes

BUFFERS = 2
"""A tile works while the next one moves."""


def product_options(
    graph: MemoryGraph, step: Step, job: Job, space: TileSpace, element_bits: int, budget_bytes: int
) -> Iterator[TiledStep]:
    """Ways for a step that holds a product: the least bytes of all tile sides, orders and depths that fit.

    Partial sums stay in the engine: all k tiles of an output tile follow each other. Tiles are double buffered.
    """
    demand = replace(job.demand, a_bits=element_bits, b_bits=element_bits, acc_bits=element_bits, out_bits=element_bits)
    if demand.a_group > 1:  # plans know of elements alone
        demand = replace(demand, a_elements=job.product.a_elements, a_group=1)
    demand = replace(demand, c_bytes=None)
    for chosen in _subsets(list(_operands(graph, step, job))):
        room = budget_bytes - _resident(graph, step, [buffer for buffer, _ in chosen])
        found = _least(demand, space, [operand for _, operand in chosen], room)
        if found is not None:
            moved: dict[str, int] = {}
            for (buffer, _), size in zip(chosen, found[0], strict=True):
                moved[buffer] = moved.get(buffer, 0) + size
            streamed = {name: max(size, graph.buffers[name].bytes) for name, size in moved.items()}
            yield TiledStep(step.name, streamed, found[1])


def _operands(graph: MemoryGraph, step: Step, job: Job) -> Iterator[tuple[str, Operand]]:
    """Buffers of the step that play a part in the product."""
    for operand, tensor in ((Operand.A, job.product.a), (Operand.B, job.product.b)):
        buffer = graph.roots.get(tensor, tensor)
        if buffer in step.inputs:
            yield buffer, operand
    (result,) = step.outputs
    yield result, Operand.C


def _subsets(items: Sequence[tuple[str, Operand]]) -> Iterator[tuple[tuple[str, Operand], ...]]:
    """Every choice of at least one; operands in the same buffer go together."""
    names = dict.fromkeys(name for name, _ in items)
    for count in range(1, len(names) + 1):
        for chosen in combinations(names, count):
            yield tuple(item for item in items if item[0] in chosen)


def _resident(graph: MemoryGraph, step: Step, streamed: Sequence[str]) -> int:
    return sum(graph.buffers[name].bytes for name in step.touched if name not in streamed)


def _least(
    demand: Demand, space: TileSpace, operands: Sequence[Operand], room_bytes: int
) -> tuple[tuple[int, ...], int] | None:
    """Bytes of each operand, and room, of the tiling that moves least and fits; None if none fits."""
    best: tuple[int, int, tuple[int, ...]] | None = None
    for order in map("".join, permutations(AXES)):
        for depths in product(*(sorted({order.index(operand.other) + 1, len(AXES)}) for operand in operands)):
            outside = [order[:depth] for depth in depths]
            parts = [traffic_bytes(demand, space, x, o) for x, o in zip(outside, operands, strict=True)]
            held = [held_bytes(demand, space, x, o) for x, o in zip(outside, operands, strict=True)]
            room: Ints = BUFFERS * np.sum(held, axis=0)
            total: Ints = np.where((room <= room_bytes) & _sums_stay(demand, space, order), np.sum(parts, axis=0), -1)
            at = _first_least(total, room)
            if at is not None and (best is None or (int(total[at]), int(room[at])) < best[:2]):
                best = int(total[at]), int(room[at]), tuple(int(part[at]) for part in parts)
    return None if best is None else (best[2], best[1])


def _sums_stay(demand: Demand, space: TileSpace, order: str) -> np.ndarray:
    """Where no other output tile comes between two k tiles of one."""
    inside = order[order.index("k") + 1 :]
    alone = space.counts["k"] == 1
    still = np.ones(len(space), np.bool_)
    for axis in inside:
        still &= space.counts[axis] == 1
    both: np.ndarray = alone | still
    return both


def _first_least(total: Ints, room: Ints) -> int | None:
    """Place of the least total that is not negative, by room among equals."""
    fits = np.flatnonzero(total >= 0)
    return None if not len(fits) else int(fits[np.lexsort((room[fits], total[fits]))[0]])


def moving_options(graph: MemoryGraph, step: Step, workload: Workload, budget_bytes: int) -> Iterator[TiledStep]:
    """Ways for a step without a product: any of its buffers passes through row by row (last axis), or plane by plane
    where an operator reads around each element; every byte moves once."""
    by_name = {operator.name: operator for operator in workload.operators}
    planes = any(word in by_name[name].op for name in step.operators for word in NEIGHBOURS)
    for count in range(1, len(step.touched) + 1):
        for chosen in combinations(step.touched, count):
            rows = (_row_bytes(graph, workload, name, 2 if planes else 1) for name in chosen)
            room = BUFFERS * sum(rows)
            if room + _resident(graph, step, chosen) <= budget_bytes:
                yield TiledStep(step.name, {name: graph.buffers[name].bytes for name in chosen}, room)


def _row_bytes(graph: MemoryGraph, workload: Workload, name: str, axes: int) -> int:
    """Bytes of the last ``axes`` axes; all of a tensor that has no more."""
    rows = 1
    for side in workload.tensors[name].shape[:-axes]:
        rows *= side
    return -(-graph.buffers[name].bytes // rows)
