"""Order and evictions of graphs of up to some 30 steps by uniform-cost search: lazy, smallest evictions, paid as they
happen with the return that they need. It shares no line with a mapper."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import combinations

import numpy as np

from hwsim.residency import Buffer, MemoryGraph, Step

State = tuple[int, frozenset[str], frozenset[str]]
"""Steps done, live buffers that are out, live buffers within that have a copy."""


def least_bytes(graph: MemoryGraph, budget_bytes: int) -> int:
    """Bytes of the cheapest spills and retrieves; for graphs without copies, work in place or repeats."""
    sizes = {name: buffer.bytes for name, buffer in graph.buffers.items()}
    needed = [sum(1 << maker for maker in before) for before in graph.before]
    queue: list[tuple[int, int, State]] = [(0, 0, (0, frozenset(), frozenset()))]
    seen: set[State] = set()
    pushed = 0
    while queue:
        cost, _, state = heappop(queue)
        if state in seen:
            continue
        seen.add(state)
        done = state[0]
        if done == (1 << len(graph.steps)) - 1:
            return cost
        for index, step in enumerate(graph.steps):
            if not done >> index & 1 and needed[index] & ~done == 0:
                for more, following in _run(graph, budget_bytes, state, index, step, sizes):
                    pushed += 1
                    heappush(queue, (cost + more, pushed, following))
    raise AssertionError("a budget of at least M_R has a schedule")


def _live(graph: MemoryGraph, done: int) -> set[str]:
    made = {name for index, step in enumerate(graph.steps) if done >> index & 1 for name in step.outputs}
    return {name for name in made if any(not done >> reader & 1 for reader in graph.readers[name])}


def _run(
    graph: MemoryGraph, budget: int, state: State, index: int, step: Step, sizes: dict[str, int]
) -> Iterator[tuple[int, State]]:
    done, out, copied = state
    beside = sorted(_live(graph, done) - out - set(step.inputs))
    room = budget - sum(sizes[x] for x in step.touched)
    over = sum(sizes[x] for x in beside) - room
    after = _live(graph, done | 1 << index)
    for victims in _smallest(beside, over, sizes):
        paid = sum(sizes[x] * (1 if x in copied else 2) for x in victims)
        back = {x for x in step.inputs if x in out}
        yield (
            paid,
            (
                done | 1 << index,
                frozenset((out - back | set(victims)) & after),
                frozenset(((copied | back) - set(victims)) & after),
            ),
        )


def _smallest(beside: list[str], over: int, sizes: dict[str, int]) -> Iterator[tuple[str, ...]]:
    """Sets that free ``over`` bytes, of which none is too many."""
    for count in range(len(beside) + 1):
        for chosen in combinations(beside, count):
            freed = sum(sizes[x] for x in chosen)
            if freed >= over and all(freed - sizes[x] < over for x in chosen):
                yield chosen


def layered(seed: int, steps: int, width: int = 4) -> MemoryGraph:
    """A random graph whose steps read one or two of the last few results, and sometimes an older one."""
    rng = np.random.default_rng(seed)
    buffers = {f"x{i}": Buffer(f"x{i}", int(rng.integers(1, 6))) for i in range(steps)}
    made = [Step("s0", (), ("x0",))]
    for i in range(1, steps):
        near = rng.integers(max(0, i - width), i, int(rng.integers(1, 3)))
        old = rng.integers(0, i, 1) if rng.random() < 0.2 else []
        made.append(Step(f"s{i}", tuple(f"x{j}" for j in sorted({*map(int, near), *map(int, old)})), (f"x{i}",)))
    return MemoryGraph(f"layered{seed}", tuple(made), buffers)
