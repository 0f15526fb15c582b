"""INT8 tables of float activations: values as declared, rescaled to the product, and an engine as that for integers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim import Gemm, load_engine, load_machine, load_workload, simulate
from hwsim.errors import SpecError
from hwsim.float_patterns import FloatPatterns
from hwsim.floats import FP16
from hwsim.formats import FLOATS, FP32, INT32, FloatFormat
from hwsim.layer_run import Depth
from hwsim.low_bit import LowBitWeights, unsigned_weights
from hwsim.lut import TableGeometry, TableQuantiser, lookup_quantised, parse_table_scale
from hwsim.lut.token_tables import ENTRY, token_tables
from hwsim.machine import make_machine
from hwsim.rescaling import engine_weights, rescaled_product
from hwsim.table_work import Precompute, table_work
from low_bit_reference import halves_sum, int8_sums
from test_hwsim_low_bit import low_bit_weights
from test_hwsim_low_bit_arrays import WIDTHS, stepped, structure_of, weights_of
from test_hwsim_low_bit_floats import ACTIVATIONS, hard_values
from test_hwsim_lut_entries import INT8_TABLES

# Values


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(WIDTHS),
    st.sampled_from(ACTIVATIONS),
    *(st.integers(1, high) for high in (5, 6, 20)),
    st.integers(1, 5),
    st.integers(1, 3),
    st.sampled_from(("registers=inside", "registers=outside,pipeline=2")),
    st.integers(0, 2**32 - 1),
)
def test_tables_of_floats_add_up_to_what_is_declared(
    bits: int, fmt: str, m: int, n: int, k: int, group: int, tables: int, registers: str, seed: int
) -> None:
    engine = load_engine(f"lut:m=2,n=3,k={group},tables={tables},w_bits={bits},a={fmt},{INT8_TABLES},{registers}")
    rng = np.random.default_rng(seed)
    a, b = hard_values(fmt, rng, (m, k)), weights_of(rng, bits, (k, n))
    expected = int8_sums(a, b, bits, group)
    beats, result = stepped(engine, a, b)
    for got in (engine.multiply(a, b), result):
        assert got.dtype == np.int64
        assert np.array_equal(got, expected)
    assert len(beats) == engine.count(a, b) == engine.latency(Gemm(m, n, k)).expected


@settings(max_examples=120, deadline=None)
@given(
    low_bit_weights(),
    st.sampled_from(ACTIVATIONS),
    st.integers(1, 5),
    st.sampled_from(("table", "group", "token")),
    st.sampled_from((FP16, FP32)),
    st.integers(0, 2**32 - 1),
)
def test_rescaled_sums_are_the_product_with_quantised_tables(
    weights: LowBitWeights, fmt: str, group: int, sharing: str, accumulator: FloatFormat, seed: int
) -> None:
    if weights.span < weights.k:  # one scale of tables lies within one of the weights
        sharing = "table"
    scale = parse_table_scale(f"group:{2 * group}" if sharing == "group" else sharing)
    a = hard_values(fmt, np.random.default_rng(seed), (3, weights.k))
    engine = load_engine(f"lut:m=2,n=3,k={group},w_bits={weights.bits},a={fmt},{INT8_TABLES}")
    found = rescaled_product(engine, a, weights, scale, accumulator)
    expected = lookup_quantised(a, weights, TableQuantiser(scale, accumulator=accumulator), FLOATS[fmt], group)
    assert found.dtype == expected.dtype
    assert np.array_equal(found, expected, equal_nan=True)


@pytest.mark.parametrize("fmt", ACTIVATIONS)
@pytest.mark.parametrize("group", [1, 2, 3, 4, 5])
def test_the_scale_is_the_largest_sum_of_magnitudes_over_127(group: int, fmt: str) -> None:
    rng = np.random.default_rng(group)
    for _ in range(20):
        a = hard_values(fmt, rng, (4, 6 * group)).astype(np.float32)
        magnitudes = halves_sum(np.abs(a).reshape(4, 6, group), 2)
        largest = np.abs(token_tables(a, group)).max(axis=2)  # (rows, tables)
        assert (largest.max(axis=1) == np.where(magnitudes.any(axis=1), ENTRY.high, 0)).all()
        of_row = magnitudes.max(axis=1, keepdims=True) / np.float32(ENTRY.high)
        assert np.array_equal(largest, np.rint(magnitudes / np.where(of_row == 0, 1, of_row)))


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(WIDTHS), st.sampled_from(ACTIVATIONS), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_integers_given_as_floats_have_the_sums_of_integers(bits: int, fmt: str, k: int, seed: int) -> None:
    floats, integers = (load_engine(f"lut:m=2,n=3,w_bits={bits},a={a},{INT8_TABLES}") for a in (fmt, "int8"))
    rng = np.random.default_rng(seed)
    a, b = rng.integers(-4, 5, (3, k)), weights_of(rng, bits, (k, 5))
    assert np.array_equal(floats.multiply(a.astype(np.float64), b), integers.multiply(a, b))


@settings(max_examples=50, deadline=None)
@given(st.integers(-6, 3), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_power_of_two_goes_into_the_scale_of_its_row(places: int, k: int, seed: int) -> None:
    engine = load_engine(f"lut:m=2,n=3,a=fp16,{INT8_TABLES}")
    rng = np.random.default_rng(seed)
    a, b = np.rint(rng.standard_normal((3, k)) * 256) / 16, engine.mac.w.random(rng, (k, 5))
    moved = a * np.array([[1], [2.0**places], [-1]])
    assert np.array_equal(engine.multiply(moved, b), engine.multiply(a, b) * np.array([[1], [1], [-1]]))


def test_subnormal_activations_count() -> None:
    engine = load_engine(f"lut:m=1,n=2,w_bits=2,a=fp16,{INT8_TABLES}")
    tiny = np.full((1, 4), 2.0**-24)
    b = np.repeat([[1, -2]], 4, axis=0)  # q' is 3 and -3 everywhere
    assert engine.multiply(tiny, b).tolist() == [[3 * 127, -3 * 127]]
    assert load_engine("lut:m=1,n=2,w_bits=2,a=fp16").multiply(tiny, b).tolist() == [[0, 0]]


@pytest.mark.parametrize("bits", WIDTHS)
def test_floats_lose_little_in_int8_tables(bits: int) -> None:
    rng = np.random.default_rng(bits)
    weights = unsigned_weights(rng.integers(0, 1 << bits, (256, 8)), bits, zero=((1 << bits) - 1) / 2)
    a = rng.standard_normal((4, 256)).astype(np.float16)
    engine = load_engine(f"lut:w_bits={bits},a=fp16,{INT8_TABLES}")
    exact = a.astype(np.float64) @ weights.real
    for text, most in (("token", 1e-3), ("group:64", 1e-3), ("table", 1e-4)):
        error = rescaled_product(engine, a, weights, parse_table_scale(text)) - exact
        assert (error**2).sum() / (exact**2).sum() < most


# The engine is that for integers


@pytest.mark.parametrize("fmt", ACTIVATIONS)
@pytest.mark.parametrize("fields", ["w_bits=1", "w_bits=2,tables=2", "w_bits=4,registers=outside,pipeline=2"])
def test_ports_leaves_and_cycles_are_those_of_integers(fields: str, fmt: str) -> None:
    floats, integers = (load_engine(f"lut:m=2,n=5,a={a},{INT8_TABLES},{fields}") for a in (fmt, "int8"))
    assert floats.ports == integers.ports
    assert floats.inventory() == integers.inventory()
    assert floats.operand_bits == integers.operand_bits
    assert floats.pe_count == integers.pe_count
    assert floats.latency(Gemm(5, 7, 30, batch=3)) == integers.latency(Gemm(5, 7, 30, batch=3))
    assert structure_of(floats).unit.entry == ENTRY
    assert str(floats.activation) == fmt


@pytest.mark.parametrize("fmt", ACTIVATIONS)
def test_sums_are_int32_unless_said_otherwise(fmt: str) -> None:
    engine = load_engine(f"lut:a={fmt},{INT8_TABLES}")
    assert engine == load_engine(f"lut:a={fmt},acc=int32,{INT8_TABLES}") == load_engine(engine.spec)
    assert engine.mac.acc == INT32
    assert engine.latency(Gemm(2, 64, 8, a=FLOATS[fmt], acc=INT32)).expected == 2 * 2 + 1
    narrow = load_engine(f"lut:a={fmt},acc=int20,{INT8_TABLES}")
    assert load_engine(narrow.spec) == narrow
    longest = narrow.array.longest_sum(narrow.mac)
    narrow.latency(Gemm(1, 1, longest))
    with pytest.raises(SpecError):
        narrow.latency(Gemm(1, 1, longest + 1))


def test_an_instruction_drives_the_engine() -> None:
    text = "lmma.m2n64k4.fp16.int2.int32.int32"
    engine = load_engine(f"{text}:{INT8_TABLES}")
    assert engine == load_engine(f"lut:m=2,n=64,k=4,w_bits=2,a=fp16,acc=int32,{INT8_TABLES}")
    assert engine.latency(Gemm(2, 64, 4)).expected == 2 + 1  # two planes and the flush
    rng = np.random.default_rng(0)
    weights = unsigned_weights(rng.integers(0, 4, (4, 64)), 2, zero=1.5)
    a = rng.standard_normal((2, 4)).astype(np.float16)
    assert np.array_equal(engine.multiply(a, engine_weights(weights)), int8_sums(a, engine_weights(weights), 2, 4))


# Bytes


@pytest.mark.parametrize("fmt", ACTIVATIONS)
def test_tables_of_four_have_16_bits_for_each_activation(fmt: str) -> None:
    found = table_work(load_engine(f"lut:a={fmt},{INT8_TABLES}"), Precompute.FUSED)
    assert found is not None
    assert found.table_bits == 4 * 16
    assert found.inflation == TableGeometry(FLOATS[fmt], entry=ENTRY).traffic_inflation == 16 / FLOATS[fmt].bits


def test_int8_tables_of_fp16_move_as_many_bytes_as_their_activations() -> None:
    network = load_workload("llama2-7b:seq=8,layers=1,logits=none")
    engine = load_engine(f"lut:w_bits=2,n=8,a=fp16,{INT8_TABLES}")
    reports = {how: simulate(network, make_machine(engine, {"precompute": how.value})) for how in Precompute}
    naive, fused = reports[Precompute.NAIVE], reports[Precompute.FUSED]  # naive reads activations, fused tables
    assert fused.dram_bytes == naive.dram_bytes < reports[Precompute.SEPARATE].dram_bytes
    assert fused.total_cycles < naive.total_cycles
    assert (
        "the vector unit makes the tables in the operators that make the activations, which write tables in their "
        "place: 20 operations for 4 activations, 1 times their bits"
    ) in fused.assumptions
    wide = simulate(network, make_machine(load_engine("lut:w_bits=2,n=8,a=fp16,precompute=fused"), {}))
    norms = [next(row for row in r.other_operators if row.name == "layer0.mlp_norm") for r in (wide, fused)]
    assert norms[0].dram_bytes - norms[1].dram_bytes == 8 * 4096 * (32 - 16) // 8  # what it writes is half as wide


def test_networks_run_at_every_depth_in_tiles_of_k(tmp_path: Path) -> None:
    path = tmp_path / "gemms.toml"
    path.write_text('[[gemm]]\nname = "one"\nm = 5\nn = 9\nk = 300\n')
    engine = load_engine(f"lut:n=4,a=fp16,{INT8_TABLES}")
    machine = load_machine("edge:scratchpad_a_bytes=512,scratchpad_b_bytes=512", engine)
    reports = [simulate(load_workload(str(path)), machine, depth=depth) for depth in Depth]
    assert len({report.compute_cycles for report in reports}) == 1
    for start in ("sums of INT8 tables ride along", "the vector unit makes the tables"):
        assert any(text.startswith(start) for text in reports[0].assumptions)
    assert any("normal values rounded to the format" in text for text in reports[-1].assumptions)
    assert isinstance(engine.activation, FloatPatterns)
