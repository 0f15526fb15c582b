"""The systems whose claims are reproduced, by name; a new one is a new package and one name in SYSTEMS."""

from __future__ import annotations

from hwsim.errors import SpecError, nearest
from sweeps.reproduce.bitweight import BITWEIGHT
from sweeps.reproduce.cosma import COSMA
from sweeps.reproduce.lut import LUT
from sweeps.reproduce.system import System

SYSTEMS: tuple[System, ...] = (BITWEIGHT, LUT, COSMA)


def find_system(name: str) -> System:
    """The system called ``name``; raises SpecError with the nearest name for any other."""
    found = {system.name: system for system in SYSTEMS}
    if name not in found:
        raise SpecError(f"unknown system {name!r}{nearest(name, found)}; systems are {', '.join(found)}")
    return found[name]
