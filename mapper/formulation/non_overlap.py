"""Eq. 10: two buffers that lie in the scratchpad at once lie one above the other."""

from __future__ import annotations

from itertools import combinations

from mapper.formulation.variables import Published


def add_non_overlap(model: Published) -> None:
    """For each pair and each place where both can be needed; the big M is the budget."""
    needed = model.frame.needed_places
    for one, other in combinations(range(len(needed)), 2):
        for place in range(max(needed[one].start, needed[other].start), min(needed[one].stop, needed[other].stop)):
            _apart(model, one, other, place)


def _apart(model: Published, one: int, other: int, place: int) -> None:
    above = model.binary(f"u_{one}_{other}_{place}")
    below = model.binary(f"d_{one}_{other}_{place}")
    big = model.frame.budget
    high, low = model.addresses[one, place], model.addresses[other, place]
    model.at_least("eq10_above", [(1, high), (-1, low), (-big, above)], model.frame.sizes[other] - big)
    model.at_least("eq10_below", [(1, low), (-1, high), (-big, below)], model.frame.sizes[one] - big)
    both = [*model.resident(one, place), *model.resident(other, place)]
    model.at_most("eq10_one", [*both, (-1, above), (-1, below)], 1)
    model.at_most("eq10_either", [(1, above), (1, below)], 1)
