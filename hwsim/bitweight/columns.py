"""Compressor trees column by column: which bits meet in which adder, said once for the gates and for the step model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import starmap
from typing import TypeVar

from hwsim.inventory import Leaf

T = TypeVar("T")
Gate = tuple[int, ...]
"""Places in a column's queue: three bits of a full adder, two of a half adder."""
Stage = tuple[tuple[Gate, ...], ...]
"""The adders of every column, all at work at once."""


class Tree(Enum):
    """How rows are compressed to two: as few adders as each height of Dadda (1965) allows, as many as there are bits
    for (Wallace 1964), or in layers of 4:2 compressors (Weinberger 1981)."""

    DADDA = "dadda"
    WALLACE = "wallace"
    FOUR_TWO = "4-2"

    @property
    def leaf_modes(self) -> dict[str, int]:
        """How a leaf says which it has, if not the default."""
        return {} if self is Tree.DADDA else {"tree": list(Tree).index(self)}

    @classmethod
    def of_leaf(cls, leaf: Leaf) -> Tree:
        """Which tree a leaf has inside."""
        return list(cls)[dict(leaf.parameters).get("tree", 0)]


@dataclass(frozen=True, slots=True)
class Addend:
    """``bits`` bits from column ``low`` up; of a ``signed`` one the top bit counts negatively."""

    low: int
    bits: int
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Bit:
    """Bit ``place`` of an addend, ``inverted`` if it counts negatively; of addend CONSTANT: a one."""

    addend: int
    place: int = 0
    inverted: bool = False


CONSTANT = -1


@dataclass(frozen=True, slots=True)
class ColumnTree:
    """The queues of bits in every column at first, and the stages that leave at most two in each.

    A stage takes the bits of its adders out of the queues; behind what stays come the sums, and then the carries of
    the column below. The carry of the top column is dropped.
    """

    columns: tuple[tuple[Bit, ...], ...]
    stages: tuple[Stage, ...]

    @property
    def width(self) -> int:
        return len(self.columns)

    def lay(self, bit: Callable[[Bit], T], adder: Callable[[Sequence[T]], tuple[T, T]]) -> list[list[T]]:
        """The bits that are left, made by ``adder`` (sum and carry of two or three bits) from those of the addends."""
        columns = [[bit(one) for one in column] for column in self.columns]
        for stage in self.stages:
            columns = advance(columns, stage, adder)
        return columns

    def adders(self, inputs: int) -> int:
        """How many adders have so many inputs: 3 are full adders, 2 half adders."""
        return sum(len(gate) == inputs for stage in self.stages for gates in stage for gate in gates)

    @property
    def heights(self) -> list[int]:
        """How many bits are left in each column."""
        return [len(column) for column in self.lay(lambda _: 0, lambda _: (0, 0))]


def advance(columns: Sequence[Sequence[T]], stage: Stage, adder: Callable[[Sequence[T]], tuple[T, T]]) -> list[list[T]]:
    """The queues after one stage."""
    after, carries = [], list[T]()
    for column, gates in zip(columns, stage, strict=True):
        made = [adder([column[i] for i in gate]) for gate in gates]
        taken = {i for gate in gates for i in gate}
        after.append([one for i, one in enumerate(column) if i not in taken] + [total for total, _ in made] + carries)
        carries = [carry for _, carry in made]
    return after


@lru_cache(maxsize=4096)
def column_tree(addends: tuple[Addend, ...], width: int, tree: Tree = Tree.DADDA) -> ColumnTree:
    """Compress ``addends``, the earliest first, modulo ``2**width``.

    A negative top bit is inverted, and what that is too much is one constant for all (Baugh and Wooley 1973), so that
    no sign is extended. Bits that come early are added first.
    """
    columns: list[list[Bit]] = [[] for _ in range(width)]
    constant = 0
    for i, addend in enumerate(addends):
        for place in range(min(addend.bits, width - addend.low)):
            negative = addend.signed and place == addend.bits - 1
            columns[addend.low + place].append(Bit(i, place, negative))
            constant -= negative << (addend.low + place)
    for place, column in enumerate(columns):
        if constant >> place & 1:
            column.insert(0, Bit(CONSTANT))
    heights, ones = [len(column) for column in columns], [column[:1] == [Bit(CONSTANT)] for column in columns]
    return ColumnTree(tuple(map(tuple, columns)), tuple(_STAGES[tree](heights, ones)))


def _dadda(heights: list[int], ones: list[bool]) -> list[Stage]:
    """Each stage goes to the next of the heights 2, 3, 4, 6, 9, ..., with no adder more than that needs.

    The lowest column, to which no carry comes, goes to one bit, so that a carry row has none there. Where a column
    begins with a one (``ones``), a full adder of it is as small as a half adder, and takes its place.
    """
    targets = [2]
    while targets[-1] < max(heights):
        targets.append(targets[-1] * 3 // 2)
    stages: list[Stage] = []
    for target in reversed(targets[:-1]):
        carries, counts = 0, list[tuple[int, int]]()
        for j, height in enumerate(heights):
            excess = max(0, height + carries - (target if j or target > 2 else 1))
            if excess and j == 0:
                excess = max(1, height // 3 * 2)  # nothing is behind it that could wait
            elif excess == 1 and ones[j] and height > 2:
                excess = 2
            ones[j] = ones[j] and not excess
            counts.append(divmod(excess, 2))
            carries = sum(counts[-1])
        stages.append(tuple(starmap(_in_turn, counts)))
        heights = _heights_after(heights, stages[-1])
    return stages


def _wallace(heights: list[int], ones: list[bool]) -> list[Stage]:
    """Every three bits of a column meet, and two if no third is left."""
    stages: list[Stage] = []
    while max(heights) > 2 or (stages and heights[0] > 1):
        stages.append(tuple(_in_turn(height // 3, int(height % 3 == 2)) for height in heights))
        heights = _heights_after(heights, stages[-1])
    return stages


def _four_two(heights: list[int], ones: list[bool]) -> list[Stage]:
    """Two stages a layer: three of every four bits meet, then their sum, the fourth and the neighbour's carry."""
    stages: list[Stage] = []
    while max(heights) > 2 or (stages and heights[0] > 1):
        stages += _four_two_layer(heights)
        for stage in stages[-2:]:
            heights = _heights_after(heights, stage)
    return stages


def _four_two_layer(heights: list[int]) -> list[Stage]:
    """Bits and carries are called by their group of four; a group leaves two bits in every column."""
    first = tuple(map(_threes, heights))
    queues = advance([[i // 4 for i in range(height)] for height in heights], first, lambda group: (group[0],) * 2)
    second: list[tuple[Gate, ...]] = []
    carried: set[int] = set()
    for column, queue in enumerate(queues):
        of_group = [tuple(i for i, group in enumerate(queue) if group == g) for g in range(-(-max(heights) // 4))]
        # a third bit is a full adder's; a second one has to make room for a carry, and in the lowest column leaves
        gates = {
            g: gate
            for g, gate in enumerate(of_group)
            if len(gate) == 3 or (len(gate) == 2 and (g in carried or column == 0))
        }
        second.append(tuple(gates.values()))
        carried = set(gates)
    return [first, tuple(second)]


def _threes(height: int) -> tuple[Gate, ...]:
    return tuple((i, i + 1, i + 2) for i in range(0, height - 2, 4))


def _in_turn(full: int, half: int) -> tuple[Gate, ...]:
    """Adders that take the front of a queue, full ones first."""
    wide = [(3 * i, 3 * i + 1, 3 * i + 2) for i in range(full)]
    return (*wide, *((3 * full + 2 * i, 3 * full + 2 * i + 1) for i in range(half)))


def _heights_after(heights: Sequence[int], stage: Stage) -> list[int]:
    counted = advance([[0] * height for height in heights], stage, lambda _: (0, 0))
    return [len(column) for column in counted]


_STAGES: dict[Tree, Callable[[list[int], list[bool]], list[Stage]]] = {
    Tree.DADDA: _dadda,
    Tree.WALLACE: _wallace,
    Tree.FOUR_TWO: _four_two,
}
