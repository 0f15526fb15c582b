"""Whether a leaf does what is claimed, for all inputs and all states."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rtl.proof.counterexample import Counterexample, explained, searched
from rtl.proof.settling import Settled, Way, by_sat, by_table, without_sat
from rtl.proof.view import Side, View

SECONDS = 120.0
"""A proof that takes longer counts as unresolved."""


class Status(Enum):
    PROVEN = "proven"
    COUNTEREXAMPLE = "counterexample"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome for one leaf: how many claims each way proved, those that are open, and the CPU time of it all."""

    status: Status
    ways: Mapping[str, int]
    open: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    why: str = ""
    cpu_seconds: float = 0.0

    @property
    def facts(self) -> Mapping[str, Any]:
        return {
            "status": self.status.value,
            "claims": dict(self.ways),
            "open": list(self.open),
            "counterexample": self.counterexample.facts if self.counterexample else None,
            "why": self.why,
            "cpu_seconds": round(self.cpu_seconds, 3),
        }

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> Proof:
        found = facts["counterexample"]
        return cls(
            Status(facts["status"]),
            facts["claims"],
            tuple(facts["open"]),
            Counterexample.of_facts(found) if found else None,
            facts["why"],
            facts["cpu_seconds"],
        )


def proof_of(view: View, seconds: float) -> Proof:
    """Settle the claims of a view, the cheap ways first; ``seconds`` is the time for all of it."""
    if failed := searched(view):
        return Proof(Status.COUNTEREXAMPLE, {}, counterexample=explained(view, *failed))
    ways, left, whys = dict.fromkeys((way.value for way in Way), 0), [], []
    for name, settled in _settled(view, time.monotonic() + seconds):
        if settled.counterexample:
            return Proof(Status.COUNTEREXAMPLE, ways, counterexample=settled.counterexample)
        if settled.way:
            ways[settled.way.value] += 1
        else:
            left.append(name)
            whys.append(settled.why)
    return Proof(Status.UNRESOLVED if left else Status.PROVEN, ways, tuple(left), why=", ".join(dict.fromkeys(whys)))


def _settled(view: View, end: float) -> Iterator[tuple[str, Settled]]:
    """Tables and claims by name, those that need SAT last."""
    for table in view.specification.tables:
        yield table.output, by_table(view, table)
    waiting: list[Side] = []
    for side in view.sides:
        settled = without_sat(view, side, end)
        if settled.way or settled.counterexample:
            yield side.claim.name, settled
        else:
            waiting.append(side)
    for side in waiting:
        yield side.claim.name, by_sat(view, side, end)
