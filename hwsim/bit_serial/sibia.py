"""Sibia: signed slices of A that are not zero, times all slices of B."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hwsim.bit_serial.groups import Counts
from hwsim.bit_serial.occupied import Occupied
from hwsim.bit_serial.signed_slices import SignedSlices
from hwsim.encodings.base import Encoding

_SLICES = SignedSlices()


@dataclass(frozen=True, slots=True)
class Sibia(Occupied):
    """A slice product per lane and cycle; ``group`` operands whose slices of equal weight are skipped together.

    A is the operand that is skipped: the publication monitors both and takes the sparser one.
    """

    group: int = 1
    empty_group_cycles: int = 1

    name: ClassVar[str] = "sibia"
    summary: ClassVar[str] = "signed slices of A that are not zero, times all slices of B"
    source: ClassVar[str] = "Im et al., HPCA 2023; preprint arXiv 2203.07679"
    serial_operand: ClassVar[str] = "activations or weights"

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        return (_SLICES, _SLICES)

    @property
    def lane_bit_products(self) -> int:
        return _SLICES.digit_bits**2

    def occupied_cycles(self, occupied: Counts) -> Counts:
        return np.maximum(occupied * _SLICES.digits(self.b), self.empty_group_cycles)
