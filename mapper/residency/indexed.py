"""A memory graph in integers: places instead of names, sets of steps as bit masks, sizes divided by their gcd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import gcd

from hwsim.residency import MemoryGraph


@dataclass(frozen=True)
class Indexed:
    """``graph`` with steps and buffers by place; ``sizes`` in units of ``unit_bytes``. ``chained``: the default order
    is the only one."""

    graph: MemoryGraph
    chained: bool = False

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Buffers that any step touches, in the order of the graph."""
        return tuple(name for name in self.graph.buffers if name in self.graph.maker or self.graph.readers[name])

    @cached_property
    def place(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.names)}

    @cached_property
    def unit_bytes(self) -> int:
        return gcd(*(self.graph.buffers[name].bytes for name in self.names)) or 1

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        return tuple(self.graph.buffers[name].bytes // self.unit_bytes for name in self.names)

    @cached_property
    def copied(self) -> tuple[bool, ...]:
        """Whether an eviction costs no write."""
        return tuple(self.graph.buffers[name].has_copy for name in self.names)

    @cached_property
    def maker(self) -> tuple[int, ...]:
        """The step that makes each buffer; -1 for what lies in DRAM."""
        return tuple(self.graph.maker.get(name, -1) for name in self.names)

    @cached_property
    def readers(self) -> tuple[tuple[int, ...], ...]:
        return tuple(self.graph.readers[name] for name in self.names)

    @cached_property
    def uses(self) -> tuple[tuple[int, ...], ...]:
        """The steps that touch each buffer, its maker first."""
        return tuple((m, *r) if m >= 0 else r for m, r in zip(self.maker, self.readers, strict=True))

    @cached_property
    def inputs(self) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(self.place[x] for x in dict.fromkeys(step.inputs)) for step in self.graph.steps)

    @cached_property
    def outputs(self) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(self.place[x] for x in step.outputs) for step in self.graph.steps)

    @cached_property
    def overwritten(self) -> tuple[int, ...]:
        """The buffer that each step writes over in place; -1 for none."""
        return tuple(self.place[step.in_place[0]] if step.in_place else -1 for step in self.graph.steps)

    @cached_property
    def demand(self) -> tuple[int, ...]:
        """Units that lie in the scratchpad while each step runs alone."""
        return tuple(self.graph.working_set(step) // self.unit_bytes for step in self.graph.steps)

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self.graph.steps)

    @cached_property
    def predecessors(self) -> tuple[tuple[int, ...], ...]:
        """The steps that each step must follow at once, and the one before it if the order is given."""
        found = []
        for step, before in enumerate(self.graph.before):
            found.append(tuple(sorted(before | {step - 1} if self.chained and step else before)))
        return tuple(found)

    @cached_property
    def ancestors(self) -> tuple[int, ...]:
        """The mask of all steps that must run before each step."""
        found: list[int] = []
        for before in self.predecessors:
            mask = 0
            for step in before:
                mask |= found[step] | 1 << step
            found.append(mask)
        return tuple(found)

    @cached_property
    def descendants(self) -> tuple[int, ...]:
        """The mask of all steps that must run after each step."""
        found = [0] * self.count
        for step in reversed(range(self.count)):
            for before in self.predecessors[step]:
                found[before] |= found[step] | 1 << step
        return tuple(found)

    @cached_property
    def window(self) -> tuple[tuple[int, int], ...]:
        """First and last place that each step can have in any order."""
        return tuple(
            (before.bit_count(), self.count - 1 - after.bit_count())
            for before, after in zip(self.ancestors, self.descendants, strict=True)
        )

    @cached_property
    def pinned(self) -> tuple[int, ...]:
        """Steps that every other step must precede or follow: their place is the same in every order."""
        return tuple(step for step, (low, high) in enumerate(self.window) if low == high)

    def capacity(self, budget_bytes: int) -> int:
        """How many whole units ``budget_bytes`` hold."""
        return budget_bytes // self.unit_bytes


def bits(mask: int) -> Iterator[int]:
    """Places of the ones in ``mask``."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
