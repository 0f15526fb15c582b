"""The meaning of nests: whatever legal moves make of the parallel MAC computes the product, in every encoding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.bitweight import (
    STEPS,
    Kind,
    Nest,
    bank,
    build,
    exchange,
    fission,
    fuse,
    hoist,
    interchange,
    interpret,
    mac,
    move,
    resolve,
    sink,
    sparse,
    spatial,
    split,
    sync,
    temporal,
    transformed,
)
from hwsim.bitweight.draft import Draft
from hwsim.bitweight.words import compress, shifted, total
from hwsim.encodings.registry import ENCODINGS
from hwsim.errors import SpecError
from hwsim.formats import INT8, UINT8, IntFormat

FORMATS = (INT8, UINT8, IntFormat(4), IntFormat(3, signed=False), IntFormat(11), IntFormat(1))
PRIMITIVE_NAMES = ("encode", "sparse", "map", "shift", "half_reduce", "add", "accumulate", "sync")


def operands(seed: int, nest: Nest, extreme: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Operands of any shape that the nest takes, over the whole range of its formats or at its ends."""
    rng, product = np.random.default_rng(seed), nest.product
    m, n, k = (int(rng.integers(1, side + 1)) for side in (product.m, product.n, product.k))

    def draw(form: IntFormat, shape: tuple[int, int]) -> np.ndarray:
        return rng.choice([form.low, form.high], shape) if extreme else rng.integers(form.low, form.high + 1, shape)

    return draw(product.a, (m, k)), draw(product.b, (k, n))


def check(nest: Nest, seed: int) -> None:
    for extreme in (False, True):
        a, b = operands(seed, nest, extreme)
        np.testing.assert_array_equal(interpret(nest, a, b), a @ b)


macs = st.builds(
    mac,
    m=st.integers(1, 3),
    n=st.integers(1, 3),
    k=st.integers(1, 9),
    a=st.sampled_from(FORMATS),
    b=st.sampled_from(FORMATS),
    encoding=st.sampled_from(ENCODINGS),
)


@settings(max_examples=40, deadline=None)
@given(macs, st.sampled_from(STEPS), st.integers(1, 5), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_no_transform_changes_values(nest: Nest, step: str, kp: int, lanes: int, seed: int) -> None:
    check(transformed(nest, step, kp, lanes), seed)


Act = Callable[[Nest], Nest]


@st.composite
def acts(draw: st.DrawFn, nest: Nest) -> Act:
    """Some move with some arguments: loops and primitives of the nest, legal or not."""
    loop = st.sampled_from([x.name for x in nest.loops])
    one, other, primitive = draw(loop), draw(loop), draw(st.sampled_from(PRIMITIVE_NAMES))
    bits = draw(st.integers(4, 34))
    extent, fresh = draw(st.integers(1, 3)), (f"{one}{len(nest.loops)}", f"{one}_{len(nest.loops)}")
    return draw(
        st.sampled_from(
            [
                lambda x: split(x, one, extent, fresh),
                lambda x: interchange(x, one, other),
                lambda x: move(x, one, inside=other),
                lambda x: spatial(x, one),
                lambda x: temporal(x, one),
                lambda x: hoist(x, primitive, one),
                lambda x: hoist(x, "add", one),
                lambda x: hoist(x, "shift", one),
                lambda x: hoist(x, "encode", one),
                lambda x: sink(x, primitive, one),
                lambda x: sink(x, "add", one),
                lambda x: exchange(x, "shift", "add"),
                lambda x: exchange(x, "add", "shift"),
                lambda x: fuse(x, primitive, one),
                lambda x: fuse(x, "half_reduce", one),
                lambda x: fission(x, "half_reduce", one),
                lambda x: bank(x, primitive, one, other),
                lambda x: bank(x, "half_reduce", one, other),
                lambda x: build(x, "half_reduce", one, bits),
                lambda x: sync(x, one),
                lambda x: sync(x, one, other),
                lambda x: sparse(x, one, "i"),
            ]
        )
    )


@settings(max_examples=50, deadline=None)
@given(st.data(), macs, st.sampled_from(("mac", "opt1", "opt2", "opt4c")), st.integers(0, 2**32 - 1))
def test_legal_moves_never_change_values(data: st.DataObject, nest: Nest, step: str, seed: int) -> None:
    nest, refusals = transformed(nest, step, kp=2), list[str]()
    if step in ("mac", "opt1") and data.draw(st.booleans()):
        nest = temporal(nest, "n")
    for _ in range(data.draw(st.integers(1, 12))):
        try:
            moved = data.draw(acts(nest))(nest)
        except SpecError as error:
            refusals.append(str(error))
            continue
        if np.prod([loop.extent for loop in moved.loops if loop.in_time]) > 600:
            break
        nest = moved
    assert all(said.startswith("cannot ") and "\n" not in said for said in refusals)
    check(nest, seed)


@pytest.mark.parametrize("step", STEPS)
def test_all_pairs_of_int4(step: str) -> None:
    a, b = np.arange(-8, 8)[:, None], np.arange(-8, 8)[None, :]
    nest = transformed(mac(16, 16, 1, IntFormat(4), IntFormat(4)), step)
    np.testing.assert_array_equal(interpret(nest, a, b), a @ b)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
def test_all_int8_operands(step: str, encoding: object) -> None:
    """Every code of int8 in one row of A, against the ends and the middle of B."""
    a, b = np.arange(-128, 128)[:, None], np.array([[-128, -127, -1, 0, 1, 85, 127]])
    nest = transformed(mac(256, 7, 1, encoding=encoding), step)
    np.testing.assert_array_equal(interpret(nest, a, b), a @ b)


@pytest.mark.parametrize("step", STEPS)
def test_the_widest_sums_fit(step: str) -> None:
    """The two vectors that a 13-bit tree gets wrong: 16 partial products of 256, 16 products of 2**14."""
    nest = transformed(mac(2, 1, 16), step)
    a, b = np.repeat([[-2], [-128]], 16, axis=1), np.full((16, 1), -128)
    np.testing.assert_array_equal(interpret(nest, a, b), [[4096], [262144]])


def test_transforms_compose() -> None:
    whole, shaped = mac(3, 2, 21), mac(3, 2, 21)
    for step in STEPS:
        shaped = transformed(shaped, step)
        assert shaped == transformed(whole, step)
        assert shaped == transformed(shaped, step)


def adder_tree(m: int, n: int, k: int, inputs: int) -> Nest:
    """Multiplier-adder trees: ``inputs`` products in space are added up, then accumulated."""
    nest = fission(split(mac(m, n, k), "k", inputs, ("kt", "kp")), "accumulate", "kp")
    return spatial(resolve(nest, "kp"), "kp")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("k", [1, 7, 16, 21])
def test_transforms_of_an_adder_tree(step: str, k: int) -> None:
    check(transformed(adder_tree(2, 3, k, 4), step, lanes=2), seed=k)


def unchecked(nest: Nest, **changes: object) -> Nest:
    """A nest that nobody checked."""
    made = object.__new__(Nest)
    for field in fields(Draft):
        object.__setattr__(made, field.name, changes.get(field.name, getattr(nest, field.name)))
    return made


def test_what_the_rules_forbid_computes_something_else() -> None:
    """A sum revisited too early, and digits that are gone, come out wrong: the meaning has registers, not wishes."""
    nest = temporal(mac(2, 3, 4), "n")
    a, b = np.arange(1, 9).reshape(2, 4), np.arange(1, 13).reshape(4, 3)
    loops = tuple(nest.loop(name) for name in ("m", "k", "n", "bw"))
    assert (interpret(unchecked(nest, loops=loops), a, b) != a @ b).any()
    np.testing.assert_array_equal(interpret(interchange(bank(nest, "accumulate", "k", "n"), "n", "k"), a, b), a @ b)
    encode = nest.body[0]
    lost = type(encode)(encode.primitive, encode.within - {"n"})
    assert (interpret(unchecked(nest, body=(lost, *nest.body[1:])), a, b) != a @ b).any()


@pytest.mark.parametrize("bits", [13, 14])
def test_a_pair_is_right_as_soon_as_its_sum_fits(bits: int) -> None:
    rows = [np.array(256)] * 15
    (value,) = total(compress(rows, bits), bits)
    assert (value == 15 * 256) == (bits == 14 or 15 * 256 < 1 << 12)
    (value,) = total(compress([*rows, np.array(256)], bits), bits)
    assert (value == 4096) == (bits == 14)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-(2**20), 2**20), min_size=1, max_size=12), st.integers(2, 40), st.integers(0, 6))
def test_compression_keeps_the_sum_modulo(values: list[int], bits: int, places: int) -> None:
    pair = shifted(compress([np.array(value) for value in values], bits), places, bits)
    (word,) = total(pair, bits)
    assert (int(word) - (sum(values) << places)) % (1 << bits) == 0
    assert -(1 << (bits - 1)) <= int(word) < 1 << (bits - 1)


def test_other_digits() -> None:
    """Any digits that make A and that the encoding could have made at their places give the product."""
    a, b = np.array([[6]]), np.array([[7]])
    for digits in ([-2, 2, 0, 0], [-2, -2, 1, 0]):
        nest = transformed(mac(1, 1, 1), "opt4e", 1, 1)
        assert interpret(nest, a, b, lambda values, _, d=digits: np.array([[d]], np.int8)) == 42


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (
            np.zeros((2, 3), int),
            np.zeros((4, 1), int),
            "a (m, k) and b (k, n) do not multiply: their shapes are (2, 3) and (4, 1)",
        ),
        (np.zeros((2, 9), int), np.zeros((9, 1), int), "the operands have k=9, and the nest is for k=8"),
        (np.full((2, 3), 128), np.zeros((3, 1), int), "a has values from 128 to 128; int8 holds -128 to 127"),
    ],
)
def test_operands_that_do_not_fit(a: np.ndarray, b: np.ndarray, said: str) -> None:
    with pytest.raises(SpecError) as refusal:
        interpret(mac(4, 4, 8), a, b)
    assert str(refusal.value) == said


def test_digits_that_do_not_fit() -> None:
    a = np.zeros((1, 1), int)
    with pytest.raises(SpecError) as refusal:
        interpret(mac(1, 1, 1), a, a, lambda values, _: np.zeros((1, 1, 5), np.int8))
    assert str(refusal.value) == "the digits of a have the shape (1, 1, 5), and need (1, 1, 4)"
    with pytest.raises(SpecError) as refusal:
        interpret(mac(1, 1, 1), a, a, lambda values, _: np.full((1, 1, 4), 3, np.int8))
    assert str(refusal.value) == "a digit of a is none that booth has at its place"


def test_kinds_know_time() -> None:
    assert [kind.in_time for kind in Kind] == [False, True, True]
