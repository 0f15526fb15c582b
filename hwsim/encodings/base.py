"""A digit encoding: an integer written as ``sum of digit[i] * radix**i``, the digits small enough to be wired."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.formats import Format, IntFormat

MAX_BITS = 16
_LOOKUP_BITS = 8  # up to here the table of all codes is smaller than a page


@dataclass(frozen=True, slots=True)
class Encoding(ABC):
    """A recoding of integers into digits, least significant first.

    The weight of digit i is ``radix**i`` for every encoding: what a code says by a negative weight or by a sign bit
    (two's complement, sign-magnitude) stands in the digit, which is then -1.
    An encoding has no fields: two of the same class are equal.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    radix_bits: ClassVar[int]
    """Bits of weight from one digit to the next: 2 for radix 4, 1 for radix 2."""
    digit_set: ClassVar[tuple[int, ...]]
    """Every value that a digit can have, ascending."""
    carries: ClassVar[bool]
    """Whether a digit of a two's-complement operand depends on all lower bits, so that a leaf encodes the whole
    operand; otherwise digit i reads at most the bits radix_bits * i - 1 to radix_bits * (i + 1) - 1."""
    digit_bits: ClassVar[int]
    """Bits that hold one digit of an encoded operand, without the sign that all its digits share."""
    sign_bits: ClassVar[int]
    """1 if the code of a signed operand keeps its sign once beside the digits, else 0."""

    @abstractmethod
    def _digits(self, format: IntFormat) -> int:
        """Number of digits, for a format that is encodable."""

    @abstractmethod
    def _recode(self, values: NDArray[np.int32], format: IntFormat) -> NDArray[np.int8]:
        """Digits of values that are in range, shape (..., digits)."""

    def digits(self, format: Format) -> int:
        """Number of digits of an operand of ``format``, the bit-weight dimension BW.

        Raises SpecError for a format that cannot be encoded.
        """
        return self._digits(self.check(format))

    def check(self, format: Format) -> IntFormat:
        """Return ``format`` if it can be encoded: an integer of 1 to 16 bits; raises SpecError otherwise."""
        if not isinstance(format, IntFormat) or format.bits > MAX_BITS:
            raise SpecError(f"encoding {self.name!r} takes integers of 1 to {MAX_BITS} bits, not {format}")
        return format

    @property
    def radix(self) -> int:
        return 1 << self.radix_bits

    @property
    def largest_digit(self) -> int:
        """Largest magnitude of a digit: a partial product is at most this many times the other operand."""
        return max(-self.digit_set[0], self.digit_set[-1])

    def weights(self, format: Format) -> tuple[int, ...]:
        """``radix**i`` of every digit, least significant first."""
        return tuple(1 << (self.radix_bits * i) for i in range(self.digits(format)))

    def stored_bits(self, format: Format) -> int:
        """Bits of one encoded operand in a register: its digits, and its sign if that is kept apart."""
        sign_bits = self.sign_bits if self.check(format).signed else 0
        return self.digit_bits * self.digits(format) + sign_bits

    def table(self, format: Format) -> NDArray[np.int8]:
        """The codes of all values by bit pattern: row ``x mod 2**bits`` holds the digits of x; read-only."""
        return _table(self, self.check(format))

    def digit_ranges(self, format: Format) -> tuple[tuple[int, int], ...]:
        """Smallest and largest digit that occurs at each position, over all values of ``format``."""
        codes = self.table(format)
        return tuple(zip(codes.min(axis=0).tolist(), codes.max(axis=0).tolist(), strict=True))

    def nonzero_digits(self, values: NDArray[np.integer], format: Format) -> int:
        """Digits other than zero of all ``values`` (integers within ``format``, any shape) together."""
        integers = self.check(format)
        integers.check(values, "the operand to encode")
        word = np.uint8 if integers.bits <= 8 else np.uint16
        # narrower operands lie sign-extended in their words: the table repeats
        of_word = np.resize((self.table(format) != 0).sum(axis=1).astype(np.uint8), np.iinfo(word).max + 1)
        counts: NDArray[np.uint8] = np.take(of_word, values.astype(word), mode="wrap")
        return int(counts.sum(dtype=np.int64))

    def encode(self, values: NDArray[np.integer], format: Format) -> NDArray[np.int8]:
        """Digits of ``values`` (integers, any shape), shape (..., digits), least significant first.

        Raises SpecError for a format that cannot be encoded, for values that are no integers or outside the format.
        """
        integers = self.check(format)
        values = np.asarray(values)
        if not np.issubdtype(values.dtype, np.integer):
            raise SpecError(f"encoding {self.name!r} takes integers, not values of type {values.dtype}")
        integers.check(values, "the operand to encode")
        if integers.bits > _LOOKUP_BITS:
            return self._recode(values.astype(np.int32), integers)
        patterns = values.astype(np.uint8) & np.uint8((1 << integers.bits) - 1)
        codes: NDArray[np.int8] = np.take(self.table(integers), patterns, axis=0)
        return codes

    def decode(self, digits: NDArray[np.integer]) -> NDArray[np.int64]:
        """The values of ``digits``, shape (..., digits) to shape (...), by Horner's rule.

        Raises SpecError for a digit that is not one of the encoding's.
        """
        if digits.size and not self.digit_set[0] <= int(digits.min()) <= int(digits.max()) <= self.digit_set[-1]:
            allowed = ", ".join(map(str, self.digit_set))
            raise SpecError(
                f"encoding {self.name!r} has the digits {allowed}, not {int(digits.min())} to {int(digits.max())}"
            )
        values = np.zeros(digits.shape[:-1], np.int64)
        for i in reversed(range(digits.shape[-1])):
            values = values * self.radix + digits[..., i]
        return values

    def __str__(self) -> str:
        return self.name


@cache
def _table(encoding: Encoding, format: IntFormat) -> NDArray[np.int8]:
    patterns = np.arange(1 << format.bits)
    codes = encoding._recode(format.wrap(patterns).astype(np.int32), format)
    codes.setflags(write=False)
    return codes


def bits_of(values: NDArray[np.int32], count: int) -> NDArray[np.int8]:
    """The ``count`` lowest bits of two's-complement ``values``, shape (..., count), least significant first."""
    bits = np.empty((*values.shape, count), np.int8)
    for i in range(count):
        bits[..., i] = (values >> i) & 1
    return bits


def signs_of(values: NDArray[np.int32]) -> NDArray[np.int8]:
    """-1 for negative values, otherwise 1."""
    return np.where(values < 0, np.int8(-1), np.int8(1))
