"""The two-bit select code by which a PE chooses a partial product: 00 is -2B, 01 is +B, 10 is +2B, 11 is -B."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SELECTED_DIGITS = (-2, 1, 2, -1)
"""The digit that each select code stands for; zero has no code and is an enable of its own (HPCA 2025, its RTL)."""

_NEGATE = np.uint8(0b10)


def select_codes(digits: NDArray[np.int8]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Select codes and enables of ``digits`` (-2 to 2, any shape); the code of a zero is 0 and means nothing."""
    return (digits & 3).astype(np.uint8) & np.where(digits == -2, 0, 3).astype(np.uint8), digits != 0


def signed_codes(fields: NDArray[np.uint8], sign: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The sign step: a negative operand inverts the upper bit of every field (..., digits), ``sign`` has shape (...).

    The field of a zero digit becomes the code of +2B or -2B: detect zeros before.
    """
    # a magnitude has no digit -2, so the field 10 is +2 and turns into 00, which is free for -2
    return fields ^ np.where(sign[..., np.newaxis], _NEGATE, np.uint8(0))


def selected_digits(fields: NDArray[np.uint8], sign: NDArray[np.bool_]) -> NDArray[np.int8]:
    """The digits that fields and sign select, zeros detected before the sign step."""
    chosen = np.array(SELECTED_DIGITS, np.int8)[signed_codes(fields, sign)]
    return np.where(fields == 0, np.int8(0), chosen)
