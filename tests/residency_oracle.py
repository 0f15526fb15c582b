"""What the mapper of memory plans is held against: small random memory graphs, and every plan of them by brute force.

The search shares no line and no idea with the mapper: it writes, drops, fetches and runs, one action at a time, in order
of cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import combinations

from hypothesis import strategies as st

from hwsim.residency import Buffer, MemoryGraph, Step

State = tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]
"""Steps done, buffers inside, buffers with a copy in DRAM, buffers that have been inside."""


def cheapest(graph: MemoryGraph, budget_bytes: int) -> int:
    """The least bytes of spills and retrieves of any plan, by trying every one."""
    stored = frozenset(name for name, buffer in graph.buffers.items() if buffer.in_dram)
    start: State = (frozenset(), frozenset(), stored, frozenset())
    heap: list[tuple[int, int, State]] = [(0, 0, start)]
    best = {start: 0}
    count = 0
    while heap:
        cost, _, state = heappop(heap)
        if len(state[0]) == len(graph.steps):
            return cost
        if cost > best[state]:
            continue
        for price, after in _actions(graph, budget_bytes, state):
            if cost + price < best.get(after, 1 << 60):
                best[after] = cost + price
                count += 1
                heappush(heap, (cost + price, count, after))
    raise AssertionError("no plan at all")


def _actions(graph: MemoryGraph, budget_bytes: int, state: State) -> Iterator[tuple[int, State]]:
    done, inside, copies, met = state
    for name in inside:
        yield 0, (done, inside - {name}, copies, met)
        if name not in copies:
            yield graph.buffers[name].bytes, (done, inside, copies | {name}, met)
    for name in copies - inside:
        first = graph.buffers[name].in_dram and name not in met
        yield 0 if first else graph.buffers[name].bytes, (done, inside | {name}, copies, met | {name})
    for step in graph.steps:
        if set(step.inputs) <= inside and (step.name not in done or step.repeatable):
            for made in _made(step, step.name in done):
                if _room(graph, step, inside | made) <= budget_bytes:
                    yield 0, _after(graph, step, state, made)


def _made(step: Step, again: bool) -> Iterator[frozenset[str]]:
    """Results that are kept: all of them the first time."""
    sizes = range(1, len(step.outputs) + 1) if again else (len(step.outputs),)
    for size in sizes:
        yield from map(frozenset, combinations(step.outputs, size))


def _room(graph: MemoryGraph, step: Step, inside: frozenset[str]) -> int:
    shared = graph.buffers[step.in_place[0]].bytes if step.in_place else 0
    return sum(graph.buffers[name].bytes for name in inside) - shared


def _after(graph: MemoryGraph, step: Step, state: State, made: frozenset[str]) -> State:
    done, inside, copies, met = state
    gone = {step.in_place[0]} if step.in_place else set()
    stored = {name for name in made if graph.buffers[name].handed_out}
    return done | {step.name}, (inside | made) - gone, copies | stored, met | made


@st.composite
def memory_graphs(draw: st.DrawFn, most: int = 6, repeatable: bool = False) -> MemoryGraph:
    """Graphs of up to ``most`` steps with buffers of every kind."""
    buffers: dict[str, Buffer] = {}
    steps: list[Step] = []
    for index in range(draw(st.integers(0, 2))):
        buffers[f"w{index}"] = Buffer(f"w{index}", draw(st.integers(1, 4)), in_dram=True)
    for index in range(draw(st.integers(2, most))):
        known = list(buffers)
        inputs = draw(st.lists(st.sampled_from(known), max_size=3, unique=True)) if known else []
        outputs = [f"t{index}"] + ([f"u{index}"] if draw(st.integers(0, 5)) == 0 else [])
        for name in outputs:
            buffers[name] = Buffer(name, draw(st.integers(1, 4)), handed_out=draw(st.integers(0, 5)) == 0)
        again = repeatable and bool(inputs) and draw(st.booleans())
        steps.append(Step(f"s{index}", tuple(inputs), tuple(outputs), repeatable=again))
    return _with_places(draw, steps, buffers)


def _with_places(draw: st.DrawFn, steps: list[Step], buffers: dict[str, Buffer]) -> MemoryGraph:
    """The graph, some of its steps working in place; buffers that nobody touches are left out."""
    readers = {name: [step.name for step in steps if name in step.inputs] for name in buffers}
    made = {name for step in steps for name in step.outputs}
    kept = {name: buffer for name, buffer in buffers.items() if name in made or readers[name]}
    for index, step in enumerate(steps):
        for name in step.inputs:
            result = kept[step.outputs[0]]
            alone = len(readers[name]) == 1 and not kept[name].has_copy and not step.repeatable
            if alone and kept[name].bytes == result.bytes and draw(st.booleans()):
                steps[index] = Step(step.name, step.inputs, step.outputs, (name, result.name))
                break
    return MemoryGraph("random", tuple(steps), kept)
