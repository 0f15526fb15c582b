"""Sign and magnitude, one magnitude bit at a time: small negative numbers have few ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings.base import Encoding, bits_of, signs_of
from hwsim.formats import IntFormat


@dataclass(frozen=True, slots=True)
class SignMagnitude(Encoding):
    """Bit-serial radix 2 over the magnitude, each digit times the operand's sign.

    A signed format has as many digits as bits, because its lowest value needs them: -128 is 10000000 below its sign.
    """

    name: ClassVar[str] = "sign-magnitude"
    summary: ClassVar[str] = "bit-serial sign and magnitude, radix 2"
    radix_bits: ClassVar[int] = 1
    digit_set: ClassVar[tuple[int, ...]] = (-1, 0, 1)
    carries: ClassVar[bool] = True  # the magnitude of a negative operand is a negation, which ripples
    digit_bits: ClassVar[int] = 1
    sign_bits: ClassVar[int] = 1

    def _digits(self, format: IntFormat) -> int:
        return max(-format.low, format.high).bit_length()

    def _recode(self, values: NDArray[np.int32], format: IntFormat) -> NDArray[np.int8]:
        return bits_of(np.abs(values), self._digits(format)) * signs_of(values)[..., np.newaxis]
