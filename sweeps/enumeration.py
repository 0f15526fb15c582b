"""The points of a study, each once, in the one order in which every run, table and export has them."""

from __future__ import annotations

from collections.abc import Iterator

from sweeps.design import ContentOf, DesignSpace, allowed
from sweeps.point import Point
from sweeps.study import Study

__all__ = ["ContentOf", "points"]


def points(study: Study, content_of: ContentOf) -> Iterator[Point]:
    """Networks outermost, then designs in the order of their space; what fails a constraint over fields is left out.

    Raises SpecError, opened by the study's file, for a constraint that is neither true nor false of a point.
    """
    seen: set[str] = set()
    space = DesignSpace(study)
    for network in study.networks:
        content = content_of(network)
        for design in space:
            point = design.on(network, content, study.depth)
            if allowed(point, study) and point.digest not in seen:
                seen.add(point.digest)
                yield point
