"""Greedy packers: rectangles one after the other, each into the smallest gap that holds it.

The order by size, with rectangles of the whole run first, is the rule of TensorFlow Lite's arena
(``tensorflow/lite/simple_memory_arena.cc``, ``arena_planner.cc``): best fit among the gaps between the rectangles
placed before that are alive at the same time, and above them all if no gap is large enough.
"""

from __future__ import annotations

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
    """Offsets in bytes by name, placing rectangles in the order given, each in its best gap."""
    offsets: list[int] = []
    for r, placed in zip(rectangles, met_before(rectangles), strict=True):
        beside = sorted((offsets[k], rectangles[k].size_bytes) for k in placed)
        offsets.append(_best_gap(r.size_bytes, beside))
    return {r.name: offset for r, offset in zip(rectangles, offsets, strict=True)}


def met_before(rectangles: Sequence[Rectangle]) -> list[list[int]]:
    """For each rectangle the places of those that stand before it and are alive at some time with it.

    Walks through time, so that the work grows with the pairs that meet, not with all pairs.
    """
    found: list[list[int]] = [[] for _ in rectangles]
    alive: list[int] = []
    for k in sorted(range(len(rectangles)), key=lambda k: rectangles[k].lower):
        alive = [other for other in alive if rectangles[other].upper > rectangles[k].lower]
        for other in alive:
            found[max(k, other)].append(min(k, other))
        alive.append(k)
    return found


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
