"""How long packers look: limits in work, which repeat, and on request one in seconds, which does not."""

from __future__ import annotations

from dataclasses import dataclass

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
