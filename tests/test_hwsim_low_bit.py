"""Low-bit weights: their values, reinterpretation, remapping and packing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.low_bit import (
    CHANNEL,
    TENSOR,
    Granularity,
    LowBitWeights,
    Scheme,
    Sharing,
    bit_planes,
    odd_from_planes,
    pack,
    packed_bytes,
    parse_granularity,
    quantise_weights,
    reinterpret,
    remap,
    restore,
    signed_weights,
    ternary_weights,
    unpack,
    unsigned_weights,
)
from hwsim.low_bit.reinterpretation import odd_values

BITS = st.sampled_from([1, 2, 3, 4, 6, 8])


@st.composite
def low_bit_weights(draw: st.DrawFn, k: int | None = None, max_k: int = 24, max_n: int = 5) -> LowBitWeights:
    """Weights of any bits, span, positive scale and zero point, whole or half."""
    bits = draw(BITS)
    rng = np.random.default_rng(draw(st.integers(0, 1 << 16)))
    k = draw(st.integers(1, max_k)) if k is None else k
    n = draw(st.integers(1, max_n))
    span = draw(st.sampled_from([k, int(rng.integers(1, k + 1))]))
    shape = draw(st.sampled_from([(1, 1), (1, n), (-(-k // span), n)]))
    highest = (1 << bits) - 1
    zero = rng.integers(0, 2 * highest + 1, shape) / 2 if draw(st.booleans()) else rng.integers(0, highest + 1, shape)
    codes = rng.integers(0, highest + 1, (k, n))
    return unsigned_weights(codes, bits, rng.random(shape) + 2.0**-6, zero, span)


@settings(max_examples=100, deadline=None)
@given(low_bit_weights())
def test_reinterpretation_keeps_every_value(weights: LowBitWeights) -> None:
    other = reinterpret(weights)
    assert np.array_equal(other.real, weights.real)
    assert (other.odd % 2 == 1).all()
    assert np.abs(other.odd).max() <= (1 << weights.bits) - 1
    back = restore(other)
    for name in ("codes", "scale", "zero"):
        assert np.array_equal(getattr(back, name), getattr(weights, name))
    assert (back.bits, back.span) == (weights.bits, weights.span)


@settings(max_examples=100, deadline=None)
@given(low_bit_weights())
def test_integers_times_their_scale_are_the_weights(weights: LowBitWeights) -> None:
    assert np.array_equal(weights.integers * weights.spread(weights.integer_scale), weights.real)
    assert weights.whole == (weights.zero % 1 == 0).all()


@settings(max_examples=100, deadline=None)
@given(low_bit_weights())
def test_planes_of_plus_and_minus_one_add_up(weights: LowBitWeights) -> None:
    planes = bit_planes(weights.codes, weights.bits)
    assert set(np.unique(planes)) <= {0, 1}
    assert np.array_equal(odd_from_planes(planes), odd_values(weights.codes, weights.bits))


@settings(max_examples=100, deadline=None)
@given(low_bit_weights(), st.integers(1, 7))
def test_the_remap_is_its_own_inverse_and_follows_equation_6(weights: LowBitWeights, group: int) -> None:
    mapped = remap(weights.codes, group, weights.span)
    assert np.array_equal(remap(mapped, group, weights.span), weights.codes)
    assert int(mapped.max()) < 1 << weights.bits
    for i in range(weights.k):
        leader = i - i % weights.span % group
        expected = weights.codes[i] if leader == i else weights.codes[i] ^ weights.codes[leader]
        assert np.array_equal(mapped[i], expected)


@settings(max_examples=100, deadline=None)
@given(low_bit_weights(), st.integers(1, 7))
def test_packing_loses_nothing_and_adds_nothing(weights: LowBitWeights, group: int) -> None:
    for codes in (weights.codes, remap(weights.codes, group, weights.span)):
        packed = pack(codes, weights.bits, group)
        assert np.array_equal(unpack(packed, codes.shape, weights.bits, group), codes)
        assert packed.nbytes == packed_bytes(codes.shape, weights.bits) == -(-codes.size * weights.bits // 8)


def test_the_order_of_packed_bits() -> None:
    codes = np.array([[1, 0], [0, 2], [3, 0], [0, 0], [1, 2]], np.uint8)  # two groups of k, two columns, two planes
    stream = np.unpackbits(pack(codes, 2), count=20, bitorder="little")
    assert stream.tolist() == [1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1]


@pytest.mark.parametrize("bits", range(2, 9))
def test_signed_weights_have_the_zero_one_after_reinterpretation(bits: int) -> None:
    values = np.arange(-(1 << (bits - 1)), 1 << (bits - 1))[:, np.newaxis]
    weights = signed_weights(values, bits, 0.5)
    assert np.array_equal(weights.integers, values)
    assert np.array_equal(weights.real, values * 0.5)
    assert reinterpret(weights).zero.tolist() == [[1]]


def test_golden_values() -> None:
    ternary = reinterpret(ternary_weights([[-1], [0], [1]]))
    assert (ternary.bits, ternary.odd.tolist(), ternary.zero.tolist()) == (2, [[-1], [1], [3]], [[1]])
    assert ternary.real.tolist() == [[-1], [0], [1]]
    one_bit = signed_weights([[-1], [1]], 1)
    assert (one_bit.codes.tolist(), one_bit.integers.tolist(), one_bit.real.tolist()) == (
        [[0], [1]],
        [[-1], [1]],
        [[-1], [1]],
    )
    example = reinterpret(unsigned_weights([[0], [1], [0], [0]], 1, scale=2, zero=0.5))
    assert (example.odd.ravel().tolist(), example.scale.tolist(), example.zero.tolist()) == (
        [-1, 1, -1, -1],
        [[1]],
        [[0]],
    )
    assert odd_values(np.arange(16, dtype=np.uint8), 4).tolist() == list(range(-15, 16, 2))


def test_weights_cannot_be_changed() -> None:
    weights = unsigned_weights([[1, 2]], 2)
    with pytest.raises(ValueError, match="read-only"):
        weights.codes[0, 0] = 3


SCHEMES = [(scheme, bits) for scheme in (Scheme.SYMMETRIC, Scheme.ASYMMETRIC, Scheme.SIGNED) for bits in range(1, 9)]
SCHEMES = [*((s, b) for s, b in SCHEMES if (s, b) != (Scheme.SIGNED, 1)), (Scheme.TERNARY, 2)]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SCHEMES),
    st.sampled_from([TENSOR, CHANNEL, Granularity(Sharing.GROUP, 3), Granularity(Sharing.GROUP, 4)]),
    st.integers(1, 12),
    st.integers(0, 1 << 16),
)
def test_every_weight_goes_to_its_nearest_level(
    scheme: tuple[Scheme, int], granularity: Granularity, k: int, seed: int
) -> None:
    real = np.random.default_rng(seed).standard_normal((k, 3))
    weights = quantise_weights(real, scheme[1], scheme[0], granularity)
    assert weights.span == granularity.span(k)
    levels = np.arange(1 << weights.bits)[:, np.newaxis, np.newaxis]
    candidates = weights.spread(weights.scale) * (levels - weights.spread(weights.zero))
    if scheme[0] is Scheme.TERNARY:
        candidates = candidates[1:]  # the lowest of the four levels is not used
    error = np.abs(weights.real - real)
    assert (error <= np.abs(candidates - real).min(axis=0) + 1e-12).all()
    if scheme[0] is not Scheme.TERNARY and scheme[1] > 1:  # the range is covered; rounding z moves it by half a step
        assert (error <= weights.spread(weights.scale) * (1 if scheme[0] is Scheme.ASYMMETRIC else 0.5) + 1e-12).all()
    if scheme[0] is Scheme.SYMMETRIC:
        assert (reinterpret(weights).zero == 0).all()
    if granularity is TENSOR:
        assert len(np.unique(weights.scale)) == 1


@pytest.mark.parametrize(("scheme", "bits"), SCHEMES)
def test_weights_that_are_all_zero_have_the_scale_one(scheme: Scheme, bits: int) -> None:
    weights = quantise_weights(np.zeros((3, 2)), bits, scheme)
    assert np.abs(weights.real).max() <= weights.scale.max() / 2  # symmetric levels have no zero
    if scheme in (Scheme.SIGNED, Scheme.TERNARY, Scheme.ASYMMETRIC):
        assert (weights.scale == 1).all()


@pytest.mark.parametrize("text", ["tensor", "channel", "group:128"])
def test_a_granularity_is_its_name(text: str) -> None:
    assert str(parse_granularity(text)) == text
