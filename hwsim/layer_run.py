"""One product on the machine, at the depth that was asked for: its timeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from hwsim.engine import Engine
from hwsim.errors import HwsimError
from hwsim.float_patterns import equal_values
from hwsim.jobs import Job
from hwsim.operands import Matrices, Operands, Pair
from hwsim.tiles.jumps import run_loops
from hwsim.tiles.loops import BATCH, Indices, TileLoops
from hwsim.tiles.pipeline import Tile, Timeline, run_tiles
from hwsim.tiles.tiling import AXES


class Depth(Enum):
    """How closely the engine is looked at."""

    CLOSED = "closed"
    """cycles from closed forms"""
    COUNT = "count"
    """exact cycles for the operands, counted"""
    STEP = "step"
    """every clock edge of the engine, its result compared with the product"""


@dataclass(frozen=True, slots=True)
class Handover:
    """What prefetching moves between layers: ``preloaded`` weights, and channel cycles for the next layer's."""

    preloaded: bool = False
    tail_load_cycles: int = 0


def time_closed(loops: TileLoops, handover: Handover) -> Timeline:
    """Closed form: tiles by kind, repetitions jumped over."""
    return run_loops(loops, handover.tail_load_cycles)


def time_with_operands(
    loops: TileLoops, handover: Handover, job: Job, number: int, operands: Operands, depth: Depth
) -> tuple[Timeline, str]:
    """Tile by tile on real operands; also the roles (``a``, ``w``) that were synthetic.

    Raises HwsimError if the stepped result differs from the product.
    """
    engine = loops.machine.engine
    deciding = engine.array.deciding(engine.mac)
    valued = "aw" if depth is Depth.STEP else deciding.replace("b", "w")
    pair = operands.of(job, (engine.activation, engine.mac.w), number, valued)
    walk = _counted(loops, engine, pair, deciding) if depth is Depth.COUNT else _stepped(loops, engine, pair, job.name)
    timeline = run_tiles(walk, loops.machine.buffers, loops.channel.latency_cycles, handover.tail_load_cycles)
    return timeline, pair.synthetic


def _slices(loops: TileLoops, at: Indices) -> tuple[int, slice, slice, slice]:
    """Batch member and the ranges of m, n and k of one tile."""
    place = {loop: index for loop, index in zip(loops.loops, at, strict=True)}
    low = {axis: place[axis] * loops.tiling.side(axis) for axis in AXES}
    m, n, k = (slice(low[axis], low[axis] + loops.tiling.side(axis)) for axis in AXES)
    return place[BATCH], m, n, k


def _counted(loops: TileLoops, engine: Engine, pair: Pair, deciding: str) -> Iterator[Tile]:
    """Tiles that agree in the operands that decide, and in shape, are counted once."""
    known: dict[tuple[object, ...], tuple[int, int | None]] = {}
    for at in loops.indices():
        batch, m, n, k = _slices(loops, at)
        a, b = pair.member(batch)
        tile_a, tile_b = a[m, k], b[k, n]
        key = (
            (batch % len(pair.a), m.start, k.start) if "a" in deciding else (),
            (batch % len(pair.b), k.start, n.start) if "b" in deciding else (),
            (*tile_a.shape, tile_b.shape[1], loops.adds(at)),
        )
        if key not in known:
            ports = loops.ports(at, engine.array.counted_words(tile_a, tile_b, engine.mac))
            known[key] = engine.count(tile_a, tile_b), ports
        yield loops.at(at, *known[key])


def _stepped(loops: TileLoops, engine: Engine, pair: Pair, name: str) -> Iterator[Tile]:
    demand, exact = loops.demand, engine.array.exact(engine.mac)
    result = np.zeros((demand.batch, demand.m, demand.n), np.int64)
    for at in loops.indices():
        batch, m, n, k = _slices(loops, at)
        a, b = pair.member(batch)
        operands = a[m, k], b[k, n]
        beats, part = _run(engine, *operands)
        if exact:
            result[batch, m, n] += part
        else:  # parts of k do not add up, so that each is compared by itself
            _compare(engine, part, operands, name)
        yield loops.at(at, beats, loops.ports(at, engine.array.counted_words(*operands, engine.mac)))
    for batch in range(demand.batch if exact else 0):
        _compare(engine, result[batch], pair.member(batch), name)


def _compare(engine: Engine, result: Matrices, operands: tuple[Matrices, Matrices], name: str) -> None:
    if not equal_values(result, engine.multiply(*operands)):
        raise HwsimError(f"layer {name!r}: the stepped result of {engine.spec} differs from the product")


def _run(engine: Engine, a: Matrices, b: Matrices) -> tuple[int, Matrices]:
    """Step one tile: number of clock edges, and the result."""
    run, beats = engine.run(a, b), 0
    while True:
        try:
            next(run)
        except StopIteration as done:
            result: Matrices = done.value
            return beats, result
        beats += 1
