"""Axes: values, lists and ranges."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import SpecError
from sweeps.axis import read_axis


@pytest.mark.parametrize(
    ("given_axis", "values"),
    [
        (16, (16,)),
        ("64KiB", ("64KiB",)),
        (True, (True,)),
        ([1, 2, 4], (1, 2, 4)),
        ([1, True], (1, True)),
        ({"from": 8, "to": 32, "step": 8}, (8, 16, 24, 32)),
        ({"from": 8, "to": 31, "step": 8}, (8, 16, 24)),
        ({"from": 8, "to": 64, "factor": 2}, (8, 16, 32, 64)),
        ({"from": 8, "to": 63, "factor": 2}, (8, 16, 32)),
        ({"from": 5, "to": 5, "step": 1}, (5,)),
        ({"from": 0.5, "to": 1.5, "step": 0.5}, (0.5, 1.0, 1.5)),
    ],
)
def test_values(given_axis: object, values: tuple[object, ...]) -> None:
    assert read_axis("rows", given_axis) == values


@given(st.integers(-50, 50), st.integers(0, 60), st.integers(1, 9))
def test_a_range_in_steps_is_pythons_with_its_end(low: int, span: int, step: int) -> None:
    axis = {"from": low, "to": low + span, "step": step}
    assert read_axis("rows", axis) == tuple(range(low, low + span + 1, step))


@pytest.mark.parametrize(
    ("given_axis", "message"),
    [
        ([], "rows is an empty list; an axis has at least one value"),
        ([8, 8], "rows holds 8 twice"),
        (math.inf, "rows holds inf; the numbers of an axis are finite"),
        ([1.5, math.nan], "rows holds nan; the numbers of an axis are finite"),
        ([[8]], "rows holds [8]; an axis holds numbers, words, true or false"),
        (
            {"from": 1, "too": 4, "step": 1},
            "rows: a range has no key 'too' (did you mean 'to'?); its keys are from, to, step, factor",
        ),
        ({"from": 1, "to": 4}, "rows: a range is {from=, to=, step=} or {from=, to=, factor=}, not {from=1, to=4}"),
        (
            {"from": 1, "to": 4, "step": 1, "factor": 2},
            "rows: a range is {from=, to=, step=} or {from=, to=, factor=}, not {from=1, to=4, step=1, factor=2}",
        ),
        ({"from": "a", "to": 4, "step": 1}, "rows: from='a' is not a number"),
        ({"from": 1, "to": math.inf, "step": 1}, "rows: to=inf is not a number up to 1e+18"),
        ({"from": math.nan, "to": 4, "step": 1}, "rows: from=nan is not a number up to 1e+18"),
        ({"from": 1, "to": 4, "step": math.inf}, "rows: step=inf is not a number up to 1e+18"),
        ({"from": 1, "to": 10**400, "factor": 2}, f"rows: to={10**400} is not a number up to 1e+18"),
        ({"from": 5, "to": 4, "step": 1}, "rows: a range runs upwards, not from 5 to 4"),
        ({"from": 1, "to": 4, "step": 0}, "rows: step=0 is not above 0"),
        (
            {"from": 1, "to": 4, "factor": 1},
            "rows: a range by factors starts above 0 and multiplies by more than 1, not 1 by 1",
        ),
        ({"from": 1, "to": 10**9, "step": 1}, "rows has more than 100000 values"),
    ],
)
def test_what_is_no_axis_is_refused(given_axis: object, message: str) -> None:
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        read_axis("rows", given_axis)
