"""Designs that skip a position of weight where the whole group has zeros: bit columns, or slices."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from hwsim.bit_serial.groups import Counts, Nonzero, max_pmf, occupied_pmf
from hwsim.bit_serial.one_sided import OneSided
from hwsim.encodings.distribution import Distribution
from hwsim.encodings.statistics import DigitStatistics


@dataclass(frozen=True, slots=True)
class Occupied(OneSided):
    """The time of a group grows with the number of positions at which any of its operands is not zero."""

    @abstractmethod
    def occupied_cycles(self, occupied: Counts) -> Counts:
        """Cycles of groups with so many occupied positions; never fewer for more of them."""

    def group_cycles(self, nonzero: Nonzero) -> Counts:
        return self.occupied_cycles(np.count_nonzero(nonzero.any(axis=2), axis=2))

    def _expected_group_cycles(self, a: Distribution, b: Distribution) -> float:
        pmf = max_pmf(occupied_pmf(DigitStatistics(self.encodings[0], a), self.group), self.columns)
        return float(pmf @ self.occupied_cycles(np.arange(len(pmf))))
