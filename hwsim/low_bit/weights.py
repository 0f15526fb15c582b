"""Low-bit weights: unsigned codes of one to eight bits with scales and zero points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwsim.errors import SpecError
from hwsim.formats import IntFormat

MAX_BITS = 8
TERNARY_BITS = 2

Codes = NDArray[np.uint8]
Reals = NDArray[np.float64]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class LowBitWeights:
    """Weights r = scale * (code - zero) of a matrix (k, n) that activations (m, k) are multiplied with.

    ``codes`` (k, n) are 0 to 2**bits - 1. ``scale`` and ``zero`` have the shape (spans, n): row i belongs to the codes
    from i * span on. A zero point is a multiple of 1/2 between 0 and 2**bits - 1; the half ones belong to levels that
    lie symmetrically about zero. Raises SpecError for anything else. The arrays are made read-only.
    """

    codes: Codes
    bits: int
    scale: Reals
    zero: Reals
    span: int

    def __post_init__(self) -> None:
        check_bits(self.bits)
        if self.codes.dtype != np.uint8:
            raise SpecError(f"the codes of weights are stored in uint8, not in {self.codes.dtype}")
        if self.codes.ndim != 2 or 0 in self.codes.shape:
            raise SpecError(f"weights are a matrix (k, n) with at least one element, not of shape {self.codes.shape}")
        if not _is_whole(self.span) or not 1 <= self.span <= self.k:
            raise SpecError(f"a scale is shared by 1 to k = {self.k} weights, not by {self.span}")
        IntFormat(self.bits, signed=False).check(self.codes, "the matrix of codes")
        _check_scale(self.scale, self.shape_of_scales)
        _check_zero(self.zero, self.shape_of_scales, self.bits)
        for array in (self.codes, self.scale, self.zero):
            array.setflags(write=False)

    @property
    def k(self) -> int:
        return int(self.codes.shape[0])

    @property
    def n(self) -> int:
        return int(self.codes.shape[1])

    @property
    def shape_of_scales(self) -> tuple[int, int]:
        return -(-self.k // self.span), self.n

    @property
    def whole(self) -> bool:
        """Whether every zero point is a whole number, so that code - zero is one."""
        return bool((self.zero == np.rint(self.zero)).all())

    @property
    def integers(self) -> NDArray[np.int64]:
        """The integers (k, n) that the weights are multiples of: code - zero, or twice that if a zero is a half.

        In int64, in which numpy then sums ``a @ integers`` for activations of any width.
        """
        doubled = 2 * self.codes.astype(np.int16) - self.spread((2 * self.zero).astype(np.int16))
        return np.asarray(doubled >> 1 if self.whole else doubled, np.int64)

    @property
    def integer_scale(self) -> Reals:
        """What `integers` are multiplied with, shape (spans, n)."""
        return self.scale if self.whole else self.scale / 2

    @property
    def real(self) -> Reals:
        """The weights r (k, n)."""
        return np.asarray(self.spread(self.scale) * (self.codes - self.spread(self.zero)))

    def spread(self, per_span: NDArray[Scalar]) -> NDArray[Scalar]:
        """Repeat the rows of ``per_span`` (spans, n) for every weight: shape (k, n)."""
        return np.repeat(per_span, self.span, axis=0)[: self.k]


def check_bits(bits: int) -> None:
    """Raise SpecError unless weights can have ``bits`` bits."""
    if not isinstance(bits, int | np.integer) or not 1 <= bits <= MAX_BITS:
        raise SpecError(f"low-bit weights have 1 to {MAX_BITS} bits, not {bits}")


def _is_whole(number: object) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def unsigned_weights(
    codes: ArrayLike, bits: int, scale: ArrayLike = 1.0, zero: ArrayLike = 0.0, span: int | None = None
) -> LowBitWeights:
    """Import codes (k, n) of 0 to 2**bits - 1; ``scale`` and ``zero`` are scalars or of shape (1 or spans, 1 or n)."""
    check_bits(bits)
    given = _matrix(codes)
    IntFormat(bits, signed=False).check(given, "the matrix of codes")
    k, n = given.shape
    span = k if span is None else span
    if not _is_whole(span):
        raise SpecError(f"a scale is shared by 1 to k = {k} weights, not by {span}")
    shape = -(-k // max(span, 1)), n
    return LowBitWeights(
        given.astype(np.uint8), bits, _per_span(scale, shape, "scales"), _per_span(zero, shape, "zero points"), span
    )


def signed_weights(values: ArrayLike, bits: int, scale: ArrayLike = 1.0, span: int | None = None) -> LowBitWeights:
    """Import two's-complement weights (k, n) of ``bits`` bits; with one bit they are -1 and +1.

    The code is the value plus 2**(bits - 1), which is then the zero point; of one bit (value + 1) / 2, zero point 1/2.
    """
    check_bits(bits)
    given = _matrix(values)
    if bits == 1:
        _check_levels(given, (-1, 1), "one-bit signed weights")
        return unsigned_weights((given + 1) // 2, 1, 2 * np.asarray(scale, np.float64), 0.5, span)
    format = IntFormat(bits)
    format.check(given, "the matrix of signed weights")
    return unsigned_weights(given - format.low, bits, scale, -format.low, span)


def ternary_weights(values: ArrayLike, scale: ArrayLike = 1.0, span: int | None = None) -> LowBitWeights:
    """Import weights -1, 0 and +1 (k, n) as two-bit signed ones (BitNet b1.58, Ma et al., arXiv 2402.17764)."""
    given = _matrix(values)
    _check_levels(given, (-1, 0, 1), "ternary weights")
    return signed_weights(given, TERNARY_BITS, scale, span)


def _matrix(values: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(values)
    if given.ndim != 2 or 0 in given.shape or not np.issubdtype(given.dtype, np.integer):
        raise SpecError(
            f"weights are a matrix (k, n) of integers with at least one element, not {given.dtype} of shape "
            f"{given.shape}"
        )
    if given.dtype == np.uint64:
        IntFormat(64).check(given, "the matrix of weights")  # int64 would wrap what is beyond it
    return given.astype(np.int64)


def _check_levels(values: NDArray[np.int64], levels: tuple[int, ...], what: str) -> None:
    others = values[~np.isin(values, levels)]
    if others.size:
        raise SpecError(f"{what} are {', '.join(map(str, levels))}, not {others[0]}")


def check_codes(codes: NDArray[np.generic]) -> None:
    """Raise SpecError unless ``codes`` are a matrix of integers."""
    if codes.ndim != 2 or not np.issubdtype(codes.dtype, np.integer):
        raise SpecError(f"codes are a matrix (k, n) of integers, not {codes.dtype} of shape {codes.shape}")


def real_numbers(values: ArrayLike, what: str) -> Reals:
    """``values`` in float64; raises SpecError if they are no real numbers."""
    given = np.asarray(values)
    if given.dtype.kind not in "biuf":
        raise SpecError(f"{what} are real numbers, not {given.dtype}")
    return given.astype(np.float64)


def _per_span(values: ArrayLike, shape: tuple[int, int], what: str) -> Reals:
    given = real_numbers(values, what)
    try:
        return np.array(np.broadcast_to(given, shape))
    except ValueError:
        raise SpecError(f"{what} of shape {given.shape} do not spread over (spans, n) = {shape}") from None


def _check_scale(scale: Reals, shape: tuple[int, int]) -> None:
    if scale.shape != shape:
        raise SpecError(f"scales have the shape (spans, n) = {shape}, not {scale.shape}")
    bad = scale[~((scale > 0) & (scale < np.inf))]
    if bad.size:
        raise SpecError(f"a scale is positive and finite, not {bad[0]}")


def _check_zero(zero: Reals, shape: tuple[int, int], bits: int) -> None:
    if zero.shape != shape:
        raise SpecError(f"zero points have the shape (spans, n) = {shape}, not {zero.shape}")
    highest = (1 << bits) - 1
    bad = zero[~((zero >= 0) & (zero <= highest) & (2 * zero == np.rint(2 * zero)))]
    if bad.size:
        raise SpecError(f"a zero point of {bits}-bit weights is 0 to {highest} in steps of 1/2, not {bad[0]}")
