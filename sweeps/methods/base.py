"""What a method is: it proposes points in batches, and sees nothing but the outcomes of its own proposals."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Protocol

from sweeps.design import ContentOf
from sweeps.method_settings import Kind
from sweeps.point import Outcome, Point
from sweeps.study import Study

Proposals = Generator[Sequence[Point], Sequence[Outcome], None]
"""Yields batches of points, no point twice; is sent the outcomes of each batch, in its order."""


__all__ = ["ContentOf", "Method", "Proposals"]


class Method(Protocol):
    """Chooses the points of a study that are run.

    What ``propose`` yields depends on the study and on the outcomes sent alone (their points, summaries and errors):
    never on time, on workers, or on what runs first within a batch. A study that continues sends the stored outcomes
    again and comes to the same place.
    """

    kind: Kind

    def propose(self, study: Study, content_of: ContentOf, folder: Path | None = None) -> Proposals:
        """``folder`` is that of the store, for what a method keeps there for others to look at; None keeps nothing."""
        ...
