"""Weight reinterpretation: unsigned codes with a zero point as signed odd values, and their bit planes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.low_bit.weights import Codes, LowBitWeights, Reals


@dataclass(frozen=True, slots=True, eq=False)
class ReinterpretedWeights:
    """The same weights as r = scale * (odd - zero), with odd values (k, n) from -(2**bits - 1) to 2**bits - 1.

    ``scale`` and ``zero`` (a whole number) have the shape (spans, n). LUT Tensor Core (Mo et al., ISCA 2025),
    equations 1 to 3: q' = 2q - (2**bits - 1), s' = s / 2, z' = 2z + 1 - 2**bits.
    """

    odd: NDArray[np.int16]
    bits: int
    scale: Reals
    zero: NDArray[np.int64]
    span: int

    @property
    def real(self) -> Reals:
        """The weights r (k, n), equal to those before."""
        k = len(self.odd)
        scale, zero = (np.repeat(x, self.span, axis=0)[:k] for x in (self.scale, self.zero))
        return np.asarray(scale * (self.odd - zero))


def reinterpret(weights: LowBitWeights) -> ReinterpretedWeights:
    """Read ``weights`` as odd values about zero; nothing is rounded."""
    return ReinterpretedWeights(
        odd_values(weights.codes, weights.bits),
        weights.bits,
        weights.scale / 2,
        odd_zero(weights),
        weights.span,
    )


def restore(weights: ReinterpretedWeights) -> LowBitWeights:
    """The weights that `reinterpret` read: its inverse."""
    highest = (1 << weights.bits) - 1
    codes = ((weights.odd + highest) >> 1).astype(np.uint8)
    return LowBitWeights(codes, weights.bits, weights.scale * 2, (weights.zero + highest) / 2, weights.span)


def odd_values(codes: Codes, bits: int) -> NDArray[np.int16]:
    """q' = 2q - (2**bits - 1), any shape: every bit 0 counts as -1, every bit 1 as +1."""
    return np.asarray(2 * codes.astype(np.int16) - np.int16((1 << bits) - 1))


def odd_zero(weights: LowBitWeights) -> NDArray[np.int64]:
    """z' = 2z + 1 - 2**bits, shape (spans, n): 0 for symmetric levels, 1 for two's complement."""
    return np.asarray((2 * weights.zero).astype(np.int64) + 1 - (1 << weights.bits))


def bit_planes(codes: Codes, bits: int) -> Codes:
    """The bits of ``codes`` (k, n), lowest plane first: shape (bits, k, n)."""
    planes = np.arange(bits, dtype=np.uint8)[:, np.newaxis, np.newaxis]
    return np.asarray((codes >> planes) & np.uint8(1))


def odd_from_planes(planes: Codes) -> NDArray[np.int16]:
    """The sum of 2**i * (2 b - 1) over the planes (bits, k, n): no plane has a negative weight."""
    weights = (1 << np.arange(len(planes), dtype=np.int16))[:, np.newaxis, np.newaxis]
    return np.asarray((weights * (2 * planes.astype(np.int16) - 1)).sum(axis=0), np.int16)
