"""PEs of every MAC for all INT8 operands, and their gates counted against what the nest of the MAC says."""

from __future__ import annotations

from itertools import product as pairs

import numpy as np
import pyrtl
import pytest

from hwsim.bitweight import Hardware, Nest, Place, hardware
from hwsim.bitweight.columns import CONSTANT, Tree
from hwsim.bitweight.digit_sums import DigitSum
from hwsim.encodings.booth import Booth
from hwsim.engine import load_engine
from hwsim.formats import INT8, IntFormat
from hwsim.inventory import Leaf
from hwsim.macs import BoothMac, FusedMac, Opt1Mac, Opt2Mac
from rtl.leaves import LEAVES
from rtl.session import fresh_block
from rtl_leaf_models import number, wrapped

OUTPUTS = {"": ["c"], "_booth": ["c"], "_fused": ["c"], "_opt1": ["c_sum", "c_carry"]}


def gates_of(leaf: Leaf) -> pyrtl.Block:
    with fresh_block() as block:
        LEAVES[leaf.kind](leaf)
    return block


def pe(mac: str, acc_bits: int = 32) -> Leaf:
    return Leaf.of(f"pe_matrix{mac}", a_bits=8, w_bits=8, a_signed=1, w_signed=1, acc_bits=acc_bits, drain=0)


@pytest.mark.parametrize("mac", OUTPUTS)
def test_a_pe_is_exact_for_all_pairs_of_int8(mac: str) -> None:
    """65,536 products, each added to the sum of all before: the accumulator goes through many of its values."""
    simulation = pyrtl.FastSimulation(block=gates_of(pe(mac)), tracer=None)
    expected = 0
    for a, b in pairs(range(256), repeat=2):
        simulation.step({"a": a, "b": b, "first": int(b == 0), "valid": 1})
        assert number(wrapped(sum(map(simulation.inspect, OUTPUTS[mac])), 32), 32, 1) == expected
        expected = (0 if b == 0 else expected) + number(a, 8, 1) * number(b, 8, 1)


class Counted:
    """How many gates of each sort a block has."""

    def __init__(self, block: pyrtl.Block) -> None:
        self._nets = [(net.op, len(net.dests[0]) if net.dests else 0) for net in block.logic]
        self.registers = {reg.name: len(reg) for reg in block.wirevector_subset(pyrtl.Register)}

    def adders(self, result_bits: int) -> int:
        return self._nets.count(("+", result_bits + 1))

    def full_adder_rows(self, bits: int) -> int:
        """3:2 layers of this width: each makes its sum by two exclusive ors."""
        return self._nets.count(("^", bits)) // 2

    def multiplexers(self, bits: int, candidates: int) -> int:
        """AND-OR multiplexers, of one gate for every candidate."""
        return self._nets.count(("&", bits)) // candidates

    def conditional_inverters(self, bits: int) -> int:
        return self._nets.count(("^", bits))

    def negations(self, bits: int) -> int:
        return self._nets.count(("~", bits))

    def single(self) -> tuple[int, int, int]:
        """Exclusive ors, ands and ors of one bit."""
        ones = (self._nets.count((op, 1)) for op in "^&|")
        return next(ones), next(ones), next(ones)


def inputs_of(nest: Nest) -> dict[int, int]:
    """Inputs of the compressors, by their width."""
    return {leaf["bits"]: leaf["inputs"] for leaf in hardware(nest).leaves("compressor")}


ENCODER, HALF_ADDER, FULL_ADDER = np.array((1, 4, 2)), np.array((1, 1, 0)), np.array((2, 2, 1))
"""Gates of one bit, as `Counted.single` has them, of what turns a window into controls, and of the adders."""


def check_tree(gates: Counted, said: Hardware, terms: DigitSum, rows: int) -> None:
    """One encoder and one multiplexer per digit, whose two candidates are wires and which inverts what it chose; the
    tree has the adders of its plan, ``rows`` at most meet in it, and no other gate of one bit is there."""
    bits, tree = terms.multiple_bits, terms.column_tree
    made = gates.multiplexers(bits, candidates=2), gates.conditional_inverters(bits), gates.adders(bits)
    assert made == (said.count("pp_mux"), said.count("pp_mux"), 0)
    adders = tree.adders(2) * HALF_ADDER + tree.adders(3) * FULL_ADDER
    assert gates.single() == tuple(said.count("digit_encoder") * ENCODER + adders)
    corrections = {i for i, addend in enumerate(terms.addends) if addend.bits == 1} | {CONSTANT}
    assert max(sum(bit.addend not in corrections for bit in column) for column in tree.columns) == rows


@pytest.mark.parametrize("acc_bits", [20, 32])
def test_a_booth_pe_is_what_its_nest_says(acc_bits: int) -> None:
    said, gates = hardware(BoothMac(acc=IntFormat(acc_bits)).nest()), Counted(gates_of(pe("_booth", acc_bits)))
    ((compressor, _),) = said.leaves("compressor").items()
    check_tree(gates, said, product_sum(compressor["bits"], 0), compressor["inputs"])
    for leaf, count in said.leaves("cpa", Place.PE).items():
        assert gates.adders(leaf["bits"]) == count == 1
    assert gates.registers == {"acc": acc_bits}
    assert said.register_bits == acc_bits


@pytest.mark.parametrize("acc_bits", [20, 32])
def test_an_opt1_pe_is_what_its_nest_says(acc_bits: int) -> None:
    said, gates = hardware(Opt1Mac(acc=IntFormat(acc_bits)).nest()), Counted(gates_of(pe("_opt1", acc_bits)))
    ((compressor, count),) = said.leaves("compressor", Place.PE).items()
    assert (compressor["bits"], count) == (acc_bits, 1)
    check_tree(gates, said, product_sum(acc_bits, 2), compressor["inputs"])
    assert said.count("cpa", Place.PE) == gates.adders(acc_bits) == gates.adders(16) == 0
    ((register, _),) = said.leaves("sum_register").items()
    assert sum(gates.registers.values()) == register["bits"] == 2 * acc_bits


def test_a_fused_pe_has_one_adder_and_one_input_more() -> None:
    said, gates = hardware(FusedMac().nest()), Counted(gates_of(pe("_fused")))
    ((compressor, _),) = said.leaves("compressor").items()
    check_tree(gates, said, product_sum(32, 1), compressor["inputs"] + 1)
    assert (gates.adders(32), gates.adders(16)) == (1, 0)
    assert sum(gates.registers.values()) == said.register_bits


def product_sum(bits: int, kept: int) -> DigitSum:
    return DigitSum.of_product(Booth(), INT8, INT8, bits, kept, looped=kept > 0, tree=Tree.DADDA)


def leaf_rows(spec: str, bits: int) -> int:
    """3:2 rows of this width in one tree of an engine with one tree."""
    leaves = dict(load_engine(spec).inventory())
    return sum(count * Counted(gates_of(leaf)).full_adder_rows(bits) for leaf, count in leaves.items())


@pytest.mark.parametrize("k", [2, 4, 6, 16])
def test_trees_have_the_compressors_of_their_nests(k: int) -> None:
    """A compressor of n inputs takes n - 2 rows away, in one place or spread over the levels of a tree."""
    opt1, opt2 = Opt1Mac().tree_nest(k), Opt2Mac().nest(k)
    ((bits, inputs),) = inputs_of(opt1).items()
    in_multiplier = hardware(opt1).count("pp_mux") // k - 2
    assert leaf_rows(f"adder-tree:k={k},n=1,mac=opt1", bits) == inputs - 2 - k * in_multiplier
    said = hardware(opt2)
    rows = {leaf["bits"]: count * (leaf["inputs"] - 2) for leaf, count in said.leaves("compressor").items()}
    for width, expected in rows.items():
        assert leaf_rows(f"adder-tree:k={k},n=1,mac=opt2", width) == expected
    inventory = load_engine(f"adder-tree:k={k},n=1,mac=opt2").inventory()
    foot = next(leaf for leaf, _ in inventory if leaf.kind == "tree_bit_weights")
    gates = Counted(gates_of(foot))
    assert {leaf["bits"]: count for leaf, count in said.leaves("cpa").items()} == {
        foot["digit_bits"]: gates.adders(foot["digit_bits"]),
        foot["sum_bits"]: gates.adders(foot["sum_bits"]),
    }


def multiplier_of(mac: str) -> Counted:
    inventory = load_engine(f"adder-tree:k=4,n=1,mac={mac}").inventory()
    (leaf,) = (leaf for leaf, _ in inventory if leaf.kind == f"tree_multiplier_{mac}")
    return Counted(gates_of(leaf))


def test_a_multiplier_of_pairs_has_no_adder() -> None:
    gates, nest = multiplier_of("opt1"), Opt1Mac().tree_nest(1)
    ((bits, _),) = inputs_of(Opt1Mac().tree_nest(4)).items()
    check_tree(gates, hardware(nest), product_sum(bits, 0), hardware(nest).count("pp_mux"))
    assert [gates.adders(width) for width in (9, 10, 16, 18, 32)] == [0] * 5


def test_a_multiplier_of_partial_products_has_no_adder_but_the_negation() -> None:
    """They leave as words, and one negation serves all digits."""
    gates, said = multiplier_of("opt2"), hardware(Opt2Mac().tree_nest(1))
    assert gates.multiplexers(10, candidates=4) == said.count("pp_mux")
    assert gates.negations(1) == said.count("digit_encoder")
    assert gates.negations(10) == gates.adders(10) == said.count("cppg")
    assert [gates.adders(bits) for bits in (16, 18, 32)] == [0, 0, 0]
