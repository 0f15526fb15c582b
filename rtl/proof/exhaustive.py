"""All values of a few inputs at once, 64 patterns in a word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_LOW = (
    0xAAAAAAAAAAAAAAAA,
    0xCCCCCCCCCCCCCCCC,
    0xF0F0F0F0F0F0F0F0,
    0xFF00FF00FF00FF00,
    0xFFFF0000FFFF0000,
    0xFFFFFFFF00000000,
)
"""The first inputs, which change within a word."""


def patterns_of(nodes: Sequence[int]) -> dict[int, np.ndarray]:
    """For every node its bit in all 2**len(nodes) patterns: pattern p has bit i of p at the i-th node."""
    words = 1 << max(len(nodes) - len(_LOW), 0)
    numbers = np.arange(words, dtype=np.uint64)
    found = {}
    for i, node in enumerate(nodes):
        if i < len(_LOW):
            found[node] = np.full(words, _LOW[i], np.uint64)
        else:
            bit = (numbers >> np.uint64(i - len(_LOW))) & np.uint64(1)
            found[node] = bit * np.uint64(0xFFFFFFFFFFFFFFFF)
    return found


def unpacked(words: np.ndarray, input_bits: int) -> np.ndarray:
    """One 0 or 1 for each pattern."""
    bits = np.unpackbits(np.ascontiguousarray(words).view(np.uint8), bitorder="little")
    return bits[: 1 << input_bits]


def packed(bits: np.ndarray) -> np.ndarray:
    """Words of 64 patterns each, of as many zeros and ones; their number is a multiple of 64."""
    return np.packbits(bits.astype(np.uint8), bitorder="little").view(np.uint64)
