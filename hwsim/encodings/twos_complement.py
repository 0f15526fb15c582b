"""Two's complement one bit at a time: the operand as it is stored, the top bit counting negatively."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings.base import Encoding, bits_of
from hwsim.formats import IntFormat


@dataclass(frozen=True, slots=True)
class TwosComplement(Encoding):
    """Bit-serial radix 2; the top bit of a signed operand is the digit -1, so that its weight is positive like all."""

    name: ClassVar[str] = "twos-complement"
    summary: ClassVar[str] = "bit-serial two's complement, radix 2"
    radix_bits: ClassVar[int] = 1
    digit_set: ClassVar[tuple[int, ...]] = (-1, 0, 1)
    carries: ClassVar[bool] = False
    digit_bits: ClassVar[int] = 1
    sign_bits: ClassVar[int] = 0

    def _digits(self, format: IntFormat) -> int:
        return format.bits

    def _recode(self, values: NDArray[np.int32], format: IntFormat) -> NDArray[np.int8]:
        digits = bits_of(values, format.bits)
        if format.signed:
            digits[..., -1] *= -1
        return digits
