"""Laconic: the non-zero digits of A times those of B, one pair per lane and cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hwsim.bit_serial.base import BitSerial, Matrix
from hwsim.bit_serial.groups import max_pmf, nonzero_digits, slowest
from hwsim.encodings.base import Encoding
from hwsim.encodings.booth import Booth
from hwsim.encodings.distribution import Distribution
from hwsim.encodings.pmf import mean_of, product_pmf
from hwsim.encodings.statistics import DigitStatistics

_BOOTH = Booth()


@dataclass(frozen=True, slots=True)
class Laconic(BitSerial):
    """max over the lanes of terms(A) * terms(B): exponents are added, and a histogram counts the powers of two."""

    encoding: Encoding = _BOOTH
    empty_group_cycles: int = 1

    name: ClassVar[str] = "laconic"
    summary: ClassVar[str] = "pairs of non-zero digits of A and B, the lanes wait for the longest"
    source: ClassVar[str] = "Sharify et al., ISCA 2019"
    serial_operand: ClassVar[str] = "both"

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        return (self.encoding, self.encoding)

    @property
    def lane_bit_products(self) -> int:
        return 1  # a power of two times a power of two

    def _cycles(self, a: Matrix, b: Matrix) -> int:
        """The columns share B, so that the longest of a lane over the columns is that of A there, times B's."""
        left = np.count_nonzero(nonzero_digits(a, self.encoding, self.a, self.group), axis=3)
        right = np.count_nonzero(nonzero_digits(b.T, self.encoding, self.b, self.group), axis=3)
        total = 0
        for terms in slowest(left, self.columns):  # one tile of rows at a time bounds the memory to that of B
            total += int(np.maximum((terms * right).max(axis=2), self.empty_group_cycles).sum())
        return total

    def _expected_group_cycles(self, a: Distribution, b: Distribution) -> float:
        left = max_pmf(DigitStatistics(self.encoding, a).nonzero_pmf, self.columns)
        lane = product_pmf(left, DigitStatistics(self.encoding, b).nonzero_pmf)
        longest = max_pmf(lane, self.group)
        return mean_of(longest) + self.empty_group_cycles * float(longest[0])
