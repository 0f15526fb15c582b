"""Designs whose time depends on the digits of A alone: B passes by in parallel."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from hwsim.bit_serial.base import BitSerial, Matrix
from hwsim.bit_serial.groups import Counts, Nonzero, nonzero_digits, slowest


@dataclass(frozen=True, slots=True)
class OneSided(BitSerial):
    """Every column of B takes the same time, that of A: groups one after the other, the slowest column of each."""

    @abstractmethod
    def group_cycles(self, nonzero: Nonzero) -> Counts:
        """Cycles of every group, from which of its digits are not zero: (rows, groups, group, digits) to
        (rows, groups)."""

    def _cycles(self, a: Matrix, b: Matrix) -> int:
        nonzero = nonzero_digits(a, self.encodings[0], self.a, self.group)
        total = int(slowest(self.group_cycles(nonzero), self.columns).sum())
        return total * int(b.shape[1])
