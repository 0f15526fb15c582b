"""A sample of the space without replacement, in one batch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

from sweeps.design import ContentOf, Design, DesignSpace
from sweeps.method_settings import Kind
from sweeps.methods.base import Proposals
from sweeps.point import Point
from sweeps.study import Study


class RandomSample:
    """``budget`` designs, every one of the space as likely as every other; all of them if the space has no more."""

    kind = Kind.RANDOM

    def propose(self, study: Study, content_of: ContentOf, folder: Path | None = None) -> Proposals:
        space = DesignSpace(study)
        drawn = islice(draw(space, Random(study.method.seed), content_of), study.method.budget)
        runs = [points for _, _, points in sorted(drawn, key=lambda found: found[0])]
        yield by_network(study, runs)


def draw(space: DesignSpace, rng: Random, content_of: ContentOf) -> Iterator[tuple[int, Design, list[Point]]]:
    """All designs that have a point to run, each once, in random order: number, design, points."""
    seen: set[Design] = set()
    for index in shuffled(space.size, rng):
        design = space.at(index)
        if design is not None and design not in seen:
            seen.add(design)
            if points := space.points_of(design, content_of):
                yield index, design, points


def shuffled(size: int, rng: Random) -> Iterator[int]:
    """The numbers below ``size`` in random order, at the memory of those that were taken (Fisher and Yates)."""
    moved: dict[int, int] = {}
    for i in range(size):
        j = rng.randrange(i, size)
        yield moved.get(j, j)
        moved[j] = moved.pop(i, i)


def by_network(study: Study, runs: list[list[Point]]) -> list[Point]:
    """The points of designs in the study's order: networks outermost."""
    return [point for network in study.networks for points in runs for point in points if point.network == network]
