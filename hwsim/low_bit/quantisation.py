"""Real weights to low-bit weights: symmetric, signed, asymmetric and ternary quantisers."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.low_bit.granularity import CHANNEL, Granularity, Sharing
from hwsim.low_bit.weights import (
    TERNARY_BITS,
    LowBitWeights,
    Reals,
    check_bits,
    real_numbers,
    signed_weights,
    ternary_weights,
    unsigned_weights,
)


class Scheme(Enum):
    """Where the levels of a quantiser lie."""

    SYMMETRIC = "symmetric"
    """2**bits levels symmetric about zero, none at zero: the odd multiples of scale / 2, so that z' = 0. The largest
    magnitude is a level; with one bit the levels are +-mean|r|, which has the least squared error (XNOR-Net, Rastegari
    et al., ECCV 2016)."""
    SIGNED = "signed"
    """Two's complement, the largest magnitude at 2**(bits - 1) - 1; at least two bits."""
    ASYMMETRIC = "asymmetric"
    """Codes from 0 to 2**bits - 1 over [min(r, 0), max(r, 0)], a whole zero point."""
    TERNARY = "ternary"
    """-1, 0 and +1 times mean|r| (BitNet b1.58, Ma et al., arXiv 2402.17764), two bits."""


def quantise_weights(
    real: NDArray[np.floating], bits: int, scheme: Scheme, granularity: Granularity = CHANNEL
) -> LowBitWeights:
    """Quantise real weights (k, n) to the nearest level, ties to even.

    A span of weights that are all zero gets the scale 1. Raises SpecError for bits that the scheme does not have, and
    for weights that are no matrix or not finite.
    """
    check_bits(bits)
    _check_scheme(scheme, bits)
    values = real_numbers(real, "weights to quantise")
    if values.ndim != 2 or 0 in values.shape:
        raise SpecError(f"weights are a matrix (k, n) with at least one element, not of shape {values.shape}")
    if not np.isfinite(values).all():
        raise SpecError("real weights to quantise have a value that is not finite")
    if scheme is Scheme.TERNARY:
        return _ternary(values, granularity)
    quantise = {Scheme.SIGNED: _signed, Scheme.ASYMMETRIC: _asymmetric, Scheme.SYMMETRIC: _symmetric}[scheme]
    with np.errstate(over="ignore", invalid="ignore"):  # a scale that is not finite is refused with its weights
        return quantise(values, bits, granularity)


def _check_scheme(scheme: Scheme, bits: int) -> None:
    if scheme is Scheme.TERNARY and bits != TERNARY_BITS:
        raise SpecError(f"ternary weights have {TERNARY_BITS} bits, not {bits}")
    if scheme is Scheme.SIGNED and bits == 1:
        raise SpecError("signed weights are quantised to at least 2 bits; with 1 bit the scheme is symmetric")


def _symmetric(values: Reals, bits: int, granularity: Granularity) -> LowBitWeights:
    highest = (1 << bits) - 1
    level = _mean(np.abs(values), granularity) if bits == 1 else _reduced(np.maximum, np.abs(values), granularity)
    scale = _nonzero(2 * level / highest)
    codes = np.clip(np.rint(values / _rows(scale, values, granularity) + highest / 2), 0, highest)
    return unsigned_weights(codes.astype(np.int64), bits, scale, highest / 2, granularity.span(len(values)))


def _signed(values: Reals, bits: int, granularity: Granularity) -> LowBitWeights:
    scale = _nonzero(_reduced(np.maximum, np.abs(values), granularity) / ((1 << (bits - 1)) - 1))
    integers = np.rint(values / _rows(scale, values, granularity)).astype(np.int64)
    return signed_weights(integers, bits, scale, granularity.span(len(values)))


def _asymmetric(values: Reals, bits: int, granularity: Granularity) -> LowBitWeights:
    highest = (1 << bits) - 1
    low = np.minimum(_reduced(np.minimum, values, granularity), 0)
    high = np.maximum(_reduced(np.maximum, values, granularity), 0)
    scale = _nonzero((high - low) / highest)
    zero = np.clip(np.rint(-low / scale), 0, highest)
    shifted = np.rint(values / _rows(scale, values, granularity)) + _rows(zero, values, granularity)
    codes = np.clip(shifted, 0, highest).astype(np.int64)
    return unsigned_weights(codes, bits, scale, zero, granularity.span(len(values)))


def _ternary(values: Reals, granularity: Granularity) -> LowBitWeights:
    scale = _nonzero(_mean(np.abs(values), granularity))
    integers = np.clip(np.rint(values / _rows(scale, values, granularity)), -1, 1).astype(np.int64)
    return ternary_weights(integers, scale, granularity.span(len(values)))


def _reduced(function: np.ufunc, values: Reals, granularity: Granularity) -> Reals:
    """``function`` over the weights of every scale: shape (spans, n), or (1, 1) for a tensor."""
    starts = np.arange(0, len(values), granularity.span(len(values)))
    found: Reals = function.reduceat(values, starts, axis=0)
    return found if granularity.sharing is not Sharing.TENSOR else function.reduce(found, axis=1, keepdims=True)


def _mean(values: Reals, granularity: Granularity) -> Reals:
    counts: Reals = _reduced(np.add, np.ones_like(values), granularity)
    return np.asarray(_reduced(np.add, values, granularity) / counts)


def _nonzero(scale: Reals) -> Reals:
    return np.where(scale > 0, scale, 1.0)


def _rows(per_span: Reals, values: Reals, granularity: Granularity) -> Reals:
    """``per_span`` repeated for every row of ``values``."""
    return np.repeat(per_span, granularity.span(len(values)), axis=0)[: len(values)]
