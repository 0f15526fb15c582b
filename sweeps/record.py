"""An outcome as workers hand it over and the store keeps it: packed where it was made, so that one writer keeps up."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sweeps.canonical import canonical_json
from sweeps.point import Outcome

LEVEL = 1
"""Of zlib: at 6 a report of fifty layers is a fifth smaller, and takes three times as long."""


@dataclass(frozen=True, slots=True)
class Record:
    """What became of the point ``digest``: ``summary`` and ``report`` (JSON; the latter compressed), or ``error``."""

    digest: str
    seconds: float
    summary: str | None = None
    report: bytes | None = None
    error: str | None = None

    @property
    def values(self) -> Mapping[str, Any] | None:
        """The summary, read."""
        return None if self.summary is None else json.loads(self.summary)


def pack(outcome: Outcome) -> Record:
    """``outcome`` for the store; one that JSON does not hold is a failure, and the sweep goes on."""
    if outcome.report is None:
        return Record(outcome.point.digest, outcome.seconds, error=outcome.error)
    try:
        summary, text = canonical_json(outcome.summary), _text(outcome.report)
    except ValueError as error:  # infinity, or what is no number
        return Record(outcome.point.digest, outcome.seconds, error=f"its report cannot be stored ({error})")
    return Record(outcome.point.digest, outcome.seconds, summary, zlib.compress(text.encode(), level=LEVEL))


def _text(report: Mapping[str, Any]) -> str:
    return json.dumps(
        report,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
        check_circular=False,  # a report is a tree, and the check a fifth of the time
    )


def unpack_report(report: bytes) -> Mapping[str, Any]:
    """The whole report in its JSON form."""
    found: Mapping[str, Any] = json.loads(zlib.decompress(report))
    return found
