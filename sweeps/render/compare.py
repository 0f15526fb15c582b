"""Two studies beside each other: one sentence on whose best design is better, and on whose fronts last together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sweeps.metrics import BY_NAME
from sweeps.pareto import front
from sweeps.render.labels import Labels
from sweeps.render.numbers import short
from sweeps.table import Entry, Table


def comparison(one: Table, other: Table) -> str:
    """By the objectives of ``one``, on the first network that both studies have."""
    network = next((e.workload for e in one.entries if any(e.workload == o.workload for o in other.entries)), None)
    names = list(one.study.objectives)
    known = [[] if network is None else _known(table, network, names) for table in (one, other)]
    if not all(known):
        return f"{one.study.name} and {other.study.name} share no network with results for both: nothing to compare."
    lasting = _lasting(one, known)
    return (
        f"{_best(one, other, known)} Of both together, {lasting[0]} designs of {one.study.name} and {lasting[1]} of "
        f"{other.study.name} are on the front of {' against '.join(BY_NAME[name].noun for name in names)}."
    )


def _known(table: Table, network: str, names: Sequence[str]) -> list[Entry]:
    entries = [entry for entry in table.entries if entry.allowed and entry.workload == network]
    return [entry for entry in entries if all(entry.values.get(name) is not None for name in names)]


def _best(one: Table, other: Table, known: Sequence[Sequence[Entry]]) -> str:
    name, direction = next(iter(one.study.objectives.items()))
    best = [min(entries, key=lambda e: (direction.cost(e.values[name]), e.position)) for entries in known]
    said = [f"`{Labels(t.entries).engine(e)}` ({t.study.name})" for t, e in zip((one, other), best, strict=True)]
    values = [entry.values[name] for entry in best]
    network, noun = best[0].workload, BY_NAME[name].noun
    if values[0] == values[1]:
        return f"On {network} the best {noun} of both is {short(name, values[0])}: {' and '.join(said)}."
    first = 0 if direction.cost(values[0]) < direction.cost(values[1]) else 1
    ratio = f", {values[first] / values[1 - first]:.3g} times" if values[1 - first] else ", against"
    return (
        f"On {network} the best {noun} is {short(name, values[first])}, of {said[first]}{ratio} the "
        f"{short(name, values[1 - first])} of {said[1 - first]}."
    )


def _lasting(one: Table, known: Sequence[Sequence[Entry]]) -> tuple[int, int]:
    """How many designs of each stay on the front of all of them."""
    objectives = one.study.objectives
    costs = [[objectives[name].cost(e.values[name]) for name in objectives] for es in known for e in es]
    mask = front(np.array(costs, dtype=np.float64))
    split = len(known[0])
    return int(mask[:split].sum()), int(mask[split:].sum())
