"""Eq. 11: a buffer that is kept does not move."""

from __future__ import annotations

from mapper.formulation.variables import Published


def add_constant_address(model: Published) -> None:
    """L(t) = L(t-1) where P(t) = 1, as two rows with a big M, the largest difference of two addresses."""
    for (number, place), kept in model.keeps.items():
        if place == 0:
            continue
        big = model.frame.budget - model.frame.sizes[number]
        now, before = model.addresses[number, place], model.addresses[number, place - 1]
        model.at_most("eq11_up", [(1, now), (-1, before), (big, kept)], big)
        model.at_most("eq11_down", [(1, before), (-1, now), (big, kept)], big)
