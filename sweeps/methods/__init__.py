"""Methods: how the points that a study runs are chosen from its space."""

from __future__ import annotations

from sweeps.methods.base import ContentOf, Method, Proposals
from sweeps.methods.grid import Grid
from sweeps.methods.random_sample import RandomSample
from sweeps.methods.search import Search
from sweeps.study import Study

METHODS: tuple[Method, ...] = (Grid(), RandomSample(), Search())
"""One for each kind of method."""


def method_of(study: Study) -> Method:
    """The method that the study asks for."""
    return next(method for method in METHODS if method.kind is study.method.kind)


__all__ = ["METHODS", "ContentOf", "Method", "Proposals", "method_of"]
