"""Floating-point units in gates: all pairs of FP8, all operands of small layouts, hard operands of wider ones."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyrtl
import pytest

from hardware_float_oracle import hard_pairs
from hwsim.floats import FP16
from hwsim.hardware_floats import FloatLayout, add, add_exponent, convert, decode, encode, multiply
from hwsim.hardware_floats.dot_products import multiply_add
from hwsim.inventory import Leaf
from hwsim.low_bit import unsigned_weights
from hwsim.lut import FloatRule, Layout, lookup_floats, select
from rtl.leaves import LEAVES, build_cell
from rtl.leaves.floating.bits import add_carry, leading_zeros, shifted_left, shifted_right_sticky, signed_bits
from rtl.session import fresh_block
from rtl.simulators import Simulator, find
from rtl_float_models import NAMED, TINY, adder, converter, exponent_adder, lut_unit, mac_dot, multiplier, table

FP8 = ("fp8e4m3", "fp8e5m2")
SMALL = [FloatLayout(e, f, bool(infinities)) for e, f in ((2, 1), (2, 3), (3, 1), (3, 2)) for infinities in (0, 1)]


def simulated(leaf: Leaf) -> pyrtl.FastSimulation:
    with fresh_block() as block:
        LEAVES[leaf.kind](leaf)
    return pyrtl.FastSimulation(block=block, tracer=None)


def driven(leaf: Leaf, **inputs: np.ndarray) -> np.ndarray:
    """The outputs ``z`` of a combinational leaf for arrays of inputs, in PyRTL's compiled-to-Python simulator."""
    simulation, found = simulated(leaf), []
    for values in zip(*(given.tolist() for given in inputs.values()), strict=True):
        simulation.step(dict(zip(inputs, values, strict=True)))
        found.append(simulation.inspect("z"))
    return np.array(found)


def pairs(bits: int, other_bits: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """All operands of two inputs."""
    sides = np.meshgrid(np.arange(1 << bits), np.arange(1 << (bits if other_bits is None else other_bits)))
    return sides[0].ravel(), sides[1].ravel()


def check_add(layout: FloatLayout, x: np.ndarray, y: np.ndarray) -> None:
    assert np.array_equal(driven(adder(layout), x=x, y=y), add(x, y, layout))


def check_multiply(layout: FloatLayout, out: FloatLayout, x: np.ndarray, y: np.ndarray) -> None:
    assert np.array_equal(driven(multiplier(layout, out), x=x, y=y), multiply(x, y, layout, out))


@pytest.mark.parametrize("name", FP8)
def test_an_adder_is_exact_for_all_pairs_of_fp8(name: str) -> None:
    check_add(NAMED[name], *pairs(8))


@pytest.mark.parametrize(("name", "out"), [(a, b) for a in FP8 for b in (a, "fp16")])
def test_a_multiplier_is_exact_for_all_pairs_of_fp8(name: str, out: str) -> None:
    check_multiply(NAMED[name], NAMED[out], *pairs(8))


@pytest.mark.parametrize("layout", SMALL, ids=str)
def test_small_layouts_for_all_operands(layout: FloatLayout) -> None:
    x, y = pairs(layout.bits)
    check_add(layout, x, y)
    check_multiply(layout, layout, x, y)
    for out in SMALL:
        check_multiply(layout, out, x[:: len(SMALL) - 1], y[:: len(SMALL) - 1])
        patterns = np.arange(1 << layout.bits)
        assert np.array_equal(driven(converter(layout, out), x=patterns), convert(patterns, layout, out))


@pytest.mark.parametrize(("name", "count"), [("fp16", 3000), ("bf16", 1500), ("fp32", 300)])
def test_hard_pairs_of_wide_layouts(name: str, count: int) -> None:
    x, y = hard_pairs(NAMED[name], count, seed=2)
    check_add(NAMED[name], x, y)
    check_multiply(NAMED[name], NAMED[name], x, y)


@pytest.mark.parametrize("out", ["fp8e4m3", "fp8e5m2", "bf16"])
def test_every_fp16_is_converted(out: str) -> None:
    patterns = np.arange(1 << 16)
    expected = convert(patterns, NAMED["fp16"], NAMED[out])
    assert np.array_equal(driven(converter(NAMED["fp16"], NAMED[out]), x=patterns), expected)


@pytest.mark.parametrize("layout", [NAMED["fp8e4m3"], NAMED["fp8e5m2"], TINY], ids=str)
@pytest.mark.parametrize("places_bits", [1, 2, 5])
def test_every_exponent_is_added_to(layout: FloatLayout, places_bits: int) -> None:
    x, places = pairs(layout.bits, places_bits)
    found = driven(exponent_adder(layout, places_bits), x=x, places=places)
    assert np.array_equal(found, add_exponent(x, places, layout))


def combinational(build: Callable[..., pyrtl.WireVector], *bits: int) -> Callable[..., int]:
    """A function of integers that simulates what ``build`` makes of input wires."""
    with fresh_block() as block:
        inputs = [pyrtl.Input(width, f"in{i}") for i, width in enumerate(bits)]
        made = build(*inputs)
        out = pyrtl.Output(len(made), "out")
        out <<= made
    simulation = pyrtl.FastSimulation(block=block, tracer=None)

    def outcome(*values: int) -> int:
        simulation.step({f"in{i}": value for i, value in enumerate(values)})
        return int(simulation.inspect("out"))

    return outcome


@pytest.mark.parametrize("bits", range(1, 10))
def test_leading_zeros_are_counted(bits: int) -> None:
    count = combinational(leading_zeros, bits)
    assert [count(x) for x in range(1, 1 << bits)] == [bits - x.bit_length() for x in range(1, 1 << bits)]


@pytest.mark.parametrize("bits", [2, 3, 5])
@pytest.mark.parametrize("places_bits", [1, 3, 4])
def test_shifters_move_and_keep_the_lost_bits_in_mind(bits: int, places_bits: int) -> None:
    right = combinational(shifted_right_sticky, bits, places_bits)
    left = combinational(shifted_left, bits, places_bits)
    for x in range(1 << bits):
        for places in range(1 << places_bits):
            assert right(x, places) == x >> places | (x >> places << places != x)
            assert left(x, places) == (x << places) % (1 << bits)


def test_one_adder_takes_a_carry() -> None:
    total = combinational(add_carry, 3, 3, 1)
    for x, y in zip(*(side.tolist() for side in pairs(3)), strict=True):
        assert [total(x, y, carry) for carry in (0, 1)] == [(x + y) % 8, (x + y + 1) % 8]


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-1, 0), (-8, 7), (-9, 7), (-8, 8), (3, 31)])
def test_signed_bits_are_just_enough(low: int, high: int) -> None:
    bits = signed_bits(low, high)
    assert -(1 << (bits - 1)) <= low <= high < 1 << (bits - 1)
    assert bits == 1 or low < -(1 << (bits - 2)) or high >= 1 << (bits - 2)


BENCH = """module bench;
    reg [{top}:0] x [0:{last}], y [0:{last}];
    reg [{top}:0] a, b;
    wire [{top}:0] z;
    integer i;
    {module} unit (.x(a), .y(b), .z(z));
    initial begin
        $readmemh("x.hex", x);
        $readmemh("y.hex", y);
        for (i = 0; i <= {last}; i = i + 1) begin
            a = x[i]; b = y[i]; #1 $display("%h", z);
        end
    end
endmodule
"""


@pytest.mark.rtl
@pytest.mark.parametrize(("make", "unit"), [(adder, add), (multiplier, multiply)])
@pytest.mark.parametrize("name", ["fp16", "fp8e4m3"])
def test_the_verilog_does_the_same(
    make: Callable[..., Leaf], unit: Callable[..., np.ndarray], name: str, tmp_path: Path
) -> None:
    find(Simulator.ICARUS)
    layout, cell = NAMED[name], build_cell(make(NAMED[name]))
    x, y = hard_pairs(layout, 500, seed=3)
    for port, values in (("x", x), ("y", y)):
        (tmp_path / f"{port}.hex").write_text("\n".join(f"{value:x}" for value in values.tolist()))
    (tmp_path / "unit.v").write_text(cell.text)
    (tmp_path / "bench.v").write_text(BENCH.format(top=layout.bits - 1, last=len(x) - 1, module=cell.name))
    for command in ("iverilog -o bench bench.v unit.v", "vvp bench"):
        done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=True)
    assert [int(line, 16) for line in done.stdout.split()] == unit(x, y, layout).tolist()


def test_a_table_and_a_unit_multiply_a_matrix_by_lookup() -> None:
    """Gates of an FP16 half table and of one unit, table after table and plane after plane, against the product."""
    rng = np.random.default_rng(0)
    a, bits, k = rng.normal(size=(1, 12)).astype(np.float16), 2, 12
    weights = unsigned_weights(rng.integers(0, 4, (k, 6)), bits, scale=2.0, zero=1.5)
    expected = lookup_floats(a, weights, FloatRule(FP16, FP16, FP16))
    half, layout = NAMED["fp16"], Layout(k, 4, k)
    chosen, loader, unit = select(weights, layout), simulated(table(half, 4, 1)), simulated(lut_unit(half, half, 3))
    tables = []
    for group in encode(a[0], half).reshape(-1, 4).tolist():
        loader.step({"a": sum(x << 16 * i for i, x in enumerate(group)), "load": 1})
        loader.step({"a": 0, "load": 0})  # the register shows it one edge later, and keeps it
        tables.append(loader.inspect("entries"))
    for column in range(weights.n):
        for t, plane in np.ndindex(len(tables), bits):
            unit.step(
                {
                    "entries": tables[t],
                    "select": int(chosen.entry[t, plane, column]),
                    "negative": int(chosen.negative[t, plane, column]),
                    "places": plane,
                    "first": int(t == plane == 0),
                    "psum_in": 0,
                }
            )
        unit.step(dict.fromkeys(("entries", "select", "negative", "places", "first", "psum_in"), 0))
        assert decode(np.array(unit.inspect("psum")), half) == expected[0, column]


@pytest.mark.parametrize("name", ["fp16", "fp8e4m3"])
def test_a_mac_unit_on_hard_operands(name: str) -> None:
    layout, acc = NAMED[name], NAMED["fp16"]
    x, y = (side[: len(side) // 4 * 4].reshape(4, -1) for side in hard_pairs(layout, 300, seed=4))
    unit, psum = simulated(mac_dot(layout, acc, 4)), np.array(0)
    for i in range(x.shape[1]):
        a, w = (sum(int(v) << layout.bits * j for j, v in enumerate(side[:, i])) for side in (x, y))
        unit.step({"a": a, "w": w, "first": int(i % 3 == 0), "psum_in": i})
        assert unit.inspect("psum") == psum
        psum = multiply_add(np.array(i) if i % 3 == 0 else psum, x[:, i], y[:, i], layout, acc)
