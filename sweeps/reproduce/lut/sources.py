"""Where claims about LUT Tensor Core stand: its text, readings of its figures, its artifact, checks of others.

Text and tables were read in translations of the paper, figures only as others read them.
"""

from __future__ import annotations

from sweeps.reproduce.claim import Origin, Source

_PAPER = "LUT Tensor Core, ISCA 2025, DOI 10.48550/arXiv.2408.06003"

ABSTRACT = Source(Origin.ABSTRACT, f"abstract of {_PAPER}")


def paper(place: str) -> Source:
    """A section or table of the paper, as translations have it."""
    return Source(Origin.NOTES, f"{_PAPER}, {place}")


def figure(place: str) -> Source:
    """A figure, as others read it, to about a tenth."""
    return Source(Origin.NOTES, f"{_PAPER}, {place}, as third parties read it")


def artifact(place: str) -> Source:
    """A file of the authors' repository."""
    return Source(Origin.REPOSITORY, f"{place} in the artifact of {_PAPER} (T-MAC, branch LUTTensorCore_ISCA25)")
