"""EN-T: radix-4 digits -1, 0, 1, 2 of the magnitude, the sign kept once, so that a digit is stored in two bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings.base import Encoding, signs_of
from hwsim.encodings.select import selected_digits
from hwsim.errors import SpecError
from hwsim.formats import Format, IntFormat

_FIELD_BITS = 2


@dataclass(frozen=True, slots=True)
class EnT(Encoding):
    """A ripple over the radix-4 digits x of the magnitude: with t = x + carry, 3 becomes -1 and 4 becomes 0, and both
    carry into the next digit; the sign of the operand then multiplies every digit (EN-T, ICCD 2024, arXiv 2404.11887).

    An encoded operand is stored as one sign bit above the fields, two bits each, of the magnitude's digits: 9 bits for
    INT8. ``hwsim.encodings.select`` has the step from field and sign to the select code of a multiplexer.
    """

    name: ClassVar[str] = "ent"
    summary: ClassVar[str] = "EN-T, radix 4 over the magnitude with a carry, two bits per digit"
    radix_bits: ClassVar[int] = 2
    digit_set: ClassVar[tuple[int, ...]] = (-2, -1, 0, 1, 2)
    carries: ClassVar[bool] = True
    digit_bits: ClassVar[int] = _FIELD_BITS
    sign_bits: ClassVar[int] = 1

    def _digits(self, format: IntFormat) -> int:
        # the magnitude 2**(bits-1) of the lowest signed value ends in zeros, so no carry leaves its top digit;
        # the magnitude 2**bits - 1 of an unsigned format carries out of it if bits is even
        return -(-(format.bits + (not format.signed)) // 2)

    def _magnitude_digits(self, magnitudes: NDArray[np.int32], digits: int) -> NDArray[np.int8]:
        recoded = np.empty((*magnitudes.shape, digits), np.int8)
        carry = np.zeros(magnitudes.shape, np.int32)
        for i in range(digits):
            total = ((magnitudes >> (2 * i)) & 3) + carry
            carry = (total >= 3).astype(np.int32)
            recoded[..., i] = total - 4 * carry
        return recoded

    def _recode(self, values: NDArray[np.int32], format: IntFormat) -> NDArray[np.int8]:
        digits = self._magnitude_digits(np.abs(values), self._digits(format))
        return digits * signs_of(values)[..., np.newaxis]

    def fields(self, values: NDArray[np.integer], format: Format) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
        """The stored form: sign (...), true for negative values, and the fields before the sign (..., digits).

        A field holds the magnitude's digit modulo 4: 0, 1 and 2 are themselves, 3 is -1. Zero must be detected here:
        after the sign step no code is left for it. Raises SpecError as ``encode`` does.
        """
        digits = self.encode(values, format)
        sign = np.asarray(values) < 0
        of_magnitude = np.where(sign[..., np.newaxis], -digits, digits)
        return sign, (of_magnitude & 3).astype(np.uint8)

    def words(self, values: NDArray[np.integer], format: Format) -> NDArray[np.uint32]:
        """Encoded operands of ``stored_bits``: the sign (of a signed format) above the fields, field 0 lowest."""
        sign, fields = self.fields(values, format)
        shifts = np.arange(fields.shape[-1], dtype=np.uint32) * np.uint32(_FIELD_BITS)
        packed = (fields.astype(np.uint32) << shifts).sum(axis=-1, dtype=np.uint32)
        top = sign.astype(np.uint32) << np.uint32(_FIELD_BITS * fields.shape[-1])
        return np.asarray(packed | top, np.uint32)

    def digits_of_words(self, words: NDArray[np.integer], format: Format) -> NDArray[np.int8]:
        """The digits (..., digits) of stored operands, by zero detection and select codes as the hardware does it.

        Raises SpecError for a word wider than ``stored_bits``.
        """
        stored_bits, count = self.stored_bits(format), self.digits(format)
        if words.size and not 0 <= int(words.min()) <= int(words.max()) < 1 << stored_bits:
            raise SpecError(
                f"an {self.name!r} operand of {format} is stored in {stored_bits} bits; "
                f"the words reach from {int(words.min())} to {int(words.max())}"
            )
        shifts = np.arange(0, _FIELD_BITS * count, _FIELD_BITS)
        fields = ((words.astype(np.int64)[..., np.newaxis] >> shifts) & 3).astype(np.uint8)
        sign = (words.astype(np.int64) >> (_FIELD_BITS * count)) & 1
        return selected_digits(fields, sign.astype(np.bool_))
