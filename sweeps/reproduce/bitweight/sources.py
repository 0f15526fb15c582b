"""Where claims about the bit-weight paper stand: its abstract, notes that quote it, its repository, checks of others.

The body of the paper was not at hand: only what these sources say of it is compared.
"""

from __future__ import annotations

from sweeps.reproduce.claim import Origin, Source

_PAPER = "HPCA 2025, DOI 10.1109/HPCA61900.2025.00058"
_REPOSITORY = "the open repository of HPCA 2025, DOI 10.1109/HPCA61900.2025.00058, commit ebe4db7"

ABSTRACT = Source(Origin.ABSTRACT, f"abstract of {_PAPER}")


def notes(subject: str) -> Source:
    """The part of the paper on ``subject``, as notes by a third party quote it."""
    return Source(Origin.NOTES, f"{_PAPER}, on {subject}, as quoted by third-party reading notes")


def repository(place: str) -> Source:
    """A file or figure of the repository."""
    return Source(Origin.REPOSITORY, f"{place} in {_REPOSITORY}")
