"""How long packers look: limits in work, which repeat, and on request one in seconds, which does not."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from hwsim.errors import SpecError


@dataclass(frozen=True, slots=True)
class Limit:
    """Work that one question of a search may take, each from 1 up (``seconds``: above 0).

    ``nodes`` holds for the exact search, ``work`` (CP-SAT's deterministic time, about a second each) for CP-SAT.
    ``seconds`` of wall-clock time stops either, all questions together; answers that it stops depend on the computer.
    """

    nodes: int = 5_000_000
    work: float = 60.0
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.nodes < 1:
            raise SpecError(f"a limit of {self.nodes} nodes; allowed is a whole number from 1 up")
        if not self.work > 0:
            raise SpecError(f"a limit of {self.work} units of CP-SAT's deterministic time; allowed is more than 0")
        if self.seconds is not None and not self.seconds > 0:
            raise SpecError(f"a limit of {self.seconds} seconds; allowed is more than 0")

    @property
    def stop(self) -> float | None:
        """When ``seconds`` from now are over, on the monotonic clock; None if there is no such limit."""
        return None if self.seconds is None else time.monotonic() + self.seconds

    def until(self, stop: float | None) -> Limit:
        """The same work, and the seconds that are left until ``stop`` (a millisecond at least)."""
        return self if stop is None else replace(self, seconds=max(stop - time.monotonic(), 1e-3))


def late(stop: float | None) -> bool:
    """Whether ``stop`` has come."""
    return stop is not None and time.monotonic() >= stop
