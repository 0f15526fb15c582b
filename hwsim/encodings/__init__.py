"""Digit encodings, A = sum of d[i] * radix**i, one file each; a new one is a new file and one name in ENCODINGS."""

from hwsim.encodings.base import Encoding
from hwsim.encodings.booth import Booth
from hwsim.encodings.distribution import Distribution
from hwsim.encodings.ent import EnT
from hwsim.encodings.naf import Naf
from hwsim.encodings.registry import ENCODINGS, parse_encoding
from hwsim.encodings.sign_magnitude import SignMagnitude
from hwsim.encodings.statistics import DigitStatistics
from hwsim.encodings.twos_complement import TwosComplement

__all__ = [
    "ENCODINGS",
    "Booth",
    "DigitStatistics",
    "Distribution",
    "EnT",
    "Encoding",
    "Naf",
    "SignMagnitude",
    "TwosComplement",
    "parse_encoding",
]
