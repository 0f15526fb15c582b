"""Bitlet: an adder per bit position takes the operands that have a one there, one per cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hwsim.bit_serial.groups import Counts, Nonzero
from hwsim.bit_serial.one_sided import OneSided
from hwsim.encodings.base import Encoding
from hwsim.encodings.distribution import Distribution
from hwsim.encodings.sign_magnitude import SignMagnitude

_BITS_OF_MAGNITUDE = SignMagnitude()


@dataclass(frozen=True, slots=True)
class Bitlet(OneSided):
    """max over the bit positions of the ones that the group has there ("bit interleaving").

    The lanes of a PE are its adders, one per position. The positions of an operand depend on each other, and no exact
    expectation of the largest of their counts is known: ``expected`` is None.
    """

    group: int = 64
    encoding: Encoding = _BITS_OF_MAGNITUDE
    empty_group_cycles: int = 1

    name: ClassVar[str] = "bitlet"
    summary: ClassVar[str] = "ones of A per bit position, the positions wait for the fullest"
    source: ClassVar[str] = "Lu et al., MICRO 2021"
    serial_operand: ClassVar[str] = "weights"

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        return (self.encoding,)

    @property
    def lanes(self) -> int:
        return self.encoding.digits(self.a)

    def group_cycles(self, nonzero: Nonzero) -> Counts:
        fullest: Counts = np.count_nonzero(nonzero, axis=2).max(axis=2)
        return np.maximum(fullest, self.empty_group_cycles)

    def _expected_group_cycles(self, a: Distribution, b: Distribution) -> None:
        return None
