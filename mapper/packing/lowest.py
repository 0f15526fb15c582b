"""The lowest packing: bounds that close in on its height, each step a question about one capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mapper.packing.capacity import pack
from mapper.packing.exact import unit_bytes
from mapper.packing.greedy import pack_greedy
from mapper.packing.limits import Limit, late
from mapper.packing.rectangle import Method, Packing, Rectangle, check_rectangles, height, live_bytes


def smallest_height(
    rectangles: Sequence[Rectangle], *, method: Method = Method.AUTO, limit: Limit | None = None
) -> Packing:
    """The lowest packing that was found, and the highest bound that was proven: ``OPTIMAL`` if they meet.

    The live bytes bound the height from below, the greedy packing from above. The bound itself is asked first, then the
    middle of what is open; ``limit`` holds for each question (its seconds for all). A question that ends without an
    answer leaves the lower half open, so more work never gives a higher packing or a lower bound.
    """
    check_rectangles(rectangles)
    limit = limit or Limit()
    stop = limit.stop
    offsets = pack_greedy(rectangles)
    best = Packing(offsets, height(rectangles, offsets), live_bytes(rectangles), None, Method.GREEDY)
    if method is Method.GREEDY or not rectangles:
        return best
    unit = unit_bytes(rectangles)
    low = asked = bound = best.bound_bytes
    high, nodes = best.height_bytes or 0, 0
    while low < high and not late(stop):
        answer = pack(rectangles, asked, method=method, limit=limit.until(stop))
        nodes += answer.nodes
        if answer.height_bytes is not None:
            best, high = answer, answer.height_bytes
        else:
            low = asked + unit
            bound = max(bound, answer.bound_bytes)
        asked = _middle(low, high, unit)
    return replace(best, bound_bytes=bound, capacity_bytes=None, nodes=nodes)


def _middle(low: int, high: int, unit: int) -> int:
    """A multiple of ``unit`` from ``low`` up to below ``high``, in the middle; ``low`` if there is none."""
    return low + (high - low) // unit // 2 * unit
