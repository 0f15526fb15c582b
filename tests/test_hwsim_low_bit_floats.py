"""Low-bit arrays with float activations: values operation by operation, at every depth the same, and close to exact."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from float_array_oracle import Design, element
from hardware_float_oracle import hard_pairs
from hwsim import Gemm, load_engine, load_machine, load_workload, simulate
from hwsim.arrays import ARRAYS
from hwsim.arrays.low_bit import LowBitArray
from hwsim.arrays.low_bit.float_arithmetic import PATTERNS, VALUES, round_values
from hwsim.engine import Engine
from hwsim.errors import HwsimError, SpecError
from hwsim.float_patterns import FloatPatterns, equal_values, float_patterns, is_floating
from hwsim.floats import STORAGE, stored
from hwsim.formats import FLOATS, INT8
from hwsim.hardware_floats import decode
from hwsim.layer_run import Depth
from hwsim.operands import Operands, synthetic
from hwsim.ports import Beat, Direction
from hwsim.report import Report

NAMES = [array.name for array in ARRAYS if issubclass(array, LowBitArray)]
ACTIVATIONS = ("fp16", "fp8e4m3", "fp8e5m2")
SUMS = ("fp16", "fp32", "bf16", "fp8e4m3", "fp8e5m2")
WIDTHS = (1, 2, 3, 4)


def low_bit(name: str, **fields: object) -> Engine:
    return load_engine(f"{name}:" + ",".join(f"{field}={value}" for field, value in fields.items()))


def stepped(engine: Engine, a: np.ndarray, b: np.ndarray) -> tuple[list[Beat], np.ndarray]:
    run, beats = engine.run(a, b), []
    while True:
        try:
            beats.append(next(run))
        except StopIteration as stop:
            return beats, stop.value


def patterns_of(name: str) -> FloatPatterns:
    return float_patterns(FLOATS[name], name)


def hard_values(name: str, rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Values that cancel, tie, overflow, are flushed, and zeros of both signs."""
    layout = patterns_of(name).layout
    special = [layout.largest, layout.smallest, layout.smallest - 1, 0, layout.bias << layout.fraction_bits]
    positive = patterns_of(name).values(rng.choice(special, shape)).astype(np.float64)
    drawn = patterns_of(name).draw(rng, shape).astype(np.float64)
    kinds = [drawn, positive * rng.choice([-1, 1], shape), np.round(rng.standard_normal(shape) * 4)]
    return stored(np.choose(rng.integers(0, 3, shape), kinds), FLOATS[name])


def check(engine: Engine, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Assert that stepping on patterns and the product of values agree bit for bit, and in cycles; return it."""
    beats, result = stepped(engine, a, b)
    product = engine.multiply(a, b)
    acc = engine.mac.acc
    assert isinstance(acc, FloatPatterns)
    assert result.dtype == product.dtype == np.dtype(STORAGE[str(acc)])
    assert np.array_equal(acc.patterns(result), acc.patterns(product))
    latency = engine.latency(Gemm(a.shape[0], b.shape[1], a.shape[1]))
    assert len(beats) == engine.count(a, b) == latency.expected
    for beat in beats:
        for port in engine.ports:
            lanes = (beat.inputs if port.direction is Direction.INPUT else beat.outputs)[port.name]
            assert lanes.shape == (port.lanes,)
            port.format.check(lanes, port.name)
    work = a.shape[0] * a.shape[1] * b.shape[1] * engine.passes
    assert sum(beat.active_pes for beat in beats) == work
    return product


# One arithmetic in two forms


def agree(patterns: np.ndarray, values: np.ndarray, name: str) -> bool:
    """Whether patterns and values are the same numbers, with the signs of zeros."""
    held = decode(patterns, patterns_of(name).layout)
    same_sign = np.signbit(held) == np.signbit(values)
    return equal_values(held, values) and bool((same_sign | np.isnan(held)).all())


@pytest.mark.parametrize("name", SUMS)
def test_values_round_as_patterns_do(name: str) -> None:
    layout = patterns_of(name).layout
    x, y = np.indices((256, 256)).reshape(2, -1) if layout.bits == 8 else hard_pairs(layout, 20_000, seed=5)
    u, v = decode(x, layout), decode(y, layout)
    assert agree(PATTERNS.add(x, y, layout), VALUES.add(u, v, layout), name)
    for out in SUMS:
        wide = patterns_of(out).layout
        assert agree(PATTERNS.multiply(x, y, layout, wide), VALUES.multiply(u, v, layout, wide), out)
        assert agree(PATTERNS.convert(x, layout, wide), VALUES.convert(u, layout, wide), out)
    for places in (-1, 0, 1, 7):
        assert agree(PATTERNS.scale(x, places, layout), VALUES.scale(u, places, layout), name)
    flipped = PATTERNS.negate(x, y & 1, layout), VALUES.negate(u, y & 1, layout)
    assert agree(PATTERNS.convert(flipped[0], layout, layout), flipped[1], name)


@pytest.mark.parametrize("name", SUMS)
def test_whole_weights_are_held_exactly(name: str) -> None:
    bits = patterns_of(name).exact_bits
    layout, integers = patterns_of(name).layout, np.arange(-(1 << min(bits - 1, 12)), 1 << min(bits - 1, 12))
    assert decode(PATTERNS.whole(integers, layout), layout).tolist() == VALUES.whole(integers, layout).tolist()
    beyond = np.array([float((1 << bits) - 1)])
    assert round_values(beyond, layout) != beyond


# Values


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(WIDTHS),
    st.sampled_from(ACTIVATIONS),
    st.sampled_from(SUMS),
    *(st.integers(1, high) for high in (3, 4, 14)),
    st.integers(2, 4),
    st.integers(1, 3),
    st.sampled_from(("registers=inside", "registers=outside,pipeline=2")),
    st.integers(0, 2**32 - 1),
)
def test_every_operation_is_rounded_in_the_stated_order(
    name: str,
    bits: int,
    fmt: str,
    acc: str,
    m: int,
    n: int,
    k: int,
    group: int,
    tables: int,
    registers: str,
    seed: int,
) -> None:
    spec = f"{name}:m=2,n=3,k={group},tables={tables},w_bits={bits},a={fmt},acc={acc},{registers}"
    engine, rng = load_engine(spec), np.random.default_rng(seed)
    a, b = hard_values(fmt, rng, (m, k)), engine.mac.w.random(rng, (k, n))
    design = Design(name, group, tables, bits, fmt, acc)
    expected = [[element(row, column, design) for column in b.T.tolist()] for row in a.astype(np.float64).tolist()]
    assert equal_values(check(engine, a, b), np.array(expected))


@pytest.mark.parametrize("fmt", ACTIVATIONS)
@pytest.mark.parametrize("name", NAMES)
def test_examples_agree_at_every_depth(name: str, fmt: str) -> None:
    for fields in ("w_bits=1,tables=2", "w_bits=4", "w_bits=3,acc=fp32,pipeline=2"):
        engine = load_engine(f"{name}:m=2,n=3,k=4,a={fmt},{fields}")
        for a, b in engine.examples(cases=6):
            check(engine, a, b)


@pytest.mark.parametrize("fmt", ACTIVATIONS)
@pytest.mark.parametrize("bits", WIDTHS)
def test_small_integers_are_multiplied_exactly(bits: int, fmt: str) -> None:
    """Then no operation rounds, and all engines are those for integers."""
    rng = np.random.default_rng(bits)
    a, integers = rng.integers(-4, 5, (5, 30)), load_engine(f"lut:w_bits={bits}").mac.w.random(rng, (30, 7))
    for name in NAMES:
        engine = low_bit(name, m=2, n=3, w_bits=bits, a=fmt)
        got = check(engine, stored(a.astype(np.float64), FLOATS[fmt]), integers)
        assert np.array_equal(got.astype(np.int64), low_bit(name, m=2, n=3, w_bits=bits).multiply(a, integers))


@pytest.mark.parametrize("acc", ["fp16", "fp32"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bits", [1, 2, 4])
def test_the_error_is_that_of_so_many_roundings(name: str, bits: int, acc: str) -> None:
    """Each of the roundings on a path to the sum is off by half a last place of at most the sum of magnitudes."""
    rng, k = np.random.default_rng(bits), 64
    engine = low_bit(name, m=4, n=8, w_bits=bits, acc=acc, a="fp16")
    a, b = rng.standard_normal((6, k)).astype(np.float16), engine.mac.w.random(rng, (k, 9))
    exact = a.astype(np.float64) @ b
    magnitude = np.abs(a.astype(np.float64)).sum(axis=1, keepdims=True) * (2**bits + 1)  # all planes, the correction
    roundings = -(-k // 3) * bits + 4  # additions to a sum or a correction, and what is in front of them
    entry, total = (2.0 ** -(1 + patterns_of(x).layout.fraction_bits) for x in ("fp16", acc))
    bound = magnitude * ((1 + entry) ** 3 * (1 + total) ** roundings - 1)
    assert (np.abs(engine.multiply(a, b).astype(np.float64) - exact) <= bound).all()


def test_what_overflows_and_cancels() -> None:
    engine = low_bit("lut", m=1, n=2, a="fp16", w_bits=1)
    large = np.full((1, 4), 65504, np.float16)
    opposite = np.array([[65504, -65504, 65504, -65504]], np.float16)
    ones = np.ones((4, 2), np.int64)
    assert np.isinf(engine.multiply(large, ones)).all()
    assert np.isnan(engine.multiply(large, np.array([[1, -1]] * 2 + [[-1, 1]] * 2))).all()  # infinity less infinity
    assert (engine.multiply(opposite, ones) == 0).all()
    assert not np.signbit(engine.multiply(np.full((1, 4), -0.0, np.float16), ones)).any()
    tiny = np.full((1, 4), 2.0**-15, np.float16)  # subnormal: four of them would be a number
    assert (engine.multiply(tiny, ones) == 0).all()


def test_what_is_too_large_for_e4m3_stays_its_largest() -> None:
    engine = low_bit("dequant-mac", m=1, n=1, a="fp8e4m3", acc="fp8e4m3", w_bits=2)
    a = stored(np.full((1, 8), 448.0), FLOATS["fp8e4m3"])
    assert engine.multiply(a, np.ones((8, 1), np.int64)).astype(float).tolist() == [[448.0]]
    assert engine.multiply(a, np.full((8, 1), -2)).astype(float).tolist() == [[-448.0]]


# Cycles, leaves and formats


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fields", ["w_bits=1", "w_bits=3,tables=2", "registers=outside,pipeline=2"])
def test_cycles_and_controls_are_those_of_integers(name: str, fields: str) -> None:
    floats, integers = (load_engine(f"{name}:m=2,n=3,a={a},{fields}") for a in ("fp16", "int8"))
    assert floats.latency(Gemm(5, 7, 30, batch=3)) == integers.latency(Gemm(5, 7, 30, batch=3))
    assert floats.pe_count == integers.pe_count
    counts = [
        sorted(re.sub(r"^fp_|_fp$", "", leaf.kind) + f" {count}" for leaf, count in engine.inventory())
        for engine in (floats, integers)
    ]
    assert counts[0] == counts[1]


def test_activations_of_eight_bits_are_widened_once_per_row() -> None:
    inventory = low_bit("bit-serial-add", m=2, n=16, k=4, tables=3, a="fp8e5m2").inventory()
    assert inventory.total("fp_converter") == 2 * 4 * 3
    assert low_bit("bit-serial-add", a="fp16").inventory().total("fp_converter") == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fmt", ACTIVATIONS)
def test_no_leaf_has_a_name_too_long_for_verilator(name: str, fmt: str) -> None:
    engine = low_bit(name, k=12, tables=12, a=fmt, acc="fp32", w_bits=4)
    assert max(len(leaf.name) for leaf, _ in engine.inventory()) <= 127


@pytest.mark.parametrize("fmt", ACTIVATIONS)
def test_sums_are_fp16_unless_said_otherwise(fmt: str) -> None:
    engine = low_bit("lut", n=4, a=fmt)
    assert engine.spec == f"lut:m=2,n=4,k=4,a={fmt},acc=fp16"
    assert load_engine(engine.spec) == engine
    assert str(low_bit("lut", a=fmt, acc="fp32").mac.acc) == "fp32"
    assert engine.latency(Gemm(2, 4, 8, a=FLOATS[fmt], acc=FLOATS["fp16"])).expected == 2 * 2 + 2
    with pytest.raises(SpecError, match=f"^lut:.* computes with a={fmt}, not a=int8; give the engine a=int8$"):
        engine.latency(Gemm(2, 4, 8, a=INT8))


def test_an_instruction_drives_the_engine() -> None:
    engine = load_engine("lmma.m2n64k4.fp16.int2.fp16.fp16")
    assert engine == load_engine("lut:a=fp16,w_bits=2")
    assert engine.latency(Gemm(2, 64, 4)).expected == 2 + 1 + 1  # two planes, the correction, the flush


REFUSED = {
    "lut:a=bf16": "activations are intN or uintN of up to 16 bits, fp16, fp8e4m3 or fp8e5m2, not bf16",
    "lut:a=fp16,acc=int32": "mac=low-bit: a sum of fp16 is a float of up to 32 bits, not int32",
    "lut:a=fp16,acc=fp64": "mac=low-bit: a sum of fp16 is a float of up to 32 bits, not fp64",
    "lut:acc=fp16": "mac=low-bit computes with integers: acc cannot be fp16",
    "cube:a=fp16": "mac=parallel computes with integers: a cannot be fp16",
    "dequant-mac:a=fp8e4m3,w_bits=6": "dequant-mac: fp8e4m3 holds all weights of up to 5 bits, not of w_bits=6",
    "dequant-mac:a=fp8e5m2,w_bits=5": "dequant-mac: fp8e5m2 holds all weights of up to 4 bits, not of w_bits=5",
    "bit-serial-add:k=64": "bit-serial-add: k is at most 63, as a group's bits of weights are one word, not 64",
    "lut:a=fp16,precompute=fused,entry=int8,acc=fp16": "lut: entry=int8 has sums of integers, not acc=fp16",
    "lut:a=fp16,precompute=fused,acc=int32": "mac=low-bit: a sum of fp16 is a float of up to 32 bits, not int32",
}


@pytest.mark.parametrize("spec", REFUSED)
def test_a_design_that_cannot_be_gets_one_sentence(spec: str) -> None:
    with pytest.raises(SpecError) as refused:
        load_engine(spec)
    assert str(refused.value) == REFUSED[spec]


@pytest.mark.parametrize(
    ("a", "sentence"),
    [
        (np.ones((1, 4), np.int64), "a must be a matrix of floats, not int64 of shape (1, 4)"),
        (np.ones(4), "a must be a matrix of floats, not float64 of shape (4,)"),
        ([[1.0] * 4], "a must be a matrix of floats (a numpy array), not list"),
        (np.full((1, 4), 0.1), "a: 0.1 is not a value of fp16; round them"),
        (np.full((1, 4), np.inf), "a: a value is not finite"),
    ],
)
def test_operands_of_another_kind_get_one_sentence(a: object, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        load_engine("lut:a=fp16").multiply(a, np.ones((4, 1), np.int64))  # type: ignore[arg-type]
    assert str(refused.value) == sentence


@pytest.mark.parametrize("name", SUMS)
def test_patterns_are_the_bits_of_values(name: str) -> None:
    held, rng = patterns_of(name), np.random.default_rng(0)
    drawn = held.draw(rng, (20, 30))
    assert is_floating(drawn.dtype)
    assert np.isfinite(drawn.astype(np.float64)).all()
    assert np.array_equal(held.values(held.patterns(drawn)).astype(np.float64), drawn.astype(np.float64))
    assert held.patterns(np.array([np.nan, -np.nan, 1.0])).tolist() == [held.layout.nan] * 2 + [
        held.layout.bias << held.layout.fraction_bits
    ]


# Networks


def reports_of(engine: Engine, tmp_path: Path, operands: Operands | None = None) -> list[Report]:
    path = tmp_path / "gemms.toml"
    path.write_text('[[gemm]]\nname = "one"\nm = 5\nn = 9\nk = 30\n')
    machine = load_machine("edge", engine)
    return [simulate(load_workload(str(path)), machine, depth=depth, operands=operands) for depth in Depth]


@pytest.mark.parametrize("name", NAMES)
def test_networks_run_at_every_depth(name: str, tmp_path: Path) -> None:
    reports = reports_of(low_bit(name, n=4, a="fp8e4m3"), tmp_path)
    assert len({report.compute_cycles for report in reports}) == 1
    assert any("normal values rounded to the format" in sentence for sentence in reports[-1].assumptions)


def test_activations_may_be_given(tmp_path: Path) -> None:
    engine = low_bit("lut", n=4, a="fp16")
    a = np.random.default_rng(0).standard_normal((5, 30)).astype(np.float16)
    given = Operands({"a": a, "w": np.ones((30, 9), np.int8)}, "mine")
    assert not any("synthetic" in sentence for sentence in reports_of(engine, tmp_path, given)[-1].assumptions)
    for other, sentence in (
        (a.astype(np.float64) / 3, "mine: a: .* is not a value of fp16; round them"),
        (np.ones((5, 30), np.int8), "mine: a holds int8; values of fp16 are given as floats"),
    ):
        with pytest.raises(HwsimError, match=f"^.*{sentence}$"):
            reports_of(engine, tmp_path, Operands({"a": other}, "mine"))
    drawn = synthetic(engine.mac.a, (50, 40), np.random.default_rng(1))
    assert drawn.dtype == np.float16
    assert 0.9 < drawn.astype(np.float64).std() < 1.1
