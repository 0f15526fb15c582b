"""Low-bit weights that cannot be: one sentence each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hwsim.errors import SpecError
from hwsim.low_bit import (
    Granularity,
    LowBitWeights,
    Scheme,
    Sharing,
    pack,
    packed_bytes,
    parse_granularity,
    quantise_weights,
    remap,
    signed_weights,
    ternary_weights,
    unpack,
    unsigned_weights,
)

SCALES = np.ones((1, 2))
BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: unsigned_weights([[0]], 9), "low-bit weights have 1 to 8 bits, not 9"),
    (lambda: unsigned_weights([[0]], 0), "low-bit weights have 1 to 8 bits, not 0"),
    (lambda: unsigned_weights([[4]], 2), "the matrix of codes has values from 4 to 4; uint2 holds 0 to 3"),
    (lambda: signed_weights([[-3, 1]], 2), "the matrix of signed weights has values from -3 to 1; int2 holds -2 to 1"),
    (lambda: signed_weights([[0]], 1), "one-bit signed weights are -1, 1, not 0"),
    (lambda: ternary_weights([[2]]), "ternary weights are -1, 0, 1, not 2"),
    (
        lambda: unsigned_weights([[0.5]], 2),
        "weights are a matrix (k, n) of integers with at least one element, not float64 of shape (1, 1)",
    ),
    (
        lambda: unsigned_weights(np.zeros((0, 2), int), 2),
        "weights are a matrix (k, n) of integers with at least one element, not int64 of shape (0, 2)",
    ),
    (lambda: unsigned_weights([[0]], 2, zero=4), "a zero point of 2-bit weights is 0 to 3 in steps of 1/2, not 4.0"),
    (lambda: unsigned_weights([[0]], 2, zero=-1), "a zero point of 2-bit weights is 0 to 3 in steps of 1/2, not -1.0"),
    (lambda: unsigned_weights([[0]], 2, zero=0.3), "a zero point of 2-bit weights is 0 to 3 in steps of 1/2, not 0.3"),
    (
        lambda: unsigned_weights([[0]], 2, zero=np.nan),
        "a zero point of 2-bit weights is 0 to 3 in steps of 1/2, not nan",
    ),
    (lambda: unsigned_weights([[0]], 2, scale=0), "a scale is positive and finite, not 0.0"),
    (lambda: unsigned_weights([[0]], 2, scale=np.inf), "a scale is positive and finite, not inf"),
    (lambda: unsigned_weights([[0], [1]], 2, span=3), "a scale is shared by 1 to k = 2 weights, not by 3"),
    (lambda: unsigned_weights([[0], [1]], 2, span=1.5), "a scale is shared by 1 to k = 2 weights, not by 1.5"),  # type: ignore[arg-type]
    (
        lambda: LowBitWeights(np.zeros((2, 2), np.uint8), 2, SCALES, 0 * SCALES, 2.0),  # type: ignore[arg-type]
        "a scale is shared by 1 to k = 2 weights, not by 2.0",
    ),
    (lambda: unsigned_weights([[0], [1]], 2, span=0), "a scale is shared by 1 to k = 2 weights, not by 0"),
    (
        lambda: unsigned_weights([[0], [1]], 2, scale=np.ones((3, 1))),
        "scales of shape (3, 1) do not spread over (spans, n) = (1, 1)",
    ),
    (
        lambda: unsigned_weights([[0], [1]], 2, zero=np.ones((1, 3))),
        "zero points of shape (1, 3) do not spread over (spans, n) = (1, 1)",
    ),
    (
        lambda: LowBitWeights(np.zeros((2, 2), int), 2, SCALES, SCALES, 2),  # type: ignore[arg-type]
        "the codes of weights are stored in uint8, not in int64",
    ),
    (
        lambda: LowBitWeights(np.zeros(2, np.uint8), 2, SCALES, SCALES, 2),
        "weights are a matrix (k, n) with at least one element, not of shape (2,)",
    ),
    (
        lambda: LowBitWeights(np.zeros((2, 1), np.uint8), 2, SCALES, SCALES, 2),
        "scales have the shape (spans, n) = (1, 1), not (1, 2)",
    ),
    (
        lambda: LowBitWeights(np.zeros((2, 2), np.uint8), 2, SCALES, SCALES[:, :1], 2),
        "zero points have the shape (spans, n) = (1, 2), not (1, 1)",
    ),
    (
        lambda: parse_granularity("row"),
        "unknown granularity 'row': weights have one scale per tensor, channel or group:N",
    ),
    (
        lambda: parse_granularity("chanel"),
        "unknown granularity 'chanel' (did you mean 'channel'?): weights have one scale per tensor, channel or group:N",
    ),
    (
        lambda: parse_granularity("tensor:4"),
        "unknown granularity 'tensor:4' (did you mean 'tensor'?): "
        "weights have one scale per tensor, channel or group:N",
    ),
    (lambda: parse_granularity("group:0"), "a group of weights has at least 1 of them, not 0"),
    (lambda: Granularity(Sharing.CHANNEL, 4), "granularity 'channel' has no group length, not 4"),
    (lambda: quantise_weights(np.zeros((2, 2)), 3, Scheme.TERNARY), "ternary weights have 2 bits, not 3"),
    (
        lambda: quantise_weights(np.zeros((2, 2)), 1, Scheme.SIGNED),
        "signed weights are quantised to at least 2 bits; with 1 bit the scheme is symmetric",
    ),
    (
        lambda: quantise_weights(np.zeros(2), 2, Scheme.SIGNED),
        "weights are a matrix (k, n) with at least one element, not of shape (2,)",
    ),
    (
        lambda: quantise_weights(np.array([[np.nan]]), 2, Scheme.SIGNED),
        "real weights to quantise have a value that is not finite",
    ),
    (
        lambda: pack(np.array([[4]], np.uint8), 2),
        "the matrix of codes has values from 4 to 4; uint2 holds 0 to 3",
    ),
    (lambda: pack(np.array([[-1]]), 2), "the matrix of codes has values from -1 to -1; uint2 holds 0 to 3"),
    (lambda: pack(np.array([[0.5]]), 2), "codes are a matrix (k, n) of integers, not float64 of shape (1, 1)"),  # type: ignore[arg-type]
    (lambda: pack(np.array([1], np.uint8), 2), "codes are a matrix (k, n) of integers, not uint8 of shape (1,)"),
    (lambda: remap(np.array([[0.5]]), 2), "codes are a matrix (k, n) of integers, not float64 of shape (1, 1)"),  # type: ignore[arg-type]
    (lambda: packed_bytes((4, 4), 0), "low-bit weights have 1 to 8 bits, not 0"),
    (lambda: packed_bytes((4, 4), 9), "low-bit weights have 1 to 8 bits, not 9"),
    (
        lambda: signed_weights(np.array([[2**64 - 1]], np.uint64), 8),
        f"the matrix of weights has values from {2**64 - 1} to {2**64 - 1}; int64 holds {-(2**63)} to {2**63 - 1}",
    ),
    (
        lambda: ternary_weights(np.array([[2**64 - 1]], np.uint64)),
        f"the matrix of weights has values from {2**64 - 1} to {2**64 - 1}; int64 holds {-(2**63)} to {2**63 - 1}",
    ),
    (lambda: packed_bytes((-1, 4), 2), "packed weights have a shape (k, n), not (-1, 4)"),
    (
        lambda: unpack(np.zeros(4, np.uint8), (4, 4, 1), 2),  # type: ignore[arg-type]
        "packed weights have a shape (k, n), not (4, 4, 1)",
    ),
    (lambda: unpack(np.zeros(4), (4, 4), 2), "packed weights are an array of uint8, not of float64"),  # type: ignore[arg-type]
    (lambda: unpack([0] * 4, (4, 4), 2), "packed weights are an array of uint8, not of list"),  # type: ignore[arg-type]
    (
        lambda: unpack(np.zeros(5, np.uint8), (4, 4), 2),
        "2-bit weights of shape (4, 4) are packed in 4 bytes, not in an array of shape (5,)",
    ),
    (
        lambda: unpack(np.zeros((2, 2), np.uint8), (4, 4), 2),
        "2-bit weights of shape (4, 4) are packed in 4 bytes, not in an array of shape (2, 2)",
    ),
    (lambda: unpack(np.zeros(4, np.uint8), (4, 4), 9), "low-bit weights have 1 to 8 bits, not 9"),
    (lambda: unsigned_weights([[0]], 2.5), "low-bit weights have 1 to 8 bits, not 2.5"),  # type: ignore[arg-type]
    (lambda: unsigned_weights([[0]], 2, scale=np.nan), "a scale is positive and finite, not nan"),
    (lambda: unsigned_weights([[0, 1]], 2, scale=[[1, -np.inf]]), "a scale is positive and finite, not -inf"),
    (lambda: signed_weights([[0]], 2, np.nan), "a scale is positive and finite, not nan"),
    (lambda: signed_weights([[1]], 1, np.inf), "a scale is positive and finite, not inf"),
    (lambda: ternary_weights([[0]], np.nan), "a scale is positive and finite, not nan"),
    (lambda: unsigned_weights([[0]], 2, scale="one"), "scales are real numbers, not <U3"),
    (lambda: unsigned_weights([[0]], 2, zero=1j), "zero points are real numbers, not complex128"),
    (
        lambda: quantise_weights(np.array([["a"]]), 2, Scheme.SIGNED),  # type: ignore[arg-type]
        "weights to quantise are real numbers, not <U1",
    ),
    (
        lambda: quantise_weights(np.array([[1.7e308], [-1.7e308]]), 2, Scheme.ASYMMETRIC),
        "a scale is positive and finite, not inf",
    ),
    (lambda: quantise_weights(np.zeros((1, 1)), 9, Scheme.SIGNED), "low-bit weights have 1 to 8 bits, not 9"),
    (lambda: pack(np.ones((5, 1), np.uint8), 2, 2.5), "weights are packed in groups of at least 1, not 2.5"),  # type: ignore[arg-type]
    (lambda: packed_bytes((2.5, 2), 2), "packed weights have a shape (k, n), not (2.5, 2)"),  # type: ignore[arg-type]
    (
        lambda: remap(np.ones((5, 1), np.uint8), 2.5),  # type: ignore[arg-type]
        "groups and spans along k have at least 1 element, not 2.5 and 5",
    ),
    (lambda: pack(np.array([[1]], np.uint8), 2, 0), "weights are packed in groups of at least 1, not 0"),
    (
        lambda: unpack(np.zeros(3, np.uint8), (4, 4), 2),
        "2-bit weights of shape (4, 4) are packed in 4 bytes, not in an array of shape (3,)",
    ),
    (
        lambda: remap(np.array([[1]], np.uint8), 0),
        "groups and spans along k have at least 1 element, not 0 and 1",
    ),
]


@pytest.mark.parametrize(("ask", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_weights(ask: Callable[[], object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        ask()
    assert str(caught.value) == message
