"""The tile pipeline over nested loops: the recurrence of ``hwsim.tiles.pipeline``, exactly, jumping over what repeats.

The recurrence knows only maxima and sums, so it does not care where time 0 is: what a run of tiles does depends on the
times relative to the last compute alone. Each loop runs in few runs of like tiles. Within a run the relative state
soon returns to one that was seen before; from there on whole periods are added at once. The same holds one loop
further out, where a whole inner loop is remembered by the state in which it started.

A state with two buffers is (channel free, end of the last store, end of the store before, pending store of the last
tile, pending store of the one before), all relative to the end of the last compute; with one buffer it is (channel
free, end of the last store, pending store). A pending store is the cycles it will take, or NOTHING.
"""

from __future__ import annotations

from collections.abc import Callable

from hwsim.tiles.loops import Indices, TileLoops
from hwsim.tiles.pipeline import Stall, Tile, Timeline

NOTHING = -1
State = tuple[int, ...]
Step = tuple[State, int, int]
"""Next state, cycles by which the end of compute advanced, cycles among them that waited for loads."""

_FRESH: dict[int, State] = {1: (0, 0, NOTHING), 2: (0, 0, 0, NOTHING, NOTHING)}


def _finish_tile(free: int, ready: int, stored: int, tile: Tile) -> tuple[int, int, int]:
    """Advance of the compute end, the part of it that waited for loads, and the channel relative to the new end."""
    wait = max(0, ready, stored)
    advance = wait + tile.busy_cycles
    return advance, wait if ready >= stored else 0, free - advance


def step_single(state: State, tile: Tile, latency: int) -> Step:
    """One tile with one buffer: the load waits for the compute before it, the store before it follows."""
    free, stored, pending = state
    ready = 0
    if tile.load_cycles:
        free += tile.load_cycles
        ready = free + latency
    if pending > 0:
        free += pending
        stored = free
    advance, load_wait, free = _finish_tile(free, ready, stored, tile)
    after = (max(free, 0), max(stored - advance, 0), tile.store_cycles if tile.closes else NOTHING)
    return after, advance, load_wait


def step_double(state: State, tile: Tile, latency: int) -> Step:
    """One tile with two buffers: its load, then the store of the tile two before it (or the other way round)."""
    free, stored, stored_before, pending, pending_before = state
    ready = 0
    if tile.reads_back and pending_before > 0:
        free += pending_before
        stored_now = free
    if tile.load_cycles:
        free += tile.load_cycles
        ready = free + latency
    if not tile.reads_back and pending_before > 0:
        free += pending_before
        stored_now = free
    if pending_before != NOTHING:
        stored_before, stored = stored, stored_now if pending_before else 0
    waits_for = stored_before if pending == NOTHING else stored
    free = max(free, 0)  # the next load waits for the compute that ended at 0
    advance, load_wait, free = _finish_tile(free, ready, waits_for, tile)
    closing = tile.store_cycles if tile.closes else NOTHING
    return (free, max(stored - advance, 0), max(stored_before - advance, 0), closing, pending), advance, load_wait


_STEPS: dict[int, Callable[[State, Tile, int], Step]] = {1: step_single, 2: step_double}


def run_loops(loops: TileLoops, tail_load_cycles: int = 0) -> Timeline:
    """The timeline of all tiles of ``loops``; equal to ``run_tiles`` over them."""
    return _Run(loops).timeline(tail_load_cycles)


class _Run:
    """Walks the loops from the outside in, remembering what was seen."""

    def __init__(self, loops: TileLoops) -> None:
        self.loops = loops
        self.depth, self.latency = loops.machine.buffers, loops.channel.latency_cycles
        self.runs = [loops.runs(place) for place in range(len(loops.extents))]
        self.tiles: dict[Indices, Tile] = {}
        self.known: dict[tuple[Indices, State], Step] = {}

    def timeline(self, tail_load_cycles: int) -> Timeline:
        state, elapsed, load_wait = self.walk((), _FRESH[self.depth])
        computed, busy = self.loops.work_cycles
        loading = self.tile((0,) * len(self.runs)).load_cycles
        first = loading + self.latency if loading else 0
        last = last_store(state, tail_load_cycles)
        stalls = {
            Stall.FIRST_LOAD: first,
            Stall.LOADS: load_wait - first,
            Stall.STORES: elapsed - load_wait - busy,
            Stall.LAST_STORE: last,
            Stall.VECTOR_UNIT: busy - computed,
        }
        return Timeline(elapsed + last, computed, stalls)

    def walk(self, outer: Indices, state: State) -> Step:
        """All tiles inside the loops whose indices ``outer`` gives."""
        if len(outer) == len(self.runs):
            return _STEPS[self.depth](state, self.tile(outer), self.latency)
        key = (outer, state)
        if key not in self.known:
            elapsed = load_wait = 0
            for first, count in self.runs[len(outer)]:
                state, more, waited = self.repeat((*outer, first), count, state)
                elapsed, load_wait = elapsed + more, load_wait + waited
            self.known[key] = state, elapsed, load_wait
        return self.known[key]

    def repeat(self, inner: Indices, count: int, state: State) -> Step:
        """``count`` times the same tiles; once a state returns, whole periods at once."""
        seen: dict[State, tuple[int, int, int]] = {}
        elapsed = load_wait = done = 0
        while done < count:
            if state in seen:
                then, elapsed_then, load_wait_then = seen[state]
                periods = (count - done) // (done - then)
                elapsed += periods * (elapsed - elapsed_then)
                load_wait += periods * (load_wait - load_wait_then)
                done += periods * (done - then)
                seen = {}
                continue
            seen[state] = done, elapsed, load_wait
            state, more, waited = self.walk(inner, state)
            elapsed, load_wait, done = elapsed + more, load_wait + waited, done + 1
        return state, elapsed, load_wait

    def tile(self, at: Indices) -> Tile:
        if at not in self.tiles:
            self.tiles[at] = self.loops.at(at)
        return self.tiles[at]


def last_store(state: State, tail_load_cycles: int) -> int:
    """Cycles from the end of the last compute to the end of the last store, which follows a load for the next layer."""
    free, pending = state[0] + tail_load_cycles, state[2]
    end = 0
    if len(state) == 5:
        pending, pending_before = state[3:]
        if pending_before > 0:
            end = free = free + pending_before
    if pending > 0:
        end = max(free, 0) + pending
    return max(end, 0)
