"""A claim: one number that was published or measured elsewhere, where it stands, and how our models answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from hwsim.errors import SpecError
from sweeps.reproduce.tolerance import Tolerance, Value

Measure = Callable[[], Value]
"""Computes the number of ours; it calls models and returns what they say."""


class Origin(Enum):
    """Who says it."""

    ABSTRACT = "A"
    """The abstract of the publication."""
    NOTES = "N"
    """Reading notes by a third party, which quote the publication."""
    REPOSITORY = "R"
    """The open repository of the authors."""
    MEASURED = "V"
    """Measured or enumerated independently of hwsim."""
    DERIVED = "D"
    """Derived independently of hwsim from what is published."""

    @property
    def of_the_authors(self) -> bool:
        """Whether the authors claim it; the rest are independent checks."""
        return self in (Origin.ABSTRACT, Origin.NOTES, Origin.REPOSITORY)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a claim stands: in whose words, and the place."""

    origin: Origin
    place: str


def measured(how: str) -> Source:
    """An independent measurement or enumeration."""
    return Source(Origin.MEASURED, f"independent check, not of the paper: {how}")


def derived(how: str) -> Source:
    """An independent derivation."""
    return Source(Origin.DERIVED, f"independent derivation, not of the paper: {how}")


@dataclass(frozen=True, slots=True)
class Claim:
    """``series`` says what is claimed, ``point`` for which case of a table.

    Either ``ours`` and a tolerance, or ``why_not``, the reason why it is not checkable here. Raises SpecError for a
    claim that has both or neither.
    """

    series: str
    point: str
    source: Source
    published: Value
    tolerance: Tolerance | None = None
    ours: Measure | None = None
    why_not: str = ""
    unit: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        answered = self.ours is not None and self.tolerance is not None
        if answered == bool(self.why_not) or (self.ours is None) != (self.tolerance is None):
            raise SpecError(f"{self.text}: a claim has a number of ours with a tolerance, or a reason why it has none")
        if not self.series or not self.source.place:
            raise SpecError(f"{self.text}: a claim says what is claimed, and where")

    @property
    def text(self) -> str:
        """The claim in words; no two claims of a system have the same."""
        return f"{self.series}: {self.point}" if self.point else self.series


def table(
    series: str,
    source: Source,
    tolerance: Tolerance,
    cells: Iterable[tuple[str, Value, Measure]],
    unit: str = "",
    note: str = "",
) -> tuple[Claim, ...]:
    """Claims that differ in the case: of each its name, what was published, and how ours is computed."""
    return tuple(
        Claim(series, point, source, published, tolerance, ours, unit=unit, note=note)
        for point, published, ours in cells
    )


def unchecked(
    series: str, source: Source, why_not: str, cells: Iterable[tuple[str, Value]], unit: str = "", note: str = ""
) -> tuple[Claim, ...]:
    """Claims that cannot be checked here, all for the same reason."""
    return tuple(
        Claim(series, point, source, published, why_not=why_not, unit=unit, note=note) for point, published in cells
    )
