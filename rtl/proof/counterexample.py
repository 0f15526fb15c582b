"""Operands for which a leaf does not do what is claimed, made as plain as they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rtl.proof.view import Side, View, sampled, values_of

SAMPLES = 64
"""Blocks of 64 random values."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Numbers on ``inputs`` and in ``registers`` by name (unsigned patterns), and what a claim finds and wants there."""

    claim: str
    inputs: Mapping[str, int]
    registers: Mapping[str, int]
    found: int
    wanted: int

    def __str__(self) -> str:
        ports = ", ".join(f"{name} = {value}" for name, value in self.inputs.items())
        state = ", ".join(f"{name} = {value}" for name, value in self.registers.items())
        with_state = f", registers {state}" if state else ""
        return f"{self.claim} is {self.found}, not {self.wanted}, with {ports or 'no inputs'}{with_state}"

    @property
    def facts(self) -> Mapping[str, Any]:
        return {
            "claim": self.claim,
            "inputs": dict(self.inputs),
            "registers": dict(self.registers),
            "found": self.found,
            "wanted": self.wanted,
        }

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> Counterexample:
        return cls(**facts)


def searched(view: View, seed: int = 0) -> tuple[Side, dict[int, int]] | None:
    """A claim that fails for random values of all free variables, and the first such values."""
    sides = [side for side in view.sides if list(side.found) != list(side.wanted)]
    if not sides:
        return None
    patterns = sampled(view, SAMPLES, seed)
    literals = [literal for side in sides for literal in (*side.found, *side.wanted)]
    made = iter(view.logic.values(literals, patterns))
    for side in sides:
        found, wanted = ([next(made) for _ in word] for word in (side.found, side.wanted))
        wrong = np.bitwise_or.reduce([x ^ y for x, y in zip(found, wanted, strict=True)])
        if wrong.any():
            block = int(np.flatnonzero(wrong)[0])
            place = (int(wrong[block]) & -int(wrong[block])).bit_length() - 1
            return side, {node: int(bits[block]) >> place & 1 for node, bits in patterns.items()}
    return None


def explained(view: View, side: Side, given: Mapping[int, int]) -> Counterexample:
    """The counterexample of values: every word that does not matter is zero, and so is every bit."""
    kept = dict(given)
    support = set(view.logic.support([*side.found, *side.wanted]))
    kept |= {node: 0 for node in kept if node not in support}
    for nodes in [*([literal >> 1 for literal in word] for word in view.words.values()), *([n] for n in sorted(support))]:
        plainer = kept | dict.fromkeys(nodes, 0)
        if plainer != kept and _fails(view, side, plainer):
            kept = plainer
    found, wanted = values_of(view, [side.found, side.wanted], kept)
    assert found != wanted  # a witness is simulated before it is believed
    numbers = {name: sum(kept[literal >> 1] << i for i, literal in enumerate(word)) for name, word in view.words.items()}
    registers = set(view.specification.registers)
    used = {name: value for name, value in numbers.items() if not support.isdisjoint(l >> 1 for l in view.words[name])}
    return Counterexample(
        side.claim.name,
        {name: value for name, value in used.items() if name not in registers},
        {name: value for name, value in used.items() if name in registers},
        found,
        wanted,
    )


def _fails(view: View, side: Side, given: Mapping[int, int]) -> bool:
    found, wanted = values_of(view, [side.found, side.wanted], given)
    return found != wanted
