"""Whether rectangles fit a capacity: the packers behind one question."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hwsim.errors import SpecError
from mapper.packing.cpsat import solve_packing
from mapper.packing.exact import Found, search_packing, unit_bytes
from mapper.packing.greedy import pack_greedy
from mapper.packing.limits import Limit, late
from mapper.packing.rectangle import Method, Packing, Rectangle, check_rectangles, height, live_bytes

Packer = Callable[[Sequence[Rectangle], int, Limit], Found]


def pack(
    rectangles: Sequence[Rectangle],
    capacity_bytes: int,
    *,
    method: Method = Method.AUTO,
    limit: Limit | None = None,
) -> Packing:
    """Offsets within the capacity, or the proof that there are none, or neither if ``limit`` comes first.

    ``Method.AUTO`` asks the greedy packers, then the exact one, then CP-SAT. More live bytes than the capacity at one
    time are proof for every method. Raises SpecError for a name that stands twice and for numbers beyond 64 bits.
    """
    check_rectangles(rectangles)
    if capacity_bytes < 0:
        raise SpecError(f"a capacity of {capacity_bytes} bytes; allowed is a whole number from 0 up")
    bound = live_bytes(rectangles)
    if bound > capacity_bytes or not rectangles:
        return Packing(None if rectangles else {}, None if rectangles else 0, bound, capacity_bytes, method)
    limit = limit or Limit()
    stop, nodes = limit.stop, 0
    answer = Packing(None, None, bound, capacity_bytes, method)
    for name, packer in PACKERS.items():
        if method in (Method.AUTO, name):
            found = packer(rectangles, capacity_bytes, limit.until(stop))
            nodes += found.nodes
            answer = _answer(rectangles, capacity_bytes, bound, name, found, nodes)
            if found.offsets is not None or found.proven or late(stop):
                break
    return answer


def _answer(
    rectangles: Sequence[Rectangle], capacity_bytes: int, bound: int, method: Method, found: Found, nodes: int
) -> Packing:
    if found.offsets is not None:
        top = height(rectangles, found.offsets)
        return Packing(found.offsets, top, bound, capacity_bytes, method, nodes)
    if found.proven:
        unit = unit_bytes(rectangles)  # heights are multiples of it
        bound = max(bound, capacity_bytes // unit * unit + unit)
    return Packing(None, None, bound, capacity_bytes, method, nodes)


def _greedy(rectangles: Sequence[Rectangle], capacity_bytes: int, limit: Limit) -> Found:
    offsets = pack_greedy(rectangles)
    return Found(offsets if height(rectangles, offsets) <= capacity_bytes else None, False, 0)


PACKERS: dict[Method, Packer] = {
    Method.GREEDY: _greedy,
    Method.EXACT: search_packing,
    Method.CPSAT: solve_packing,
}
"""In the order in which ``Method.AUTO`` asks them."""
