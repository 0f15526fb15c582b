"""What a design came to, as a search learns from it: a cost for each objective, and whether constraints hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hwsim.errors import SpecError
from sweeps.point import Outcome
from sweeps.study import Study
from sweeps.weighted import weighted


@dataclass(frozen=True, slots=True)
class Score:
    """``results`` are the objectives by name, ``costs`` the same as something to be minimised."""

    results: Mapping[str, float]
    costs: tuple[float, ...]
    allowed: bool


def score(study: Study, outcomes: Sequence[Outcome]) -> Score | None:
    """The score of a design from the outcomes of its points; None if one failed or an objective is not known."""
    summaries = [outcome.summary for outcome in outcomes if outcome.summary is not None]
    if len(summaries) < len(outcomes):
        return None
    whole = weighted(summaries, _weights(study, outcomes))
    results = {name: whole[name] for name in study.objectives}
    try:
        held = [_holds(study, outcome) for outcome in outcomes]
    except SpecError:
        return None
    if any(value is None for value in results.values()):
        return None
    costs = tuple(float(direction.cost(results[name])) for name, direction in study.objectives.items())
    return Score(results, costs, all(held))


def _weights(study: Study, outcomes: Sequence[Outcome]) -> list[float]:
    weights = study.weights or (1.0,) * len(study.networks)
    of_network = dict(zip(study.networks, weights, strict=True))
    return [of_network[outcome.point.network] for outcome in outcomes]


def _holds(study: Study, outcome: Outcome) -> bool:
    """Whether a point meets the constraints over results, as tables ask it."""
    values: dict[str, Any] = {**outcome.point.values, **(outcome.summary or {})}
    return all(c.holds(values) for c in study.constraints_after if c.names <= values.keys())
