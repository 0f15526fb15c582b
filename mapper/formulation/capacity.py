"""Eq. 9: every buffer ends below the budget; and the row that says so without addresses, which is not published."""

from __future__ import annotations

from mapper.formulation.variables import Published


def add_addresses(model: Published) -> None:
    """Eq. 9, L + size <= budget at every place, as the upper bound of L."""
    for number, size in enumerate(model.frame.sizes):
        for place in model.window(number):
            model.addresses[number, place] = model.whole(f"L_{number}_{place}", model.frame.budget - size)


def add_capacity(model: Published) -> None:
    """Per place, the sizes of all that lies there sum to at most the budget: implied by Eq. 9 and 10, never by their
    linear relaxation, whose bound stays 0."""
    for place in range(model.frame.places):
        lying = [
            (size * factor, term)
            for number, size in enumerate(model.frame.sizes)
            for factor, term in model.resident(number, place)
        ]
        model.at_most("capacity", lying, model.frame.budget)
