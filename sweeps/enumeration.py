"""The points of a study, each once, in the one order in which every run, table and export has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product

from hwsim.errors import SpecError
from sweeps.metrics import OF_MACHINE
from sweeps.point import Network, Point
from sweeps.study import Study

ContentOf = Callable[[Network], str]
"""The digest of a network's content."""


def points(study: Study, content_of: ContentOf) -> Iterator[Point]:
    """Networks outermost, then machines, then engines; what fails a constraint over fields is left out.

    Raises SpecError, opened by the study's file, for a constraint that is neither true nor false of a point.
    """
    seen: set[str] = set()
    for point in _all(study, content_of):
        if point.digest not in seen and _allowed(point, study):
            seen.add(point.digest)
            yield point


def _all(study: Study, content_of: ContentOf) -> Iterator[Point]:
    with _opened_by(study.origin):
        engines = [(space.array, tuple(fields.items())) for space in study.engines for fields in space.fields()]
    for network in study.networks:
        content = content_of(network)
        for values in product(*study.machine.values()):
            machine = tuple(zip(study.machine, values, strict=True))
            for array, engine in engines:
                yield Point(array, engine, machine, network, content, study.depth, study.plan_objective)


@contextmanager
def _opened_by(origin: str) -> Iterator[None]:
    """SpecErrors within name the file."""
    try:
        yield
    except SpecError as error:
        raise SpecError(f"{origin}: {error}") from None


def _allowed(point: Point, study: Study) -> bool:
    """A constraint that speaks of a field which this machine does not have says nothing about it."""
    constraints = study.constraints_before
    try:
        needs_machine = any(c.names & OF_MACHINE for c in constraints)
        values = point.values_of_machine if needs_machine else point.values
    except SpecError:
        return True  # no such machine can be made: the run says why
    with _opened_by(study.origin):
        return all(c.holds(values) for c in constraints if c.names <= values.keys())
