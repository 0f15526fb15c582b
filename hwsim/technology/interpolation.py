"""Between characterised parameters: on a line through two points, or in a rectangle of four; beyond them if allowed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import combinations, product

Place = tuple[tuple[str, int], ...]
"""Names and values of parameters, sorted by name."""


class Kind(Enum):
    """How a figure was come by."""

    EXACT = "characterised"
    INTERPOLATED = "interpolated"
    EXTRAPOLATED = "extrapolated"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A place as a weighted sum of characterised ones; weights add up to 1, and are not below 0 unless extrapolated."""

    kind: Kind
    weights: tuple[tuple[Place, float], ...]

    def of(self, values: Mapping[Place, float]) -> float:
        """The estimate of a quantity that has ``values`` at the characterised places."""
        return sum(weight * values[place] for place, weight in self.weights)


def estimate(places: Collection[Place], at: Place, beyond: Collection[str] = ()) -> Estimate | None:
    """How ``at`` lies among ``places``, all of the same names: itself, or between them; along the parameters ``beyond``
    also outside, straight on from the nearest two. None if it is neither.

    Between them is, in this order, the shortest line along one parameter, the smallest rectangle along two, and the
    shortest line along several at once.
    """
    alike = [place for place in places if _names(place) == _names(at)]
    if at in alike:
        return Estimate(Kind.EXACT, ((at, 1.0),))
    for shapes in (_along_one, _rectangles, _lines):
        if found := list(shapes(alike, at)):
            return Estimate(Kind.INTERPOLATED, min(found)[1])
    outside = [line for name in beyond for line in _straight_on(alike, at, name)]
    return Estimate(Kind.EXTRAPOLATED, min(outside)[1]) if outside else None


Sized = tuple[int, tuple[tuple[Place, float], ...]]
"""How far the corners are apart, and their weights."""


def _names(place: Place) -> list[str]:
    return [name for name, _ in place]


def distance(one: Place, other: Place) -> int:
    """Sum of the differences of all parameters of two places of the same names."""
    return sum(abs(x - y) for (_, x), (_, y) in zip(one, other, strict=True))


def _along_one(places: list[Place], at: Place) -> Iterator[Sized]:
    """The two nearest places, one on either side, that differ from ``at`` in one parameter alone."""
    for name, value in at:
        line = {dict(place)[name]: place for place in places if _agree(place, at, (name,))}
        below, above = [x for x in line if x < value], [x for x in line if x > value]
        if below and above:
            low, high = max(below), min(above)
            weights = _shares((low, high), value)
            yield high - low, ((line[low], weights[0]), (line[high], weights[1]))


def _lines(places: list[Place], at: Place) -> Iterator[Sized]:
    """Pairs of places with ``at`` on the straight line between them."""
    for low, high in combinations(sorted(places), 2):
        whole, part = _steps(low, high), _steps(low, at)
        across = [i for i, step in enumerate(whole) if step]
        first = across[0]
        if not all(part[i] * whole[first] == part[first] * whole[i] for i in range(len(whole))):
            continue
        share = part[first] / whole[first]
        if 0 < share < 1:
            yield distance(low, high), ((low, 1 - share), (high, share))


def _steps(start: Place, end: Place) -> list[int]:
    return [y - x for (_, x), (_, y) in zip(start, end, strict=True)]


def _rectangles(places: list[Place], at: Place) -> Iterator[Sized]:
    """Four places that differ from ``at`` in two parameters, one at each corner around it: bilinear weights."""
    known = set(places)
    for one, other in combinations(_names(at), 2):
        near = [place for place in places if _agree(place, at, (one, other))]
        values = [sorted({dict(place)[name] for place in near}) for name in (one, other)]
        for spans in product(*(_spans(held, dict(at)[name]) for held, name in zip(values, (one, other), strict=True))):
            corners = [_moved(at, {one: x, other: y}) for x in spans[0] for y in spans[1]]
            if known.issuperset(corners):
                shares = [_shares(span, dict(at)[name]) for span, name in zip(spans, (one, other), strict=True)]
                weights = [x * y for x in shares[0] for y in shares[1]]
                yield sum(high - low for low, high in spans), tuple(zip(corners, weights, strict=True))


def _spans(values: list[int], at: int) -> Iterator[tuple[int, int]]:
    """Pairs of values with ``at`` strictly between them."""
    return ((low, high) for low in values for high in values if low < at < high)


def _shares(span: tuple[int, int], at: int) -> tuple[float, float]:
    low, high = span
    share = (at - low) / (high - low)
    return 1 - share, share


def _agree(place: Place, at: Place, but: Collection[str]) -> bool:
    """Whether two places differ in the parameters ``but`` alone."""
    return all(name in but or x == y for (name, x), (_, y) in zip(place, at, strict=True))


def _moved(place: Place, to: Mapping[str, int]) -> Place:
    return tuple((name, to.get(name, value)) for name, value in place)


def _straight_on(places: list[Place], at: Place, name: str) -> Iterator[Sized]:
    """The two places nearest to ``at`` that differ from it in ``name`` alone, both on one side of it."""
    if name not in _names(at):
        return
    line = sorted((place for place in places if _agree(place, at, (name,))), key=lambda place: distance(place, at))
    if len(line) >= 2:
        near, far = line[:2]
        share = distance(near, at) / distance(near, far)
        yield distance(near, at), ((near, 1 + share), (far, -share))
