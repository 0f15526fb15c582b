"""Logic as a graph of ANDs and XORs over inputs, made as small as it is built: equal functions often become one node.

A literal is twice a node's number, plus 1 if it is inverted; literals 0 and 1 are the constants.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

import numpy as np

Literal = int
FALSE: Literal = 0
TRUE: Literal = 1


class Kind(Enum):
    CONSTANT = "constant"
    INPUT = "input"
    AND = "and"
    XOR = "xor"


class Logic:
    """Nodes in topological order: those below a node have lower numbers."""

    def __init__(self) -> None:
        self.kinds = [Kind.CONSTANT]
        self.fanins: list[tuple[Literal, Literal]] = [(0, 0)]
        self._known: dict[tuple[Kind, Literal, Literal], Literal] = {}

    def input(self) -> Literal:
        """A new free variable."""
        return self._node(Kind.INPUT, (0, 0))

    def conjunction(self, x: Literal, y: Literal) -> Literal:
        x, y = min(x, y), max(x, y)
        if x == FALSE or x == y ^ 1:
            return FALSE
        if x in (TRUE, y):
            return y
        return self._hashed(Kind.AND, x, y)

    def exclusive(self, x: Literal, y: Literal) -> Literal:
        inverted = (x ^ y) & 1
        x, y = min(x & ~1, y & ~1), max(x & ~1, y & ~1)
        if x == y:
            return inverted
        if x == FALSE:
            return y ^ inverted
        return self._hashed(Kind.XOR, x, y) ^ inverted

    def either(self, x: Literal, y: Literal) -> Literal:
        return self.conjunction(x ^ 1, y ^ 1) ^ 1

    def choice(self, select: Literal, then: Literal, otherwise: Literal) -> Literal:
        return self.exclusive(otherwise, self.conjunction(select, self.exclusive(then, otherwise)))

    def _hashed(self, kind: Kind, x: Literal, y: Literal) -> Literal:
        key = (kind, x, y)
        if key not in self._known:
            self._known[key] = self._node(kind, (x, y))
        return self._known[key]

    def _node(self, kind: Kind, fanins: tuple[Literal, Literal]) -> Literal:
        self.kinds.append(kind)
        self.fanins.append(fanins)
        return 2 * (len(self.kinds) - 1)

    def cone(self, roots: Iterable[Literal]) -> list[int]:
        """The nodes that ``roots`` depend on, lowest first."""
        wanted = {root >> 1 for root in roots}
        if not wanted:
            return []
        found = []
        for node in range(max(wanted), 0, -1):
            if node in wanted:
                found.append(node)
                if self.kinds[node] in (Kind.AND, Kind.XOR):
                    wanted.update(fanin >> 1 for fanin in self.fanins[node])
        return found[::-1]

    def support(self, roots: Iterable[Literal]) -> list[int]:
        """The inputs that ``roots`` depend on, as nodes."""
        return [node for node in self.cone(roots) if self.kinds[node] is Kind.INPUT]

    def rebuilt(self, roots: Sequence[Literal], given: Mapping[int, Literal], into: Logic) -> list[Literal]:
        """``roots`` in another graph, with a literal of that graph for every input they depend on."""
        made: dict[int, Literal] = {0: FALSE}
        for node in self.cone(roots):
            if self.kinds[node] is Kind.INPUT:
                made[node] = given[node]
            else:
                x, y = (made[fanin >> 1] ^ (fanin & 1) for fanin in self.fanins[node])
                made[node] = into.conjunction(x, y) if self.kinds[node] is Kind.AND else into.exclusive(x, y)
        return [made[root >> 1] ^ (root & 1) for root in roots]

    def values(self, roots: Sequence[Literal], given: Mapping[int, np.ndarray]) -> list[np.ndarray]:
        """Every root for many inputs at once: 64 patterns in each uint64 word of an input's array."""
        shape = next(iter(given.values())).shape if given else (1,)
        ones = np.uint64(0xFFFFFFFFFFFFFFFF)
        made: dict[int, np.ndarray] = {0: np.zeros(shape, np.uint64)}
        for node in self.cone(roots):
            if self.kinds[node] is Kind.INPUT:
                made[node] = given[node]
            else:
                x, y = (made[f >> 1] ^ ones if f & 1 else made[f >> 1] for f in self.fanins[node])
                made[node] = x & y if self.kinds[node] is Kind.AND else x ^ y
        return [made[root >> 1] ^ ones if root & 1 else made[root >> 1] for root in roots]
