"""Order and evictions together: search, layer by layer, over what is done, what is evicted and what has a copy.

A state after some steps is the set of steps, the live buffers that are out of the scratchpad (their way out and back is
paid as they leave), and the buffers within it of which DRAM has a copy. Buffers leave only when room is needed, in sets
of which none is too many, and come back at the step that reads them: anything else can be put off at no cost. Between
two states of the same steps, one is dropped if the other can be turned into it for the difference of their costs.
Exact while a layer keeps all of its states; with fewer it is a beam search with a bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

from mapper.residency.deficit import Cover, Deficit
from mapper.residency.indexed import Indexed, bits
from mapper.residency.peak import stretches
from mapper.residency.states import Found, Knot, Move, State, Victim
from mapper.residency.windows import Window


@dataclass
class LayeredSearch:
    """``capacity`` in units; ``width`` states are kept of each layer, ``sets`` sets of victims tried by each state;
    only costs below ``limit`` are looked for, until ``work`` states were made."""

    indexed: Indexed
    capacity: int
    limit: int
    width: int
    sets: int
    work: int
    bound: int = field(init=False)
    """No plan costs less."""
    windows: Sequence[Window] = ()
    made: int = 0
    """states that were made"""

    def __post_init__(self) -> None:
        x = self.indexed
        self.parts = stretches(x)
        self.cover = Cover.of(x)
        self.deficits = {stretch.first: Deficit(stretch, self.capacity) for stretch in self.parts}
        self.masks = [window.mask for window in self.windows]
        self.uses = [sum(1 << step for step in uses) for uses in x.uses]
        self.readers = [sum(1 << step for step in readers) for readers in x.readers]
        self.read_by = [sum(1 << b for b in inputs) for inputs in x.inputs]
        self.touched = [r | sum(1 << b for b in outputs) for r, outputs in zip(self.read_by, x.outputs, strict=True)]
        self.static = sum(1 << b for b, copied in enumerate(x.copied) if copied)

    def run(self) -> Found | None:
        """The cheapest plan that was found; None if there is none below ``limit``, or no work left to see."""
        self.bound = self.limit
        layer = {0: Knot(0, 0, [State(0, 0, 0, 0, None, -1, 0, (0,) * len(self.windows))])}
        for stretch in self.parts:
            self.stretch = stretch
            for _ in range(stretch.last - stretch.first):
                layer = self._next(layer)
                if not layer:
                    return None
                if self.made > self.work:
                    self.bound = min(self.bound, *(s.least for knot in layer.values() for s in knot.states))
                    return None
            (knot,) = layer.values()
            layer = {0: knot}
        (best,) = layer[0].states
        self.bound = min(self.bound, best.cost)
        return self._found(best)

    def _next(self, layer: dict[int, Knot]) -> dict[int, Knot]:
        found: dict[int, Knot] = {}
        stretch = self.stretch
        for done, knot in layer.items():
            moves = [self._move(done, knot, step) for step in stretch.ready(done)]
            for state in knot.states:
                forced = next((move for move in moves if self._at_once(state, move)), None)
                for move in (forced,) if forced else moves:
                    self._take(found, state, move, done | 1 << (move.step - stretch.first))
        return self._trimmed(found)

    def _move(self, done: int, knot: Knot, local: int) -> Move:
        x, stretch = self.indexed, self.stretch
        step = stretch.first + local
        during, left = stretch.run(done, knot.live, local)
        after = done | 1 << local
        freed = sum(1 << b for b in (*x.inputs[step], *x.outputs[step]) if not stretch.reads[b] & ~after)
        mask = (knot.mask | self.touched[step]) & ~freed
        grown = sum(x.sizes[b] for b in bits(mask & ~knot.mask))
        gone = done << stretch.first | (1 << stretch.first) - 1
        ahead = tuple(k for k, window in enumerate(self.masks) if window & ~(gone | 1 << step))
        return Move(step, during, left, mask, freed, grown, knot.mask & ~self.touched[step], gone, ahead)

    def _at_once(self, state: State, move: Move) -> bool:
        """Whether running the step now is as good as anything: it fits, and in the room of one buffer that ends with
        it, evicting which would cost as much as evicting all that the step makes."""
        if self.read_by[move.step] & state.out or move.during - state.away > self.capacity:
            return False
        if not move.grown:
            return True
        ended = move.freed & self.read_by[move.step] & ~self.static & ~state.copies
        return any(self.indexed.sizes[b] >= move.grown for b in bits(ended))

    def _take(self, found: dict[int, Knot], state: State, move: Move, local_after: int) -> None:
        back = state.out & self.read_by[move.step]
        away = state.away - self._units(back)
        out = state.out & ~back
        copies = (state.copies | back & ~self.static) & ~move.freed
        excess = move.during - away - self.capacity
        missing = self.deficits[self.stretch.first].of(local_after, move.left)
        for cost, chosen, size in self._victims(move.others & ~out, excess, state, local_after):
            kept = copies & ~chosen
            total = state.cost + cost
            spent = self._spent(state, chosen, move) if cost else state.spent
            rest = max(
                self.cover.price(missing - away - size, self._units(kept)) if missing else 0,
                sum(max(0, self.windows[k].least - spent[k]) for k in move.ahead),
            )
            if total + rest >= self.limit:
                continue
            self.made += 1
            new = State(total, out | chosen, kept, away + size, state, move.step, total + rest, spent)
            knot = found.get(local_after)
            if knot is None:
                found[local_after] = Knot(move.mask, move.left, [new])
            else:
                self._add(knot.states, new)

    def _spent(self, state: State, chosen: int, move: Move) -> tuple[int, ...]:
        """What is paid in each window when ``chosen`` leave: those that it has touched, and the way back of those whose
        arrival it counts."""
        if not self.windows:
            return ()
        spent = list(state.spent)
        free = state.copies | self.static
        for b in bits(chosen):
            for k in move.ahead:
                if self.uses[b] & self.masks[k] & move.done:
                    spent[k] += self.indexed.sizes[b] * (1 if free >> b & 1 else 2)
                elif self.windows[k].arriving >> b & 1:
                    spent[k] += self.indexed.sizes[b]
        return tuple(spent)

    def _victims(self, inside: int, excess: int, state: State, done: int) -> Iterator[tuple[int, int, int]]:
        """(cost, mask, size) of sets of buffers that free ``excess`` units, none of them with one too many."""
        if excess <= 0:
            yield 0, 0, 0
            return
        able = self._able(inside, state, done)
        suffix = [0]
        for victim in reversed(able):
            suffix.append(suffix[-1] + victim.size)
        suffix.reverse()
        stack = [(0, 0, 0, 0, suffix[0])]
        tried = 0
        while stack:
            at, cost, mask, size, least = stack.pop()
            if size >= excess:
                if size - least < excess:
                    tried += 1
                    if tried > self.sets:
                        self.bound = min(self.bound, state.least)
                        return
                    yield cost, mask, size
                continue
            if at == len(able) or size + suffix[at] < excess:
                continue
            victim = able[at]
            stack.append((at + 1, cost, mask, size, least))
            if not victim.needs & ~mask:
                more = victim.size
                stack.append((at + 1, cost + victim.price, mask | victim.mask, size + more, min(least, more)))

    def _able(self, inside: int, state: State, done: int) -> list[Victim]:
        """Buffers that may leave, those that are needed last first.

        A buffer with one reader left leaves only together with each other that is no smaller and no dearer, and that
        nobody reads before that reader: to evict the other in its stead is as good.
        """
        x = self.indexed
        free = state.copies | self.static
        gone = done << self.stretch.first | (1 << self.stretch.first) - 1
        able = []
        for b in bits(inside):
            left = self.readers[b] & ~gone
            price = x.sizes[b] * (1 if free >> b & 1 else 2)
            able.append((-min(x.window[reader][0] for reader in bits(left)), price, b, left))
        able.sort()
        victims: list[Victim] = []
        for _, price, b, left in able:
            needs = 0
            if left & (left - 1) == 0:
                later = left | x.descendants[left.bit_length() - 1]
                for victim in victims:
                    if victim.size >= x.sizes[b] and victim.price <= price and not victim.left & ~later:
                        needs |= victim.mask
            victims.append(Victim(1 << b, x.sizes[b], price, left, needs))
        return victims

    def _add(self, states: list[State], new: State) -> None:
        """Keep ``new`` unless a state can be turned into it; drop the states into which it can be turned."""
        for old in states:
            if old.cost <= new.cost and old.cost + self._price(old, new) <= new.cost:
                return
        states[:] = [old for old in states if old.cost < new.cost or new.cost + self._price(new, old) > old.cost]
        states.append(new)

    def _price(self, one: State, other: State) -> int:
        """What it costs to evict and to write so that ``one`` becomes ``other``; to fetch is paid already."""
        sizes = self.indexed.sizes
        free = one.copies | self.static
        leaving = other.out & ~one.out
        written = other.copies & ~one.copies & ~one.out
        return sum(sizes[b] * (1 if free >> b & 1 else 2) for b in bits(leaving)) + sum(sizes[b] for b in bits(written))

    def _trimmed(self, found: dict[int, Knot]) -> dict[int, Knot]:
        """The layer with its ``width`` best states; the bound remembers the others."""
        count = sum(len(knot.states) for knot in found.values())
        if count <= self.width:
            return found
        every = [
            (state.least, knot.live - state.away, done, at)
            for done, knot in found.items()
            for at, state in enumerate(knot.states)
        ]
        kept = nsmallest(self.width, every)
        self.bound = min(self.bound, min(state[0] for state in set(every) - set(kept)))
        chosen: dict[int, list[State]] = {}
        for _, _, done, at in kept:
            chosen.setdefault(done, []).append(found[done].states[at])
        return {done: Knot(found[done].mask, found[done].live, states) for done, states in chosen.items()}

    def _units(self, mask: int) -> int:
        return sum(self.indexed.sizes[b] for b in bits(mask))

    def _found(self, best: State) -> Found:
        steps, fetched = [], []
        state = best
        while state.before is not None:
            steps.append(state.step)
            fetched.append(state.before.out & self.read_by[state.step])
            state = state.before
        return Found(tuple(steps[::-1]), tuple(fetched[::-1]), best.cost)
