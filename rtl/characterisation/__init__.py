"""Whole libraries measured: every leaf of a list of engines, their clocks and energies, as one technology."""

from rtl.characterisation.library import Identity, characterise, identity_of

__all__ = ["Identity", "characterise", "identity_of"]
