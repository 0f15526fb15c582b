"""Full and half adders found in logic: a node that is the parity of bits of which another node is the carry.

Cuts of up to three leaves are enumerated with their truth tables, so that it does not matter how an adder is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product as pairs

from rtl.proof.logic import Kind, Literal, Logic

Leaves = tuple[int, ...]
Cuts = dict[Leaves, int]
"""Leaves of a node to its truth table over them: bit p for the pattern p, in which leaf i has bit i of p."""

MOST_CUTS = 12


@dataclass(frozen=True, slots=True)
class Adder:
    """``sum`` + 2 * ``carry`` = the total of ``addends``; all are literals."""

    sum: Literal
    carry: Literal
    addends: tuple[Literal, ...]


def adders_in(logic: Logic, cone: Sequence[int]) -> dict[int, Adder]:
    """An adder for the nodes of ``cone`` that are sums of one, full ones before half ones."""
    sums: dict[Leaves, list[tuple[int, int]]] = {}
    carries: dict[Leaves, list[_Carry]] = {}
    for node, cuts in _cuts(logic, cone).items():
        for leaves, table in cuts.items():
            if (inverted := _parity(len(leaves)).get(table)) is not None:
                sums.setdefault(leaves, []).append((node, inverted))
            elif table in _carry(len(leaves)):
                carries.setdefault(leaves, []).append(_Carry(node, *_carry(len(leaves))[table]))
    found: dict[int, Adder] = {}
    for leaves in sorted(sums.keys() & carries.keys(), key=len):
        for node, inverted in sums[leaves]:
            for carry in sorted(carries[leaves], key=lambda each: sum(each.flips)):
                if node not in _inside(logic, carry.node, leaves):
                    addends = tuple(2 * leaf + flip for leaf, flip in zip(leaves, carry.flips, strict=True))
                    total = 2 * node + ((inverted + sum(carry.flips)) & 1)
                    found[node] = Adder(total, 2 * carry.node + carry.inverted, addends)
                    break
    return found


@dataclass(frozen=True, slots=True)
class _Carry:
    """A node that is the carry of leaves, of which some are inverted."""

    node: int
    flips: tuple[int, ...]
    inverted: int


def _inside(logic: Logic, node: int, leaves: Leaves) -> set[int]:
    """The nodes between ``node`` and the leaves that cut it off."""
    found, stack = set(), [node]
    while stack:
        each = stack.pop()
        if each not in found and each not in leaves:
            found.add(each)
            stack += [fanin >> 1 for fanin in logic.fanins[each]]
    return found


def _cuts(logic: Logic, cone: Sequence[int]) -> dict[int, Cuts]:
    found: dict[int, Cuts] = {}
    for node in cone:
        found[node] = {(node,): 0b10}
        if logic.kinds[node] is not Kind.INPUT:
            left, right = logic.fanins[node]
            for cut in pairs(found[left >> 1].items(), found[right >> 1].items()):
                (x, x_table), (y, y_table) = cut
                leaves = tuple(sorted({*x, *y}))
                if len(leaves) <= 3 and leaves not in found[node] and len(found[node]) < MOST_CUTS:
                    full = (1 << (1 << len(leaves))) - 1
                    one = _widened(x_table, _places(x, leaves), len(leaves)) ^ (full if left & 1 else 0)
                    two = _widened(y_table, _places(y, leaves), len(leaves)) ^ (full if right & 1 else 0)
                    found[node][leaves] = one & two if logic.kinds[node] is Kind.AND else one ^ two
    return found


def _places(of: Leaves, among: Leaves) -> tuple[int, ...]:
    return tuple(among.index(leaf) for leaf in of)


@cache
def _widened(table: int, places: tuple[int, ...], bits: int) -> int:
    """A truth table over more variables, of which it reads those at ``places``."""
    found = 0
    for p in range(1 << bits):
        narrow = sum((p >> place & 1) << i for i, place in enumerate(places))
        found |= (table >> narrow & 1) << p
    return found


@cache
def _parity(bits: int) -> Mapping[int, int]:
    """Truth tables of the parity: to whether it is inverted. Of one bit there is none."""
    if bits < 2:
        return {}
    table = sum((p.bit_count() & 1) << p for p in range(1 << bits))
    return {table: 0, table ^ ((1 << (1 << bits)) - 1): 1}


@cache
def _carry(bits: int) -> Mapping[int, tuple[tuple[int, ...], int]]:
    """Truth tables of carries: to which inputs are inverted, fewest first, and whether the output is."""
    found: dict[int, tuple[tuple[int, ...], int]] = {}
    if bits < 2:
        return found
    for flips in sorted(pairs((0, 1), repeat=bits), key=sum):
        table = 0
        for p in range(1 << bits):
            ones = sum((p >> i & 1) ^ flip for i, flip in enumerate(flips))
            table |= (ones >= 2) << p
        for inverted in (0, 1):
            found.setdefault(table ^ (((1 << (1 << bits)) - 1) if inverted else 0), (flips, inverted))
    return found
