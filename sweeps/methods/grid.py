"""The whole space: every point that the constraints allow, in one batch."""

from __future__ import annotations

from pathlib import Path

from sweeps.enumeration import points
from sweeps.method_settings import Kind
from sweeps.methods.base import ContentOf, Proposals
from sweeps.study import Study


class Grid:
    """All points in the study's order."""

    kind = Kind.GRID

    def propose(self, study: Study, content_of: ContentOf, folder: Path | None = None) -> Proposals:
        yield list(points(study, content_of))
