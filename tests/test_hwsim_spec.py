"""The inline form: text to fields and back."""

from __future__ import annotations

from enum import Enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.errors import SpecError
from hwsim.formats import INT8, IntFormat
from hwsim.spec import field_text, parser_of, read_fields, split_inline


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


DEFAULTS = {"side": 4, "fast": False, "share": 0.5, "colour": Colour.RED, "word": "x", "a": INT8}
WORDS = st.text(st.characters(categories=["Ll"]), min_size=1, max_size=5)


@settings(max_examples=50, deadline=None)
@given(WORDS, st.dictionaries(WORDS, WORDS, max_size=5))
def test_a_joined_form_splits_again(name: str, fields: dict[str, str]) -> None:
    assert split_inline(f"{name}:{','.join(f'{k}={v}' for k, v in fields.items())}") == (name, fields)


@settings(max_examples=50, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "side": st.integers(-(10**9), 10**9),
            "fast": st.booleans(),
            "share": st.floats(allow_nan=False),
            "colour": st.sampled_from(Colour),
            "word": WORDS,
            "a": st.builds(IntFormat, st.integers(1, 63), st.booleans()),
        }
    )
)
def test_fields_are_read_back_from_their_text(typed: dict[str, object]) -> None:
    assert read_fields("thing", {key: field_text(value) for key, value in typed.items()}, DEFAULTS) == typed
    assert read_fields("thing", typed, DEFAULTS) == typed


MISTAKES = {
    ("side", "4.0"): "thing: side=4.0 is not a whole number",
    ("fast", "yes"): "thing: fast=yes is not true or false",
    ("share", "half"): "thing: share=half is not a number",
    ("colour", "green"): "thing: colour=green is not one of red, blue",
    ("a", "uint64"): "thing: a=uint64: an unsigned integer format has 1 to 63 bits, not 64",
    ("sides", "4"): "thing has no field 'sides' (did you mean 'side'?); "
    "its fields are side, fast, share, colour, word, a",
    ("q", "4"): "thing has no field 'q'; its fields are side, fast, share, colour, word, a",
}


@pytest.mark.parametrize(("key", "text"), MISTAKES)
def test_a_mistaken_field_gets_one_sentence(key: str, text: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_fields("thing", {key: text}, DEFAULTS)
    assert str(caught.value) == MISTAKES[key, text]


def test_a_default_that_nobody_can_read_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(TypeError, match=r"^no parser for a field with default \[\]$"):
        parser_of([])
