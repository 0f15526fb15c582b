"""BitWave: bit columns of a group of weights, without those that hold only zeros."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hwsim.bit_serial.groups import Counts
from hwsim.bit_serial.occupied import Occupied
from hwsim.encodings.base import Encoding
from hwsim.encodings.sign_magnitude import SignMagnitude

_BITS_OF_MAGNITUDE = SignMagnitude()


@dataclass(frozen=True, slots=True)
class BitWave(Occupied):
    """A cycle per bit column that is not all zero; ``sign_cycles`` more if the column of signs takes one too.

    The bits are those of the given operands: the publication's flipping of bits after training is up to the caller.
    """

    group: int = 8
    encoding: Encoding = _BITS_OF_MAGNITUDE
    sign_cycles: int = 0
    empty_group_cycles: int = 1

    name: ClassVar[str] = "bitwave"
    summary: ClassVar[str] = "bit columns of a group of A that are not all zero"
    source: ClassVar[str] = "Shi et al., HPCA 2024, arXiv 2507.12444"
    serial_operand: ClassVar[str] = "weights"

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        return (self.encoding,)

    def occupied_cycles(self, occupied: Counts) -> Counts:
        signs = self.sign_cycles * (occupied > 0)
        return np.maximum(occupied + signs, self.empty_group_cycles)
