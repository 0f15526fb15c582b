"""Carry-save gates and Booth partial products against their models in hwsim: the same rows, bit by bit."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product as pairs

import numpy as np
import pyrtl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.bitweight import words
from hwsim.encodings.booth import Booth
from hwsim.encodings.select import SELECTED_DIGITS
from hwsim.formats import IntFormat
from rtl.leaves.booth import partial_products, weighed
from rtl.leaves.compressors import Rows, candidates, choose, compress, csa
from rtl.session import fresh_block
from rtl_leaf_models import number, wrapped

SIGNS = tuple(pairs((False, True), (False, True)))


def simulated(inputs: dict[str, int], make: Callable[..., Rows]) -> pyrtl.FastSimulation:
    """Gates from named input widths to outputs ``row0``, ``row1``, ..."""
    with fresh_block() as block:
        for i, row in enumerate(make(*(pyrtl.Input(bits, name) for name, bits in inputs.items()))):
            out = pyrtl.Output(len(row), f"row{i}")
            out <<= row
    return pyrtl.FastSimulation(block=block, tracer=None)


@pytest.mark.parametrize("bits", [1, 2, 9])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 11])
def test_compressors_are_those_of_the_notation(bits: int, count: int) -> None:
    gates = simulated({f"x{i}": bits for i in range(count)}, lambda *rows: compress(rows))

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.integers(0, (1 << bits) - 1), min_size=count, max_size=count))
    def check(rows: list[int]) -> None:
        gates.step({f"x{i}": row for i, row in enumerate(rows)})
        expected = words.compress([np.array(row) for row in rows], bits)
        made = [gates.inspect("row0"), gates.inspect("row1")]
        assert made == [wrapped(int(row), bits) for row in expected]
        assert wrapped(sum(made), bits) == wrapped(sum(rows), bits)

    check()


def test_one_layer_is_full_adders() -> None:
    gates = simulated({"x": 3, "y": 3, "z": 3}, csa)
    for x, y, z in pairs(range(8), repeat=3):
        gates.step({"x": x, "y": y, "z": z})
        assert gates.inspect("row0") == x ^ y ^ z
        assert gates.inspect("row1") == wrapped(((x & y) | (x & z) | (y & z)) << 1, 3)


@pytest.mark.parametrize("bits", [1, 2, 8])
@pytest.mark.parametrize("signed", [False, True])
def test_candidates_are_exact_for_every_operand_and_code(bits: int, signed: bool) -> None:
    gates = simulated(
        {"b": bits, "select": 2, "enable": 1}, lambda b, select, enable: [choose(candidates(b, signed), select, enable)]
    )
    for b, code, enable in pairs(range(1 << bits), range(4), (0, 1)):
        gates.step({"b": b, "select": code, "enable": enable})
        expected = SELECTED_DIGITS[code] * number(b, bits, signed) if enable else 0
        assert number(gates.inspect("row0"), bits + 2, 1) == expected


def test_minus_two_times_the_lowest_operand_is_positive() -> None:
    gates = simulated({"b": 8}, lambda b: candidates(b, signed=True))
    gates.step({"b": 0x80})
    assert [number(gates.inspect(f"row{code}"), 10, 1) for code in range(4)] == [256, -128, -256, 128]


@pytest.mark.parametrize("a_bits", [1, 2, 3, 8])
@pytest.mark.parametrize(("a_signed", "b_signed"), SIGNS)
def test_partial_products_are_digits_times_b(a_bits: int, a_signed: bool, b_signed: bool) -> None:
    fmt, bits, total_bits = IntFormat(a_bits, a_signed), 4, a_bits + 4
    digits = Booth().digits(fmt)

    def made(a: pyrtl.WireVector, b: pyrtl.WireVector) -> Rows:
        rows = partial_products(a, b, a_signed, b_signed)
        return [*rows, *weighed(rows, total_bits)]

    gates = simulated({"a": a_bits, "b": bits}, made)
    for a, b in pairs(range(1 << a_bits), range(1 << bits)):
        gates.step({"a": a, "b": b})
        y = number(b, bits, b_signed)
        expected = [int(digit) * y for digit in Booth().encode(fmt.wrap(np.array([a])), fmt)[0]]
        assert [number(gates.inspect(f"row{i}"), bits + 2, 1) for i in range(digits)] == expected
        for place, digit in enumerate(expected):
            assert gates.inspect(f"row{digits + place}") == wrapped(digit * 4**place, total_bits)
