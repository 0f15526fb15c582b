"""Random small memory graphs, and their optimum by trying every order and every set of gaps given up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise, permutations

from hypothesis import strategies as st

from hwsim.residency import Buffer, MemoryGraph, Step
from mapper.residency.schedule import Run, Schedule, keep_all


@st.composite
def memory_graphs(draw: st.DrawFn, max_steps: int = 4, in_place: bool = False) -> MemoryGraph:
    """Up to ``max_steps`` steps with 0 to 2 outputs, inputs from DRAM, buffers handed out."""
    unit = draw(st.sampled_from([1, 7, 32]))
    size = st.integers(1, 4)
    loaded = [Buffer(f"in{i}", draw(size) * unit, in_dram=True) for i in range(draw(st.integers(0, 2)))]
    buffers = {buffer.name: buffer for buffer in loaded}
    steps: list[Step] = []
    for at in range(draw(st.integers(1, max_steps))):
        known = sorted(buffers)
        inputs = draw(st.lists(st.sampled_from(known), max_size=3, unique=True)) if known else []
        outputs = [f"t{at}{'ab'[i]}" for i in range(draw(st.sampled_from([0, 1, 1, 1, 2])))]
        for name in outputs:
            buffers[name] = Buffer(name, draw(size) * unit, handed_out=draw(st.integers(0, 3)) == 0)
        steps.append(Step(f"s{at}", tuple(inputs), tuple(outputs)))
    touched = {name for step in steps for name in step.touched}
    graph = MemoryGraph("small", tuple(steps), {name: x for name, x in buffers.items() if name in touched})
    return _worked_in_place(graph) if in_place else graph


def _worked_in_place(graph: MemoryGraph) -> MemoryGraph:
    """Every step that can overwrite an input does; its first output takes the input's size."""
    steps, buffers = [], dict(graph.buffers)
    for index, step in enumerate(graph.steps):
        own = [x for x in step.inputs if graph.readers[x] == (index,) and not graph.buffers[x].has_copy]
        pair = (own[0], step.outputs[0]) if own and step.outputs else None
        if pair:
            old = buffers[pair[1]]
            buffers[pair[1]] = Buffer(old.name, buffers[pair[0]].bytes, handed_out=old.handed_out)
        steps.append(Step(step.name, step.inputs, step.outputs, pair))
    return MemoryGraph(graph.name, tuple(steps), buffers)


def budgets(graph: MemoryGraph) -> st.SearchStrategy[int]:
    """From the least that runs to what the default order needs."""
    return st.integers(graph.least_budget, max(graph.least_budget, keep_all(graph).peak_bytes))


def orders(graph: MemoryGraph) -> Iterator[tuple[str, ...]]:
    """Every order that can run."""
    for order in permutations(graph.steps):
        made = {name for name, buffer in graph.buffers.items() if buffer.in_dram}
        for step in order:
            if not made.issuperset(step.inputs):
                break
            made.update(step.outputs)
        else:
            yield tuple(step.name for step in order)


def least_peak(graph: MemoryGraph) -> int:
    return min(keep_all(graph, order).peak_bytes for order in orders(graph))


def least_bytes(graph: MemoryGraph, budget: int, order: tuple[str, ...] | None = None, addresses: bool = False) -> int:
    """The fewest bytes of any order (or of ``order``) in ``budget``; -1 if nothing packs."""
    found = [
        schedule.objective_bytes
        for one in ([order] if order else orders(graph))
        for schedule in _schedules(graph, one)
        if schedule.peak_bytes <= budget and (not addresses or packs(schedule, budget))
    ]
    return min(found, default=-1)


def _schedules(graph: MemoryGraph, order: tuple[str, ...]) -> Iterator[Schedule]:
    """Every choice of gaps to give up. Between adjacent uses a buffer can come again only if DRAM has a copy by then:
    in the published model what is spilled is away for a place."""
    whole = keep_all(graph, order)
    uses = {run.buffer: _uses(graph, order, run) for run in whole.runs}
    gaps = [(name, pair) for name, places in uses.items() for pair in pairwise(places)]
    for count in range(len(gaps) + 1):
        for chosen in combinations(gaps, count):
            if all(_can_return(graph, name, pair, chosen) for name, pair in chosen):
                yield Schedule(graph, order, tuple(_runs(uses, set(chosen))))


def _can_return(
    graph: MemoryGraph, name: str, pair: tuple[int, int], chosen: tuple[tuple[str, tuple[int, int]], ...]
) -> bool:
    away = [first for other, (first, second) in chosen if other == name and second - first > 1]
    return graph.buffers[name].has_copy or any(first <= pair[0] for first in away)


def _uses(graph: MemoryGraph, order: tuple[str, ...], run: Run) -> list[int]:
    return [at for at in range(run.start, run.end) if run.buffer in graph.steps[graph.index[order[at]]].touched]


def _runs(uses: dict[str, list[int]], given_up: set[tuple[str, tuple[int, int]]]) -> Iterator[Run]:
    for name, places in uses.items():
        start = places[0]
        for before, after in pairwise(places):
            if (name, (before, after)) in given_up:
                yield Run(name, start, before + 1)
                start = after
        yield Run(name, start, places[-1] + 1)


def packs(schedule: Schedule, budget: int) -> bool:
    """Whether some order of stacking, each run on top of those it meets, stays within ``budget``."""

    def stack(left: tuple[Run, ...], lying: tuple[tuple[int, Run], ...]) -> bool:
        if not left:
            return True
        for run in left:
            size = schedule.graph.buffers[run.buffer].bytes
            offset = max(
                (
                    o + schedule.graph.buffers[r.buffer].bytes
                    for o, r in lying
                    if r.start < run.end and run.start < r.end
                ),
                default=0,
            )
            if offset + size > budget:
                continue
            if stack(tuple(r for r in left if r != run), (*lying, (offset, run))):
                return True
        return False

    return stack(schedule.runs, ())
