"""Values of floating-point formats in numpy, and one rounding to nearest, ties to even."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.formats import FLOATS, FloatFormat

Floats = NDArray[np.floating[Any]]
Singles = NDArray[np.float32]

STORAGE: dict[str, type[Any]] = {
    "fp64": np.float64,
    "fp32": np.float32,
    "fp16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "fp8e4m3": ml_dtypes.float8_e4m3fn,
    "fp8e5m2": ml_dtypes.float8_e5m2,
}
"""The numpy type that stores each format; the two FP8 formats are those of the OCP 8-bit Floating Point
Specification 1.0, E4M3 without infinities."""

FP16, FP8E4M3, FP8E5M2 = FLOATS["fp16"], FLOATS["fp8e4m3"], FLOATS["fp8e5m2"]


def stored(values: Floats, format: FloatFormat) -> Floats:
    """Return ``values`` in the numpy type of ``format``, rounded as `rounded` does."""
    return np.asarray(rounded(values, format).astype(STORAGE[format.name]))


def rounded(values: Floats, format: FloatFormat) -> Singles:
    """Round ``values`` (any shape) once to ``format``, to nearest with ties to even; the result is held in float32.

    Underflow is gradual. What is too large becomes infinite, in E4M3, which has no infinity, +-448 (the saturating
    conversion of the OCP specification). Raises SpecError for a format that float32 cannot hold.
    """
    if format.bits > 32:
        raise SpecError(f"values are rounded to formats of up to 32 bits, not to {format}")
    storage = STORAGE[format.name]
    with np.errstate(over="ignore"):
        narrow = _narrowed(values, format)
        if storage is np.float32:
            return narrow
        if not np.isinf(_cast(np.float32(np.inf), storage)):
            largest = np.float32(ml_dtypes.finfo(storage).max)  # type: ignore[no-untyped-call]
            narrow = np.clip(narrow, -largest, largest)
        return np.asarray(narrow.astype(storage).astype(np.float32))


def check_representable(values: Floats, format: FloatFormat, what: str) -> Singles:
    """Return ``values`` in float32; raises SpecError if one of them is not finite or not a value of ``format``."""
    wide = np.asarray(values)
    if not np.isfinite(wide).all():
        raise SpecError(f"{what}: a value is not finite")
    held = rounded(wide, format)
    different = held != wide
    if different.any():
        raise SpecError(f"{what}: {float(wide[different][0])!r} is not a value of {format}; round them")
    return held


def _cast(value: np.float32, storage: type[Any]) -> np.float32:
    return np.float32(np.array(value).astype(storage))


def _narrowed(values: Floats, format: FloatFormat) -> Singles:
    """float32 values that round to ``format`` as ``values`` do: of float64, inexact ones get an odd last bit.

    Rounding twice to nearest would be wrong next to a tie; rounding to odd first is not (Boldo and Melquiond,
    "Emulation of a FMA and Correctly Rounded Sums", IEEE Transactions on Computers 2008).
    """
    wide = np.asarray(values)
    narrow = np.array(wide, np.float32)
    if wide.dtype != np.float64 or format.bits == 32:
        return narrow
    bits = narrow.view(np.uint32)
    magnitude, exact = np.abs(wide), np.abs(narrow).astype(np.float64)
    bits -= exact > magnitude
    bits |= (exact != magnitude) & ~np.isnan(magnitude)
    return narrow
