"""A memory plan as a trace that Chrome and Perfetto open: steps, the DRAM channel, occupancy, and every stay.

A step takes 1 ms of the trace: what comes from DRAM before it takes the first fifth, what goes there the last, each
transfer as much of it as its bytes. Cycles are not in it: ``hwsim simulate --plan`` has those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hwsim.residency import MemoryPlan, Transfer
from hwsim.residency.ending import endings
from hwsim.residency.plan import TransferKind

Event = dict[str, Any]
STEP_US = 1000
CHANNEL_US = STEP_US // 5
STEPS, DRAM, MEMORY = 1, 2, 3
"""Threads of a plan's process."""
ARRIVES = (TransferKind.LOAD, TransferKind.RETRIEVE)


def memory_trace(plans: Sequence[MemoryPlan]) -> dict[str, Any]:
    """A process for each plan, in the JSON object form of the Trace Event Format."""
    events = [event for number, plan in enumerate(plans, 1) for event in _process(number, plan)]
    return {"traceEvents": events, "displayTimeUnit": "ms"}


def _process(pid: int, plan: MemoryPlan) -> Iterator[Event]:
    yield _name(pid, 0, "process_name", f"{plan.workload}: {plan.scheme}")
    for thread, name in ((STEPS, "steps"), (DRAM, "DRAM channel"), (MEMORY, "scratchpad")):
        yield _name(pid, thread, "thread_name", name)
    for place, step in enumerate(plan.order):
        yield _slice(pid, STEPS, step, place * STEP_US, STEP_US, {"step": place})
    yield from _transfers(pid, plan)
    for place in range(len(plan.order) + 1):
        yield {
            "ph": "C",
            "pid": pid,
            "name": "occupied",
            "ts": place * STEP_US,
            "args": {"bytes": occupied(plan, place)},
        }
    yield from _stays(pid, plan)


def occupied(plan: MemoryPlan, place: int) -> int:
    """Bytes of the scratchpad in use at a step; what two stays share in place counts once."""
    top = total = 0
    for stay in sorted((x for x in plan.stays if x.start <= place < x.end), key=lambda x: x.offset):
        total += max(0, stay.offset + stay.size - max(top, stay.offset))
        top = max(top, stay.offset + stay.size)
    return total


def _transfers(pid: int, plan: MemoryPlan) -> Iterator[Event]:
    for place in range(len(plan.order)):
        moves = [move for move in plan.transfers if move.step == place]
        begin = place * STEP_US
        yield from _share(pid, begin, [move for move in moves if move.kind in ARRIVES])
        yield from _share(pid, begin + STEP_US - CHANNEL_US, [move for move in moves if move.kind not in ARRIVES])


def _share(pid: int, begin: float, moves: Sequence[Transfer]) -> Iterator[Event]:
    total = sum(move.bytes for move in moves)
    for move in moves:
        length = CHANNEL_US * move.bytes / total
        facts = {"tensor": move.tensor, "kind": move.kind.value, "bytes": move.bytes}
        yield _slice(pid, DRAM, f"{move.kind.value} {move.tensor}", round(begin, 3), round(length, 3), facts)
        begin += length


def _stays(pid: int, plan: MemoryPlan) -> Iterator[Event]:
    for number, (stay, ending) in enumerate(zip(plan.stays, endings(plan), strict=True)):
        common = {"cat": "stay", "id": f"{pid}.{number}", "pid": pid, "tid": MEMORY, "name": stay.tensor}
        facts = {"offset": stay.offset, "bytes": stay.size, "ends": ending.value}
        yield {"ph": "b", "ts": stay.start * STEP_US, "args": facts, **common}
        yield {"ph": "e", "ts": stay.end * STEP_US, **common}


def _slice(pid: int, tid: int, name: str, begin: float, length: float, facts: Mapping[str, object]) -> Event:
    return {"ph": "X", "pid": pid, "tid": tid, "name": name, "ts": begin, "dur": length, "args": facts}


def _name(pid: int, tid: int, what: str, name: str) -> Event:
    return {"ph": "M", "pid": pid, "tid": tid, "name": what, "args": {"name": name}}
