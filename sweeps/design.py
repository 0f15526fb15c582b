"""A design: one machine and how networks are planned on it; and the numbered space of all that a study describes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hwsim.errors import SpecError
from sweeps.expression import Values
from sweeps.method_settings import Kind
from sweeps.metrics import OF_MACHINE
from sweeps.point import Fields, Network, Point
from sweeps.space import combination, size_of
from sweeps.study import Study

ContentOf = Callable[[Network], str]
"""The digest of a network's content."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a point is without its network; ``engine`` and ``machine`` as points have them."""

    array: str
    engine: Fields
    machine: Fields
    plan_objective: str
    plan_buffers: str

    def on(self, network: Network, content: str, depth: str) -> Point:
        """The point that runs ``network`` on it."""
        return Point(
            self.array, self.engine, self.machine, network, content, depth, self.plan_objective, self.plan_buffers
        )


class DesignSpace:
    """All designs of a study by number, machines outermost, then how they are planned, then engines."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self.engines = sum(space.size for space in study.engines)
        """Engines, those that a ``where`` refuses among them."""
        self.plans = size_of(study.mapper)
        self.size = size_of(study.machine) * self.plans * self.engines
        """Numbers, those of designs that constraints refuse among them."""

    def at(self, index: int) -> Design | None:
        """Design ``index``; None if the ``where`` of its block refuses it."""
        outer, inner = divmod(index, self.engines)
        engine = self.engine_at(inner)
        return None if engine is None else self.combined(outer, *engine)

    def engine_at(self, index: int) -> tuple[str, Fields] | None:
        """Array and fields of engine ``index``; None if the ``where`` of its block refuses it."""
        for space in self._study.engines:
            if index < space.size:
                with opened_by(self._study.origin):
                    fields = space.at(index)
                return None if fields is None else (space.array, tuple(fields.items()))
            index -= space.size
        raise IndexError(index)

    def combined(self, outer: int, array: str, engine: Fields) -> Design:
        """The design of an engine in machine and plan ``outer``, plans fastest."""
        machine, plan = divmod(outer, self.plans)
        fields = tuple(combination(self._study.machine, machine).items())
        planned = {name: str(value) for name, value in combination(self._study.mapper, plan).items()}
        return Design(array, engine, fields, **planned)

    def points_of(self, design: Design, content_of: ContentOf) -> list[Point]:
        """Its points in the order of networks: none if constraints over fields refuse it."""
        study = self._study
        points = (design.on(network, content_of(network), study.depth) for network in study.networks)
        return [point for point in points if allowed(point, study)]

    def __iter__(self) -> Iterator[Design]:
        """Every design that no ``where`` refuses, in order; engines are made once, when they are first come to."""
        engines: list[tuple[str, Fields]] = []
        for index in range(self.engines):
            if (found := self.engine_at(index)) is not None:
                engines.append(found)
                yield self.combined(0, *found)
        for outer in range(1, self.size // self.engines):
            for array, engine in engines:
                yield self.combined(outer, array, engine)


def most_points(study: Study) -> int:
    """What a search runs at most: its budget of designs, or all that the space has; 0 for what proposes all at once."""
    if study.method.kind is not Kind.SEARCH:
        return 0
    return min(study.method.budget or 0, DesignSpace(study).size) * len(study.networks)


@contextmanager
def opened_by(origin: str) -> Iterator[None]:
    """SpecErrors within name the file."""
    try:
        yield
    except SpecError as error:
        raise SpecError(f"{origin}: {error}") from None


def allowed(point: Point, study: Study) -> bool:
    """Whether the constraints over fields let it run; one that speaks of a field which it lacks says nothing."""
    constraints = study.constraints_before
    values: Values = point.values
    if any(c.names & OF_MACHINE for c in constraints):
        try:
            values = point.values_of_machine
        except SpecError:  # no such machine can be made: its fields alone decide, and the run says why
            constraints = tuple(c for c in constraints if not c.names & OF_MACHINE)
    with opened_by(study.origin):
        return all(c.holds(values) for c in constraints if c.names <= values.keys())
