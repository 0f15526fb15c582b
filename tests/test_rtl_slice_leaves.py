"""Leaves of sparse columns for all operands: encoders, sparse encoders and PEs, and the order of a lane's groups."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product as pairs
from typing import NamedTuple

import numpy as np
import pyrtl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.encodings import ENCODINGS, Encoding
from hwsim.encodings.base import MAX_BITS
from hwsim.encodings.select import SELECTED_DIGITS
from hwsim.formats import IntFormat
from hwsim.inventory import Leaf
from rtl.leaves import LEAVES
from rtl.session import fresh_block
from rtl_leaf_models import number, wrapped
from rtl_slice_models import encoder_kind

SIGNED = (False, True)


def simulation(leaf: Leaf) -> pyrtl.FastSimulation:
    with fresh_block() as block:
        LEAVES[leaf.kind](leaf)
    return pyrtl.FastSimulation(block=block, tracer=None)


def encoded(encoding: Encoding, fmt: IntFormat, values: Sequence[int]) -> np.ndarray:
    """Digits (values, bit-weights) that the gates select."""
    gates = simulation(Leaf.of(encoder_kind(encoding), a_bits=fmt.bits, a_signed=int(fmt.signed)))
    digits = np.zeros((len(values), encoding.digits(fmt)), np.int64)
    for (i, value), bw in pairs(enumerate(values), range(digits.shape[1])):
        gates.step({"a": wrapped(value, fmt.bits), "bw": bw})
        if gates.inspect("enable"):
            digits[i, bw] = SELECTED_DIGITS[gates.inspect("select")]
    return digits


@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
@pytest.mark.parametrize("signed", SIGNED)
def test_encoders_are_the_encodings_for_all_operands(encoding: Encoding, signed: bool) -> None:
    for bits in (*range(1, 9), 12):
        fmt = IntFormat(bits, signed)
        values = np.arange(fmt.low, fmt.high + 1)
        digits = encoded(encoding, fmt, values.tolist())
        np.testing.assert_array_equal(digits, encoding.encode(values, fmt), err_msg=f"{fmt}")
        np.testing.assert_array_equal(encoding.decode(digits), values)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
@pytest.mark.parametrize("signed", SIGNED)
def test_encoders_are_the_encodings_for_the_longest_operands(encoding: Encoding, signed: bool) -> None:
    fmt = IntFormat(MAX_BITS, signed)
    drawn = np.random.default_rng(0).integers(fmt.low, fmt.high, 2000, endpoint=True)
    values = np.array([fmt.low, fmt.low + 1, 0, 1, fmt.high - 1, fmt.high, *drawn])
    np.testing.assert_array_equal(encoded(encoding, fmt, values.tolist()), encoding.encode(values, fmt))


@pytest.mark.parametrize("group", range(1, 6))
@pytest.mark.parametrize("registered", [0, 1])
def test_sparse_encoders_issue_every_group_after_every_other(group: int, registered: int) -> None:
    """A group is taken in the last cycle of the one before; what is on the inputs in other cycles does not matter."""
    gates, chance = simulation(Leaf.of("sparse_encoder", group=group, registered=registered)), random.Random(group)
    masks = [mask for two in pairs(range(1 << group), repeat=2) for mask in two]
    groups = [(mask, chance.getrandbits(2 * group)) for mask in masks]
    expected, few, shown = [Shown(0, 0, 0)] * (1 + registered), [], []
    for cycles, after in zip([[Shown(0, 0, 0)], *(issued(*each) for each in groups)], [*groups, (0, 0)], strict=True):
        for left in reversed(range(len(cycles))):
            driven = (chance.getrandbits(group), chance.getrandbits(2 * group)) if left else after
            gates.step({"take": int(left == 0), "enable_of_group": driven[0], "select_of_group": driven[1]})
            few.append(gates.inspect("few") == (left == 0))
            shown.append(Shown(*map(gates.inspect, ("enable", "index", "select"))))
    expected += [each for one in groups for each in issued(*one)]
    assert all(few)
    assert shown == expected[: len(shown)]


class Shown(NamedTuple):
    """The outputs of a sparse encoder in one cycle."""

    enable: int
    place: int
    select: int


def issued(mask: int, code: int) -> list[Shown]:
    """The cycles of a group: digits other than zero, the lowest first; an empty group has one, without a digit."""
    return [Shown(1, i, code >> 2 * i & 3) for i in range(mask.bit_length()) if mask >> i & 1] or [Shown(0, 0, 0)]


@pytest.mark.parametrize("bits", [1, 2, 5, 8])
@pytest.mark.parametrize("signed", SIGNED)
@pytest.mark.parametrize("largest_digit", [1, 2])
def test_pes_add_every_multiple_of_all_operands(bits: int, signed: bool, largest_digit: int) -> None:
    """A new sum of each, and what it adds to the sum before."""
    pair_bits, fmt = bits + 5, IntFormat(bits, signed)
    modes = {"w_signed": int(signed), "lanes": 1, "largest_digit": largest_digit, "pair_bits": pair_bits}
    gates = simulation(Leaf.of("pe_slice", w_bits=bits, **modes))
    digits = [digit for digit in (-2, -1, 0, 1, 2) if abs(digit) <= largest_digit]
    for w, digit in pairs(range(fmt.low, fmt.high + 1), digits):
        code = SELECTED_DIGITS.index(digit) if digit else 2
        issue = {"w": wrapped(w, bits), "select": code, "enable": int(digit != 0)}
        for clear in (0, 1, 0):
            gates.step({**issue, "clear": clear})
        gates.step({**issue, "clear": 0})
        total = gates.inspect("sum") + gates.inspect("carry")
        assert number(wrapped(total, pair_bits), pair_bits, signed=1) == 2 * digit * w, (w, digit)


@settings(max_examples=30, deadline=None)
@given(
    steps=st.integers(1, 4), turns=st.integers(1, 3), digits=st.integers(1, 5), address=st.sampled_from([0, 1]),
    chance=st.randoms(use_true_random=False),
)  # fmt: skip
def test_lanes_take_groups_in_the_order_of_nested_loops(
    steps: int, turns: int, digits: int, address: int, chance: random.Random
) -> None:
    """Steps within turns within bit-weights; a turn begins with ``advance``, and a group follows when few are left."""
    gates = simulation(Leaf.of("lane_control", step_bits=3, turns=turns, digits=digits, address=address))
    taken: list[tuple[int, int, int]] = []
    at_work = False
    loops = list(pairs(range(digits), range(turns), range(steps)))
    while len(taken) < 2 * len(loops):
        few = int(chance.random() < 0.5)
        advance = int(not at_work and few and chance.random() < 0.5)
        gates.step({"few": few, "advance": advance, "last_step": steps - 1})
        assert gates.inspect("take") == (few and (at_work or advance))
        assert gates.inspect("done") == (few and not at_work)
        if gates.inspect("take"):
            turn = gates.inspect("next_turn") if turns > 1 else 0
            taken.append((gates.inspect("bw"), turn, gates.inspect("next_step")))
            at_work = taken[-1][2] != steps - 1
    assert taken == loops + loops
