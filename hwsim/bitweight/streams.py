"""When a sparse stream may stand: around map, summed at once, with a barrier wherever its copies drift apart."""

from __future__ import annotations

from itertools import pairwise

from hwsim.bitweight.draft import Draft, Placed
from hwsim.bitweight.loops import Dim, Kind, Loop
from hwsim.bitweight.primitive import Role
from hwsim.errors import SpecError


def check_streams(draft: Draft) -> None:
    """Rule 5: raise SpecError unless the sparse loops of ``draft`` are made, summed and awaited as they must be."""
    sparse = draft.only(Role.SPARSE)
    if sparse is None:
        if draft.streams:
            raise SpecError(f"the loop {next(iter(draft.streams.values())).name} is sparse, and no sparse makes it")
        _check_barriers(draft)
        return
    stream = _stream_of(draft, sparse)
    _check_inside(draft, sparse, stream)
    _check_summed(draft, stream)
    _check_barriers(draft)
    _check_awaited(draft, stream)


def _stream_of(draft: Draft, sparse: Placed) -> Loop:
    if len(sparse.over) != 1:
        raise SpecError(f"sparse makes a stream of one group, not of {len(sparse.over)}")
    group = draft.loop(next(iter(sparse.over)))
    check_group(group)
    if set(draft.streams) != {group.name}:
        raise SpecError(
            f"sparse makes one stream of its group {group.name}, and the sparse loops stream {_groups(draft)}"
        )
    stream = draft.streams[group.name]
    if (stream.dim, stream.extent, stream.stride) != (group.dim, group.extent, group.stride):
        raise SpecError(f"the stream {stream.name} has the extent and the stride of its group {group.name}")
    return stream


def check_group(group: Loop) -> None:
    """Raise SpecError unless a sparse encoder can read the digits of this loop at once and issue them in turn."""
    if group.kind is not Kind.SPATIAL or group.dim is not Dim.K:
        raise SpecError(
            f"sparse makes a stream of a spatial loop over k, not of the {group.kind.value} loop {group.name} "
            f"over {group.dim.value}"
        )


def _groups(draft: Draft) -> str:
    return ", ".join(draft.streams) or "nothing"


def _check_inside(draft: Draft, sparse: Placed, stream: Loop) -> None:
    """A stream exists only while its group is present."""
    order = [loop.name for loop in draft.loops]
    for loop in draft.named(sparse.within):
        if loop.in_time and order.index(loop.name) > order.index(stream.name):
            raise SpecError(f"{loop.name} runs inside the stream {stream.name}, and the stream varies with {loop.name}")


def _check_summed(draft: Draft, stream: Loop) -> None:
    first = next((p for p in draft.body if p.role is Role.REDUCTION), None)
    if first is None or stream.name not in first.over:
        raise SpecError(f"the stream {stream.name} is not consumed by the first reduction after map")


def _check_barriers(draft: Draft) -> None:
    """Barriers nest: each is executed inside the loops in time of the next wider one."""
    times = sorted((frozenset(x.name for x in draft.named(s.within) if x.in_time) for s in draft.syncs), key=len)
    for sync in draft.syncs:
        if not sync.over or sync.over & sync.within:
            raise SpecError("a sync joins at least one loop, and none that encloses it")
        if any(draft.loop(name).group is not None for name in sync.over | sync.within):
            raise SpecError("a sync stands around whole groups, not inside a stream")
    for wide, narrow in pairwise(times):
        if not wide <= narrow:
            names = (", ".join(draft.ordered(loops)) for loops in (wide, narrow))
            raise SpecError("the barriers in " + " and in ".join(names) + " cross: one must stand inside the other")


def _check_awaited(draft: Draft, stream: Loop) -> None:
    """Copies at their own pace meet at a barrier, and before a sum that they share changes its digit."""
    joined = {name: sync for sync in draft.syncs for name in sync.over}
    for loop in draft.pace_loops():
        if loop.name not in joined:
            raise SpecError(
                f"the stream {stream.name} has its own pace for each {loop.name}: a sync over {loop.name} is missing"
            )
        _check_shared_sum(draft, loop, joined[loop.name])


def _check_shared_sum(draft: Draft, loop: Loop, sync: Placed) -> None:
    for placed in draft.body:
        if placed.role is Role.REDUCTION and loop.name in placed.over:
            for around in draft.named(placed.within):
                if around.in_time and around.name not in sync.within | placed.bank:
                    raise SpecError(
                        f"copies of {loop.name} at their own pace share the sum of {placed}, which is kept for one "
                        f"{around.name} at a time: their sync must stand inside {around.name}"
                    )
