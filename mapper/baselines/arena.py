"""TensorFlow Lite's linear arena: where buffers go when nobody asks how high they reach.

The rule of ``tensorflow/lite/arena_planner.cc`` and ``simple_memory_arena.cc``: buffers alive during the whole run
first, then by falling size, then by start; each goes into the tightest gap that holds it between buffers that are
placed and alive with it, else on top of them. Alignment is one byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from mapper.packing.greedy import pack_in_order
from mapper.residency.placing import Block, blocks, spread
from mapper.residency.schedule import Run, Schedule


def place_in_arena(schedule: Schedule) -> dict[Run, int]:
    """An offset for each run, by the arena's rule."""
    whole = (0, len(schedule.order))

    def rank(block: Block) -> tuple[object, ...]:
        return ((block.start, block.end) != whole, -block.bytes, block.start, block.runs)

    return placed(blocks(schedule), rank)


def placed(found: Iterable[Block], rank: Callable[[Block], tuple[object, ...]]) -> dict[Run, int]:
    """Blocks in the order of ``rank``, each into the tightest gap that holds it."""
    ordered = sorted(found, key=rank)
    return spread(ordered, pack_in_order([block.rectangle for block in ordered]))


def height(schedule: Schedule, offsets: Mapping[Run, int]) -> int:
    """The highest address in use, plus one."""
    return max((offset + schedule.graph.buffers[run.buffer].bytes for run, offset in offsets.items()), default=0)
