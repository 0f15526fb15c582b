"""Eq. 13-15, the order of minimum peak footprint (MPMF): nothing moves, and the highest sum of sizes is minimised."""

from __future__ import annotations

from mapper.formulation.variables import Published


def add_peak(model: Published) -> None:
    """Eq. 14 and 15, in units. Eq. 13 (no spill, no retrieve) is that ``moves`` is off. The peak is at least the
    largest working set, which is not published and closes most of the gap at once."""
    peak = model.whole("peak", sum(model.frame.sizes))
    model.at_least("largest_step", [(1, peak)], model.frame.graph.least_budget // model.frame.unit_bytes)
    for place in range(model.frame.places):
        lying = [
            (size * factor, term)
            for number, size in enumerate(model.frame.sizes)
            for factor, term in model.resident(number, place)
        ]
        model.at_most("eq14", [*lying, (-1, peak)], 0)
    model.minimise([(1, peak)])
