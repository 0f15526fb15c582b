"""A published system: its claims by section, and their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hwsim.errors import SpecError
from sweeps.reproduce.claim import Claim
from sweeps.reproduce.costs.figures import Costs
from sweeps.reproduce.verdict import Row, answered


@dataclass(frozen=True, slots=True)
class Section:
    """Claims about one subject, under one heading."""

    title: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class System:
    """A publication under the name by which it is asked for; raises SpecError if two of its claims read the same."""

    name: str
    title: str
    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        texts = [claim.text for section in self.sections for claim in section.claims]
        if twice := sorted({text for text in texts if texts.count(text) > 1}):
            raise SpecError(f"{self.name}: two claims read {twice[0]!r}")

    @property
    def size(self) -> int:
        """How many claims there are."""
        return sum(len(section.claims) for section in self.sections)

    @property
    def asks_costs(self) -> bool:
        """Whether a claim is answered by what gates cost."""
        return any(claim.library for section in self.sections for claim in section.claims)


def compute(
    system: System, step: Callable[[], object] = lambda: None, book: Mapping[str, Costs] | None = None
) -> tuple[Row, ...]:
    """Every row, computed now, what gates cost from ``book`` (None: as stored); ``step`` is called after each."""
    rows = []
    for section in system.sections:
        for claim in section.claims:
            rows.append(answered(claim, section.title, book))
            step()
    return tuple(rows)
