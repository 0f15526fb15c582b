"""What becomes of a claim, decided here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from sweeps.reproduce.claim import Answer, Claim, Origin
from sweeps.reproduce.costs.figures import Costs, NotCostedError
from sweeps.reproduce.costs.stored_costs import stored_shelves
from sweeps.reproduce.tolerance import Kind, Tolerance, Value, numbers


class Verdict(Enum):
    """The four things that can be said of a claim."""

    REPRODUCED = "reproduced"
    DIRECTION_ONLY = "direction only"
    NOT_REPRODUCED = "not reproduced"
    NOT_CHECKABLE = "not checkable here"


@dataclass(frozen=True, slots=True)
class Row:
    """One claim beside ours. Deviation and tolerance are in the unit of the claim, or fractions of the published number
    if the kind is relative or direction; ours, deviation and tolerance are None where there is none."""

    claim: str
    source: str
    published: Value
    ours: Value | None
    deviation: float | None
    tolerance: float | None
    verdict: str
    """A `Verdict`; for one that is not checkable, with the reason in brackets."""
    tolerance_kind: str | None
    origin: str
    section: str
    series: str
    point: str
    unit: str
    note: str
    library: str = ""
    """The cell library that ours comes from; empty for what no gate has a part in."""
    beside: Mapping[str, Value] = field(default_factory=dict)
    """More numbers of ours, by what they are, which the verdict does not depend on."""

    @property
    def outcome(self) -> Verdict:
        return Verdict(self.verdict.partition(" (")[0])

    @property
    def of_the_authors(self) -> bool:
        return Origin(self.origin).of_the_authors

    def record(self) -> dict[str, Any]:
        """The row as JSON holds it."""
        return asdict(self)

    @staticmethod
    def of_record(record: Mapping[str, Any]) -> Row:
        """The row that `record` gave, numbers that belong together a tuple again."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in record.items()}
        return Row(**values)


def answered(claim: Claim, section: str, book: Mapping[str, Costs] | None = None) -> Row:
    """The row of ``claim``: ours is computed now, of costs with those in ``book`` (by library; None: the stored)."""
    answer, why_not = _asked(claim, book)
    tolerance = claim.tolerance if answer is not None else None
    ours = None if answer is None else answer.value
    return Row(
        claim=claim.text,
        source=claim.source.place,
        published=claim.published,
        ours=ours,
        deviation=None if tolerance is None or ours is None else tolerance.deviation(claim.published, ours),
        tolerance=None if tolerance is None else tolerance.bound,
        verdict=_words(tolerance, claim.published, ours, why_not),
        tolerance_kind=None if tolerance is None else tolerance.kind.value,
        origin=claim.source.origin.value,
        section=section,
        series=claim.series,
        point=claim.point,
        unit=claim.unit,
        note=claim.note,
        library=claim.library,
        beside={} if answer is None else dict(answer.beside),
    )


def _asked(claim: Claim, book: Mapping[str, Costs] | None) -> tuple[Answer | None, str]:
    """What ours is, or why there is none."""
    if claim.ours is not None:
        return Answer(claim.ours()), ""
    if claim.costed is None:
        return None, claim.why_not
    try:
        costs = (stored_shelves() if book is None else book)[claim.library]
        value = claim.costed(costs)
    except NotCostedError as error:
        return None, str(error)
    return value if isinstance(value, Answer) else Answer(value), ""


def _words(tolerance: Tolerance | None, published: Value, ours: Value | None, why_not: str) -> str:
    if tolerance is None or ours is None:
        return f"{Verdict.NOT_CHECKABLE.value} ({why_not})"
    return judge(tolerance, published, ours).value


def judge(tolerance: Tolerance, published: Value, ours: Value) -> Verdict:
    """Reproduced within the tolerance, bound included; where only the direction can be compared, whether it agrees.

    What has no deviation is not reproduced, but for equal words.
    """
    if isinstance(published, str):
        return Verdict.REPRODUCED if published == ours else Verdict.NOT_REPRODUCED
    deviation = tolerance.deviation(published, ours)
    if deviation is None or isinstance(ours, str):
        return Verdict.NOT_REPRODUCED
    if tolerance.bound is None:
        agrees = all(_side(x) == _side(y) for x, y in zip(numbers(published), numbers(ours), strict=True))
        return Verdict.DIRECTION_ONLY if agrees else Verdict.NOT_REPRODUCED
    within = abs(deviation) <= tolerance.bound or math.isclose(abs(deviation), tolerance.bound, rel_tol=_ROUNDING)
    within = deviation == 0 if tolerance.kind is Kind.EXACT else within
    return Verdict.REPRODUCED if within else Verdict.NOT_REPRODUCED


_ROUNDING = 1e-9  # a deviation is a difference of two floats: the bound itself is still inside


def _side(ratio: float) -> int:
    """Gain, loss, or neither."""
    return (ratio > 1) - (ratio < 1)
