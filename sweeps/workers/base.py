"""What a runner needs of the place where points run, and how many points are handed over at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from hwsim.errors import HwsimError
from sweeps.point import Point
from sweeps.record import Record

SECONDS_AT_ONCE = 0.05
"""Points that are handed over together last about so long: many quick ones share a message, and at the end no worker
waits longer than this for another."""


class WorkersError(HwsimError, RuntimeError):
    """Workers that cannot be started, or were lost; the text is one sentence."""


class Executor(Protocol):
    """Runs points somewhere; it lives through all batches of a sweep."""

    def run(self, points: Sequence[Point]) -> Iterator[Sequence[Record]]:
        """A record for each point, as they finish, in whatever order; those that came together, together."""
        ...

    def close(self) -> None:
        """End what is running; called in every case."""
        ...


@dataclass
class Pace:
    """How many of the waiting points make one portion, from how long points took so far."""

    workers: int
    mean_seconds: float | None = None

    def note(self, seconds: float) -> None:
        """A point took so long."""
        self.mean_seconds = seconds if self.mean_seconds is None else 0.8 * self.mean_seconds + 0.2 * seconds

    def portion(self, waiting: int) -> int:
        """At least one; never more than a worker's share of half of what waits, so that the end stays even."""
        if self.mean_seconds is None:
            return 1
        fitting = int(SECONDS_AT_ONCE / max(self.mean_seconds, 1e-6))
        return max(1, min(fitting, waiting // (2 * self.workers)))
