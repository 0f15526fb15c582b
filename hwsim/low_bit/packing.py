"""Packed weights: as many bits per weight as the weights have, in the order in which a bit-serial unit reads them."""

from __future__ import annotations

import numpy as np

from hwsim.errors import SpecError
from hwsim.formats import IntFormat
from hwsim.low_bit.reinterpretation import bit_planes
from hwsim.low_bit.weights import Codes, check_bits, check_codes


def packed_bytes(shape: tuple[int, int], bits: int) -> int:
    """Bytes of packed weights (k, n): bits * k * n bits, and what fills the last byte.

    Raises SpecError for a shape without two sides and for bits that weights do not have.
    """
    check_bits(bits)
    if len(shape) != 2 or not all(isinstance(side, int | np.integer) and side >= 0 for side in shape):
        raise SpecError(f"packed weights have a shape (k, n), not {tuple(shape)}")
    return -(-shape[0] * shape[1] * bits // 8)


def pack(codes: Codes, bits: int, group: int = 4) -> Codes:
    """Pack codes (k, n), remapped or not, into `packed_bytes` bytes.

    The order is group of k, bit plane (lowest first), column, element of the group: what a row of units reads in one
    cycle lies together. The first bit is the lowest of the first byte. A ragged last group has as many bits as
    elements. Raises SpecError for codes of more than ``bits`` bits.
    """
    _check(bits, group)
    check_codes(codes)
    IntFormat(bits, signed=False).check(codes, "the matrix of codes")
    full = len(codes) // group * group
    stream = np.concatenate([_stream(codes[:full], bits, group), _stream(codes[full:], bits, len(codes) - full)])
    return np.packbits(stream, bitorder="little")


def unpack(packed: Codes, shape: tuple[int, int], bits: int, group: int = 4) -> Codes:
    """The codes (k, n) of that ``shape`` that `pack` packed. Raises SpecError if the bytes are more or fewer."""
    _check(bits, group)
    if not isinstance(packed, np.ndarray) or packed.dtype != np.uint8:
        kind = packed.dtype if isinstance(packed, np.ndarray) else type(packed).__name__
        raise SpecError(f"packed weights are an array of uint8, not of {kind}")
    if packed.shape != (packed_bytes(shape, bits),):
        raise SpecError(
            f"{bits}-bit weights of shape {shape} are packed in {packed_bytes(shape, bits)} bytes, "
            f"not in an array of shape {packed.shape}"
        )
    k, n = shape
    full = k // group * group
    stream = np.unpackbits(packed, count=k * n * bits, bitorder="little")
    parts = _codes(stream[: full * n * bits], n, bits, group), _codes(stream[full * n * bits :], n, bits, k - full)
    return np.concatenate(parts)


def _check(bits: int, group: int) -> None:
    check_bits(bits)
    if not isinstance(group, int | np.integer) or group < 1:
        raise SpecError(f"weights are packed in groups of at least 1, not {group}")


def _stream(codes: Codes, bits: int, group: int) -> Codes:
    if not codes.size:
        return np.zeros(0, np.uint8)
    planes = bit_planes(codes, bits).reshape(bits, -1, group, codes.shape[1])
    return planes.transpose(1, 0, 3, 2).ravel()


def _codes(stream: Codes, n: int, bits: int, group: int) -> Codes:
    if not stream.size:
        return np.zeros((0, n), np.uint8)
    planes = stream.reshape(-1, bits, n, group).transpose(1, 0, 3, 2).reshape(bits, -1, n)
    weights = (1 << np.arange(bits, dtype=np.uint8))[:, np.newaxis, np.newaxis]
    return np.asarray((planes * weights).sum(axis=0, dtype=np.uint8))
