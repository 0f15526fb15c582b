"""Float and quantised products by table lookup: against exact fractions, one rounding after the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from float_oracle import elementwise, float_element, quantised_element
from hwsim.errors import SpecError
from hwsim.floats import FP8E4M3, FP8E5M2, FP16, STORAGE, Floats, rounded, stored
from hwsim.formats import FLOATS, FP32, INT8, FloatFormat, IntFormat
from hwsim.low_bit import LowBitWeights, Scheme, quantise_weights, unsigned_weights
from hwsim.lut import (
    FloatRule,
    ScaleSharing,
    Synthetic,
    TableQuantiser,
    TableScale,
    lookup_floats,
    lookup_quantised,
    parse_table_scale,
    quantise_tables,
    table_errors,
)
from hwsim.lut.error_study import SCALES as SCALES_OF_THE_STUDY
from hwsim.lut.error_study import nmse, quantised_activations
from test_hwsim_low_bit import low_bit_weights

ACTIVATIONS = st.sampled_from([FP16, FP8E4M3, FP8E5M2])
NARROW = st.sampled_from([FP16, FP32, FP8E4M3, FP8E5M2])
RULES = st.builds(FloatRule, ACTIVATIONS, NARROW, st.sampled_from([FP16, FP32]))
GROUPS = st.integers(1, 5)


@st.composite
def float_cases(draw: st.DrawFn, format: FloatFormat, spread: int = 6) -> tuple[Floats, LowBitWeights]:
    """Activations of magnitudes that differ by up to 4**spread, some zero, and weights."""
    weights = draw(low_bit_weights(max_k=11, max_n=3))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 16)))
    shape = (draw(st.integers(1, 2)), weights.k)
    a = rng.standard_normal(shape) * 2.0 ** rng.integers(-spread, spread + 1, shape) * (rng.random(shape) < 0.9)
    return rounded(a, format), weights


@settings(max_examples=150, deadline=None)
@given(st.data(), RULES, GROUPS)
def test_float_products_follow_the_rule_bit_by_bit(data: st.DataObject, rule: FloatRule, group: int) -> None:
    a, weights = data.draw(float_cases(rule.activation))
    found = lookup_floats(a, weights, rule, group)
    assert found.dtype == STORAGE[rule.accumulator.name]
    assert np.array_equal(found, elementwise(float_element, a, weights, rule, group))


@settings(max_examples=30, deadline=None)
@given(st.data(), GROUPS)
def test_what_overflows_is_infinite_by_the_rule(data: st.DataObject, group: int) -> None:
    rule = FloatRule(FP16, FP16, FP16)
    a, weights = data.draw(float_cases(FP16, spread=2))
    large = rounded(np.clip(a * 2.0**13, -65504, 65504), FP16)
    expected = elementwise(float_element, large, weights, rule, group)
    assert np.array_equal(lookup_floats(large, weights, rule, group), expected, equal_nan=True)


def test_overflow_happens() -> None:
    a, weights = np.full((1, 2), 40000.0), unsigned_weights([[3], [3]], 2)
    assert lookup_floats(a, weights, FloatRule(FP16, FP16, FP16))[0, 0] == np.inf
    assert lookup_floats(a, weights, FloatRule(FP16, FP32, FP32))[0, 0] == 240000


SCALES = st.sampled_from([ScaleSharing.TABLE, ScaleSharing.TOKEN]).map(TableScale)


@settings(max_examples=150, deadline=None)
@given(st.data(), GROUPS, st.integers(1, 3), st.integers(2, 16), NARROW, st.sampled_from([FP16, FP32]))
def test_quantised_products_follow_the_rule_bit_by_bit(
    data: st.DataObject, group: int, tables: int, bits: int, precompute: FloatFormat, accumulator: FloatFormat
) -> None:
    scale = data.draw(SCALES | st.just(TableScale(ScaleSharing.GROUP, group * tables)))
    format = data.draw(ACTIVATIONS)
    a, weights = data.draw(float_cases(format, spread=1))
    quantiser = TableQuantiser(scale, bits, precompute, accumulator)
    found = lookup_quantised(a, weights, quantiser, format, group)
    assert found.dtype == STORAGE[accumulator.name]
    assert np.array_equal(found, elementwise(quantised_element, a, weights, quantiser, group), equal_nan=True)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 6), st.integers(1, 3), st.integers(0, 1 << 16))
def test_quantised_tables_are_near_and_stay_odd(tables: int, per_scale: int, seed: int) -> None:
    given = np.random.default_rng(seed).standard_normal((tables, 3, 8)).astype(np.float32)
    sets = np.arange(tables) // per_scale
    held = quantise_tables(given, sets, 8, FP32)
    assert np.abs(held.entries).max() == 127
    scales = held.scales[sets][:, :, np.newaxis]
    assert (np.abs(held.real - given) <= 0.5001 * scales).all()
    negated = quantise_tables(-given, sets, 8, FP32)
    assert np.array_equal(negated.entries, -held.entries)
    assert np.array_equal(negated.scales, held.scales)


def test_integer_activations_have_quantised_tables_too() -> None:
    rng = np.random.default_rng(5)
    weights = quantise_weights(rng.standard_normal((32, 4)), 2, Scheme.SIGNED)
    a = rng.integers(-128, 128, (3, 32))
    quantiser = TableQuantiser(parse_table_scale("token"), 16)
    found = lookup_quantised(a, weights, quantiser, INT8)
    assert np.array_equal(found, elementwise(quantised_element, a, weights, quantiser, 4))
    assert nmse(found, a @ weights.real) < 1e-8


def test_the_largest_entry_of_a_table_is_the_sum_of_magnitudes() -> None:
    a = np.array([[1.0, -2.0, 0.5, 4.0]])
    weights = unsigned_weights(np.ones((4, 1), int), 1, zero=0.5)
    held = lookup_quantised(a, weights, TableQuantiser(parse_table_scale("table")), FP16)
    assert held[0, 0] == pytest.approx(3.5 / 2, abs=7.5 / 127 / 4)


@pytest.mark.parametrize("kind", Synthetic)
def test_the_order_of_errors(kind: Synthetic) -> None:
    """The comparison of the paper's section 3.1.3: finer scales are better, a scale per table better than INT8
    activations in groups of 64."""
    weights = quantise_weights(np.random.default_rng(1).standard_normal((2048, 32)), 2, Scheme.SYMMETRIC)
    errors = table_errors(rounded(kind.draw((8, 2048), 0), FP16), weights)
    found = {(e.what, str(e.scale)): e.nmse for e in errors}
    tables = [found["int8 tables", s] for s in ("table", "group:64", "token")]
    activations = [found["int8 activations", s] for s in ("table", "group:64", "token")]
    assert tables == sorted(tables)
    assert activations == sorted(activations)
    assert tables[0] < activations[1]
    assert found["fp16 tables", "None"] < tables[0] / 10


def test_exact_answers_have_no_error() -> None:
    a = np.array([[1.0, 2.0, -3.0, 4.0, 5.0]])
    weights = unsigned_weights([[0], [1], [2], [3], [1]], 2, zero=1)
    assert table_errors(a, weights)[0].nmse == 0
    assert quantised_activations(np.array([[127.0, -3, 0]]), 3).tolist() == [[127, -3, 0]]
    assert quantised_activations(np.zeros((1, 3)), 2).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("text", ["table", "token", "group:64"])
def test_a_table_scale_is_its_name(text: str) -> None:
    assert str(parse_table_scale(text)) == text


ONE = unsigned_weights([[1], [2], [0]], 2)
PER_TABLE = TableQuantiser(parse_table_scale("table"))
BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: lookup_floats(np.zeros((1, 4)), ONE), "activations have k = 4, the weights have k = 3"),
    (lambda: lookup_floats(np.full((1, 3), 0.1), ONE), "the activations: 0.1 is not a value of fp16; round them"),
    (
        lambda: lookup_floats(np.full((1, 3), 17.0), ONE, FloatRule(FP8E4M3)),
        "the activations: 17.0 is not a value of fp8e4m3; round them",
    ),
    (lambda: lookup_floats(np.full((1, 3), np.nan), ONE), "the activations: a value is not finite"),
    (
        lambda: lookup_floats(np.zeros(3), ONE),
        "activations are a matrix (m, k) with at least one element, not of shape (3,)",
    ),
    (lambda: lookup_floats(np.zeros((1, 3)), ONE, group=13), "a table is made for 1 to 12 activations, not for 13"),
    (
        lambda: FloatRule(FP32),
        "activations are intN or uintN of up to 16 bits, fp16, fp8e4m3 or fp8e5m2, not fp32",
    ),
    (
        lambda: FloatRule(INT8),  # type: ignore[arg-type]
        "the format of the float activations is a float of up to 32 bits, not int8",
    ),
    (
        lambda: FloatRule(entry=FLOATS["fp64"]),
        "the format of the entry is a float of up to 32 bits, not fp64",
    ),
    (
        lambda: FloatRule(accumulator=IntFormat(32)),  # type: ignore[arg-type]
        "the format of the accumulator is a float of up to 32 bits, not int32",
    ),
    (
        lambda: parse_table_scale("tokens"),
        "unknown granularity 'tokens' (did you mean 'token'?): tables have one scale per table, group:N or token",
    ),
    (
        lambda: parse_table_scale("row"),
        "unknown granularity 'row': tables have one scale per table, group:N or token",
    ),
    (lambda: parse_table_scale("group:0"), "a group of activations has at least 1 of them, not 0"),
    (lambda: TableScale(ScaleSharing.TOKEN, 4), "a scale per token has no number of activations, not 4"),
    (
        lambda: lookup_quantised(np.zeros((1, 3)), ONE, TableQuantiser(parse_table_scale("group:6")), FP16),
        "6 activations with one scale are not whole tables of 4",
    ),
    (lambda: TableQuantiser(parse_table_scale("token"), 1), "entries of quantised tables have 2 to 16 bits, not 1"),
    (
        lambda: TableQuantiser(parse_table_scale("token"), precompute=FLOATS["fp64"]),
        "the format of the precompute is a float of up to 32 bits, not fp64",
    ),
    (
        lambda: lookup_quantised(
            np.full((1, 3), 60000.0), ONE, TableQuantiser(parse_table_scale("token"), precompute=FP16), FP16
        ),
        "sums of 4 activations overflow fp16: tables cannot be quantised",
    ),
    (
        lambda: lookup_quantised(np.zeros((1, 3)), ONE, PER_TABLE, INT8),
        "activations in int8 are a matrix (m, k) of integers with at least one element, not float64 of shape (1, 3)",
    ),
    (
        lambda: lookup_quantised(np.zeros((1, 3)), ONE, PER_TABLE, FP32),
        "activations are intN or uintN of up to 16 bits, fp16, fp8e4m3 or fp8e5m2, not fp32",
    ),
    (
        lambda: table_errors(np.zeros((1, 3)), ONE),
        "the exact product is zero: an error relative to it does not exist",
    ),
]


@pytest.mark.parametrize(("ask", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_questions(ask: Callable[[], object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        ask()
    assert str(caught.value) == message


def test_activations_may_come_in_their_own_type() -> None:
    a = stored(np.array([[0.5, -2.0, 448.0]]), FP8E4M3)
    assert a.dtype == STORAGE["fp8e4m3"]
    assert lookup_floats(a, ONE, FloatRule(FP8E4M3)).tolist() == [[0.5 - 4]]


def test_the_table_of_errors_in_the_page_is_what_its_code_prints(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parent.parent / "docs" / "lut_values.md").read_text()
    (code,) = (block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "synthetic_errors" in block)
    exec(compile(code, "documentation", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.count("\n") == 2 + 1 + 2 * len(SCALES_OF_THE_STUDY)
    assert f"```\n\n{printed}\n" in page
