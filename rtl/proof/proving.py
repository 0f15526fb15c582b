"""Whether a leaf does what is claimed, for all inputs and all states: by equal gates, all values, sums, or SAT."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from rtl.proof.algebra import sums_agree
from rtl.proof.checking import check
from rtl.proof.counterexample import Counterexample, explained, searched
from rtl.proof.exhaustive import patterns_of, unpacked
from rtl.proof.logic import FALSE, Literal, Logic
from rtl.proof.specification import MOST_TABLE_BITS, Table
from rtl.proof.view import Side, View

SECONDS = 120.0
"""A proof that takes longer counts as unresolved."""

MOST_TRIED_BITS = 18
"""Claims of no more free variables are tried for all their values."""


class Status(Enum):
    PROVEN = "proven"
    COUNTEREXAMPLE = "counterexample"
    UNRESOLVED = "unresolved"


class Way(Enum):
    """How a claim was settled: both sides are the same gates, all values were tried, both are the same polynomial, SAT
    sweeping."""

    GATES = "gates"
    VALUES = "values"
    SUMS = "sums"
    SAT = "sat"


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
    end = time.monotonic() + seconds
    if failed := searched(view):
        return Proof(Status.COUNTEREXAMPLE, {}, counterexample=explained(view, *failed))
    ways = dict.fromkeys((way.value for way in Way), 0)
    for table in view.specification.tables:
        if too_wide := _too_wide(view, table):
            return Proof(Status.UNRESOLVED, ways, (table.output,), why=too_wide)
        if refuted := tabulated(view, table):
            return Proof(Status.COUNTEREXAMPLE, ways, counterexample=refuted)
        ways[Way.VALUES.value] += 1
    left: list[Side] = []
    for side in view.sides:
        way, witness = _settled(view, side, end)
        if witness is not None:
            return Proof(Status.COUNTEREXAMPLE, ways, counterexample=explained(view, side, witness))
        if way is None:
            left.append(side)
        else:
            ways[way.value] += 1
    for side in left:
        checked = check(view.logic, side.found, side.wanted, end - time.monotonic()) if time.monotonic() < end else None
        if checked and checked.witness is not None:
            witness = {literal >> 1: 0 for word in view.words.values() for literal in word} | dict(checked.witness)
            return Proof(Status.COUNTEREXAMPLE, ways, counterexample=explained(view, side, witness))
        if not (checked and checked.equal):
            still = tuple(other.claim.name for other in left[left.index(side) :])
            return Proof(Status.UNRESOLVED, ways, still, why=f"not settled in {seconds:g} s")
        ways[Way.SAT.value] += 1
    return Proof(Status.PROVEN, ways)


def _too_wide(view: View, table: Table) -> str:
    bits = sum(len(word) for word in view.words.values())
    if bits <= MOST_TABLE_BITS:
        return ""
    return f"{table.output} is a table of {bits} bits, more than the {MOST_TABLE_BITS} that are tried"


def tabulated(view: View, table: Table) -> Counterexample | None:
    """Whether an output is its table, for all values of the inputs."""
    nodes = [literal >> 1 for word in view.words.values() for literal in word]
    numbers, low = np.arange(1 << len(nodes)), 0
    given = {}
    for name, word in view.words.items():
        given[name] = (numbers >> low) & ((1 << len(word)) - 1)
        low += len(word)
    wanted = table.function(given).astype(np.int64)
    bits = view.logic.values(view.made[table.output], patterns_of(nodes))
    found = sum(unpacked(word, len(nodes)).astype(np.int64) << i for i, word in enumerate(bits))
    wrong = np.flatnonzero(found != wanted)
    if not len(wrong):
        return None
    at = int(wrong[0])
    return Counterexample(
        table.output, {name: int(values[at]) for name, values in given.items()}, {}, int(found[at]), int(wanted[at])
    )


def _settled(view: View, side: Side, end: float) -> tuple[Way | None, dict[int, int] | None]:
    """How a claim is proven without SAT, or values that refute it."""
    if list(side.found) == list(side.wanted):
        return Way.GATES, None
    support = view.logic.support([*side.found, *side.wanted])
    if len(support) <= MOST_TRIED_BITS:
        witness = _tried(view.logic, side, support)
        return Way.VALUES, _filled(view, witness) if witness else None
    if side.claim.adds and _sums(view, side, end):
        return Way.SUMS, None
    return None, None


def _filled(view: View, witness: Mapping[int, int]) -> dict[int, int]:
    return {literal >> 1: 0 for word in view.words.values() for literal in word} | dict(witness)


def _tried(logic: Logic, side: Side, support: Sequence[int]) -> dict[int, int] | None:
    """All values of a few free variables; the first for which the sides differ."""
    words = logic.values([*side.found, *side.wanted], patterns_of(support))
    half = len(side.found)
    wrong = np.bitwise_or.reduce([x ^ y for x, y in zip(words[:half], words[half:], strict=True)])
    if len(support) < 6:
        wrong = wrong & np.uint64((1 << (1 << len(support))) - 1)
    if not wrong.any():
        return None
    block = int(np.flatnonzero(wrong)[0])
    pattern = 64 * block + (int(wrong[block]) & -int(wrong[block])).bit_length() - 1
    return {node: pattern >> i & 1 for i, node in enumerate(support)}


def _sums(view: View, side: Side, end: float) -> bool:
    """Whether both sides are one sum, in every case of the bits that are fixed in turn."""
    cases = view.nodes(view.specification.cases)
    groups = [frozenset(view.nodes(spans)) for spans in view.specification.operands]
    stack: list[tuple[Logic, list[Literal], list[int], list[frozenset[int]]]]
    stack = [(view.logic, [*side.found, *side.wanted], cases, groups)]
    while stack:
        if time.monotonic() > end:
            return False
        logic, literals, rest, operands = stack.pop()
        support = logic.support(literals)
        split = next((node for node in rest if node in support), None)
        if split is None:
            half = len(literals) // 2
            if not sums_agree(logic, literals[:half], literals[half:], operands):
                return False
            continue
        for value in (0, 1):
            made = Logic()
            given = {node: FALSE ^ value if node == split else made.input() for node in support}
            moved = {node: literal >> 1 for node, literal in given.items() if node != split}
            stack.append(
                (
                    made,
                    logic.rebuilt(literals, given, made),
                    [moved[node] for node in rest if node in moved],
                    [frozenset(moved[node] for node in group if node in moved) for group in operands],
                )
            )
    return True
