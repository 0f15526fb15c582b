"""Greedy packers: rectangles one after the other, each into the smallest gap that holds it.

The order by size, with rectangles of the whole run first, is the rule of TensorFlow Lite's arena
(``tensorflow/lite/simple_memory_arena.cc``, ``arena_planner.cc``): best fit among the gaps between the rectangles
placed before that are alive at the same time, and above them all if no gap is large enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from mapper.packing.rectangle import Rectangle, height

Key = Callable[[Rectangle], tuple[int, ...]]

ORDERS: Mapping[str, Key] = {
    "size": lambda r: (-r.size_bytes, r.lower),
    "area": lambda r: (-r.area, r.lower),
    "duration": lambda r: (-r.duration, -r.size_bytes, r.lower),
    "start": lambda r: (r.lower, -r.size_bytes),
}
"""By which key rectangles are taken, the smallest first; ``size`` is TensorFlow Lite's."""


def pack_in_order(rectangles: Sequence[Rectangle]) -> dict[str, int]:
    """Offsets in bytes by name, placing rectangles in the order given, each in its best gap.

    Spans of time of an average duration list the rectangles in them, so that short lives in a long run do not all meet.
    """
    span = 1 + sum(r.duration for r in rectangles) // max(1, len(rectangles))
    within: dict[int, list[int]] = defaultdict(list)
    offsets: list[int] = []
    for index, r in enumerate(rectangles):
        spans = range(r.lower // span, (r.upper - 1) // span + 1)
        near = {other for at in spans for other in within[at]}
        beside = sorted((offsets[i], rectangles[i].size_bytes) for i in near if rectangles[i].meets(r))
        offsets.append(_best_gap(r.size_bytes, beside))
        for at in spans:
            within[at].append(index)
    return {r.name: offset for r, offset in zip(rectangles, offsets, strict=True)}


def _best_gap(size_bytes: int, beside: Sequence[tuple[int, int]]) -> int:
    """Offset of the smallest sufficient gap below or between ``beside`` (offset and size), else above all of them."""
    best, best_gap, end = None, 0, 0
    for offset, other_bytes in beside:
        gap = offset - end
        if gap >= size_bytes and (best is None or gap < best_gap):
            best, best_gap = end, gap
        end = max(end, offset + other_bytes)
    return end if best is None else best


def arena_order(rectangles: Sequence[Rectangle], key: Key = ORDERS["size"]) -> list[Rectangle]:
    """Rectangles that live from the first time to the last, as they stand; then the others by ``key``."""
    start = min((r.lower for r in rectangles), default=0)
    end = max((r.upper for r in rectangles), default=0)
    whole_run = [r for r in rectangles if (r.lower, r.upper) == (start, end)]
    return whole_run + sorted((r for r in rectangles if (r.lower, r.upper) != (start, end)), key=key)


def pack_arena(rectangles: Sequence[Rectangle]) -> dict[str, int]:
    """Offsets in bytes as TensorFlow Lite's arena gives them."""
    return pack_in_order(arena_order(rectangles))


def pack_greedy(rectangles: Sequence[Rectangle]) -> dict[str, int]:
    """The lowest of the packings in all ``ORDERS``; the first of equals."""
    packings = [pack_in_order(arena_order(rectangles, key)) for key in ORDERS.values()]
    return min(packings, key=lambda offsets: height(rectangles, offsets))
