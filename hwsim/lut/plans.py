"""How the entries of a table are added up: plans that the model carries out and that give the number of additions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError

MAX_GROUP = 12

Values = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Term:
    """A value of a plan, or its negation: number ``index`` of the group's activations followed by the sums."""

    index: int
    negative: bool = False

    def __neg__(self) -> Term:
        return Term(self.index, not self.negative)


@dataclass(frozen=True, slots=True)
class TablePlan:
    """Additions (or subtractions) of two terms each, in order, and which term each entry of the table is.

    An entry of None is zero. Negations cost nothing: an adder subtracts as well.
    """

    group: int
    additions: tuple[tuple[Term, Term], ...]
    entries: tuple[Term | None, ...]

    def evaluate(self, activations: Sequence[Values], rounding: Callable[[Values], Values]) -> Values:
        """The table of ``group`` arrays of activations of one shape (...): shape (..., entries).

        Every sum is rounded by ``rounding`` when it is made.
        """
        values = list(activations)
        for left, right in self.additions:
            values.append(rounding(_signed(values, left) + _signed(values, right)))
        zero = np.zeros_like(values[0])
        return np.stack([zero if term is None else _signed(values, term) for term in self.entries], axis=-1)


def check_group(group: int) -> None:
    """Raise SpecError unless tables can be made for ``group`` activations."""
    if not 1 <= group <= MAX_GROUP:
        raise SpecError(f"a table is made for 1 to {MAX_GROUP} activations, not for {group}")


@cache
def half_plan(group: int) -> TablePlan:
    """The 2**(group - 1) sums with a negative leading activation, each half of the group summed once and shared.

    Entry w is -A + (+-B) + (+-C) + ..., where bit group - 2 of w (the highest) is 1 for +B, the next for +C, and so on
    (LUT Tensor Core, equation 4). Of the right half all signs are needed, and half of them are negations of the others.
    """
    check_group(group)
    additions: list[tuple[Term, Term]] = []
    entries = _half(0, group, group, additions)
    return TablePlan(group, tuple(additions), tuple(entries))


@cache
def chained_plan(group: int) -> TablePlan:
    """The table of `half_plan` with nothing shared: group - 1 additions for every entry."""
    check_group(group)
    additions: list[tuple[Term, Term]] = []
    entries: list[Term | None] = []
    for word in range(1 << (group - 1)):
        total = Term(0, negative=True)
        for j in range(1, group):
            total = _add(total, Term(j, negative=not word >> (group - 1 - j) & 1), group, additions)
        entries.append(total)
    return TablePlan(group, tuple(additions), tuple(entries))


@cache
def subset_plan(group: int) -> TablePlan:
    """The conventional table of 2**group sums over bits 0 and 1: one addition for each subset of two or more.

    Bit group - 1 (the highest) of an entry's number selects the first activation.
    """
    check_group(group)
    additions: list[tuple[Term, Term]] = []
    entries: list[Term | None] = [None]
    for word in range(1, 1 << group):
        lowest = word & -word
        rest, last = entries[word ^ lowest], Term(group - lowest.bit_length())
        entries.append(last if rest is None else _add(rest, last, group, additions))
    return TablePlan(group, tuple(additions), tuple(entries))


def _half(first: int, end: int, group: int, additions: list[tuple[Term, Term]]) -> list[Term]:
    """Terms of -a[first] +- ... +- a[end - 1], by the bits of the later ones."""
    if end - first == 1:
        return [Term(first, negative=True)]
    middle = (first + end) // 2
    left, right = _half(first, middle, group, additions), _half(middle, end, group, additions)
    both = right + [-term for term in reversed(right)]
    return [_add(one, other, group, additions) for one in left for other in both]


def _add(left: Term, right: Term, group: int, additions: list[tuple[Term, Term]]) -> Term:
    additions.append((left, right))
    return Term(group + len(additions) - 1)


def _signed(values: list[Values], term: Term) -> Values:
    return -values[term.index] if term.negative else values[term.index]
