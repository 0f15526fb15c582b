"""How a hardware float lies in its bits: sign, biased exponent, fraction, and which patterns are special."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.floats import STORAGE
from hwsim.formats import FloatFormat, IntFormat

MOST_BITS = 32
"""Products of significands are int64 in the model."""

Patterns = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, slots=True)
class FloatLayout:
    """One sign bit, ``exponent_bits`` and ``fraction_bits``, the hidden one not counted; the bias is 2**(e-1) - 1.

    With ``infinities`` an exponent of all ones means infinity or NaN, as in IEEE 754. Without, only the pattern of all
    ones is NaN and what overflows becomes the largest finite value, as E4M3 in saturating mode (OCP 8-bit Floating
    Point Specification 1.0). An exponent of zero means zero, whatever the fraction: units flush subnormal numbers.
    Raises SpecError for widths outside of 2 to 8 bits of exponent and 1 to 23 bits of fraction.
    """

    exponent_bits: int
    fraction_bits: int
    infinities: bool = True

    def __post_init__(self) -> None:
        if not 2 <= self.exponent_bits <= 8 or not 1 <= self.fraction_bits <= 23:
            raise SpecError(
                "a hardware float has 2 to 8 bits of exponent and 1 to 23 bits of fraction, "
                f"not {self.exponent_bits} and {self.fraction_bits}"
            )

    @classmethod
    def of(cls, format: FloatFormat) -> FloatLayout:
        """The layout of a named format of up to 32 bits; raises SpecError for a wider one."""
        if format.bits > MOST_BITS:
            raise SpecError(f"a hardware float has up to {MOST_BITS} bits, not {format.bits} as {format}")
        storage = STORAGE[format.name]
        fraction: int = ml_dtypes.finfo(storage).nmant  # type: ignore[no-untyped-call]
        with np.errstate(over="ignore"):
            infinities = bool(np.isinf(np.array(np.inf).astype(storage).astype(np.float32)))
        return cls(format.bits - 1 - fraction, fraction, infinities)

    @property
    def bits(self) -> int:
        return 1 + self.magnitude_bits

    @property
    def magnitude_bits(self) -> int:
        """All but the sign."""
        return self.exponent_bits + self.fraction_bits

    @property
    def significand_bits(self) -> int:
        """The fraction and the hidden one."""
        return self.fraction_bits + 1

    @property
    def bias(self) -> int:
        return (1 << (self.exponent_bits - 1)) - 1

    @property
    def exponent_ones(self) -> int:
        """The exponent field of all ones."""
        return (1 << self.exponent_bits) - 1

    @property
    def smallest(self) -> int:
        """Pattern of the smallest positive number that is not flushed."""
        return 1 << self.fraction_bits

    @property
    def largest(self) -> int:
        """Pattern of the largest finite number."""
        return (self.infinity if self.infinities else self.nan) - 1

    @property
    def infinity(self) -> int:
        """Pattern of +infinity, where there is one: an exponent of all ones and no fraction."""
        return self.exponent_ones << self.fraction_bits

    @property
    def overflow(self) -> int:
        """Pattern of the magnitude that what is too large becomes."""
        return self.infinity if self.infinities else self.largest

    @property
    def nan(self) -> int:
        """Pattern of the one NaN that units make: positive and quiet."""
        if self.infinities:
            return self.infinity | 1 << (self.fraction_bits - 1)
        return (1 << self.magnitude_bits) - 1

    @property
    def storage(self) -> type[np.unsignedinteger[Any]]:
        """The smallest numpy type that holds a pattern."""
        return np.uint8 if self.bits <= 8 else np.uint16 if self.bits <= 16 else np.uint32

    def parameters(self, prefix: str = "") -> dict[str, int]:
        """What a leaf is told of this layout, each name after ``prefix``."""
        named = {"exp_bits": self.exponent_bits, "frac_bits": self.fraction_bits, "infinities": int(self.infinities)}
        return {f"{prefix}{name}": value for name, value in named.items()}

    def check(self, patterns: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return ``patterns`` (any shape) as int64; raises SpecError if one of them has more than ``bits`` bits."""
        IntFormat(self.bits, signed=False).check(patterns, "a hardware float")
        return np.asarray(patterns, np.int64)
