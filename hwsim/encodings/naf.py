"""Non-adjacent form (canonical signed digit): radix 2, no two neighbours non-zero, as few non-zero digits as can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings.base import Encoding, bits_of
from hwsim.formats import IntFormat


@dataclass(frozen=True, slots=True)
class Naf(Encoding):
    """The digits of x are the bits of 3x minus those of x, one place down (Reitwiesner 1960; Prodinger 2000)."""

    name: ClassVar[str] = "naf"
    summary: ClassVar[str] = "non-adjacent form (canonical signed digit), radix 2"
    radix_bits: ClassVar[int] = 1
    digit_set: ClassVar[tuple[int, ...]] = (-1, 0, 1)
    carries: ClassVar[bool] = True
    digit_bits: ClassVar[int] = 2
    sign_bits: ClassVar[int] = 0

    def _digits(self, format: IntFormat) -> int:
        # the place of the top digit of the largest magnitude, by the same bits of 3x and x as below
        largest = max(-format.low, format.high)
        return (3 * largest ^ largest).bit_length() - 1

    def _recode(self, values: NDArray[np.int32], format: IntFormat) -> NDArray[np.int8]:
        digits = self._digits(format)
        tripled = 3 * values
        return bits_of((tripled & ~values) >> 1, digits) - bits_of((values & ~tripled) >> 1, digits)
