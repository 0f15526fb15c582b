"""TensorFlow Lite's linear arena: where buffers go when nobody asks how high they reach.

The rule of ``tensorflow/lite/arena_planner.cc`` and ``simple_memory_arena.cc``: buffers alive during the whole run
first, then by falling size, then by start; each goes into the tightest gap that holds it between buffers that are
placed and alive with it, else on top of them. Alignment is one byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mapper.residency.schedule import Run, Schedule


@dataclass(frozen=True, slots=True)
class Block:
    """``runs`` that share an offset (one, or a chain that works in place), alive during the places [start, end)."""

    start: int
    end: int
    bytes: int
    runs: tuple[Run, ...]

    def meets(self, other: Block) -> bool:
        """Whether both are alive at some place."""
        return self.start < other.end and other.start < self.end


def blocks(schedule: Schedule) -> tuple[Block, ...]:
    """What needs an offset: runs, those of an in-place pair joined where one ends and the other begins."""
    starting = {(run.buffer, run.start): run for run in schedule.runs}
    successor: dict[Run, Run] = {}
    for place, name in enumerate(schedule.order):
        pair = schedule.graph.steps[schedule.graph.index[name]].in_place
        source = next((r for r in schedule.runs if pair and r.buffer == pair[0] and r.end == place + 1), None)
        if source is not None and pair is not None:
            successor[source] = starting[pair[1], place]
    heads = [run for run in sorted(schedule.runs) if run not in set(successor.values())]
    return tuple(_chain(head, successor, schedule.graph.buffers[head.buffer].bytes) for head in heads)


def _chain(head: Run, successor: Mapping[Run, Run], size: int) -> Block:
    runs = [head]
    while runs[-1] in successor:
        runs.append(successor[runs[-1]])
    return Block(head.start, runs[-1].end, size, tuple(runs))


def place_in_arena(schedule: Schedule) -> dict[Run, int]:
    """An offset for each run, by the arena's rule."""
    whole = (0, len(schedule.order))

    def rank(block: Block) -> tuple[object, ...]:
        return ((block.start, block.end) != whole, -block.bytes, block.start, block.runs)

    return placed(blocks(schedule), rank)


def placed(found: Iterable[Block], rank: Callable[[Block], tuple[object, ...]]) -> dict[Run, int]:
    """Blocks in the order of ``rank``, each into the tightest gap that holds it."""
    lying: list[tuple[int, Block]] = []
    for block in sorted(found, key=rank):
        lying.append((_tightest(block, lying), block))
    return {run: offset for offset, block in lying for run in block.runs}


def _tightest(block: Block, lying: Iterable[tuple[int, Block]]) -> int:
    """Offset of the smallest gap that holds ``block``, the lowest of equals; above everything if none does."""
    top, best, slack = 0, None, None
    for offset, other in sorted(((o, b) for o, b in lying if block.meets(b)), key=lambda pair: pair[0]):
        gap = offset - top
        if gap >= block.bytes and (slack is None or gap < slack):
            best, slack = top, gap
        top = max(top, offset + other.bytes)
    return top if best is None else best


def height(schedule: Schedule, offsets: Mapping[Run, int]) -> int:
    """The highest address in use, plus one."""
    return max((offset + schedule.graph.buffers[run.buffer].bytes for run, offset in offsets.items()), default=0)
