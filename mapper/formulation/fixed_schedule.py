"""Eq. 16-17, a given order ("COSMA FS"): C is a number, not a variable, and Eq. 6 and 7 hold by themselves."""

from __future__ import annotations

from mapper.formulation.frame import Frame


def known_creation(frame: Frame, number: int) -> int | None:
    """The place at which a buffer is created, or, if it lies in DRAM, first loaded; None while the order is free."""
    return None if frame.order is None else frame.needed_places[number].start
