"""A few consecutive steps as a problem of their own: what any plan pays there, whatever it does elsewhere.

Restrict a plan to the steps of an excerpt and the buffers that they touch. A buffer with n stays pays n - 1 returns
and, if n > 1 and it has no copy, a write. Its uses within an excerpt are together if every other use must come before
all of them or after all of them; then each excerpt can count the stays within it, less one that may reach in from
before, and the write where it is made. The first stay counts, too, if a step between leaves no room for the buffer.
Where uses are not together nothing is counted: the buffer comes and goes free of charge. So bounds of disjoint excerpts
add. Streams cost what they cost, and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hwsim.residency import Buffer, MemoryGraph, Step
from mapper.residency.indexed import Indexed, bits


@dataclass(frozen=True)
class Excerpt:
    """A graph of its own, and bytes that every plan pays beside its optimum; ``arriving`` is the mask of the buffers
    whose first arrival is among them: what they pay, they owe as they leave, before any step of the excerpt."""

    graph: MemoryGraph
    paid_bytes: int
    arriving: int


@dataclass
class Excerpts:
    """Cuts excerpts out of ``x`` for a scratchpad of ``capacity`` units."""

    x: Indexed
    capacity: int
    tight: dict[int, int] = field(default_factory=dict)
    """size -> steps beside which a buffer of that size has no room"""

    def of(self, first: int, last: int) -> Excerpt:
        """The steps [first, last) of the default order."""
        x, inside = self.x, (1 << last) - (1 << first)
        over = {x.overwritten[step] for step in range(first, last)}  # what has a copy cannot be written over in place
        paid = arriving = 0
        buffers: dict[str, Buffer] = {}
        loose: set[int] = set()
        for b in dict.fromkeys(b for step in range(first, last) for b in (*x.inputs[step], *x.outputs[step])):
            uses = sum(1 << step for step in x.uses[b])
            here, elsewhere = uses & inside, uses & ~inside
            made = first <= x.maker[b] < last
            buffer = x.graph.buffers[x.names[b]]
            if not self._together(here, elsewhere):
                loose.add(b)
                buffer = replace(buffer, handed_out=made, in_dram=not made)
            elif made:
                if not buffer.has_copy and b not in over and self._leaves(b, uses):
                    paid += x.sizes[b]
                    buffer = replace(buffer, handed_out=True)
            else:
                earlier = elsewhere & ((1 << first) - 1)
                if earlier and self._between(b, uses, earlier, here):
                    paid += x.sizes[b]
                    arriving |= 1 << b
                buffer = replace(buffer, in_dram=True)
            buffers[x.names[b]] = buffer
        return Excerpt(self._graph(first, last, buffers, loose), paid * x.unit_bytes, arriving)

    def _together(self, here: int, elsewhere: int) -> bool:
        x = self.x
        before = after = -1
        for step in bits(here):
            before &= x.ancestors[step]
            after &= x.descendants[step]
        return not elsewhere & ~(before | after)

    def _between(self, b: int, uses: int, earlier: int, later: int) -> bool:
        """Whether a step without room for ``b`` must run after all of ``earlier`` and before all of ``later``."""
        x = self.x
        between = self._without_room(x.sizes[b]) & ~uses
        for step in bits(earlier):
            between &= x.descendants[step]
        for step in bits(later):
            between &= x.ancestors[step]
        return bool(between)

    def _leaves(self, b: int, uses: int) -> bool:
        """Whether ``b`` must leave between its maker and some reader."""
        maker = 1 << self.x.maker[b]
        return any(self._between(b, uses, maker, 1 << reader) for reader in self.x.readers[b])

    def _without_room(self, size: int) -> int:
        if size not in self.tight:
            self.tight[size] = sum(1 << s for s, demand in enumerate(self.x.demand) if demand + size > self.capacity)
        return self.tight[size]

    def _graph(self, first: int, last: int, buffers: dict[str, Buffer], loose: set[int]) -> MemoryGraph:
        """What is written over and was made before is forgotten; loose buffers have a name for each reader."""
        x = self.x
        names = {x.names[b] for b in loose}
        own = {name for name, buffer in buffers.items() if not buffer.in_dram}
        steps: list[Step] = []
        found: dict[str, Buffer] = {}
        for step in x.graph.steps[first:last]:
            over = step.in_place
            inputs, in_place = step.inputs, over
            if over is not None and (over[0] not in own or over[0] in names):
                inputs, in_place = tuple(name for name in inputs if name != over[0]), None
            alone = {name: f"{name}@{step.name}" for name in inputs if name in names}
            own_inputs = tuple(alone.get(name, name) for name in inputs)
            steps.append(replace(step, inputs=own_inputs, in_place=in_place))
            found.update((new, Buffer(new, buffers[name].bytes, in_dram=True)) for name, new in alone.items())
            found.update((name, buffers[name]) for name in steps[-1].touched if name not in found)
        return MemoryGraph(x.graph.name, tuple(steps), found)
