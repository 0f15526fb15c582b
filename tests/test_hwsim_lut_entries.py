"""Entry formats of table look-up engines: exact, of activations without their lowest value, and INT8 with scales."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim import Gemm, load_engine, load_machine, load_workload, simulate
from hwsim.arrays import LutConventional, Unpu
from hwsim.arrays.low_bit.entries import Entry, OwnEntry
from hwsim.errors import SpecError
from hwsim.floats import FP16
from hwsim.formats import FP32, INT8, INT16, parse_format
from hwsim.layer_run import Depth
from hwsim.low_bit import LowBitWeights, ternary_weights, unsigned_weights
from hwsim.lut import TableGeometry, TableQuantiser, lookup_quantised, parse_table_scale
from hwsim.rescaling import engine_weights, rescaled_product
from hwsim.table_work import Precompute, table_work
from low_bit_reference import int8_sums
from test_hwsim_low_bit import low_bit_weights
from test_hwsim_low_bit_arrays import WIDTHS, low_bit, stepped, structure_of, weights_of

SYMMETRIC = ("lut", "lut-conventional", "unpu")
INT8_TABLES = "entry=int8,precompute=fused"


# Values


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(SYMMETRIC),
    st.sampled_from(WIDTHS),
    st.sampled_from(("int8", "int16", "int3")),
    *(st.integers(1, high) for high in (5, 6, 20)),
    st.integers(2, 5),
    st.sampled_from((0, 0.5, 1)),
    st.integers(0, 2**32 - 1),
)
def test_narrower_entries_give_the_same_products(
    name: str, bits: int, fmt: str, m: int, n: int, k: int, group: int, low: float, seed: int
) -> None:
    engine = low_bit(name, m=2, n=3, k=group, w_bits=bits, a=fmt, entry="symmetric")
    rng = np.random.default_rng(seed)
    a, b = engine.activation.random(rng, (m, k)), weights_of(rng, bits, (k, n))
    a = np.where(rng.random(a.shape) < low, engine.activation.low, a)
    beats, result = stepped(engine, a, b)
    assert np.array_equal(result, a @ b)
    assert np.array_equal(engine.multiply(a, b), a @ b)
    assert len(beats) == engine.count(a, b)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(WIDTHS),
    st.sampled_from(("int8", "int16", "uint8", "int3")),
    *(st.integers(1, high) for high in (5, 6, 20)),
    st.integers(1, 5),
    st.integers(1, 3),
    st.sampled_from(("registers=inside", "registers=outside,pipeline=2")),
    st.integers(0, 2**32 - 1),
)
def test_int8_tables_add_up_to_what_is_declared(
    bits: int, fmt: str, m: int, n: int, k: int, group: int, tables: int, registers: str, seed: int
) -> None:
    engine = load_engine(f"lut:m=2,n=3,k={group},tables={tables},w_bits={bits},a={fmt},{INT8_TABLES},{registers}")
    rng = np.random.default_rng(seed)
    a, b = engine.activation.random(rng, (m, k)), weights_of(rng, bits, (k, n))
    expected = int8_sums(a, b, bits, group)
    beats, result = stepped(engine, a, b)
    for got in (engine.multiply(a, b), result):
        assert got.dtype == np.int64
        assert np.array_equal(got, expected)
    assert len(beats) == engine.count(a, b)


@settings(max_examples=100, deadline=None)
@given(
    low_bit_weights(),
    st.sampled_from(("int8", "int16", "uint8")),
    st.integers(1, 5),
    st.sampled_from(("table", "group", "token")),
    st.sampled_from((FP16, FP32)),
    st.integers(0, 2**32 - 1),
)
def test_rescaled_sums_are_the_product_with_quantised_tables(
    weights: LowBitWeights, fmt: str, group: int, sharing: str, accumulator: object, seed: int
) -> None:
    if weights.span < weights.k:  # one scale of tables lies within one of the weights
        sharing = "table"
    scale = parse_table_scale(f"group:{2 * group}" if sharing == "group" else sharing)
    quantiser = TableQuantiser(scale, accumulator=accumulator)  # type: ignore[arg-type]
    activation = parse_format(fmt)
    a = activation.random(np.random.default_rng(seed), (3, weights.k))  # type: ignore[union-attr]
    engine = load_engine(f"lut:m=2,n=3,k={group},w_bits={weights.bits},a={fmt},{INT8_TABLES}")
    found = rescaled_product(engine, a, weights, scale, quantiser.accumulator)
    expected = lookup_quantised(a, weights, quantiser, activation, group)
    assert found.dtype == expected.dtype
    assert np.array_equal(found, expected, equal_nan=True)


def test_groups_of_activations_may_share_a_scale_with_groups_of_weights() -> None:
    rng = np.random.default_rng(0)
    weights = unsigned_weights(rng.integers(0, 4, (96, 5)), 2, rng.random((2, 1)) + 0.1, 1.5, 64)
    a = INT16.random(rng, (3, 96))
    engine = load_engine(f"lut:m=2,n=3,w_bits=2,a=int16,{INT8_TABLES}")
    for text in ("group:64", "group:32"):
        scale = parse_table_scale(text)
        expected = lookup_quantised(a, weights, TableQuantiser(scale), INT16)
        assert np.array_equal(rescaled_product(engine, a, weights, scale), expected)


@pytest.mark.parametrize("bits", WIDTHS)
def test_wide_activations_lose_little_in_int8_tables(bits: int) -> None:
    rng = np.random.default_rng(bits)
    weights = unsigned_weights(rng.integers(0, 1 << bits, (256, 8)), bits, zero=((1 << bits) - 1) / 2)
    a = np.rint(rng.standard_normal((4, 256)) * 8000).astype(np.int64).clip(INT16.low, INT16.high)
    engine = load_engine(f"lut:w_bits={bits},a=int16,{INT8_TABLES}")
    exact = a @ weights.real
    for text, most in (("token", 1e-3), ("group:64", 1e-3), ("table", 1e-4)):
        error = rescaled_product(engine, a, weights, parse_table_scale(text)) - exact
        assert (error**2).sum() / (exact**2).sum() < most


def test_the_largest_entries_of_both_signs() -> None:
    engine = load_engine(f"lut:m=1,n=2,w_bits=2,{INT8_TABLES}")
    a = np.array([[-128, -128, -128, -128, 0, 0, 0, 0]])
    b = np.repeat([[1, -2]], 8, axis=0)  # q' is 3 and -3 everywhere
    assert engine.multiply(a, b).tolist() == [[-3 * 127, 3 * 127]]
    assert engine.multiply(np.zeros((1, 8), np.int64), b).tolist() == [[0, 0]]


def test_engine_weights_are_codes_about_the_middle() -> None:
    assert engine_weights(unsigned_weights([[0, 1]], 1, zero=0)).tolist() == [[-1, 1]]
    assert engine_weights(ternary_weights([[-1, 0, 1]])).tolist() == [[-1, 0, 1]]
    assert engine_weights(unsigned_weights([[0, 15]], 4, zero=7.5)).tolist() == [[-8, 7]]


# Widths, stated once


@pytest.mark.parametrize(
    ("spec", "entry"),
    [
        ("lut", 11),
        ("lut:entry=symmetric", 10),
        (f"lut:{INT8_TABLES}", 8),
        ("lut:a=int16", 19),
        ("lut:a=int16,entry=symmetric", 18),
        (f"lut:a=int16,{INT8_TABLES}", 8),
        ("unpu:w_bits=1", 11),
        ("unpu:w_bits=1,entry=symmetric", 10),
        ("unpu:entry=symmetric", 10),
        ("lut-conventional", 10),
        ("lut-conventional:entry=symmetric", 10),
    ],
)
def test_every_width_is_that_of_the_entry(spec: str, entry: int) -> None:
    engine = load_engine(spec)
    structure = structure_of(engine)
    unit, inventory = structure.unit, dict(engine.inventory())
    assert unit.entry.bits == entry
    places = structure.m * structure.blocks * structure.tables
    assert engine.operand_bits == places * unit.entries * entry + structure.n * structure.step * engine.mac.w.bits
    registers = [leaf for leaf in inventory if leaf.kind == "held_register"]
    assert [leaf["bits"] for leaf in registers] == [unit.entries * entry]
    assert {leaf["a_bits"] for leaf in inventory if leaf.kind.startswith("pe_")} == {entry}
    assert {leaf["entry_bits"] for leaf in inventory if leaf.kind == "table_builder"} <= {entry}
    a = next(port for port in engine.ports if port.name == "a")
    assert a.format.bits == (entry if structure.takes_tables else engine.mac.a.bits)


def test_symmetric_entries_are_those_of_the_geometry() -> None:
    for fmt in (INT8, INT16):
        for group in range(1, 7):
            unit = structure_of(low_bit("lut", k=group, a=fmt, entry="symmetric")).unit
            assert unit.entry == TableGeometry(fmt, group, symmetric=True).entry_format


def test_tables_of_int8_halve_what_passes_the_port() -> None:
    bits = {}
    for fields in ("precompute=fused", INT8_TABLES):
        made = table_work(load_engine(f"lut:n=8,a=int16,{fields}"), Precompute.FUSED)
        assert made is not None
        bits[fields] = made.table_bits
    assert bits == {"precompute=fused": 8 * 19, INT8_TABLES: 8 * 8}


def test_engines_that_make_their_tables_have_no_int8() -> None:
    assert {entry.value for entry in Entry} - {entry.value for entry in OwnEntry} == {"int8"}
    for kind in (LutConventional, Unpu):
        assert kind().entry is OwnEntry.EXACT


# Cycles


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(WIDTHS), *(st.integers(1, 60) for _ in "mnk"))
def test_sums_of_quantised_tables_are_not_corrected(bits: int, m: int, n: int, k: int) -> None:
    engine = load_engine(f"lut:m=2,n=5,w_bits={bits},{INT8_TABLES}")
    assert engine.latency(Gemm(m, n, k)).expected == -(-m // 2) * -(-n // 5) * -(-k // 4) * bits + 1
    assert engine.inventory().total("row_correction") == 0


@given(st.sampled_from(WIDTHS), *(st.integers(1, 40) for _ in "mn"), st.integers(1, 8))
def test_a_scale_for_every_64_activations_costs_no_cycle(bits: int, m: int, n: int, sets: int) -> None:
    engine = load_engine(f"lut:m=2,n=5,w_bits={bits},{INT8_TABLES}")
    assert engine.latency(Gemm(m, n, 64, batch=sets)) == engine.latency(Gemm(m, n, 64 * sets))


@pytest.mark.parametrize("fields", ["entry=symmetric", INT8_TABLES])
def test_networks_run_at_every_depth_in_tiles_of_k(fields: str, tmp_path: Path) -> None:
    path = tmp_path / "gemms.toml"
    path.write_text('[[gemm]]\nname = "one"\nm = 5\nn = 9\nk = 300\n')
    machine = load_machine("edge:scratchpad_a_bytes=512,scratchpad_b_bytes=512", load_engine(f"lut:n=4,{fields}"))
    reports = [simulate(load_workload(str(path)), machine, depth=depth) for depth in Depth]
    assert len({report.compute_cycles for report in reports}) == 1
    said = [text for text in reports[0].assumptions if text.startswith("sums of INT8 tables")]
    assert said == (
        []
        if fields == "entry=symmetric"
        else [
            "sums of INT8 tables ride along with what brings them to their scale: one multiplication by the row's "
            "scale, the correction by z' and one multiplication by the weights' scale for each result, which are not "
            "counted"
        ]
    )


@pytest.mark.parametrize("bits", WIDTHS)
def test_the_longest_sum_fits_and_no_longer_one(bits: int) -> None:
    engine = load_engine(f"lut:w_bits={bits},acc=int20,{INT8_TABLES}")
    longest = engine.array.longest_sum(engine.mac)
    low, high = engine.mac.w.low, engine.mac.w.high
    a = np.full((1, longest), engine.activation.low)
    for w in (low, high):
        engine.mac.acc.check(engine.multiply(a, np.full((longest, 1), w)), "sums")
    assert abs(int(engine.multiply(a, np.full((longest, 1), high))[0, 0])) == longest // 4 * 127 * ((1 << bits) - 1)
    with pytest.raises(SpecError):
        engine.latency(Gemm(1, 1, longest + 1))
