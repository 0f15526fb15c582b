"""A claim: one number that was published or measured elsewhere, where it stands, and how our models answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from hwsim.errors import SpecError
from sweeps.reproduce.costs.figures import Costs
from sweeps.reproduce.costs.libraries import LIBRARIES
from sweeps.reproduce.tolerance import Tolerance, Value

Measure = Callable[[], Value]
"""Computes the number of ours; it calls models and returns what they say."""

AUTHORS = "authors' accounting"
"""What a number would be if it counted what the authors count; said beside ours where the two differ."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A number of ours, and numbers to read beside it that the verdict does not depend on, by what they are."""

    value: Value
    beside: Mapping[str, Value] = field(default_factory=dict)


CostMeasure = Callable[[Costs], Value | Answer]
"""Computes the number of ours from what gates cost in one cell library."""


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

    Either ``ours`` (or ``costed`` and the cell library in which it is asked) and a tolerance, or ``why_not``, the
    reason why it is not checkable here. Raises SpecError for a claim that has both or neither.
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
    library: str = ""
    costed: CostMeasure | None = None

    def __post_init__(self) -> None:
        measured = self.ours is not None or self.costed is not None
        if measured == bool(self.why_not) or measured != (self.tolerance is not None):
            raise SpecError(f"{self.text}: a claim has a number of ours with a tolerance, or a reason why it has none")
        if not self.series or not self.source.place:
            raise SpecError(f"{self.text}: a claim says what is claimed, and where")
        if (self.costed is not None) != bool(self.library):
            raise SpecError(f"{self.text}: a number from costs has a cell library, and only such a number")

    @property
    def text(self) -> str:
        """The claim in words; no two claims of a system have the same."""
        words = f"{self.series}: {self.point}" if self.point else self.series
        return f"{words} [{self.library}]" if self.library else words


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


def costed(
    series: str,
    source: Source,
    tolerance: Tolerance,
    cells: Iterable[tuple[str, Value, CostMeasure]],
    unit: str = "",
    note: str = "",
) -> tuple[Claim, ...]:
    """Claims that what gates cost answers, each in every cell library; ``cells`` are as those of `table`."""
    return tuple(
        Claim(series, point, source, published, tolerance, unit=unit, note=note, library=library, costed=measure)
        for point, published, measure in cells
        for library in LIBRARIES
    )
