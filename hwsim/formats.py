"""Number formats: how many bits a value has and which values it can hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError

MAX_INT_BITS = {True: 64, False: 63}  # by signedness: exact references are int64


@dataclass(frozen=True, slots=True)
class IntFormat:
    """A two's-complement (or unsigned) integer of ``bits`` bits."""

    bits: int
    signed: bool = True

    def __post_init__(self) -> None:
        most = MAX_INT_BITS[self.signed]
        if not 1 <= self.bits <= most:
            kind = "a signed" if self.signed else "an unsigned"
            raise SpecError(f"{kind} integer format has 1 to {most} bits, not {self.bits}")

    @property
    def name(self) -> str:
        return f"{'int' if self.signed else 'uint'}{self.bits}"

    @property
    def low(self) -> int:
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        return (1 << (self.bits - 1)) - 1 if self.signed else (1 << self.bits) - 1

    @property
    def rest(self) -> int:
        """What stands where there is no value: 0."""
        return 0

    def random(self, rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.int64]:
        """Independent values, all equally likely."""
        return rng.integers(self.low, self.high, shape, endpoint=True)

    def check(self, values: NDArray[np.integer], what: str) -> None:
        """Raise SpecError if ``values`` (any shape) hold a number outside [low, high]."""
        kind = np.iinfo(values.dtype)
        if self.low <= kind.min and kind.max <= self.high:  # no value of this type can be outside: spare the pass
            return
        if values.size and (int(values.min()) < self.low or int(values.max()) > self.high):
            raise SpecError(
                f"{what} has values from {int(values.min())} to {int(values.max())}; "
                f"{self.name} holds {self.low} to {self.high}"
            )

    def wrap(self, values: NDArray[np.integer]) -> NDArray[np.int64]:
        """Reduce ``values`` modulo 2**bits into [low, high], as a register of this width does."""
        wide = np.asarray(values, dtype=np.int64)
        if not self.signed:
            return wide & np.int64(self.high)
        unused = MAX_INT_BITS[True] - self.bits
        return (wide << unused) >> unused  # the shift back repeats the sign

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class SignFormat(IntFormat):
    """One bit that means -1 or +1: what ``int1`` is to engines for low-bit weights, and to them alone."""

    bits: int = 1

    @property
    def high(self) -> int:
        return 1

    @property
    def rest(self) -> int:
        """There is no zero; a place without a value holds -1, whose bit is 0."""
        return -1

    def random(self, rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.int64]:
        return 2 * rng.integers(0, 2, shape) - 1

    def check(self, values: NDArray[np.integer], what: str) -> None:
        others = values[np.abs(values, dtype=np.int64) != 1]
        if others.size:
            raise SpecError(f"{what} holds {int(others[0])}; one-bit weights are -1 and +1")


@dataclass(frozen=True, slots=True)
class SymmetricFormat(IntFormat):
    """A signed integer that is declared never to have its lowest value: of eight bits -127 to 127."""

    @property
    def name(self) -> str:
        return f"symmetric int{self.bits}"

    @property
    def low(self) -> int:
        return -self.high

    def check(self, values: NDArray[np.integer], what: str) -> None:
        outside = np.argwhere((values < self.low) | (values > self.high))
        if outside.size:
            place = tuple(outside[0].tolist())
            raise SpecError(
                f"{what} holds {int(values[place])} at [{', '.join(map(str, place))}]; "
                f"{self.name} holds {self.low} to {self.high}"
            )


@dataclass(frozen=True, slots=True)
class FloatFormat:
    """A binary floating-point format, known here by its name and its storage width."""

    name: str
    bits: int

    def __str__(self) -> str:
        return self.name


Format = IntFormat | FloatFormat

FLOATS = {
    f.name: f
    for f in (
        FloatFormat("fp64", 64),
        FloatFormat("fp32", 32),
        FloatFormat("fp16", 16),
        FloatFormat("bf16", 16),
        FloatFormat("fp8e4m3", 8),
        FloatFormat("fp8e5m2", 8),
    )
}


def counting(values: int) -> IntFormat:
    """The narrowest unsigned format of the numbers 0 to ``values`` - 1."""
    return IntFormat(max(1, (values - 1).bit_length()), signed=False)


INT8, INT16, INT32, INT64 = IntFormat(8), IntFormat(16), IntFormat(32), IntFormat(64)
UINT8 = IntFormat(8, signed=False)
FP32 = FLOATS["fp32"]


def parse_format(text: str) -> Format:
    """Return the format named ``text``: ``int8``, ``uint4``, ``fp16``, ...

    Raises SpecError for any other name.
    """
    if text in FLOATS:
        return FLOATS[text]
    if match := re.fullmatch(r"(u?)int([0-9]+)", text):
        return IntFormat(int(match[2]), signed=not match[1])
    raise SpecError(f"unknown format {text!r}: a format is intN, uintN or one of {', '.join(sorted(FLOATS))}")
