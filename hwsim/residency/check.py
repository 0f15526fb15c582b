"""The independent check of a memory plan: walks it step by step with concrete addresses and counts the bytes again.

It shares no line with any mapper and knows no solver: there is a scratchpad of so many bytes, a set of copies in DRAM,
and an order of steps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from hwsim.errors import ProgramError
from hwsim.residency.graph import MemoryGraph, Step
from hwsim.residency.plan import MemoryPlan, Stay, Transfer, TransferKind


@dataclass(frozen=True, slots=True)
class Walked:
    """Bytes that moved, by kind, and the highest address that was used."""

    bytes_by_kind: dict[TransferKind, int]
    height_bytes: int

    @property
    def objective_bytes(self) -> int:
        return self.bytes_by_kind[TransferKind.SPILL] + self.bytes_by_kind[TransferKind.RETRIEVE]

    @property
    def compulsory_bytes(self) -> int:
        return self.bytes_by_kind[TransferKind.LOAD] + self.bytes_by_kind[TransferKind.STORE]


def check_plan(graph: MemoryGraph, plan: MemoryPlan) -> Walked:
    """Walk ``plan``; raises ProgramError for the first thing that cannot happen."""
    return _Walk(graph, plan).walk()


@dataclass
class _Walk:
    graph: MemoryGraph
    plan: MemoryPlan
    lying: dict[str, Stay] = field(default_factory=dict)
    """what is in the scratchpad now"""
    copies: set[str] = field(default_factory=set)
    """what is in DRAM now"""
    met: set[str] = field(default_factory=set)
    """what has been in the scratchpad"""
    done: set[str] = field(default_factory=set)
    moved: Counter[TransferKind] = field(default_factory=Counter)

    def fail(self, text: str) -> ProgramError:
        return ProgramError(f"{self.plan.scheme} plan of {self.graph.name}: {text}")

    def walk(self) -> Walked:
        if self.plan.workload != self.graph.name:
            raise self.fail(f"it was made for {self.plan.workload}")
        self.copies = {name for name, buffer in self.graph.buffers.items() if buffer.in_dram}
        steps = [self._step_named(name) for name in self.plan.order]
        arriving, leaving = self._stays(len(steps))
        before, after = self._transfers(len(steps))
        for now, step in enumerate(steps):
            for stay in leaving[now]:
                if self.lying.get(stay.tensor) is stay:
                    del self.lying[stay.tensor]
            streams = self._stream_in(now, step, before[now]) + self._stream_out(now, step, after[now])
            self._arrive(now, step, arriving[now], [x for x in before[now] if x not in streams])
            self._run(now, step)
            self._send(now, [x for x in after[now] if x not in streams])
            self.copies.update(streamed.buffer for streamed in step.streamed_out)
        self._finish()
        height = max((stay.offset + stay.size for stay in self.plan.stays), default=0)
        return Walked({kind: self.moved[kind] for kind in TransferKind}, height)

    def _step_named(self, name: str) -> Step:
        if name not in self.graph.index:
            raise self.fail(f"there is no step {name!r}")
        return self.graph.steps[self.graph.index[name]]

    def _stays(self, length: int) -> tuple[dict[int, list[Stay]], dict[int, list[Stay]]]:
        """Stays by the step at which they start and by the one before which they end, each within bounds."""
        arriving: dict[int, list[Stay]] = defaultdict(list)
        leaving: dict[int, list[Stay]] = defaultdict(list)
        for stay in self.plan.stays:
            if stay.tensor not in self.graph.buffers:
                raise self.fail(f"there is no buffer {stay.tensor!r}")
            size = self.graph.buffers[stay.tensor].bytes
            if stay.size != size:
                raise self.fail(f"{stay.tensor!r} has {size} bytes, and a stay gives it {stay.size}")
            if not 0 <= stay.start < stay.end <= length:
                raise self.fail(f"{stay.tensor!r} stays from step {stay.start} to {stay.end} of {length}")
            if stay.offset < 0 or stay.offset + size > self.plan.budget_bytes:
                raise self.fail(
                    f"{stay.tensor!r} lies at {stay.offset} to {stay.offset + size} of {self.plan.budget_bytes} bytes"
                )
            arriving[stay.start].append(stay)
            leaving[stay.end].append(stay)
        return arriving, leaving

    def _transfers(self, length: int) -> tuple[dict[int, list[Transfer]], dict[int, list[Transfer]]]:
        """Transfers before and after each step, each of a whole buffer."""
        before: dict[int, list[Transfer]] = defaultdict(list)
        after: dict[int, list[Transfer]] = defaultdict(list)
        for transfer in self.plan.transfers:
            if transfer.tensor not in self.graph.buffers:
                raise self.fail(f"there is no buffer {transfer.tensor!r}")
            size = self.graph.buffers[transfer.tensor].bytes
            if not 0 <= transfer.step < length:
                raise self.fail(f"{transfer.tensor!r} moves at step {transfer.step} of {length}")
            step = self._step_named(self.plan.order[transfer.step])
            streams = {streamed.buffer for streamed in (*step.streamed_in, *step.streamed_out)}
            if transfer.bytes != size and transfer.tensor not in streams:
                raise self.fail(f"{transfer.tensor!r} has {size} bytes, and a transfer moves {transfer.bytes}")
            into = transfer.kind in (TransferKind.LOAD, TransferKind.RETRIEVE)
            (before if into else after)[transfer.step].append(transfer)
            self.moved[transfer.kind] += transfer.bytes
        return before, after

    def _stream_in(self, now: int, step: Step, transfers: list[Transfer]) -> list[Transfer]:
        """What the step reads from DRAM tile by tile, checked: all of its bytes, the first pass a load if it is one."""
        found = []
        for streamed in step.streamed_in:
            name, buffer = streamed.buffer, self.graph.buffers[streamed.buffer]
            if name not in self.copies:
                raise self.fail(f"{name!r} is streamed at step {now}, and DRAM has no copy of it")
            first = buffer.bytes if buffer.in_dram and name not in self.met else 0
            self.met.add(name)
            due = {TransferKind.LOAD: first, TransferKind.RETRIEVE: streamed.bytes - first}
            found += self._due(now, name, due, transfers)
        return found

    def _stream_out(self, now: int, step: Step, transfers: list[Transfer]) -> list[Transfer]:
        """What the step writes to DRAM tile by tile, checked; what is handed out is stored once."""
        found = []
        for streamed in step.streamed_out:
            buffer = self.graph.buffers[streamed.buffer]
            stored = buffer.bytes if buffer.handed_out else 0
            due = {TransferKind.STORE: stored, TransferKind.SPILL: streamed.bytes - stored}
            found += self._due(now, streamed.buffer, due, transfers)
        return found

    def _due(self, now: int, name: str, due: dict[TransferKind, int], transfers: list[Transfer]) -> list[Transfer]:
        of_it = [transfer for transfer in transfers if transfer.tensor == name]
        for kind, size in due.items():
            moved = sum(transfer.bytes for transfer in of_it if transfer.kind is kind)
            if moved != size:
                raise self.fail(f"{name!r} is streamed at step {now} with {moved} bytes of {kind.value}, not {size}")
        return of_it

    def _arrive(self, now: int, step: Step, stays: list[Stay], transfers: list[Transfer]) -> None:
        """Buffers come from DRAM, or take the room in which the step makes them."""
        coming = {transfer.tensor: transfer for transfer in transfers}
        if len(coming) != len(transfers):
            raise self.fail(f"a buffer is fetched twice at step {now}")
        for stay in stays:
            if stay.tensor in self.lying:
                raise self.fail(f"{stay.tensor!r} lies in the scratchpad twice at step {now}")
            self._check_free(now, step, stay)
            self.lying[stay.tensor] = stay
            transfer = coming.pop(stay.tensor, None)
            if transfer is not None:
                self._check_fetch(now, transfer)
            elif stay.tensor not in step.outputs:
                raise self.fail(f"{stay.tensor!r} is there at step {now}, and nothing brings it")
            self.met.add(stay.tensor)
        for tensor in coming:
            raise self.fail(f"{tensor!r} is fetched at step {now}, where no stay of it starts")

    def _check_fetch(self, now: int, transfer: Transfer) -> None:
        if transfer.tensor not in self.copies:
            raise self.fail(f"{transfer.tensor!r} is fetched at step {now}, and DRAM has no copy of it")
        first = self.graph.buffers[transfer.tensor].in_dram and transfer.tensor not in self.met
        right = TransferKind.LOAD if first else TransferKind.RETRIEVE
        if transfer.kind is not right:
            raise self.fail(f"{transfer.tensor!r} comes at step {now} as {transfer.kind.value}, not {right.value}")

    def _check_free(self, now: int, step: Step, stay: Stay) -> None:
        for other in self.lying.values():
            apart = other.offset + other.size <= stay.offset or stay.offset + stay.size <= other.offset
            if apart:
                continue
            pair = (other.tensor, stay.tensor)
            in_place = step.in_place in (pair, pair[::-1]) and other.offset == stay.offset
            if not in_place:
                raise self.fail(f"{stay.tensor!r} and {other.tensor!r} overlap at step {now}, {step.name!r}")

    def _run(self, now: int, step: Step) -> None:
        """The step finds what it reads, and room for what it makes."""
        again = step.name in self.done
        if again and not step.repeatable:
            raise self.fail(f"step {step.name!r} runs again at {now}")
        for tensor in step.inputs:
            if tensor not in self.lying:
                raise self.fail(f"step {step.name!r} runs at {now} without its input {tensor!r}")
        for tensor in step.outputs:
            if not again and (tensor not in self.lying or self.lying[tensor].start != now):
                raise self.fail(f"step {step.name!r} runs at {now} without room for its output {tensor!r}")
        if step.in_place is not None:
            self._check_overwritten(now, *step.in_place)
        self.done.add(step.name)

    def _check_overwritten(self, now: int, source: str, result: str) -> None:
        """What was written over must not stay."""
        one, two = self.lying[source], self.lying[result]
        if one.offset == two.offset and one.end != now + 1:
            raise self.fail(f"{source!r} stays until step {one.end}, and {result!r} is written over it at {now}")

    def _send(self, now: int, transfers: list[Transfer]) -> None:
        """Buffers go to DRAM after the step."""
        for transfer in transfers:
            tensor = transfer.tensor
            if tensor not in self.lying:
                raise self.fail(f"{tensor!r} is sent to DRAM at step {now} and is not in the scratchpad")
            if tensor in self.copies:
                raise self.fail(f"{tensor!r} is sent to DRAM at step {now}, where there is a copy of it")
            right = TransferKind.STORE if self.graph.buffers[tensor].handed_out else TransferKind.SPILL
            if transfer.kind is not right:
                raise self.fail(f"{tensor!r} leaves at step {now} as {transfer.kind.value}, not {right.value}")
            self._check_intact(now, tensor)
            self.copies.add(tensor)

    def _check_intact(self, now: int, tensor: str) -> None:
        step = self._step_named(self.plan.order[now])
        if step.in_place is None or step.in_place[0] != tensor:
            return
        if self.lying[tensor].offset == self.lying[step.in_place[1]].offset:
            raise self.fail(f"{tensor!r} is sent to DRAM at step {now}, after it was written over")

    def _finish(self) -> None:
        for step in self.graph.steps:
            if step.name not in self.done:
                raise self.fail(f"step {step.name!r} is missing")
        for name, buffer in self.graph.buffers.items():
            if buffer.handed_out and name not in self.copies:
                raise self.fail(f"{name!r} is handed out and never reaches DRAM")
