"""Sums compared as polynomials over bits, modulo a power of two: backward rewriting from the bits of a word.

Starting from the sum of 2**i times bit i, a gate's output is replaced by a polynomial of its inputs, highest gate first
(Ciesielski et al., "Verification of gate-level arithmetic circuits by function extraction", DAC 2015). Products of an
adder's bits vanish as soon as its sum and its carry are both replaced, so that layers of full adders and ripple carries
leave what is linear. Gates of few operands are not opened: what remains over them is added up for all their values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush

import numpy as np

from rtl.proof.adders import Adder, adders_in
from rtl.proof.exhaustive import patterns_of, unpacked
from rtl.proof.logic import Kind, Literal, Logic

Monomial = frozenset[int]
"""Nodes that are multiplied; the empty one is 1."""

MOST_TERMS = 20_000
"""More than this and the logic is no tree of adders."""

MOST_OPERAND_BITS = 20


class Polynomial:
    """Coefficients modulo 2**bits of products of nodes, with an index from nodes to the products they stand in."""

    def __init__(self, bits: int) -> None:
        self.modulus = 1 << bits
        self.terms: dict[Monomial, int] = {}
        self._with: dict[int, set[Monomial]] = defaultdict(set)

    def add(self, monomial: Monomial, coefficient: int) -> None:
        total = (self.terms.get(monomial, 0) + coefficient) % self.modulus
        if total:
            if monomial not in self.terms:
                for node in monomial:
                    self._with[node].add(monomial)
            self.terms[monomial] = total
        elif monomial in self.terms:
            del self.terms[monomial]
            for node in monomial:
                self._with[node].discard(monomial)

    def replace(self, node: int, by: Sequence[tuple[Monomial, int]]) -> None:
        for monomial in list(self._with.pop(node, ())):
            coefficient = self.terms[monomial]
            self.add(monomial, -coefficient)
            rest = monomial - {node}
            for factor, weight in by:
                self.add(rest | factor, coefficient * weight)

    def has(self, node: int) -> bool:
        return bool(self._with.get(node))


def add_literal(polynomial: Polynomial, literal: Literal, weight: int) -> None:
    """``weight`` times a literal: 1 minus the node where it is inverted."""
    for monomial, coefficient in _of_literal(literal):
        polynomial.add(monomial, weight * coefficient)


def _of_literal(literal: Literal) -> list[tuple[Monomial, int]]:
    if literal < 2:
        return [(frozenset(), 1)] if literal else []
    node = frozenset({literal >> 1})
    return [(frozenset(), 1), (node, -1)] if literal & 1 else [(node, 1)]


def _of_gate(logic: Logic, node: int) -> list[tuple[Monomial, int]]:
    """The polynomial of a gate in its inputs."""
    left, right = (_of_literal(fanin) for fanin in logic.fanins[node])
    both = [(x | y, c * d) for x, c in left for y, d in right]
    return both if logic.kinds[node] is Kind.AND else [*left, *right, *((m, -2 * c) for m, c in both)]


def sums_agree(
    logic: Logic, left: Sequence[Literal], right: Sequence[Literal], operands: Sequence[frozenset[int]]
) -> bool:
    """Whether two words are equal modulo 2**len(left) for all inputs; False where this way does not tell.

    ``operands`` are groups of inputs that are multiplied or selected by each other, not added as they are: nodes that
    depend on one group alone stay closed.
    """
    difference = Polynomial(len(left))
    for place, (x, y) in enumerate(zip(left, right, strict=True)):
        add_literal(difference, x, 1 << place)
        add_literal(difference, y, -(1 << place))
    cone = logic.cone([*left, *right])
    closed = _closed(logic, cone, operands)
    adders = adders_in(logic, cone)
    for node in _order(logic, cone, adders):
        if node not in closed and difference.has(node):
            adder = adders.get(node)
            difference.replace(node, _of_sum(adder) if adder else _of_gate(logic, node))
            if len(difference.terms) > MOST_TERMS:
                return False
    return _vanishes(logic, difference, closed)


def _order(logic: Logic, cone: Sequence[int], adders: Mapping[int, Adder]) -> list[int]:
    """Gates, each before what it is replaced by (an adder's sum before its carry); of those that may come the
    shallowest, so that all of an adder is opened before the long chain that carries into it."""
    below = {node: _replaced_by(logic, node, adders) for node in cone if logic.kinds[node] is not Kind.INPUT}
    users, depths = dict.fromkeys(below, 0), _depths(below)
    for nodes in below.values():
        for node in nodes & below.keys():
            users[node] += 1
    ready = [(depths[node], node) for node, count in users.items() if not count]
    heapify(ready)
    order = []
    while ready:
        _, node = heappop(ready)
        order.append(node)
        for other in below[node] & below.keys():
            users[other] -= 1
            if not users[other]:
                heappush(ready, (depths[other], other))
    return order


def _replaced_by(logic: Logic, node: int, adders: Mapping[int, Adder]) -> set[int]:
    literals = list(logic.fanins[node])
    if node in adders:
        literals += [adders[node].carry, *adders[node].addends]
    return {literal >> 1 for literal in literals}


def _depths(below: Mapping[int, set[int]]) -> dict[int, int]:
    """How many gates lie below each, one below the other."""
    depths: dict[int, int] = {}
    for root in below:
        stack = [root]
        while stack:
            waiting = [node for node in below[stack[-1]] & below.keys() if node not in depths]
            if waiting:
                stack += waiting
            else:
                node = stack.pop()
                depths[node] = 1 + max((depths[other] for other in below[node] & below.keys()), default=0)
    return depths


def _of_sum(adder: Adder) -> list[tuple[Monomial, int]]:
    """The node of an adder's sum: its addends less twice its carry."""
    total = [term for addend in adder.addends for term in _of_literal(addend)]
    total += [(monomial, -2 * weight) for monomial, weight in _of_literal(adder.carry)]
    if adder.sum & 1:
        return [(frozenset(), 1), *((monomial, -weight) for monomial, weight in total)]
    return total


def _closed(logic: Logic, cone: Sequence[int], operands: Sequence[frozenset[int]]) -> dict[int, frozenset[int]]:
    """Nodes that depend on inputs of one group alone: node to inputs."""
    group_of = {node: i for i, group in enumerate(operands) for node in group}
    found: dict[int, frozenset[int]] = {}
    for node in cone:
        if node in group_of:
            found[node] = frozenset({node})
        elif logic.kinds[node] is not Kind.INPUT:
            fanins = [fanin >> 1 for fanin in logic.fanins[node]]
            if all(fanin in found for fanin in fanins):
                inputs = frozenset().union(*(found[fanin] for fanin in fanins))
                if len({group_of[each] for each in inputs}) <= 1:
                    found[node] = inputs
    return found


def _vanishes(logic: Logic, rest: Polynomial, closed: Mapping[int, frozenset[int]]) -> bool:
    """Whether what is left is 0 for all inputs: groups of terms that share operands are constants of sum 0."""
    total, groups = 0, _groups(rest, closed)
    if groups is None:
        return False
    for inputs, terms in groups:
        values = _values(logic, inputs, terms, rest.modulus)
        if values is None or np.any(values != values[0]):
            return False
        total += int(values[0])
    return (total + rest.terms.get(frozenset(), 0)) % rest.modulus == 0


Group = tuple[frozenset[int], list[tuple[Monomial, int]]]


def _groups(rest: Polynomial, closed: Mapping[int, frozenset[int]]) -> list[Group] | None:
    groups: list[Group] = []
    for monomial, coefficient in rest.terms.items():
        if not monomial:
            continue
        if any(node not in closed for node in monomial):
            return None
        inputs, terms = frozenset().union(*(closed[node] for node in monomial)), [(monomial, coefficient)]
        apart = []
        for group in groups:
            if group[0] & inputs:
                inputs, terms = inputs | group[0], terms + group[1]
            else:
                apart.append(group)
        groups = [*apart, (inputs, terms)]
    return groups


def _values(logic: Logic, inputs: frozenset[int], terms: list[tuple[Monomial, int]], modulus: int) -> np.ndarray | None:
    """The sum of ``terms`` for all values of ``inputs``, modulo 2**64 or less; None if there are too many."""
    if len(inputs) > MOST_OPERAND_BITS or modulus > 1 << 64:
        return None
    nodes = sorted({node for monomial, _ in terms for node in monomial})
    patterns = patterns_of(sorted(inputs))
    made = dict(zip(nodes, logic.values([2 * node for node in nodes], patterns), strict=True))
    total = np.zeros(1 << len(inputs), np.uint64)
    for monomial, coefficient in terms:
        product = np.bitwise_and.reduce([made[node] for node in sorted(monomial)])
        total += unpacked(product, len(inputs)).astype(np.uint64) * np.uint64(coefficient)
    return total % np.uint64(modulus) if modulus < 1 << 64 else total
