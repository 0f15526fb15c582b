"""Bit-serial engines of the literature as cycle models, one file each; a new one is one name in BIT_SERIAL."""

from hwsim.bit_serial.base import BitSerial
from hwsim.bit_serial.bitlet import Bitlet
from hwsim.bit_serial.bitwave import BitWave
from hwsim.bit_serial.laconic import Laconic
from hwsim.bit_serial.pragmatic import Pragmatic
from hwsim.bit_serial.registry import BIT_SERIAL, parse_design
from hwsim.bit_serial.sibia import Sibia
from hwsim.bit_serial.signed_slices import SignedSlices
from hwsim.bit_serial.stripes import Stripes

__all__ = [
    "BIT_SERIAL",
    "BitSerial",
    "BitWave",
    "Bitlet",
    "Laconic",
    "Pragmatic",
    "Sibia",
    "SignedSlices",
    "Stripes",
    "parse_design",
]
