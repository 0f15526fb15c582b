"""A schedule: an order of steps and when each buffer lies in the scratchpad, addresses left open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from hwsim.residency import MemoryGraph, MemoryPlan, Status, Stay, Transfer, TransferKind


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """``buffer`` lies in the scratchpad during the places [start, end) of the order."""

    buffer: str
    start: int
    end: int


@dataclass(frozen=True)
class Schedule:
    """``order`` names steps of ``graph`` (a repeated step stands again); ``runs`` are all runs of all buffers.

    A run after a buffer's first is fetched, unless the step at its start makes the buffer: then it is made again.
    """

    graph: MemoryGraph
    order: tuple[str, ...]
    runs: tuple[Run, ...]

    @cached_property
    def runs_of(self) -> Mapping[str, tuple[Run, ...]]:
        """Runs of each buffer, by start."""
        found: dict[str, list[Run]] = {}
        for run in sorted(self.runs, key=lambda run: run.start):
            found.setdefault(run.buffer, []).append(run)
        return {name: tuple(runs) for name, runs in found.items()}

    @cached_property
    def transfers(self) -> tuple[Transfer, ...]:
        """Every load, store, spill and retrieve that the runs need, by step."""
        loaded: dict[str, int] = {}
        streams = list(self._streams(loaded))
        moves = [move for name, runs in self.runs_of.items() for move in self._transfers(name, runs, loaded)]
        return tuple(sorted([*streams, *moves], key=lambda move: (move.step, move.tensor, move.kind.value)))

    def _streams(self, loaded: dict[str, int]) -> Iterator[Transfer]:
        """What steps read and write tile by tile; notes in ``loaded`` where a stream is a buffer's first arrival."""
        for place, name in enumerate(self.order):
            step = self.graph.steps[self.graph.index[name]]
            for streamed in step.streamed_in:
                buffer = self.graph.buffers[streamed.buffer]
                earlier = any(run.start < place for run in self.runs_of.get(buffer.name, ()))
                first = buffer.bytes if buffer.in_dram and not earlier and buffer.name not in loaded else 0
                if first:
                    loaded[buffer.name] = place
                    yield Transfer(buffer.name, place, TransferKind.LOAD, first)
                if streamed.bytes > first:
                    yield Transfer(buffer.name, place, TransferKind.RETRIEVE, streamed.bytes - first)
            for streamed in step.streamed_out:
                buffer = self.graph.buffers[streamed.buffer]
                stored = buffer.bytes if buffer.handed_out else 0
                if stored:
                    yield Transfer(buffer.name, place, TransferKind.STORE, stored)
                if streamed.bytes > stored:
                    yield Transfer(buffer.name, place, TransferKind.SPILL, streamed.bytes - stored)

    def _transfers(self, name: str, runs: Sequence[Run], loaded: Mapping[str, int]) -> Iterator[Transfer]:
        buffer = self.graph.buffers[name]
        copied = buffer.has_copy or name in self.graph.made_in_dram
        if name in loaded or name in self.graph.made_in_dram:
            yield Transfer(name, runs[0].start, TransferKind.RETRIEVE, buffer.bytes)
        elif buffer.in_dram:
            yield Transfer(name, runs[0].start, TransferKind.LOAD, buffer.bytes)
        elif buffer.has_copy:
            kind = TransferKind.STORE if buffer.handed_out else TransferKind.SPILL
            yield Transfer(name, runs[0].start, kind, buffer.bytes)
        for before, run in pairwise(runs):
            if self._made_again(run):
                continue
            if not copied:
                yield Transfer(name, before.end - 1, TransferKind.SPILL, buffer.bytes)
                copied = True
            yield Transfer(name, run.start, TransferKind.RETRIEVE, buffer.bytes)

    def _made_again(self, run: Run) -> bool:
        step = self.graph.steps[self.graph.index[self.order[run.start]]]
        return run.buffer in step.outputs

    @cached_property
    def objective_bytes(self) -> int:
        """Bytes of spills and retrieves."""
        return sum(transfer.bytes for transfer in self.transfers if not transfer.kind.compulsory)

    @cached_property
    def live_bytes(self) -> tuple[int, ...]:
        """Bytes in the scratchpad at each place of the order; what is written over in place counts once."""
        change = [0] * (len(self.order) + 1)
        for run in self.runs:
            change[run.start] += self.graph.buffers[run.buffer].bytes
            change[run.end] -= self.graph.buffers[run.buffer].bytes
        live = list(accumulate(change[:-1]))
        for place, name in enumerate(self.order):
            if pair := self.graph.steps[self.graph.index[name]].in_place:
                live[place] -= self.graph.buffers[pair[0]].bytes
        return tuple(live)

    @property
    def peak_bytes(self) -> int:
        return max(self.live_bytes, default=0)

    def plan(
        self, scheme: str, budget_bytes: int, offsets: Mapping[Run, int], status: Status, bound_bytes: int
    ) -> MemoryPlan:
        """The plan with an offset for each run."""
        stays = [
            Stay(run.buffer, offsets[run], self.graph.buffers[run.buffer].bytes, run.start, run.end)
            for run in sorted(self.runs, key=lambda run: (run.start, run.buffer))
        ]
        return MemoryPlan(
            scheme, self.graph.name, budget_bytes, self.order, tuple(stays), self.transfers, status, bound_bytes
        )


def keep_all(graph: MemoryGraph, order: Sequence[str] | None = None) -> Schedule:
    """Every buffer stays from where it is made (or first read, if it lies in DRAM) to its last reader."""
    order = tuple(order) if order is not None else tuple(step.name for step in graph.steps)
    place = {name: at for at, name in enumerate(order)}
    runs = []
    for name in graph.buffers:
        uses = [place[graph.steps[index].name] for index in graph.readers[name]]
        if name in graph.maker and name not in graph.made_in_dram:
            uses.append(place[graph.steps[graph.maker[name]].name])
        if uses:  # else only streamed
            runs.append(Run(name, min(uses), max(uses) + 1))
    return Schedule(graph, order, tuple(runs))


def with_fetches(graph: MemoryGraph, order: Sequence[str], fetched: Collection[tuple[str, int]]) -> Schedule:
    """Buffers stay from use to use, except where ``fetched`` says that one comes back: (buffer, place of its reader).

    What comes back left right after its use before; the first arrival of what lies in DRAM is no fetch.
    """
    place = {name: at for at, name in enumerate(order)}
    runs = []
    for name in graph.buffers:
        uses = sorted(place[graph.steps[index].name] for index in graph.readers[name])
        if name in graph.maker and name not in graph.made_in_dram:
            uses.insert(0, place[graph.steps[graph.maker[name]].name])
        starts = [at for i, at in enumerate(uses) if i == 0 or (name, at) in fetched]
        for start, following in pairwise((*starts, len(order))):
            runs.append(Run(name, start, max(at for at in uses if start <= at < following or at == start) + 1))
    return Schedule(graph, tuple(order), tuple(runs))


def tightened(schedule: Schedule) -> Schedule:
    """``schedule`` with each run from its first use to its last; schedules that repeat a step stay as they are."""
    graph = schedule.graph
    if len(schedule.order) > len(graph.steps):
        return schedule
    place = {name: at for at, name in enumerate(schedule.order)}
    fetched: set[tuple[str, int]] = set()
    for name, runs in schedule.runs_of.items():
        uses = sorted(place[graph.steps[index].name] for index in graph.readers[name])
        for run in runs[1:]:
            fetched.update((name, at) for at in [at for at in uses if run.start <= at < run.end][:1])
    return with_fetches(graph, schedule.order, fetched)


def every_eviction(graph: MemoryGraph, order: Sequence[str] | None = None) -> Schedule:
    """Nothing is kept between two steps that are not next to each other."""
    order = tuple(order) if order is not None else tuple(step.name for step in graph.steps)
    kept = keep_all(graph, order)
    place = {name: at for at, name in enumerate(order)}
    fetched: set[tuple[str, int]] = set()
    for name, runs in kept.runs_of.items():
        uses = sorted({runs[0].start, *(place[graph.steps[index].name] for index in graph.readers[name])})
        fetched.update((name, use) for before, use in pairwise(uses) if use > before + 1)
    return with_fetches(graph, order, fetched)
