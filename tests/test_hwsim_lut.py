"""Integer products by table lookup: against the integer definition; tables, their plans and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.errors import SpecError
from hwsim.floats import FP8E4M3, FP16
from hwsim.formats import FLOATS, FP32, INT8, INT16, UINT8, IntFormat
from hwsim.low_bit import LowBitWeights, remap, unsigned_weights
from hwsim.lut import (
    Layout,
    TableGeometry,
    TablePlan,
    chained_plan,
    exact_entry,
    half_plan,
    integer_product,
    lookup_integers,
    precompute_redundancy,
    scaled_product,
    select,
    subset_plan,
)
from hwsim.lut.geometry import declared
from hwsim.lut.integer_product import integer_tables
from hwsim.lut.layout import selection_matrix
from test_hwsim_low_bit import low_bit_weights

FORMATS = (INT8, INT16, UINT8, IntFormat(4), IntFormat(1, signed=False))
GROUPS = st.integers(1, 7)


@st.composite
def integer_cases(draw: st.DrawFn) -> tuple[np.ndarray, LowBitWeights, IntFormat]:
    """Activations (m, k) that lie at the ends of their range as often as not, and weights."""
    format = draw(st.sampled_from(FORMATS))
    weights = draw(low_bit_weights())
    rng = np.random.default_rng(draw(st.integers(0, 1 << 16)))
    a = rng.integers(format.low, format.high + 1, (draw(st.integers(1, 4)), weights.k))
    a = np.where(rng.random(a.shape) < draw(st.sampled_from([0, 0.5, 1])), format.low, a)
    return a.astype(draw(st.sampled_from([np.int64, np.int32]))), weights, format


def defined(a: np.ndarray, weights: LowBitWeights) -> np.ndarray:
    """a @ w in Python's integers, w from codes and zero points one by one."""
    double = [
        [2 * int(weights.codes[i, j]) - int(2 * weights.zero[i // weights.span, j]) for j in range(weights.n)]
        for i in range(weights.k)
    ]
    halved = 2 if (weights.zero % 1 == 0).all() else 1
    return a.astype(object) @ np.array(double, object) // halved


@settings(max_examples=200, deadline=None)
@given(integer_cases(), GROUPS)
def test_both_paths_are_the_integer_definition(case: tuple[np.ndarray, LowBitWeights, IntFormat], group: int) -> None:
    a, weights, format = case
    expected = defined(a, weights)
    for found in (
        integer_product(a, weights, format),
        lookup_integers(a, weights, format, group),
        a @ weights.integers,
    ):
        assert found.dtype == np.int64
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16])
def test_narrow_arrays_at_the_ends_of_their_range(dtype: type) -> None:
    format = {np.int8: INT8, np.uint8: UINT8, np.int16: INT16}[dtype]
    weights = unsigned_weights(np.full((5000, 2), 255), 8, zero=[[0, 255]])
    few = unsigned_weights(weights.codes[:99], 8, zero=weights.zero)
    for value in (format.low, format.high):
        a = np.full((2, 5000), value, dtype)
        assert np.array_equal(integer_product(a, weights, format), defined(a, weights))
        assert np.array_equal(a @ weights.integers, defined(a, weights))
        assert np.array_equal(lookup_integers(a[:, :99], few, format), defined(a[:, :99], few))


@settings(max_examples=50, deadline=None)
@given(integer_cases())
def test_scaled_products_are_those_of_the_real_weights(case: tuple[np.ndarray, LowBitWeights, IntFormat]) -> None:
    a, weights, format = case
    assert np.allclose(scaled_product(a, weights, format), a @ weights.real, rtol=1e-12, atol=1e-9)


@settings(max_examples=100, deadline=None)
@given(integer_cases(), GROUPS)
def test_entries_are_signed_sums_and_fit_their_format(
    case: tuple[np.ndarray, LowBitWeights, IntFormat], group: int
) -> None:
    a, weights, format = case
    layout = Layout(weights.k, group, weights.span)
    tables = integer_tables(a, layout)
    exact_entry(format, group).check(tables, "entries")
    dealt = layout.spread(a.T)
    for word, signs in enumerate(product((-1, 1), repeat=group - 1)):
        assert np.array_equal(tables[:, :, word], np.einsum("tgm,g->mt", dealt, np.array([-1, *signs])))


@settings(max_examples=50, deadline=None)
@given(integer_cases(), GROUPS)
def test_the_full_table_is_odd(case: tuple[np.ndarray, LowBitWeights, IntFormat], group: int) -> None:
    """Equation 5: a word and its complement select one entry with opposite signs, and the remap finds it."""
    a, weights, _ = case
    layout = Layout(weights.k, group, weights.span)
    opposite = unsigned_weights((1 << weights.bits) - 1 - weights.codes, weights.bits, span=weights.span)
    one, other = select(weights, layout), select(opposite, layout)
    full = np.diff(layout.starts, append=weights.k) == group  # what fills a ragged table is 0 in both
    assert np.array_equal(one.entry[full], other.entry[full])
    assert np.array_equal(one.negative[full], ~other.negative[full])
    assert np.array_equal(integer_tables(-a, layout), -integer_tables(a, layout))


@settings(max_examples=50, deadline=None)
@given(integer_cases(), GROUPS)
def test_lookups_are_a_product_with_the_selection_matrix(
    case: tuple[np.ndarray, LowBitWeights, IntFormat], group: int
) -> None:
    a, weights, _ = case
    layout = Layout(weights.k, group, weights.span)
    tables = integer_tables(a, layout)
    matrix = selection_matrix(select(weights, layout), tables.shape[2])
    odd = 2 * weights.codes.astype(np.int64) - ((1 << weights.bits) - 1)
    assert np.array_equal(np.einsum("mte,ten->mn", tables, matrix.astype(np.int64)), a @ odd)


@settings(max_examples=50, deadline=None)
@given(low_bit_weights(), GROUPS)
def test_the_leading_bit_is_the_sign_and_the_others_the_number(weights: LowBitWeights, group: int) -> None:
    layout = Layout(weights.k, group, weights.span)
    selection = select(weights, layout)
    mapped = remap(weights.codes, group, weights.span)
    for t, start in enumerate(layout.starts.tolist()):
        end = min(start + group, start // weights.span * weights.span + weights.span, weights.k)
        for b in range(weights.bits):
            bits = [(mapped[i] >> b & 1) if i < end else 0 * mapped[start] for i in range(start, start + group)]
            number = sum(bit.astype(int) << (group - 2 - j) for j, bit in enumerate(bits[1:]))
            assert (selection.entry[t, b] == number).all()
            assert (selection.negative[t, b] == bits[0]).all()


@pytest.mark.parametrize("group", range(1, 9))
def test_every_plan_gives_its_table(group: int) -> None:
    values = [np.array(3**j) for j in range(group)]  # all signed sums differ
    signs = list(product((-1, 1), repeat=group - 1))
    halves = [sum(s * 3**j for j, s in enumerate((-1, *rest))) for rest in signs]
    subsets = [sum(bit * 3**j for j, bit in enumerate(bits)) for bits in product((0, 1), repeat=group)]
    assert half_plan(group).evaluate(values, lambda x: x).tolist() == halves
    assert chained_plan(group).evaluate(values, lambda x: x).tolist() == halves
    assert subset_plan(group).evaluate(values, lambda x: x).tolist() == subsets
    assert len(halves) * 2 == len(subsets) == len({*halves, *(-h for h in halves)})


@pytest.mark.parametrize("group", range(2, 9))
def test_sharing_saves_additions(group: int) -> None:
    half, chained, subset = (len(plan(group).additions) for plan in (half_plan, chained_plan, subset_plan))
    assert chained == (group - 1) * 2 ** (group - 1)
    assert subset == 2**group - 1 - group
    assert 2 ** (group - 1) <= half <= chained
    assert half == 2 ** (group - 1) + sum(
        len(half_plan(part).additions) for part in (group // 2, group - group // 2)
    )  # the right half's full table is its own half table and the negations


def rounding_counter() -> tuple[Callable[[np.ndarray], np.ndarray], list[int]]:
    made: list[int] = []

    def count(values: np.ndarray) -> np.ndarray:
        made.append(1)
        return values

    return count, made


@pytest.mark.parametrize(("plan", "additions"), [(half_plan, 12), (chained_plan, 24), (subset_plan, 11)])
def test_golden_additions_of_four_activations(plan: Callable[[int], TablePlan], additions: int) -> None:
    count, made = rounding_counter()
    plan(4).evaluate([np.zeros(1)] * 4, count)
    assert len(made) == len(plan(4).additions) == additions


def test_golden_geometry() -> None:
    exact = TableGeometry(INT8)
    assert (exact.entries, exact.entry_format.name, exact.table_bits) == (8, "int11", 88)
    assert (exact.additions, exact.chained_additions, exact.subset_additions) == (12, 24, 11)
    assert TableGeometry(INT8, symmetric=True).entry_format.name == "int10"
    assert TableGeometry(INT16).entry_format.name == "int19"
    assert (TableGeometry(FP16).table_bits, TableGeometry(FP16).traffic_inflation) == (128, 2)
    assert TableGeometry(FP16).full_traffic_inflation == 4
    assert TableGeometry(FP16, entry=INT8).traffic_inflation == 1
    assert TableGeometry(INT8, entry=INT8).traffic_inflation == 2
    assert TableGeometry(FP8E4M3).entry_format is FP16
    assert precompute_redundancy(12288, 4) == 3072


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 16), st.booleans(), st.integers(1, 5), st.booleans())
def test_the_entry_format_is_the_narrowest(bits: int, signed: bool, group: int, symmetric: bool) -> None:
    format = IntFormat(bits, signed)
    low = -format.high if signed and symmetric else format.low
    taken = declared(format, symmetric)
    assert (taken.low, taken.high) == (low, format.high)
    ends = np.array(
        [
            sum(sign * value for sign, value in zip((-1, *signs), values, strict=True))
            for values in product((low, format.high), repeat=group)
            for signs in product((-1, 1), repeat=group - 1)
        ]
    )
    entry = exact_entry(taken, group)
    entry.check(ends, "entries")
    if entry.bits > 1:
        with pytest.raises(SpecError):
            IntFormat(entry.bits - 1).check(ends, "entries")


def test_the_extreme_entry_is_reached() -> None:
    a = np.full((1, 4), -128)
    assert integer_tables(a, Layout(4, 4, 4))[0, 0, 0] == 512
    IntFormat(11).check(np.array([512]), "x")
    weights = unsigned_weights(np.full((4, 1), 3), 2)
    assert lookup_integers(a, weights)[0, 0] == 4 * -128 * 3


ONE = unsigned_weights([[1], [2], [0]], 2)
BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: integer_product(np.zeros((2, 5), int), ONE), "activations have k = 5, the weights have k = 3"),
    (lambda: lookup_integers(np.zeros((2, 2), int), ONE), "activations have k = 2, the weights have k = 3"),
    (lambda: scaled_product(np.zeros((2, 2), int), ONE), "activations have k = 2, the weights have k = 3"),
    (
        lambda: integer_product(np.full((1, 3), 200), ONE),
        "the matrix of activations has values from 200 to 200; int8 holds -128 to 127",
    ),
    (
        lambda: integer_product(np.zeros((1, 3), int), ONE, FP16),
        "integer products take activations in intN or uintN, not fp16",
    ),
    (
        lambda: integer_product(np.zeros((1, 3), int), ONE, FP32),
        "activations are intN or uintN of up to 16 bits, fp16, fp8e4m3 or fp8e5m2, not fp32",
    ),
    (
        lambda: lookup_integers(np.zeros((1, 3), int), ONE, IntFormat(17)),
        "activations are intN or uintN of up to 16 bits, fp16, fp8e4m3 or fp8e5m2, not int17",
    ),
    (
        lambda: integer_product(np.zeros(3, int), ONE),
        "activations in int8 are a matrix (m, k) of integers with at least one element, not int64 of shape (3,)",
    ),
    (
        lambda: integer_product(np.zeros((1, 3)), ONE),
        "activations in int8 are a matrix (m, k) of integers with at least one element, not float64 of shape (1, 3)",
    ),
    (
        lambda: lookup_integers(np.full((1, 3), -128), ONE, symmetric=True),
        "the matrix of activations holds -128 at [0, 0]; symmetric int8 holds -127 to 127",
    ),
    (
        lambda: lookup_integers(np.zeros((1, 3), int), ONE, group=0),
        "a table is made for 1 to 12 activations, not for 0",
    ),
    (lambda: half_plan(13), "a table is made for 1 to 12 activations, not for 13"),
    (lambda: TableGeometry(INT8, 0), "a table is made for 1 to 12 activations, not for 0"),
    (
        lambda: TableGeometry(FLOATS["bf16"]),
        "activations are intN or uintN of up to 16 bits, fp16, fp8e4m3 or fp8e5m2, not bf16",
    ),
    (lambda: precompute_redundancy(0, 4), "columns are at least 1, not 0 shared by 4"),
]


@pytest.mark.parametrize(("ask", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_questions(ask: Callable[[], object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        ask()
    assert str(caught.value) == message


def test_symmetric_activations_pass() -> None:
    a = np.array([[-127, 127, 0]])
    assert lookup_integers(a, ONE, symmetric=True).tolist() == integer_product(a, ONE).tolist() == [[127]]
