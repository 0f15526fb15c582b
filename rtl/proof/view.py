"""A leaf and its claims in one graph of logic, over its inputs and registers as free variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from rtl.leaves import build_cell
from rtl.netlist import Cell
from rtl.proof.elaboration import Gates, Word, gates_of
from rtl.proof.exhaustive import packed
from rtl.proof.logic import FALSE, Literal, Logic
from rtl.proof.specification import AFTER, Claim, Span, Specification
from rtl.proof.specifications import SPECIFICATIONS

CLAIMS = "claims"
"""Name of the module of claims."""


@dataclass(frozen=True)
class Side:
    """A claim with the literals of its two sides."""

    claim: Claim
    found: Word
    wanted: Word


@dataclass(frozen=True)
class View:
    """``words`` are the literals of inputs and registers, ``sides`` those of the claims, ``made`` those of outputs and
    next values."""

    specification: Specification
    logic: Logic
    words: Mapping[str, Word]
    made: Mapping[str, Word]
    sides: tuple[Side, ...]

    @property
    def variables(self) -> list[int]:
        """The nodes of all inputs and registers, the lowest bit of the first word first."""
        return [literal >> 1 for word in self.words.values() for literal in word if literal != FALSE]

    def nodes(self, spans: Sequence[Span]) -> list[int]:
        """The free variables of some bits of inputs and registers."""
        words = [self.words[span.name][span.low : span.low + span.bits] for span in spans]
        return [literal >> 1 for word in words for literal in word if literal != FALSE]


def specified(cell: Cell, registers: Sequence[str]) -> Specification:
    """The claims of a leaf's kind."""
    specification = Specification(cell.leaf, registers)
    SPECIFICATIONS[cell.leaf.kind](specification)
    return specification


@dataclass(frozen=True)
class Claimed:
    """The claims of a leaf as gates; None if it has tables alone."""

    specification: Specification
    gates: Gates | None

    @classmethod
    def of(cls, cell: Cell, gates: Gates) -> Claimed:
        """The claims about ports and registers of ``gates``."""
        specification = specified(cell, list(gates.registers))
        if not specification.claims:
            return cls(specification, None)
        units = [build_cell(leaf).text for leaf in specification.lemmas]
        text = "\n".join([specification.text(gates, CLAIMS), *units])
        return cls(specification, gates_of((CLAIMS, text))[0])


def viewed(
    cell: Cell,
    gates: Gates | None = None,
    claimed: Claimed | None = None,
    fixed: Mapping[str, int] = MappingProxyType({}),
) -> View:
    """The view of a leaf; ``gates`` in place of its own are of the same ports and registers, and perhaps of inputs
    more, which ``fixed`` gives their values.

    Bits that the specification lets stay zero are zero in it if they are after every edge before which they were: with
    the reset, which clears them, that is an induction over edges.
    """
    gates = gates_of((cell.name, cell.text))[0] if gates is None else gates
    claimed = Claimed.of(cell, gates) if claimed is None else claimed
    widths = {**gates.inputs, **gates.registers}
    constants = {name: [value >> i & 1 for i in range(widths[name])] for name, value in fixed.items()}
    zeros = {(name, i) for name in claimed.specification.may_stay_zero for i in range(gates.registers[name])}
    while True:
        logic = Logic()
        words: dict[str, Word] = {
            name: [FALSE if (name, i) in zeros else logic.input() for i in range(bits)]
            for name, bits in widths.items()
            if name not in fixed
        }
        outputs, after = gates.laid(logic, {**words, **constants})
        stay = {(name, i) for name, i in zeros if after[name][i] == FALSE}
        if stay == zeros:
            break
        zeros = stay
    made = {**outputs, **{f"{name}{AFTER}": word for name, word in after.items()}}
    return View(claimed.specification, logic, words, made, _sides(claimed, logic, {**words, **constants, **made}))


def _sides(claimed: Claimed, logic: Logic, words: Mapping[str, Word]) -> tuple[Side, ...]:
    if claimed.gates is None:
        return ()
    laid, _ = claimed.gates.laid(logic, words)
    return tuple(
        Side(claim, laid[f"found_{i}"], laid[f"wanted_{i}"]) for i, claim in enumerate(claimed.specification.claims)
    )


def sampled(view: View, blocks: int, seed: int) -> dict[int, np.ndarray]:
    """64 * ``blocks`` values of every input and register, extremes as often as others: the bits of each node."""
    rng, count, found = np.random.default_rng(seed), 64 * blocks, {}
    for word in view.words.values():
        bits = rng.integers(0, 2, (len(word), count), dtype=np.uint8)
        kind = rng.integers(0, 8, count)
        for extreme, (upper, others) in enumerate(((0, 0), (1, 1), (0, 1), (1, 0))):
            bits[:-1, kind == extreme], bits[-1, kind == extreme] = others, upper
        found.update({x >> 1: packed(row) for x, row in zip(word, bits, strict=True) if x != FALSE})
    return found


def values_of(view: View, words: Sequence[Word], given: Mapping[int, int]) -> list[int]:
    """Numbers on words, for one value of every free variable."""
    patterns = {node: np.array([-(value & 1)], np.int64).view(np.uint64) for node, value in given.items()}
    literals: list[Literal] = [literal for word in words for literal in word]
    bits = iter([int(value[0] & np.uint64(1)) for value in view.logic.values(literals, patterns)])
    return [sum(next(bits) << i for i in range(len(word))) for word in words]
