"""Signed bit-slices: radix-8 digits with a sign each, so that small negative numbers have zeros above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings.base import Encoding
from hwsim.formats import IntFormat


@dataclass(frozen=True, slots=True)
class SignedSlices(Encoding):
    """Four bits per slice, of which one is a sign: slices of a two's-complement operand three bits apart.

    Every slice of a negative operand but the top one becomes negative by borrowing 8 from the slice above, so that
    a slice of ones turns into zero (Sibia, HPCA 2023). Formats of 4, 7, 10, ... bits fill their slices.
    """

    name: ClassVar[str] = "signed-slices"
    summary: ClassVar[str] = "signed 4-bit slices, radix 8"
    radix_bits: ClassVar[int] = 3
    digit_set: ClassVar[tuple[int, ...]] = tuple(range(-8, 8))
    carries: ClassVar[bool] = False  # the borrow of a negative operand is the inverse of its sign, known at once
    digit_bits: ClassVar[int] = 4
    sign_bits: ClassVar[int] = 0

    def _digits(self, format: IntFormat) -> int:
        return max(1, -(-(format.bits - format.signed) // self.radix_bits))

    def _recode(self, values: NDArray[np.int32], format: IntFormat) -> NDArray[np.int8]:
        count = self._digits(format)
        slices = np.stack([values >> (self.radix_bits * i) for i in range(count)], axis=-1)
        slices[..., :-1] &= self.radix - 1
        borrows = (values < 0).astype(np.int32)[..., np.newaxis]
        slices[..., :-1] -= self.radix * borrows
        slices[..., 1:] += borrows
        return slices.astype(np.int8)
