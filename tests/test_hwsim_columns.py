"""Compressor trees: what comes out is worth what goes in, words have the bits of the adders, heights fall as they
should."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from column_oracle import compressed, pair_after
from hwsim.bitweight.column_words import compress_addends
from hwsim.bitweight.columns import Addend, Tree, column_tree
from hwsim.bitweight.digit_sums import DigitSum
from hwsim.encodings.booth import Booth
from hwsim.formats import INT8, IntFormat

FORMATS = st.builds(IntFormat, st.integers(1, 10), st.booleans())
ADDENDS = st.lists(st.builds(Addend, st.integers(0, 9), st.integers(1, 12), st.booleans()), min_size=1, max_size=12)


def worth(row: int, addend: Addend) -> int:
    value = row % (1 << addend.bits)
    return (value - ((addend.signed and value >> (addend.bits - 1)) << addend.bits)) << addend.low


@settings(max_examples=150, deadline=None)
@given(ADDENDS, st.integers(10, 64), st.sampled_from(Tree), st.integers(0, 2**32 - 1))
def test_a_pair_is_worth_its_addends(addends: list[Addend], bits: int, tree: Tree, seed: int) -> None:
    rows = np.random.default_rng(seed).integers(-(2**20), 2**20, (len(addends), 4))
    pair = compress_addends(list(rows), tuple(addends), bits, tree)
    plan = column_tree(tuple(addends), bits, tree)
    for i in range(rows.shape[1]):
        column = rows[:, i].tolist()
        exact = compressed(plan, column)
        assert tuple(int(row[i]) % 2**bits for row in pair) == exact
        assert sum(exact) % 2**bits == sum(map(worth, column, addends)) % 2**bits


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2), FORMATS, st.integers(1, 40), st.integers(1, 5), st.sampled_from(Tree), st.data())
def test_a_loop_leaves_no_lowest_carry(
    largest: int, b: IntFormat, bits: int, lanes: int, tree: Tree, data: st.DataObject
) -> None:
    """So that what comes back in the next cycle has none either; worth what was added modulo the width."""
    terms = DigitSum(bits, 2, (0,) * lanes, b, largest, looped=True, tree=tree)
    pair, exact = (0, 0), 0
    for _ in range(3):
        digits = data.draw(st.lists(st.integers(-largest, largest), min_size=lanes, max_size=lanes))
        words = data.draw(st.lists(st.integers(b.low, b.high), min_size=lanes, max_size=lanes))
        pair = pair_after(terms, pair, digits, words)
        exact += sum(digit * word for digit, word in zip(digits, words, strict=True))
        assert pair[1] % 2 == 0
        assert sum(pair) % 2**bits == exact % 2**bits


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 20), st.integers(20, 24))
def test_stages_are_as_few_as_the_heights_allow(rows: int, bits: int) -> None:
    """Dadda's heights 2, 3, 4, 6, 9, ...; layers of 4:2 compressors halve; no stage of full adders does more than
    three to two."""
    addends = (Addend(0, bits),) * rows
    dadda, wallace, four_two = (len(column_tree(addends, bits + 9, tree).stages) for tree in Tree)
    height, stages = 2, 0
    while height < rows:
        height, stages = height * 3 // 2, stages + 1
    assert dadda == stages <= wallace
    assert four_two == 2 * ceil(np.log2(rows / 2))


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 20), st.integers(4, 20))
def test_a_dadda_tree_has_the_fewest_adders(rows: int, bits: int) -> None:
    addends = (Addend(0, bits),) * rows
    trees = [column_tree(addends, bits + 9, tree) for tree in Tree]
    dadda, wallace, _ = (tree.adders(3) + tree.adders(2) for tree in trees)
    assert dadda <= wallace


@pytest.mark.parametrize("tree", Tree)
def test_signs_are_not_extended(tree: Tree) -> None:
    """Above its partial products a PE has the pair, the constant and nothing else: an adder for three bits, or for
    two and a carry from below."""
    terms = DigitSum.of_product(Booth(), INT8, INT8, 32, 2, looped=True, tree=tree)
    extended = DigitSum.of_product(Booth(), INT8, INT8, 31, 2, looped=True, tree=tree)
    one_more = sum(terms.column_tree.adders(n) - extended.column_tree.adders(n) for n in (2, 3))
    assert [bit.place for bit in terms.column_tree.columns[31] if bit.addend >= 0] == [31, 30]
    assert one_more <= 1 + len(terms.column_tree.stages)
    assert len(terms.column_tree.stages) == 4
