"""The answer of a study in two sentences, computed from its table; names of designs stand in backticks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sweeps.engine_depth import ENGINE_DEPTH
from sweeps.metrics import BY_NAME, Direction
from sweeps.render.labels import Labels
from sweeps.render.numbers import short
from sweeps.table import Entry, Table

COMPANIONS = ("total_cycles", "pe_count", "utilization", "dram_bytes")
"""What is said of the best design beside the objective itself."""


def answer(table: Table) -> tuple[str, str]:
    """Who is best by the first objective, and who shares the front. Energy and area need a technology."""
    labels = Labels(table.entries)
    known = [entry for entry in table.entries if entry.allowed and entry.on_front]
    if not known:
        return (_nothing(table), "")
    networks = list(dict.fromkeys(entry.workload for entry in known))
    best = [
        _best_sentence(table, labels, name, lead=len(networks) > 1 or table.study.weights is not None)
        for name in networks
    ]
    return (" ".join(best), _front_sentence(table, networks))


def _nothing(table: Table) -> str:
    ran = sum(entry.ran for entry in table.entries)
    allowed = [entry for entry in table.entries if entry.allowed]
    unknown = [name for name in table.study.objectives if all(entry.values[name] is None for entry in allowed)]
    counts = f"{ran} of {len(table.entries)} points ran, {len(table.failed)} failed"
    if allowed and table.study.depth == ENGINE_DEPTH and "dram_bytes" in unknown:
        return f"No design can be ranked: engines alone have no {BY_NAME['dram_bytes'].noun}; {counts}."
    if unknown and allowed:
        nouns = _list([BY_NAME[name].noun for name in unknown])
        verb = "need" if len(unknown) > 1 else "needs"
        return f"No design can be ranked: {nouns} {verb} a technology; {counts}."
    return f"No design answers the question: {counts}."


def _of(table: Table, network: str) -> list[Entry]:
    return [e for e in table.entries if e.allowed and e.workload == network]


def _rank(table: Table, entries: Sequence[Entry]) -> list[Entry]:
    name, direction = next(iter(table.study.objectives.items()))
    ranked = [e for e in entries if e.values[name] is not None]
    others = list(table.study.objectives.items())[1:]
    return sorted(
        ranked,
        key=lambda e: (
            direction.cost(e.values[name]),
            *(d.cost(e.values[n] or 0) for n, d in others),
            e.position,
        ),
    )


def _best_sentence(table: Table, labels: Labels, network: str, lead: bool) -> str:
    name, direction = next(iter(table.study.objectives.items()))
    ranked = _rank(table, _of(table, network))
    best = ranked[0]
    word = "lowest" if direction is Direction.MINIMISE else "highest"
    start = f"On {network}, " if lead else ""
    facts = ", ".join(_fact(c, best) for c in COMPANIONS if c != name and best.values[c] is not None)
    value = short(name, best.values[name])
    said = f"{start}`{labels.engine(best)}` has the {word} {BY_NAME[name].noun}, {value}, with {facts}"
    return f"{said}{_runner_up(labels, name, best, ranked)}."


def _fact(name: str, entry: Entry) -> str:
    value = short(name, entry.values[name])
    return {
        "utilization": f"{value} utilisation",
        "dram_bytes": f"{value} of DRAM traffic",
        "pe_count": f"{value} PEs",
        "total_cycles": f"{value} cycles",
    }[name]


def _runner_up(labels: Labels, name: str, best: Entry, ranked: Sequence[Entry]) -> str:
    """How far the best design of the next array is behind."""
    other = next((entry for entry in ranked if entry.fields["array"] != best.fields["array"]), None)
    if other is None or not best.values[name]:
        return ""
    ratio = other.values[name] / best.values[name]
    return f"; the best of another array, `{labels.engine(other)}`, has {ratio:.2f} times that"


def _front_sentence(table: Table, networks: Sequence[str]) -> str:
    entries = [entry for network in networks for entry in _of(table, network)]
    front = [entry for entry in entries if entry.on_front]
    shares = Counter(entry.fields["array"] for entry in front).most_common()
    held = _list([f"{count} {array}" for array, count in shares])
    absent = sorted({entry.fields["array"] for entry in entries} - {array for array, _ in shares})
    against = " against ".join(BY_NAME[name].noun for name in table.study.objectives)
    said = f"{len(front)} of {len(entries)} designs are on the front of {against}: {held}"
    return f"{said}; no size of {_list(absent)} reaches it." if absent else f"{said}."


def _list(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
