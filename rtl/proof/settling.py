"""The ways in which a claim or a table is settled, for all values of what it depends on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from rtl.proof.algebra import sums_agree
from rtl.proof.checking import check
from rtl.proof.counterexample import Counterexample, explained
from rtl.proof.exhaustive import patterns_of, unpacked
from rtl.proof.logic import Literal, Logic
from rtl.proof.specification import MOST_TABLE_BITS, Table
from rtl.proof.view import Side, View

MOST_TRIED_BITS = 18
"""Claims of no more free variables are tried for all their values."""


class Way(Enum):
    """How a claim was settled: both sides are the same gates, all values were tried, both are the same polynomial, SAT
    sweeping."""

    GATES = "gates"
    VALUES = "values"
    SUMS = "sums"
    SAT = "sat"


@dataclass(frozen=True, slots=True)
class Settled:
    """Proven in a way, or refuted, or neither and why."""

    way: Way | None
    counterexample: Counterexample | None = None
    why: str = ""


OPEN = Settled(None, why="time was up")


def by_table(view: View, table: Table) -> Settled:
    """Whether an output is its table, for all values of the inputs."""
    nodes = view.variables
    if len(nodes) > MOST_TABLE_BITS:
        why = f"{table.output} is a table of {len(nodes)} bits, more than the {MOST_TABLE_BITS} that are tried"
        return Settled(None, why=why)
    numbers, low = np.arange(1 << len(nodes)), 0
    given = {}
    for name, word in view.words.items():
        given[name] = (numbers >> low) & ((1 << len(word)) - 1)
        low += len(word)
    wanted = table.function(given).astype(np.int64)
    bits = view.logic.values(view.made[table.output], patterns_of(nodes))
    found = np.zeros(1 << len(nodes), np.int64)
    for i, words in enumerate(bits):
        found |= unpacked(words, len(nodes)).astype(np.int64) << i
    wrong = np.flatnonzero(found != wanted)
    if not len(wrong):
        return Settled(Way.VALUES)
    inputs = {name: int(values[wrong[0]]) for name, values in given.items()}
    return Settled(None, Counterexample(table.output, inputs, {}, int(found[wrong[0]]), int(wanted[wrong[0]])))


def without_sat(view: View, side: Side, end: float) -> Settled:
    """By what takes little time; until ``end`` on the monotonic clock."""
    if list(side.found) == list(side.wanted):
        return Settled(Way.GATES)
    support = view.logic.support([*side.found, *side.wanted])
    if len(support) <= MOST_TRIED_BITS:
        witness = _tried(view.logic, side, support)
        return Settled(None, explained(view, side, witness)) if witness else Settled(Way.VALUES)
    if side.claim.adds and _are_sums(view, side, end):
        return Settled(Way.SUMS)
    return OPEN


def by_sat(view: View, side: Side, end: float) -> Settled:
    """By SAT sweeping, one by one in the cases that the specification names."""
    for case in _cases(view, side, [] if side.claim.adds else view.nodes(view.specification.cases)):
        half = len(case.literals) // 2
        found, wanted = case.literals[:half], case.literals[half:]
        if found == wanted:
            continue
        left = end - time.monotonic()
        checked = check(case.logic, found, wanted, left) if left > 0 else None
        if checked is None or checked.equal is None:
            return OPEN
        if checked.witness is not None:
            values = {
                node: literal if literal < 2 else checked.witness.get(literal >> 1, 0)
                for node, literal in case.given.items()
            }
            refuted = explained(view, side, values)
            assert refuted is not None  # ABC's values are simulated before they are believed
            return Settled(None, refuted)
    return Settled(Way.SAT)


@dataclass(frozen=True)
class Case:
    """Both sides of a claim with some inputs fixed: ``given`` has the literal of every input that the claim reads."""

    logic: Logic
    literals: Sequence[Literal]
    given: Mapping[int, Literal]


def _cases(view: View, side: Side, split: Sequence[int]) -> Iterator[Case]:
    """A claim in all cases of the inputs ``split`` (nodes), as far as it depends on them."""
    literals = [*side.found, *side.wanted]
    stack = [Case(view.logic, literals, {node: 2 * node for node in view.logic.support(literals)})]
    while stack:
        case = stack.pop()
        support = set(case.logic.support(case.literals))
        node = next((n for n in split if n in case.given and case.given[n] >> 1 in support), None)
        if node is None:
            yield case
            continue
        for value in (1, 0):
            made = Logic()
            fixed = case.given[node] >> 1
            moved = {each: value if each == fixed else made.input() for each in sorted(support)}
            given = {n: moved.get(x >> 1, x if x < 2 else 0) for n, x in case.given.items()}
            stack.append(Case(made, case.logic.rebuilt(case.literals, moved, made), given))


def _are_sums(view: View, side: Side, end: float) -> bool:
    """Whether both sides are one sum, in every case of the bits that are fixed in turn."""
    groups = [view.nodes(spans) for spans in view.specification.operands]
    for case in _cases(view, side, view.nodes(view.specification.cases)):
        operands = [frozenset(case.given[n] >> 1 for n in group if case.given.get(n, 0) > 1) for group in groups]
        half = len(case.literals) // 2
        if time.monotonic() > end or not sums_agree(case.logic, case.literals[:half], case.literals[half:], operands):
            return False
    return True


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
