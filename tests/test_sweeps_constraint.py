"""The language of constraints: what it means, and what it says to what it cannot read."""

from __future__ import annotations

import operator
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import SpecError
from sweeps.constraint import MOST_NESTED, parse_constraint

NAMES = {"rows": 16, "cols": 8, "pe_count": 128, "ratio": 0.5, "array": "cube", "overlap": True, "area_um2": None}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("rows == cols", False),
        ("rows != cols and pe_count <= 128", True),
        ("8 <= cols < rows <= 16", True),
        ("8 < cols < rows", False),
        ("not rows < cols or rows == 0", True),
        ("not (rows > cols or rows == 0)", False),
        ("rows - cols - 4 == 4", True),
        ("rows / cols / 2 == 1", True),
        ("1 + 2 * 3 == 7", True),
        ("(1 + 2) * 3 == 9", True),
        ("-rows + 20 == 4", True),
        ("rows % 3 == 1", True),
        ("pe_count < 1e3", True),
        ("pe_count < 1_000", True),
        (".5 == ratio", True),
        ('array == "cube"', True),
        ("array != 'cube'", False),
        ("overlap", True),
        ("overlap == false", False),
        ("rows == 1 and area_um2 < 5", False),
    ],
)
def test_meaning(text: str, holds: bool) -> None:
    assert parse_constraint(text).holds(NAMES) is holds


def test_names_are_those_that_it_speaks_of() -> None:
    assert parse_constraint("rows == cols or not -ratio * 2 > 1 and array == 'rows2'").names == {
        "rows",
        "cols",
        "ratio",
        "array",
    }


numbers = st.integers(0, 50).map(str)
sums = st.recursive(
    numbers | st.sampled_from(["rows", "cols"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({' '.join(t)})")
        | inner.map(lambda text: f"-{text}")
    ),
    max_leaves=8,
)
comparisons = st.tuples(sums, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), sums).map(" ".join)
conditions = st.recursive(
    comparisons,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({' '.join(t)})")
        | inner.map(lambda text: f"not {text}")
    ),
    max_leaves=6,
)


@given(conditions, st.integers(0, 9), st.integers(0, 9))
def test_it_means_what_python_means_by_the_same_text(text: str, rows: int, cols: int) -> None:
    values = {"rows": rows, "cols": cols}
    assert parse_constraint(text).holds(values) is eval(text, {}, values)


def refusal(text: str) -> str:
    """What is said of ``text``; nothing if it is read."""
    try:
        parse_constraint(text)
    except SpecError as error:
        return str(error)
    return "constraint "


WORDS = ["a", "1", "(", ")", "<", "and", "or", "not", "-", "*", "'x'", "1e5", "."]


@given(st.text(max_size=30) | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    assert refusal(text).startswith("constraint ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "constraint '': expected a number, a name or '(' at column 1, found the end"),
        ("rows <", "constraint 'rows <': expected a number, a name or '(' at column 7, found the end"),
        ("rows cols", "constraint 'rows cols': expected an operator at column 6, found 'cols'"),
        ("(rows < 2", "constraint '(rows < 2': expected ')' at column 10, found the end"),
        ("rows and and", "constraint 'rows and and': expected a number, a name or '(' at column 10, found 'and'"),
        ("rows = 2", "constraint 'rows = 2': '=' at column 6 is not part of the language"),
        ("rows.real == 2", "constraint 'rows.real == 2': '.' at column 5 is not part of the language"),
        ("__import__('os')", "constraint \"__import__('os')\": expected an operator at column 11, found '('"),
        (
            "(" * 50 + "1",
            f"constraint '{'(' * 40}'... is nested more than {MOST_NESTED} deep",
        ),
    ],
)
def test_what_cannot_be_read_is_named_with_its_column(text: str, message: str) -> None:
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        parse_constraint(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rowz == 2", "constraint 'rowz == 2': 'rowz' has no value (did you mean 'rows'?)"),
        (
            "area_um2 < 5",
            "constraint 'area_um2 < 5': 'area_um2' is not known without a technology: [machine] technology = names one",
        ),
        ("rows / (cols - 8) > 1", "constraint 'rows / (cols - 8) > 1': 16 / 0 divides by zero"),
        ("array < 2", "constraint 'array < 2': '<' needs numbers, not 'cube'"),
        ("array == 2", "constraint 'array == 2': '==' compares a number with a text: 'cube' and 2"),
        (
            "rows + 1",
            "constraint 'rows + 1' is 17, neither true nor false; a constraint is a comparison such as \"rows <= 64\"",
        ),
        ("rows and overlap", "constraint 'rows and overlap': 'and' needs true or false, not 16"),
        ("-overlap == 1", "constraint '-overlap == 1': '-' needs numbers, not true"),
    ],
)
def test_what_has_no_meaning_says_why(text: str, message: str) -> None:
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        parse_constraint(text).holds(NAMES)


def test_a_false_part_ends_an_and_before_a_fault() -> None:
    assert operator.not_(parse_constraint("cols != 8 and rows / (cols - 8) > 1").holds(NAMES))
