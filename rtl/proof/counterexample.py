"""Operands for which a leaf does not do what is claimed, made as plain as they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rtl.proof.logic import FALSE
from rtl.proof.view import Side, View, sampled, values_of

SAMPLES = 64
"""Blocks of 64 random values."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Unsigned numbers on ``inputs`` and in ``registers`` by name, and what a claim finds and wants there."""

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


def explained(view: View, side: Side, witness: Mapping[int, int]) -> Counterexample | None:
    """The counterexample of values of free variables (0 where none is given): every word and every bit that need not
    be 1 is 0. None if the claim holds there."""
    support = set(view.logic.support([*side.found, *side.wanted]))
    kept = {node: witness.get(node, 0) if node in support else 0 for node in view.variables}
    if not _fails(view, side, kept):
        return None
    words = [[literal >> 1 for literal in word if literal != FALSE] for word in view.words.values()]
    for nodes in [*words, *([node] for node in sorted(support))]:
        plainer = kept | dict.fromkeys(nodes, 0)
        if plainer != kept and _fails(view, side, plainer):
            kept = plainer
    found, wanted = values_of(view, [side.found, side.wanted], kept)
    values = {
        name: sum(kept.get(literal >> 1, 0) << i for i, literal in enumerate(word))
        for name, word in view.words.items()
        if any(literal >> 1 in support for literal in word)
    }
    registers = set(view.specification.registers)
    inputs = {name: value for name, value in values.items() if name not in registers}
    return Counterexample(
        side.claim.name, inputs, {name: values[name] for name in values if name in registers}, found, wanted
    )


def _fails(view: View, side: Side, given: Mapping[int, int]) -> bool:
    found, wanted = values_of(view, [side.found, side.wanted], given)
    return found != wanted
