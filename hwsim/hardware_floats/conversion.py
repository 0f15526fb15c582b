"""Bit patterns to values and back, as a unit would read and write them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwsim.floats import Floats
from hwsim.hardware_floats.layout import FloatLayout, Patterns
from hwsim.hardware_floats.numbers import Number, pack, unpack

DOUBLE_BITS = 53
"""Of a float64's significand."""


def decode(patterns: NDArray[np.integer[Any]], layout: FloatLayout) -> NDArray[np.float64]:
    """The values that a unit sees (any shape); what has an exponent of zero is a zero of its sign."""
    number = unpack(patterns, layout)
    places = number.exponent - layout.bias - layout.fraction_bits
    magnitude = np.ldexp(number.significand.astype(np.float64), places)
    magnitude = np.where(number.infinite, np.inf, magnitude)
    return np.where(number.nan, np.nan, np.where(number.negative, -magnitude, magnitude))


def encode(values: Floats, layout: FloatLayout) -> Patterns:
    """Patterns of float64 ``values`` (any shape), rounded once to nearest even, what is too small flushed to zero."""
    wide = np.asarray(values, np.float64)
    finite = np.isfinite(wide)
    fraction, exponent = np.frexp(np.where(finite, np.abs(wide), 0))  # fraction in [0.5, 1)
    number = Number(
        negative=np.signbit(wide),
        exponent=exponent.astype(np.int64) - 1 + layout.bias,
        significand=np.ldexp(fraction, DOUBLE_BITS).astype(np.int64),
        width=DOUBLE_BITS,
        zero=wide == 0,
        infinite=np.isinf(wide),
        nan=np.isnan(wide),
    )
    return pack(number, layout)
