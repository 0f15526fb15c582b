"""Bit-Pragmatic: only the non-zero digits of A take cycles, and the lanes of a group wait for the longest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hwsim.bit_serial.groups import Counts, Nonzero, max_pmf
from hwsim.bit_serial.one_sided import OneSided
from hwsim.encodings.base import Encoding
from hwsim.encodings.distribution import Distribution
from hwsim.encodings.pmf import mean_of
from hwsim.encodings.sign_magnitude import SignMagnitude
from hwsim.encodings.statistics import DigitStatistics

_BITS_OF_MAGNITUDE = SignMagnitude()


@dataclass(frozen=True, slots=True)
class Pragmatic(OneSided):
    """max over the lanes of the non-zero digits ("oneffsets"), each of which shifts B by its position.

    Any lane may shift by any distance in any cycle: the single-stage shifter of the publication.
    """

    encoding: Encoding = _BITS_OF_MAGNITUDE
    empty_group_cycles: int = 1

    name: ClassVar[str] = "pragmatic"
    summary: ClassVar[str] = "non-zero digits of A, the lanes wait for the longest"
    source: ClassVar[str] = "Albericio et al., MICRO 2017"
    serial_operand: ClassVar[str] = "activations"

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        return (self.encoding,)

    def group_cycles(self, nonzero: Nonzero) -> Counts:
        longest: Counts = np.count_nonzero(nonzero, axis=3).max(axis=2)
        return np.maximum(longest, self.empty_group_cycles)

    def _expected_group_cycles(self, a: Distribution, b: Distribution) -> float:
        longest = max_pmf(DigitStatistics(self.encoding, a).nonzero_pmf, self.group * self.columns)
        return mean_of(longest) + self.empty_group_cycles * float(longest[0])
