"""Eq. 12: as few bytes spilled and retrieved as can be; creation and loads are compulsory and cost nothing."""

from __future__ import annotations

from mapper.formulation.variables import Published


def add_objective(model: Published) -> None:
    """In units; sizes of everything spilled or retrieved."""
    model.minimise(
        (model.frame.sizes[number], term)
        for table in (model.spills, model.retrieves)
        for (number, _), term in table.items()
    )
