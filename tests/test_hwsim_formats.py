"""Number formats: ranges, wrapping and names."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.errors import SpecError
from hwsim.formats import FLOATS, INT8, INT64, IntFormat, parse_format

FORMATS = st.builds(IntFormat, st.integers(1, 63), st.booleans()) | st.just(INT64)


@settings(max_examples=50, deadline=None)
@given(FORMATS, st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5))
def test_wrapping_keeps_the_low_bits_and_lands_in_range(fmt: IntFormat, values: list[int]) -> None:
    wrapped = fmt.wrap(np.array(values))
    for value, kept in zip(values, wrapped.tolist(), strict=True):
        assert fmt.low <= kept <= fmt.high
        assert (value - kept) % (1 << fmt.bits) == 0
        assert kept == value or not fmt.low <= value <= fmt.high


@settings(max_examples=50, deadline=None)
@given(FORMATS)
def test_a_format_is_its_name(fmt: IntFormat) -> None:
    assert parse_format(fmt.name) == parse_format(str(fmt)) == fmt
    assert fmt.high - fmt.low + 1 == 1 << fmt.bits


def test_floats_are_known_by_name() -> None:
    assert all(parse_format(name).name == name for name in FLOATS)


@pytest.mark.parametrize("text", ["int", "int-4", "8", "float", "INT8", "int8 "])
def test_an_unknown_name_is_refused(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_format(text)
    allowed = "bf16, fp16, fp32, fp64, fp8e4m3, fp8e5m2"
    assert str(caught.value) == f"unknown format {text!r}: a format is intN, uintN or one of {allowed}"


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.int64])
def test_a_check_looks_at_values_of_every_type(dtype: type) -> None:
    narrow = IntFormat(4)
    narrow.check(np.array([0, 7], dtype), "x")
    with pytest.raises(SpecError) as caught:
        narrow.check(np.array([3, 8], dtype), "x")
    assert str(caught.value) == "x has values from 3 to 8; int4 holds -8 to 7"


def test_a_check_of_nothing_passes_and_of_a_wider_unsigned_type_does_not() -> None:
    INT8.check(np.zeros((0, 3), np.int64), "x")
    with pytest.raises(SpecError, match=r"^x has values from 200 to 200; int8 holds -128 to 127$"):
        INT8.check(np.array([200], np.uint8), "x")
