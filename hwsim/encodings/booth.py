"""Modified Booth encoding in radix 4: every digit reads a window of three bits that overlaps its neighbour's by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings.base import Encoding
from hwsim.formats import IntFormat

_DIGIT_OF_WINDOW = np.array([0, 1, 1, 2, -2, -1, -1, 0], np.int8)
"""By the window a[2i+1] a[2i] a[2i-1], read as a number."""


@dataclass(frozen=True, slots=True)
class Booth(Encoding):
    """``d[i] = -2 a[2i+1] + a[2i] + a[2i-1]`` with a[-1] = 0 (MacSorley 1961; MBE in HPCA 2025)."""

    name: ClassVar[str] = "booth"
    summary: ClassVar[str] = "modified Booth encoding, radix 4"
    radix_bits: ClassVar[int] = 2
    digit_set: ClassVar[tuple[int, ...]] = (-2, -1, 0, 1, 2)
    carries: ClassVar[bool] = False
    digit_bits: ClassVar[int] = 3
    sign_bits: ClassVar[int] = 0

    def _digits(self, format: IntFormat) -> int:
        return -(-(format.bits + (not format.signed)) // 2)  # an unsigned operand has a zero above its top bit

    def _recode(self, values: NDArray[np.int32], format: IntFormat) -> NDArray[np.int8]:
        digits = np.empty((*values.shape, self._digits(format)), np.int8)
        padded = values << 1  # a[-1] = 0
        for i in range(digits.shape[-1]):
            digits[..., i] = _DIGIT_OF_WINDOW[(padded >> (2 * i)) & 7]
        return digits
