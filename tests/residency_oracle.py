"""The cheapest way through a memory graph by trying everything: uniform-cost search that shares no line with them."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import combinations

from hypothesis import strategies as st

from hwsim.residency import Buffer, MemoryGraph, Step

State = tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]
"""Steps done, buffers in the scratchpad, copies in DRAM, buffers that were in the scratchpad before."""


def cheapest(graph: MemoryGraph, budget_bytes: int, order: tuple[str, ...] | None = None) -> int | None:
    """Bytes of the cheapest spills and retrieves; None if no order runs. ``order`` allows that order alone."""
    sizes = {name: buffer.bytes for name, buffer in graph.buffers.items()}
    start: State = (frozenset(), frozenset(), frozenset(n for n, b in graph.buffers.items() if b.in_dram), frozenset())
    queue: list[tuple[int, int, State]] = [(0, 0, start)]
    seen: set[State] = set()
    tie = 0
    while queue:
        cost, _, state = heappop(queue)
        if state in seen:
            continue
        seen.add(state)
        if len(state[0]) == len(graph.steps):
            return cost
        for more, following in _moves(graph, budget_bytes, state, sizes, order):
            tie += 1
            heappush(queue, (cost + more, tie, following))
    return None


def _moves(
    graph: MemoryGraph, budget: int, state: State, sizes: dict[str, int], order: tuple[str, ...] | None
) -> Iterator[tuple[int, State]]:
    done, lying, copies, met = state
    made_by = {name: step for step in graph.steps for name in step.outputs}
    for step in graph.steps:
        ready = all(made_by[x].name in done for x in step.inputs if x in made_by)
        if step.name in done or not ready or (order and order[len(done)] != step.name):
            continue
        for kept in _subsets(sorted(lying)):
            for spilled in _subsets(sorted(lying - set(kept) - copies)):
                copied = copies | set(spilled)
                paid = sum(sizes[x] for x in spilled)
                for cost, there in _gathered_with_more(step, made_by, set(kept), copied, met, graph, sizes, done):
                    room = sum(sizes[x] for x in there | set(step.outputs))
                    if step.in_place:
                        room -= sizes[step.in_place[0]]
                    if room <= budget:
                        after = (there | set(step.outputs)) - {step.in_place[0] if step.in_place else ""}
                        stored = {x for x in step.outputs if graph.buffers[x].handed_out}
                        yield paid + cost, (
                            done | {step.name}, frozenset(after), frozenset(copied | stored), met | after,
                        )  # fmt: skip


def _gathered_with_more(
    step: Step,
    made_by: dict[str, Step],
    there: set[str],
    copies: frozenset[str],
    met: frozenset[str],
    graph: MemoryGraph,
    sizes: dict[str, int],
    done: frozenset[str],
) -> Iterator[tuple[int, set[str]]]:
    """The same, and anything else that a step makes again at this place for a later one."""
    again = [x for x, by in made_by.items() if by.repeatable and by.name in done and x not in (*step.inputs, *there)]
    for more in _subsets(again):
        wanted = Step(step.name, (*step.inputs, *more), step.outputs)
        yield from _gathered(wanted, made_by, there, copies, met, graph, sizes)


def _gathered(
    step: Step,
    made_by: dict[str, Step],
    there: set[str],
    copies: frozenset[str],
    met: frozenset[str],
    graph: MemoryGraph,
    sizes: dict[str, int],
) -> Iterator[tuple[int, set[str]]]:
    """Ways to bring what the step reads: fetched from DRAM, or made again with all that this reads."""
    missing = next((x for x in step.inputs if x not in there), None)
    if missing is None:
        yield 0, there
        return
    if missing in copies:
        first = graph.buffers[missing].in_dram and missing not in met
        for cost, found in _gathered(step, made_by, there | {missing}, copies, met, graph, sizes):
            yield cost + (0 if first else sizes[missing]), found
    if missing in made_by and made_by[missing].repeatable:
        for cost, between in _gathered(made_by[missing], made_by, there, copies, met, graph, sizes):
            for more, found in _gathered(step, made_by, between | {missing}, copies, met, graph, sizes):
                yield cost + more, found


def _subsets(items: list[str]) -> Iterator[tuple[str, ...]]:
    for count in range(len(items) + 1):
        yield from combinations(items, count)


@st.composite
def memory_graphs(draw: st.DrawFn, most: int = 7, recompute: bool = True, in_place: bool = True) -> MemoryGraph:
    """Small graphs with inputs in DRAM, results handed out, several outputs, work in place and repeatable steps."""
    count = draw(st.integers(4, most))
    buffers: dict[str, Buffer] = {}
    if draw(st.booleans()):
        buffers["given"] = Buffer("given", draw(st.integers(1, 6)), in_dram=True)
    reads: list[list[str]] = []
    makes: list[list[str]] = []
    for index in range(count):
        names = sorted(buffers)
        fresh = [name for name in names if not any(name in read for read in reads)]
        if index == count - 1:  # what nobody read waits until the end
            reads.append(fresh[:3] or names[:1])
        elif names and draw(st.integers(0, 3)):
            reads.append(draw(st.lists(st.sampled_from(names[:2] + names), min_size=1, max_size=2, unique=True)))
        else:
            reads.append([])
        outputs = [f"x{index}"] + ([f"y{index}"] if draw(st.integers(0, 5)) == 0 else [])
        for name in outputs:
            buffers[name] = Buffer(
                name, draw(st.sampled_from((1, 2, 2, 4, 5))), handed_out=draw(st.integers(0, 4)) == 0
            )
        makes.append(outputs)
    if "given" in buffers and not any("given" in read for read in reads):
        del buffers["given"]
    readers = {name: sum(name in read for read in reads) for name in buffers}
    steps = []
    for index in range(count):
        pair = None
        for source in reads[index] if in_place and draw(st.booleans()) else []:
            result = makes[index][0]
            if readers[source] == 1 and buffers[source].bytes == buffers[result].bytes:
                pair = (source, result)
                break
        repeat = recompute and bool(reads[index]) and pair is None and draw(st.booleans())
        steps.append(Step(f"s{index}", tuple(reads[index]), tuple(makes[index]), pair, repeat))
    return MemoryGraph("small", tuple(steps), buffers)
