"""Every leaf in PyRTL's simulator against a few lines of integers, and multipliers for all operands."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import product as pairs

import pyrtl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.bitweight.columns import Tree
from hwsim.engine import load_engine
from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from hwsim.ports import Direction
from rtl.leaves import LEAVES, WITHOUT_ENGINE, build_cell
from rtl.leaves.arithmetic import fit, product
from rtl.netlist import Pin
from rtl.session import fresh_block
from rtl_bit_serial_models import BIT_SERIAL_MODELS, BIT_SERIAL_SAMPLES
from rtl_float_models import FLOAT_MODELS, FLOAT_SAMPLES
from rtl_leaf_models import MODELS, PE_MACS, PES, TREE_MACS, number, wrapped
from rtl_low_bit_float_models import LOW_BIT_FLOAT_MODELS, LOW_BIT_FLOAT_SAMPLES
from rtl_low_bit_models import LOW_BIT_SAMPLES
from rtl_slice_models import SLICE_MODELS, SLICE_SAMPLES
from rtl_variants import SIZES, encoded, other_formats, variants

MODELS = MODELS | SLICE_MODELS | FLOAT_MODELS | LOW_BIT_FLOAT_MODELS | BIT_SERIAL_MODELS

SIGNS = tuple(pairs((0, 1), (0, 1)))


def macs(kind: str, width: str | None = "acc_bits", **modes: int) -> list[Leaf]:
    """Leaves with a multiplier: usual, tiny, and with an accumulator (or what ``width`` is) narrower than a product."""
    widths = [(8, 8, 32), (1, 1, 2), (3, 5, 7)]
    return [
        Leaf.of(
            kind,
            a_bits=a,
            w_bits=w,
            a_signed=a_signed,
            w_signed=w_signed,
            **({width: w + 2 if width == "pp_bits" else bits} if width else {}),
            **modes,
        )
        for a, w, bits in widths
        for a_signed, w_signed in SIGNS
    ]


def pes(role: str, mac: str) -> list[Leaf]:
    """The leaves of a PE in all its modes, a third of them for other MACs; these are told which operand is A."""
    modes: dict[str, list[dict[str, int]]] = {
        "pe_os": [{"drain": drain} for drain in (0, 1)],
        "pe_matrix": [{"drain": drain} for drain in (0, 1)],
        "pe_ws": [{"overlap": x, **({"a_rests": 1 - x} if mac else {})} for x in (0, 1)],
        "pe_cube": [{}],
    }
    if mac:
        modes["pe_matrix"] += [{"drain": 0, **tree.leaf_modes} for tree in Tree][1:]
    return [leaf for mode in modes[role] for leaf in macs(f"{role}{mac}", **mode)[:: 3 if mac else 1]]


TREE_WIDTHS: dict[str, tuple[str, str | None]] = {
    "": ("tree_multiplier", None),
    "_booth": ("tree_multiplier_booth", None),
    "_opt1": ("tree_multiplier_opt1", "sum_bits"),
    "_opt2": ("tree_multiplier_opt2", "pp_bits"),
}
SAMPLES = [
    *(leaf for role in PES for mac in PE_MACS for leaf in pes(role, mac)),
    *(
        leaf
        for overlap in (0, 1)
        for mac in TREE_MACS
        for leaf in macs(*TREE_WIDTHS[mac], overlap=overlap)[:: 3 if mac else 1]
    ),
    *(Leaf.of("tree_compressor", bits=bits) for bits in (1, 20)),
    *(
        Leaf.of("tree_bit_weights", digits=digits, digit_bits=bits, sum_bits=sum_bits, registered=registered)
        for digits, bits, sum_bits in ((4, 14, 20), (1, 3, 3), (5, 10, 6))
        for registered in (0, 1)
    ),
    *(Leaf.of("accumulate_pair", acc_bits=bits) for bits in (1, 32)),
    *(Leaf.of("resolve_adder", bits=bits) for bits in (1, 32)),
    *(Leaf.of("tree_adder", bits=bits) for bits in (1, 17)),
    *(Leaf.of("accumulate_adder", acc_bits=bits) for bits in (1, 32)),
    *(Leaf.of("delay", bits=bits, stages=stages) for bits in (1, 3, 8) for stages in (1, 2, 5)),
    *(Leaf.of("operand_register", bits=bits) for bits in (1, 8)),
    Leaf.of("done_flag"),
    Leaf.of("drain_flag"),
    *BIT_SERIAL_SAMPLES,
    *FLOAT_SAMPLES,
    *LOW_BIT_SAMPLES,
    *LOW_BIT_FLOAT_SAMPLES,
    *SLICE_SAMPLES,
]


class Gates:
    """A leaf in PyRTL's compiled-to-Python simulator, from reset."""

    def __init__(self, leaf: Leaf) -> None:
        with fresh_block() as self.block:
            LEAVES[leaf.kind](leaf)

    def simulation(self) -> pyrtl.FastSimulation:
        return pyrtl.FastSimulation(block=self.block, tracer=None)


def values(pin: Pin) -> st.SearchStrategy[int]:
    """Bit patterns of a pin, its extremes as signed and unsigned number more often than others."""
    top = (1 << pin.width_bits) - 1
    return st.sampled_from([0, top, top >> 1, (top >> 1) + 1]) | st.integers(0, top)


@pytest.mark.parametrize("leaf", SAMPLES, ids=lambda leaf: leaf.name)
def test_a_leaf_does_what_its_model_says(leaf: Leaf) -> None:
    gates, pins = Gates(leaf), build_cell(leaf).pins
    inputs = {pin.name: values(pin) for pin in pins if pin.direction is Direction.INPUT}
    outputs = [pin.name for pin in pins if pin.direction is Direction.OUTPUT]

    @settings(max_examples=10, deadline=None)
    @given(st.lists(st.fixed_dictionaries(inputs), min_size=8, max_size=24))
    def check(cycles: list[dict[str, int]]) -> None:
        simulation = gates.simulation()
        registers: dict[str, int] = defaultdict(int)
        for driven in cycles:
            simulation.step(driven)
            expected, after = MODELS[leaf.kind](registers, driven, leaf)
            meaningless = [name for name, value in expected.items() if value is None]
            seen = {name: None if name in meaningless else simulation.inspect(name) for name in outputs}
            assert seen == expected
            registers.update(after)

    check()


def test_every_kind_has_a_model_and_samples() -> None:
    assert set(LEAVES) == set(MODELS) == {leaf.kind for leaf in SAMPLES}


def test_every_leaf_of_every_engine_has_gates() -> None:
    leaves = {
        leaf for spec in variants(SIZES) + other_formats() + encoded() for leaf, _ in load_engine(spec).inventory()
    }
    kinds = {leaf.kind for leaf in leaves}
    assert kinds == set(LEAVES) - WITHOUT_ENGINE
    assert set(LEAVES) > WITHOUT_ENGINE
    for leaf in leaves:
        assert build_cell(leaf).name == leaf.name


@pytest.mark.parametrize(("a_bits", "w_bits"), [(1, 1), (1, 4), (2, 3), (4, 1), (4, 4)])
@pytest.mark.parametrize(("a_signed", "w_signed"), SIGNS)
def test_products_of_all_operands(a_bits: int, w_bits: int, a_signed: int, w_signed: int) -> None:
    bits = a_bits + w_bits
    with fresh_block() as block:
        a, w, out = pyrtl.Input(a_bits, "a"), pyrtl.Input(w_bits, "w"), pyrtl.Output(bits, "out")
        out <<= product(a, w, bool(a_signed), bool(w_signed))
    simulation = pyrtl.FastSimulation(block=block, tracer=None)
    for x, y in pairs(range(1 << a_bits), range(1 << w_bits)):
        simulation.step({"a": x, "w": y})
        exact = number(x, a_bits, a_signed) * number(y, w_bits, w_signed)
        assert number(simulation.inspect("out"), bits, a_signed | w_signed) == exact


@pytest.mark.parametrize("bits", [1, 3, 4, 9])
@pytest.mark.parametrize("signed", [0, 1])
def test_fit_extends_or_cuts(bits: int, signed: int) -> None:
    with fresh_block() as block:
        x, out = pyrtl.Input(4, "x"), pyrtl.Output(bits, "out")
        out <<= fit(x, bits, bool(signed))
    simulation = pyrtl.FastSimulation(block=block, tracer=None)
    for pattern in range(16):
        simulation.step({"x": pattern})
        assert simulation.inspect("out") == wrapped(number(pattern, 4, signed), bits)


def test_a_cell_without_registers_has_no_clock() -> None:
    cell = build_cell(Leaf.of("accumulate_adder", acc_bits=4))
    assert not cell.clocked
    assert re.findall(r"\b(?:clk|rst)\b", cell.text) == []


def test_reset_clears_every_register() -> None:
    text = build_cell(macs("pe_os", drain=1)[0]).text
    registers = set(re.findall(r"reg(?:\[\d+:0\])? (\w+);", text))
    cleared = set(re.findall(r"(\w+) <= \d+'d0;", text))
    assert len(registers) == 10
    assert registers == cleared


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(SpecError) as refused:
        build_cell(Leaf.of("flux_capacitor", bits=8))
    assert str(refused.value) == f"leaf 'flux_capacitor' has no gates; leaves with gates are {', '.join(LEAVES)}"


def test_a_name_that_verilog_lacks_is_refused() -> None:
    with pytest.raises(SpecError) as refused:
        build_cell(Leaf.of("delay", bits=8, stages=-1))
    expected = "'delay_bits8_stages-1' is not a Verilog name: letters, digits and underscores, no digit first"
    assert str(refused.value) == expected
