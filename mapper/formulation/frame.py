"""What a formulation is about: places of an order, the window in which each step and buffer can matter, sizes in units.

A step can run only after all its ancestors and before all its descendants (ASAP and ALAP with one step per place);
a buffer matters only from its maker's first place to its last reader's last (COSMA, section III-F).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import gcd

from hwsim.errors import SpecError
from hwsim.residency import Buffer, MemoryGraph


def refuse_extensions(graph: MemoryGraph) -> None:
    """The published model knows neither in-place work nor recomputation; raises SpecError."""
    for step in graph.steps:
        if step.in_place is not None or step.repeatable:
            what = "works in place" if step.in_place is not None else "may run again"
            raise SpecError(
                f"{graph.name}: step {step.name!r} {what}, which this formulation does not know; "
                "account without in_place and recompute"
            )


def check_order(graph: MemoryGraph, order: tuple[str, ...]) -> None:
    """Raises SpecError unless ``order`` names every step once, each after the makers of what it reads."""
    if sorted(order) != sorted(step.name for step in graph.steps):
        raise SpecError(
            f"{graph.name}: an order names each of the {len(graph.steps)} steps once, and this one does not"
        )
    place = {name: at for at, name in enumerate(order)}
    for step in graph.steps:
        for name in step.inputs:
            maker = graph.maker.get(name)
            if maker is not None and place[graph.steps[maker].name] > place[step.name]:
                raise SpecError(f"{graph.name}: the order runs {step.name!r} before its input {name!r} is made")


@dataclass(frozen=True)
class Frame:
    """``order`` fixes the place of every step; None leaves it free. Sizes and budget are in ``unit_bytes``, the
    greatest common divisor of all sizes. ``narrow``: windows from ancestors and descendants, else every place."""

    graph: MemoryGraph
    budget_bytes: int
    order: tuple[str, ...] | None = None
    narrow: bool = True

    def __post_init__(self) -> None:
        if self.order is not None:
            check_order(self.graph, self.order)

    @property
    def places(self) -> int:
        return len(self.graph.steps)

    @cached_property
    def buffers(self) -> tuple[Buffer, ...]:
        """In the order in which variables are numbered."""
        return tuple(self.graph.buffers.values())

    @cached_property
    def number(self) -> Mapping[str, int]:
        """Place of each buffer in ``buffers``."""
        return {buffer.name: at for at, buffer in enumerate(self.buffers)}

    @cached_property
    def unit_bytes(self) -> int:
        return gcd(*(buffer.bytes for buffer in self.buffers)) or 1

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Of each buffer, in units."""
        return tuple(buffer.bytes // self.unit_bytes for buffer in self.buffers)

    @property
    def budget(self) -> int:
        """In whole units: sums of sizes reach no further."""
        return self.budget_bytes // self.unit_bytes

    @cached_property
    def step_places(self) -> tuple[range, ...]:
        """Places at which each step can run."""
        if self.order is not None:
            place = {name: at for at, name in enumerate(self.order)}
            return tuple(range(place[step.name], place[step.name] + 1) for step in self.graph.steps)
        if not self.narrow:
            return (range(self.places),) * self.places
        before = _reached(self._needs)
        after = _reached(self._feeds, backwards=True)
        return tuple(range(a.bit_count(), self.places - b.bit_count()) for a, b in zip(before, after, strict=True))

    @cached_property
    def needed_places(self) -> tuple[range, ...]:
        """Of each buffer: from the first place at which it can be made or first read to the last use."""
        return tuple(self._needed(buffer) for buffer in self.buffers)

    def _needed(self, buffer: Buffer) -> range:
        readers = [self.step_places[index] for index in self.graph.readers[buffer.name]]
        maker = [self.step_places[self.graph.maker[buffer.name]]] if buffer.name in self.graph.maker else []
        first = min(places[0] for places in (maker or readers))
        return range(first, max(places[-1] for places in maker + readers) + 1)

    @property
    def _needs(self) -> list[list[int]]:
        """Of each step, the steps that make what it reads."""
        maker = self.graph.maker
        return [[maker[name] for name in step.inputs if name in maker] for step in self.graph.steps]

    @property
    def _feeds(self) -> list[list[int]]:
        return [[r for name in step.outputs for r in self.graph.readers[name]] for step in self.graph.steps]


def _reached(edges: list[list[int]], backwards: bool = False) -> list[int]:
    """Of each step, all steps that lie behind its edges, as bits; edges lead to earlier steps, or to later ones."""
    found = [0] * len(edges)
    for index in reversed(range(len(edges))) if backwards else range(len(edges)):
        for other in edges[index]:
            found[index] |= found[other] | 1 << other
    return found
