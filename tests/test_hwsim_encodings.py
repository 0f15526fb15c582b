"""Digit encodings: every value of every format comes back, and each code keeps its own rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim import encodings
from hwsim.encodings import ENCODINGS, Booth, Encoding, EnT, Naf, SignMagnitude, TwosComplement, parse_encoding
from hwsim.encodings.base import MAX_BITS
from hwsim.encodings.select import SELECTED_DIGITS, select_codes, selected_digits, signed_codes
from hwsim.errors import SpecError
from hwsim.formats import FLOATS, INT8, INT16, UINT8, IntFormat

NARROW = [IntFormat(bits, signed) for bits in range(1, 11) for signed in (True, False)]
WIDE = st.builds(IntFormat, st.integers(9, MAX_BITS), st.booleans())
each_encoding = pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
each_format = pytest.mark.parametrize("format", NARROW, ids=str)


def all_values(format: IntFormat) -> np.ndarray:
    return np.arange(format.low, format.high + 1)


def msb_first(encoding: Encoding, value: int, format: IntFormat = INT8) -> list[int]:
    return encoding.encode(np.array(value), format)[::-1].tolist()


@each_encoding
@each_format
def test_every_value_comes_back_from_digits_of_the_set(encoding: Encoding, format: IntFormat) -> None:
    values = all_values(format)
    digits = encoding.encode(values, format)
    assert digits.dtype == np.int8
    assert digits.shape == (len(values), encoding.digits(format))
    assert np.array_equal(encoding.decode(digits), values)
    assert np.array_equal(digits @ np.array(encoding.weights(format)), values)
    assert set(np.unique(digits)) <= set(encoding.digit_set)


@each_encoding
@each_format
def test_no_position_is_idle_for_all_values(encoding: Encoding, format: IntFormat) -> None:
    assert all(low < 0 or high > 0 for low, high in encoding.digit_ranges(format))


@settings(max_examples=50, deadline=None)
@given(WIDE, st.data())
def test_wide_values_come_back_too(format: IntFormat, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(st.integers(format.low, format.high), min_size=1))
    values = np.array([*drawn, format.low, format.high])
    for encoding in ENCODINGS:
        digits = encoding.encode(values, format)
        assert np.array_equal(encoding.decode(digits), values)
        assert np.array_equal(digits, encoding.table(format)[values % (1 << format.bits)])
        assert digits.shape == (len(values), encoding.digits(format))


@each_encoding
@pytest.mark.parametrize("format", [INT8, UINT8, IntFormat(5), INT16], ids=str)
def test_any_shape_and_integer_type_gives_the_same_digits(encoding: Encoding, format: IntFormat) -> None:
    values = np.arange(24).reshape(2, 3, 4) % (format.high + 1)
    digits = encoding.encode(values, format)
    for kind in (np.int8, np.uint8, np.int16, np.uint32, np.int64):
        assert np.array_equal(encoding.encode(values.astype(kind), format), digits)
    assert np.array_equal(encoding.decode(digits), values)
    assert np.array_equal(encoding.encode(values[:, ::2].T, format), digits[:, ::2].transpose(2, 1, 0, 3))
    assert encoding.encode(values[:0], format).shape == (0, 3, 4, encoding.digits(format))


@each_encoding
def test_carries_says_whether_lower_bits_reach_a_digit(encoding: Encoding) -> None:
    format = IntFormat(9)
    values = all_values(format)
    patterns, digits, width = values % 512, encoding.encode(values, format), encoding.radix_bits
    reached = False
    for i in range(encoding.digits(format)):
        window = patterns >> max(width * i - 1, 0) & ((1 << (width + min(width * i, 1))) - 1)
        for seen in np.unique(window):
            reached |= len(np.unique(digits[window == seen, i])) > 1
    assert reached == encoding.carries


@each_encoding
def test_the_table_is_indexed_by_the_bit_pattern_and_cannot_be_changed(encoding: Encoding) -> None:
    values = np.array([-128, -1, 0, 1, 127], np.int8)
    table = encoding.table(INT8)
    assert np.array_equal(table[values.view(np.uint8)], encoding.encode(values, INT8))
    assert table is encoding.table(INT8)
    assert not table.flags.writeable


@each_encoding
def test_negation_negates_the_digits_of_the_symmetric_encodings(encoding: Encoding) -> None:
    values = np.arange(1, 128)
    positive, negative = encoding.encode(values, INT8), encoding.encode(-values, INT8)
    assert np.array_equal(positive, -negative) == (not isinstance(encoding, TwosComplement | Booth))


# The published examples, most significant digit first.


@pytest.mark.parametrize(
    ("value", "digits"),
    [(0, [0, 0, 0, 0]), (1, [0, 0, 0, 1]), (3, [0, 0, 1, -1]), (43, [1, -1, -1, -1]), (42, [0, 2, 2, 2]),
     (91, [1, 2, -1, -1]), (124, [2, 0, -1, 0]), (127, [2, 0, 0, -1]), (-2, [0, 0, 0, -2]), (-128, [-2, 0, 0, 0])],
)  # fmt: skip
def test_ent_of_published_examples(value: int, digits: list[int]) -> None:
    assert msb_first(EnT(), value) == digits


@pytest.mark.parametrize(
    ("value", "digits"),
    [(105, [2, -1, -2, 1]), (93, [1, 2, -1, 1]), (-128, [-2, 0, 0, 0]), (91, [1, 2, -1, -1]), (124, [2, 0, -1, 0])],
)
def test_booth_of_published_examples(value: int, digits: list[int]) -> None:
    assert msb_first(Booth(), value) == digits


@pytest.mark.parametrize(
    ("name", "histogram"),
    [("booth", [1, 12, 54, 108, 81]), ("ent", [1, 15, 60, 108, 72]), ("naf", [1, 15, 72, 120, 48, 0, 0, 0, 0]),
     ("twos-complement", [1, 8, 28, 56, 70, 56, 28, 8, 1]), ("sign-magnitude", [1, 15, 42, 70, 70, 42, 14, 2, 0])],
)  # fmt: skip
def test_non_zero_digits_of_all_int8_values(name: str, histogram: list[int]) -> None:
    encoding = parse_encoding(name)
    counts = np.count_nonzero(encoding.encode(all_values(INT8), INT8), axis=1)
    assert np.bincount(counts, minlength=encoding.digits(INT8) + 1).tolist() == histogram


# Booth.


@each_format
def test_booth_is_its_formula(format: IntFormat) -> None:
    def bit(x: int, i: int) -> int:
        return (x >> i) & 1 if i >= 0 else 0

    values = all_values(format).tolist()
    expected = [
        [-2 * bit(x, 2 * i + 1) + bit(x, 2 * i) + bit(x, 2 * i - 1) for i in range(Booth().digits(format))]
        for x in values
    ]
    assert Booth().encode(np.array(values), format).tolist() == expected


# EN-T.


@each_format
def test_ent_signs_follow_the_operand(format: IntFormat) -> None:
    values = all_values(format)
    digits = EnT().encode(values, format)
    assert set(np.unique(digits[values >= 0])) <= {-1, 0, 1, 2}
    assert set(np.unique(digits[values < 0])) <= {-2, -1, 0, 1}


def test_the_top_digit_of_ent_is_zero_up_to_42() -> None:
    values = all_values(INT8)
    top = EnT().encode(values, INT8)[:, 3]
    assert np.array_equal(top != 0, np.abs(values) >= 43)


@each_format
def test_stored_operands_of_ent_decode_through_the_select_codes(format: IntFormat) -> None:
    values = all_values(format)
    words = EnT().words(values, format)
    assert int(words.max()).bit_length() <= EnT().stored_bits(format)
    assert len(np.unique(words)) == len(values)
    digits = EnT().digits_of_words(words, format)
    assert np.array_equal(EnT().decode(digits), values)
    assert np.array_equal(digits, EnT().encode(values, format))


@pytest.mark.parametrize(
    ("value", "word"),
    [(0, 0b0_00_00_00_00), (127, 0b0_10_00_00_11), (-127, 0b1_10_00_00_11), (91, 0b0_01_10_11_11),
     (-128, 0b1_10_00_00_00), (-2, 0b1_00_00_00_10)],
)  # fmt: skip
def test_a_stored_operand_of_ent_has_its_sign_above_four_fields(value: int, word: int) -> None:
    assert EnT().words(np.array(value), INT8) == word
    sign, fields = EnT().fields(np.array(value), INT8)
    assert (bool(sign), fields.tolist()) == (value < 0, [(word >> 2 * i) & 3 for i in range(4)])


def test_stored_bits_are_those_of_the_published_formats() -> None:
    assert {str(e): e.stored_bits(INT8) for e in ENCODINGS} == {
        "booth": 12, "ent": 9, "naf": 16, "twos-complement": 8, "sign-magnitude": 9,
    }  # fmt: skip
    assert (EnT().stored_bits(UINT8), SignMagnitude().stored_bits(UINT8)) == (10, 8)


def test_the_sign_step_inverts_the_upper_bit_and_hides_zeros() -> None:
    fields = np.arange(4, dtype=np.uint8).reshape(4, 1)
    negative = signed_codes(fields, np.ones(4, bool)).ravel()
    assert negative.tolist() == [2, 3, 0, 1]
    assert signed_codes(fields, np.zeros(4, bool)).ravel().tolist() == [0, 1, 2, 3]
    assert [SELECTED_DIGITS[code] for code in negative[1:]] == [-1, -2, 1]
    assert selected_digits(fields, np.ones(4, bool)).ravel().tolist() == [0, -1, -2, 1]


@each_encoding
def test_one_table_of_select_codes_serves_every_encoding(encoding: Encoding) -> None:
    digits = np.array(encoding.digit_set, np.int8)
    codes, enables = select_codes(digits)
    assert np.where(enables, np.array(SELECTED_DIGITS)[codes], 0).tolist() == digits.tolist()
    assert encoding.largest_digit == max(map(abs, encoding.digit_set)) <= 2


# NAF.


@each_format
def test_naf_has_no_two_neighbours(format: IntFormat) -> None:
    digits = Naf().encode(all_values(format), format)
    assert not (digits[:, 1:] * digits[:, :-1]).any()


def test_naf_has_the_fewest_non_zero_digits() -> None:
    bits = 8
    fewest = {0: 0}  # every signed-digit number of 9 places, by the number of non-zero digits
    for place in range(bits + 1):
        reached = dict(fewest)
        for value, used in fewest.items():
            for step in (-1 << place, 1 << place):
                reached[value + step] = min(reached.get(value + step, bits + 1), used + 1)
        fewest = reached
    for format in (INT8, UINT8):
        counts = np.count_nonzero(Naf().encode(all_values(format), format), axis=1)
        assert counts.tolist() == [fewest[value] for value in all_values(format).tolist()]


@each_encoding
def test_no_encoding_has_fewer_non_zero_digits_than_naf_in_its_radix(encoding: Encoding) -> None:
    values = all_values(INT8)
    mine, best = (np.count_nonzero(e.encode(values, INT8), axis=1) for e in (encoding, Naf()))
    assert (mine >= best).all()  # a radix-4 digit is at most one binary digit, so this holds for radix 4 too


# The bit-serial codes.


def test_twos_complement_digits_are_the_bits_with_a_negative_top() -> None:
    assert msb_first(TwosComplement(), -128) == [-1, 0, 0, 0, 0, 0, 0, 0]
    assert msb_first(TwosComplement(), -1) == [-1, 1, 1, 1, 1, 1, 1, 1]
    assert TwosComplement().digit_ranges(IntFormat(4)) == ((0, 1), (0, 1), (0, 1), (-1, 0))
    assert TwosComplement().digit_ranges(IntFormat(2, signed=False)) == ((0, 1), (0, 1))


def test_sign_magnitude_digits_share_the_sign() -> None:
    assert msb_first(SignMagnitude(), -5) == [0, 0, 0, 0, 0, -1, 0, -1]
    assert msb_first(SignMagnitude(), -128) == [-1, 0, 0, 0, 0, 0, 0, 0]
    assert SignMagnitude().digit_ranges(INT8)[6:] == ((-1, 1), (-1, 0))


def test_bits_of_unsigned_operands_are_the_same_in_both_bit_serial_codes() -> None:
    values = all_values(UINT8)
    assert np.array_equal(TwosComplement().encode(values, UINT8), SignMagnitude().encode(values, UINT8))


@each_encoding
def test_digit_counts(encoding: Encoding) -> None:
    signed = [encoding.digits(IntFormat(bits)) for bits in range(1, 17)]
    unsigned = [encoding.digits(IntFormat(bits, signed=False)) for bits in range(1, 17)]
    if encoding.radix == 4:
        assert signed == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8]
        assert unsigned == [*signed[1:], 9]
    else:
        assert signed == list(range(1, 17))
        more = isinstance(encoding, Naf)
        assert unsigned == [1, *(bits + more for bits in range(2, 17))]


# The registry and what is refused.


def test_every_file_of_an_encoding_is_listed() -> None:
    folder = Path(encodings.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if "(Encoding)" in path.read_text()}
    assert {type(encoding).__module__.split(".")[-1] for encoding in ENCODINGS} == files
    assert [parse_encoding(str(encoding)) for encoding in ENCODINGS] == list(ENCODINGS)
    assert len(set(ENCODINGS)) == len(ENCODINGS)
    assert Booth() == Booth() != EnT()


@pytest.mark.parametrize(
    ("given", "guess"),
    [("booht", " (did you mean 'booth'?)"), ("two-complement", " (did you mean 'twos-complement'?)"), ("xyz", "")],
)
def test_an_unknown_encoding_is_refused_with_the_nearest_name(given: str, guess: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_encoding(given)
    names = "booth, ent, naf, twos-complement, sign-magnitude"
    assert str(caught.value) == f"unknown encoding {given!r}{guess}; the encodings are {names}"


@each_encoding
@pytest.mark.parametrize("format", [IntFormat(17), FLOATS["fp16"]], ids=str)
def test_a_format_that_no_encoding_has_is_refused(encoding: Encoding, format: IntFormat) -> None:
    sentence = f"encoding {encoding.name!r} takes integers of 1 to 16 bits, not {format}"
    for question in (encoding.digits, encoding.weights, encoding.stored_bits, encoding.table, encoding.digit_ranges):
        with pytest.raises(SpecError) as caught:
            question(format)
        assert str(caught.value) == sentence
    with pytest.raises(SpecError) as caught:
        encoding.encode(np.zeros(3, np.int8), format)
    assert str(caught.value) == sentence


def test_operands_out_of_range_and_no_integers_are_refused() -> None:
    with pytest.raises(SpecError) as caught:
        Booth().encode(np.array([3, 200]), INT8)
    assert str(caught.value) == "the operand to encode has values from 3 to 200; int8 holds -128 to 127"
    with pytest.raises(SpecError) as caught:
        EnT().encode(np.array([0.5]), INT8)  # type: ignore[arg-type]
    assert str(caught.value) == "encoding 'ent' takes integers, not values of type float64"


def test_digits_and_words_that_no_operand_has_are_refused() -> None:
    with pytest.raises(SpecError) as caught:
        Naf().decode(np.array([2, 0]))
    assert str(caught.value) == "encoding 'naf' has the digits -1, 0, 1, not 0 to 2"
    with pytest.raises(SpecError) as caught:
        EnT().digits_of_words(np.array([0, 512]), INT8)
    assert str(caught.value) == "an 'ent' operand of int8 is stored in 9 bits; the words reach from 0 to 512"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ENCODINGS), st.integers(1, 16), st.booleans(), st.integers(0, 1 << 16))
def test_nonzero_digits_are_those_of_the_codes(encoding: Encoding, bits: int, signed: bool, seed: int) -> None:
    format = IntFormat(bits, signed)
    values = np.random.default_rng(seed).integers(format.low, format.high, (5, 7), endpoint=True)
    found = encoding.nonzero_digits(values, format)
    assert found == np.count_nonzero(encoding.encode(values, format))
    assert encoding.nonzero_digits(values.astype(np.int32), format) == found
