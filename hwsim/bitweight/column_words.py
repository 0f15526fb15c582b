"""A compressor tree on words: all columns of an adder at once, so that the step model has the gates' very bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from hwsim.bitweight.columns import CONSTANT, Addend, ColumnTree, Gate, Stage, Tree, advance, column_tree
from hwsim.bitweight.words import Row, Rows, wrap

Route = tuple[tuple[int, np.int64], ...]
"""Where the bits of a word come from: the number of a word, and the columns that it gives."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One stage: its adders, each of the words at its places in the queues, and what the queues hold afterwards.

    Word r has the r-th bit of every queue; behind the last one come the sums and carries of the adders.
    """

    adders: tuple[Gate, ...]
    queues: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    signs: tuple[np.int64, ...]
    queues: tuple[Route, ...]
    steps: tuple[_Step, ...]
    left: tuple[np.int64, ...]


def compress_addends(rows: Sequence[Row], addends: tuple[Addend, ...], bits: int, tree: Tree = Tree.DADDA) -> Rows:
    """Sum and carry of ``rows`` (of shapes that broadcast), modulo ``2**bits``.

    Of a row its addend's bits count, from the lowest: the lowest three of the row of ``Addend(2, 3)`` are worth 4, 8
    and 16.
    """
    plan = _compiled(addends, bits, tree)
    shape = np.broadcast_shapes(*map(np.shape, rows))
    words: list[Row] = [
        np.asarray(row, np.int64) << addend.low ^ sign
        for row, addend, sign in zip(rows, addends, plan.signs, strict=True)
    ]
    words = [_gathered([*words, ALL_ONES], route) for route in plan.queues]
    for step in plan.steps:
        made = [word for gate in step.adders for word in _added([words[place] for place in gate])]
        words = [_gathered([*words, *made], route) for route in step.queues]
    left = [wrap(word & mask, bits) for word, mask in zip(words, plan.left, strict=True)]
    total, carry = (*left, ZERO, ZERO)[:2]
    return np.broadcast_to(total, shape), np.broadcast_to(carry, shape)


ALL_ONES, ZERO = np.array(-1), np.array(0)


def _gathered(words: Sequence[Row], route: Route) -> Row:
    """Of one source the whole word will do: bits of a column that has none there are gathered by nobody."""
    (first, mask), *rest = route
    if not rest:
        return words[first]
    word = words[first] & mask
    for source, columns in rest:
        word = word | (words[source] & columns)
    return word


def _added(bits: Sequence[Row]) -> Rows:
    """Sums of all columns, and carries, one place up."""
    x, y, *third = bits
    half = x ^ y
    if not third:
        return half, (x & y) << 1
    return half ^ third[0], ((x & y) | (half & third[0])) << 1


@lru_cache(maxsize=1024)
def _compiled(addends: tuple[Addend, ...], bits: int, tree: Tree) -> _Plan:
    plan = column_tree(addends, bits, tree)
    columns = [[len(addends) if bit.addend == CONSTANT else bit.addend for bit in column] for column in plan.columns]
    steps, heights = [], [len(column) for column in columns]
    for stage in plan.stages:
        step, heights = _step(stage, heights)
        steps.append(step)
    left = [_mask([j for j, height in enumerate(heights) if height > place]) for place in range(max(heights))]
    return _Plan(_signs(plan, len(addends)), _routes(columns), tuple(steps), tuple(left))


def _signs(plan: ColumnTree, addends: int) -> tuple[np.int64, ...]:
    """The columns in which an addend's bit is inverted."""
    inverted = [(bit.addend, j) for j, column in enumerate(plan.columns) for bit in column if bit.inverted]
    return tuple(_mask([j for addend, j in inverted if addend == i]) for i in range(addends))


def _step(stage: Stage, heights: list[int]) -> tuple[_Step, list[int]]:
    """The stage on words, and the heights after it."""
    words, adders = max(heights), dict[Gate, int]()

    def numbers(places: Sequence[int]) -> tuple[int, int]:
        made = words + 2 * adders.setdefault(tuple(places), len(adders))
        return made, made + 1

    queues = advance([range(height) for height in heights], stage, numbers)
    return _Step(tuple(adders), _routes(queues)), [len(queue) for queue in queues]


def _routes(queues: Sequence[Sequence[int]]) -> tuple[Route, ...]:
    """For each place in the queues, which source gives it in which columns."""
    routes = []
    for place in range(max(map(len, queues))):
        sources = {j: queue[place] for j, queue in enumerate(queues) if len(queue) > place}
        columns = {source: [j for j in sources if sources[j] == source] for source in sources.values()}
        routes.append(tuple((source, _mask(js)) for source, js in columns.items()))
    return tuple(routes)


def _mask(columns: Sequence[int]) -> np.int64:
    """A word with these bits, of 64 in two's complement."""
    return np.int64(np.uint64(sum(1 << j for j in columns)).astype(np.int64))
