"""What varies in a study as parameters with the study's own names and values, for people to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sweeps.design import Design
from sweeps.study import Study

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


def fields_of(design: Design) -> dict[str, Any]:
    """Every field of a design, flat."""
    planned = {"plan_objective": design.plan_objective, "plan_buffers": design.plan_buffers}
    return {"array": design.array, **dict(design.engine), **dict(design.machine), **planned}


def domains_of(study: Study) -> Mapping[str, BaseDistribution]:
    """The values of every field that has more than one anywhere in the study."""
    found: dict[str, dict[Any, None]] = {}
    for axes in (study.machine, study.mapper):
        for name, values in axes.items():
            found.setdefault(name, {}).update(dict.fromkeys(values))
    for space in study.engines:
        fixed = {"array": (space.array,), "mac": (space.mac,)}
        usual = {name: (value,) for name, value in space.defaults.items()}
        for name, values in {**usual, **fixed, **space.axes}.items():
            found.setdefault(name, {}).update(dict.fromkeys(values))
    return {name: _distribution(list(values)) for name, values in found.items() if len(values) > 1}


def _distribution(values: list[Any]) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    kinds = {type(value) for value in values}
    if kinds == {int}:
        return IntDistribution(min(values), max(values))
    if kinds <= {int, float}:
        return FloatDistribution(min(values), max(values))
    return CategoricalDistribution(values)
