"""PEs of every MAC for all INT8 operands, and their gates counted against what the nest of the MAC says."""

from __future__ import annotations

from itertools import product as pairs

import pyrtl
import pytest

from hwsim.bitweight import Hardware, Nest, Place, hardware
from hwsim.engine import load_engine
from hwsim.formats import IntFormat
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

    def multiplexers(self, bits: int) -> int:
        """AND-OR multiplexers, of one gate for every candidate."""
        return self._nets.count(("&", bits)) // 4

    def negations(self, bits: int) -> int:
        return self._nets.count(("~", bits))

    def windows(self) -> int:
        """Digit encoders: each has one inverter of one bit."""
        return self._nets.count(("~", 1))


def inputs_of(nest: Nest) -> dict[int, int]:
    """Inputs of the compressors, by their width."""
    return {leaf["bits"]: leaf["inputs"] for leaf in hardware(nest).leaves("compressor")}


def check_partial_products(gates: Counted, said: Hardware) -> None:
    made = (gates.windows(), gates.negations(10), gates.multiplexers(10))
    assert made == tuple(map(said.count, ("digit_encoder", "cppg", "pp_mux"))) == (4, 1, 4)


@pytest.mark.parametrize("acc_bits", [20, 32])
def test_a_booth_pe_is_what_its_nest_says(acc_bits: int) -> None:
    said, gates = hardware(BoothMac(acc=IntFormat(acc_bits)).nest()), Counted(gates_of(pe("_booth", acc_bits)))
    check_partial_products(gates, said)
    ((compressor, _),) = said.leaves("compressor").items()
    assert gates.full_adder_rows(compressor["bits"]) == compressor["inputs"] - 2
    for leaf, count in said.leaves("cpa", Place.PE).items():
        assert gates.adders(leaf["bits"]) == count == 1
    assert gates.registers == {"acc": acc_bits}
    assert said.register_bits == acc_bits


@pytest.mark.parametrize("acc_bits", [20, 32])
def test_an_opt1_pe_is_what_its_nest_says(acc_bits: int) -> None:
    said, gates = hardware(Opt1Mac(acc=IntFormat(acc_bits)).nest()), Counted(gates_of(pe("_opt1", acc_bits)))
    check_partial_products(gates, said)
    ((compressor, count),) = said.leaves("compressor", Place.PE).items()
    assert (compressor["bits"], count) == (acc_bits, 1)
    assert gates.full_adder_rows(acc_bits) == compressor["inputs"] - 2
    assert said.count("cpa", Place.PE) == gates.adders(acc_bits) == gates.adders(16) == 0
    ((register, _),) = said.leaves("sum_register").items()
    assert sum(gates.registers.values()) == register["bits"] == 2 * acc_bits


def test_a_fused_pe_has_one_adder_and_one_input_more() -> None:
    said, gates = hardware(FusedMac().nest()), Counted(gates_of(pe("_fused")))
    ((compressor, _),) = said.leaves("compressor").items()
    assert gates.full_adder_rows(32) == compressor["inputs"] + 1 - 2
    assert (gates.adders(32), gates.adders(16)) == (1, 0)
    assert sum(gates.registers.values()) == said.register_bits
    check_partial_products(gates, said)


def leaf_rows(spec: str, bits: int) -> int:
    """3:2 rows of this width in one tree of an engine with one tree."""
    leaves = dict(load_engine(spec).inventory())
    return sum(count * Counted(gates_of(leaf)).full_adder_rows(bits) for leaf, count in leaves.items())


@pytest.mark.parametrize("k", [2, 4, 6, 16])
def test_trees_have_the_compressors_of_their_nests(k: int) -> None:
    """A compressor of n inputs is n - 2 rows of full adders, in one place or spread over the levels of a tree."""
    opt1, opt2 = Opt1Mac().tree_nest(k), Opt2Mac().nest(k)
    ((bits, inputs),) = inputs_of(opt1).items()
    assert leaf_rows(f"adder-tree:k={k},n=1,mac=opt1", bits) == inputs - 2
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


@pytest.mark.parametrize("mac", ["opt1", "opt2"])
def test_multipliers_of_trees_have_no_adder_but_the_negation(mac: str) -> None:
    inventory = load_engine(f"adder-tree:k=4,n=1,mac={mac}").inventory()
    (gates,) = (Counted(gates_of(leaf)) for leaf, _ in inventory if leaf.kind == f"tree_multiplier_{mac}")
    said = hardware((Opt1Mac() if mac == "opt1" else Opt2Mac()).tree_nest(4))
    assert gates.multiplexers(10) * 4 == said.count("pp_mux")
    assert gates.windows() * 4 == said.count("digit_encoder")
    assert [gates.adders(bits) for bits in (10, 16, 18, 32)] == [1, 0, 0, 0]
