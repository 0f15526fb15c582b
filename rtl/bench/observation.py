"""What the bench saw: how much was compared, and the first differences."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

OBSERVATION_VARIABLE = "HWSIM_BENCH_OBSERVATION"
"""Environment variable that names to the bench the file to write."""

SHOWN = 10
"""Mismatches that are kept in full; the others are only counted."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One lane of one port that differed: ``edge`` counts from 1 within the case, 0 is the reset.

    ``port`` is ``product`` for an element (lane row * n + col) of the assembled matrix.
    """

    case: str
    edge: int
    port: str
    lane: int
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.case}: edge {self.edge}, {self.port}[{self.lane}]: expected {self.expected}, got {self.got}"


@dataclass(frozen=True, slots=True)
class Observation:
    """``edges`` and ``lanes`` count comparisons against the step model; ``elements`` those against the product.

    ``problem`` is a sentence if the bench could not run to its end, else empty.
    """

    edges: int = 0
    lanes: int = 0
    elements: int = 0
    mismatch_count: int = 0
    mismatches: tuple[Mismatch, ...] = ()
    problem: str = ""


class Record:
    """The growing observation, shared by the checkers of one bench."""

    def __init__(self) -> None:
        self.edges = self.lanes = self.elements = self.mismatch_count = 0
        self.first: list[Mismatch] = []

    def differ(self, mismatch: Mismatch) -> None:
        self.mismatch_count += 1
        if len(self.first) < SHOWN:
            self.first.append(mismatch)

    def close(self, problem: str = "") -> Observation:
        return Observation(self.edges, self.lanes, self.elements, self.mismatch_count, tuple(self.first), problem)


def write_observation(seen: Observation, path: Path) -> None:
    path.write_text(json.dumps(asdict(seen)))


def read_observation(path: Path) -> Observation:
    table = json.loads(path.read_text())
    return Observation(**{**table, "mismatches": tuple(Mismatch(**entry) for entry in table["mismatches"])})
