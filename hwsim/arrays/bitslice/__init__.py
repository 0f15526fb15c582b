"""Sparse columns: the engine of OPT3, OPT4C and OPT4E, from its fields to its registers and leaves."""

from hwsim.arrays.bitslice.array import Bitslice, Encode
from hwsim.arrays.bitslice.layout import SliceLayout

__all__ = ["Bitslice", "Encode", "SliceLayout"]
