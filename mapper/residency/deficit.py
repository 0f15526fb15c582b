"""What must still leave the scratchpad: a lower bound on the cost from a set of done steps to the end.

With nothing evicted, every order from here on has a place that needs so many units more than there are; the buffers
that are missing there were out already or have to leave. Their smallest cost bounds the rest of the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mapper.residency.indexed import Indexed
from mapper.residency.peak import Stretch

SETS = 30_000
"""Sets of steps whose smallest peak is looked for, in one stretch."""
STEPS = 200
"""Steps of a stretch above which nothing is looked for."""
SUMS = 1 << 20
"""Units up to which sums of sizes are told apart."""


@dataclass
class Deficit:
    """Smallest peaks to the end of ``stretch``, above ``capacity``, by what is done."""

    stretch: Stretch
    capacity: int
    sets: int = SETS
    known: dict[int, int] = field(default_factory=dict)
    given_up: bool = False

    def __post_init__(self) -> None:
        self.given_up = self.stretch.last - self.stretch.first > STEPS

    def of(self, done: int, live: int) -> int:
        """Units that are missing at least once in every order of the rest; 0 where that is not known."""
        if done not in self.known and not self.given_up:
            self._explore(done, live)
        return max(0, self.known.get(done, 0) - self.capacity)

    def _explore(self, done: int, live: int) -> None:
        """Fill ``known`` for ``done`` and everything after it, depth first."""
        stack = [(done, live, self._after(done, live))]
        while stack:
            at, _, moves = stack[-1]
            missing = next((move for move in moves if move[1] not in self.known), None)
            if missing is None:
                self.known[at] = min((max(high, self.known[after]) for high, after, _ in moves), default=self.capacity)
                stack.pop()
            elif len(self.known) + len(stack) > self.sets:
                self.given_up = True
                return
            else:
                _, after, left = missing
                stack.append((after, left, self._after(after, left)))

    def _after(self, done: int, live: int) -> list[tuple[int, int, int]]:
        moves = self.stretch.successors(done, live, self.capacity)
        return [(high, done | 1 << step, left) for step, high, left in moves]


def evictable(x: Indexed) -> list[int]:
    """Buffers that can leave: something may run between two of their uses."""
    return [b for b, uses in enumerate(x.uses) if len(uses) > 1 and not _adjacent(x, uses)]


def _adjacent(x: Indexed, uses: tuple[int, ...]) -> bool:
    """Whether nothing can run between the first and the last use."""
    first, last = x.window[uses[0]][0], x.window[uses[-1]][1]
    return last - first + 1 <= len(uses)


@dataclass(frozen=True)
class Cover:
    """The least cost of evicting so many units: each unit once if there is a copy, else out and back."""

    sums: int
    cheap: int
    """units that have a copy from the start"""

    @classmethod
    def of(cls, x: Indexed) -> Cover:
        sums, cheap = 1, 0
        fine = sum(x.sizes) < SUMS
        for buffer in evictable(x):
            if fine:
                sums |= sums << x.sizes[buffer]
            if x.copied[buffer]:
                cheap += x.sizes[buffer]
        return cls(sums if fine else 0, cheap)

    def price(self, units: int, copies: int) -> int:
        """Cost of ``units`` when ``copies`` more units have a copy by now."""
        if units <= 0:
            return 0
        cheap = self.cheap + copies
        if cheap:
            return units + max(0, units - cheap)
        if not self.sums:
            return 2 * units
        rest = self.sums >> units
        return 2 * (units + (rest & -rest).bit_length() - 1) if rest else 2 * units
