"""Where claims about COSMA stand: its abstract, notes of others who read it, and an independent re-implementation."""

from __future__ import annotations

from sweeps.reproduce.claim import Origin, Source, measured

_PAPER = "COSMA, DOI 10.48550/arXiv.2311.18246"

ABSTRACT = Source(Origin.ABSTRACT, f"abstract of {_PAPER}")


def notes(place: str) -> Source:
    """A statement of the paper as a re-implementer's notes have it."""
    return Source(Origin.NOTES, f"{_PAPER}, {place}, as a re-implementer's notes have it")


REIMPLEMENTED = measured("a public re-implementation with PuLP, Gurobi and CBC, on TensorFlow Lite exports")
