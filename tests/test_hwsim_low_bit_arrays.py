"""Arrays for low-bit weights: their values are those of the table look-ups, their cycles and leaves those of a plan."""

from __future__ import annotations

import re
from math import isclose
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim import Gemm, load_engine, load_machine, load_workload, simulate
from hwsim.arrays import ARRAYS, Lut
from hwsim.arrays.low_bit import LowBitArray, Structure
from hwsim.engine import Engine
from hwsim.errors import SpecError
from hwsim.formats import INT8, INT16, IntFormat, SignFormat
from hwsim.layer_run import Depth
from hwsim.low_bit import signed_weights
from hwsim.lut import Layout, TableGeometry, half_plan, integer_product, lookup_integers, subset_plan
from hwsim.lut.integer_product import integer_tables
from hwsim.operands import synthetic
from hwsim.ports import Beat

NAMES = [array.name for array in ARRAYS if issubclass(array, LowBitArray)]
WIDTHS = (1, 2, 3, 4, 6, 8)


def low_bit(name: str, **fields: object) -> Engine:
    return load_engine(f"{name}:" + ",".join(f"{field}={value}" for field, value in fields.items()))


def structure_of(engine: Engine) -> Structure:
    assert isinstance(engine.array, LowBitArray)
    return engine.array.structure(engine.mac)


def stepped(engine: Engine, a: np.ndarray, b: np.ndarray) -> tuple[list[Beat], np.ndarray]:
    run, beats = engine.run(a, b), []
    while True:
        try:
            beats.append(next(run))
        except StopIteration as stop:
            return beats, stop.value


def weights_of(rng: np.random.Generator, bits: int, shape: tuple[int, int]) -> np.ndarray:
    return load_engine(f"lut:w_bits={bits}").mac.w.random(rng, shape)


# Values


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(WIDTHS),
    st.sampled_from(("int8", "int16", "uint8")),
    *(st.integers(1, high) for high in (5, 6, 20)),
    st.integers(2, 4),
    st.integers(1, 3),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_products_are_those_of_the_value_layer(
    name: str, bits: int, fmt: str, m: int, n: int, k: int, group: int, tables: int, outside: bool, seed: int
) -> None:
    registers = "outside" if outside else "inside"
    engine = low_bit(name, m=2, n=3, k=group, tables=tables, w_bits=bits, a=fmt, registers=registers)
    rng = np.random.default_rng(seed)
    a, b = engine.mac.a.random(rng, (m, k)), weights_of(rng, bits, (k, n))
    expected = integer_product(a, signed_weights(b, bits), engine.mac.a)
    assert np.array_equal(expected, lookup_integers(a, signed_weights(b, bits), engine.mac.a, group))
    beats, result = stepped(engine, a, b)
    for got in (engine.multiply(a, b), result):
        assert np.array_equal(got, expected)
    assert len(beats) == engine.count(a, b)


@pytest.mark.parametrize("bits", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_the_lowest_activation_meets_every_extreme_weight(name: str, bits: int) -> None:
    engine = low_bit(name, m=1, n=2, k=4, w_bits=bits)
    a = np.full((1, 8), -128)
    for w in (engine.mac.w.low, engine.mac.w.high):
        _, result = stepped(engine, a, np.full((8, 2), w))
        assert (result == -128 * 8 * w).all()


def test_tables_come_through_the_port_as_the_value_layer_makes_them() -> None:
    engine = low_bit("lut", m=2, n=3, k=4, precompute="fused")
    rng = np.random.default_rng(1)
    a, b = INT8.random(rng, (2, 12)), weights_of(rng, 2, (12, 3))
    beats, _ = stepped(engine, a, b)
    tables = integer_tables(a, Layout(12, 4, 12))  # (m, tables, entries)
    for step in range(3):
        assert np.array_equal(beats[2 * step].inputs["a"], tables[:, step].reshape(-1))
        assert not beats[2 * step + 1].inputs["a"].any()  # the register holds it


def test_zero_weights_fill_ragged_columns() -> None:
    engine = low_bit("lut", m=1, n=3, k=4)
    beats, _ = stepped(engine, np.full((1, 4), 100), np.full((4, 2), -2))
    assert beats[-1].outputs["c"].tolist() == [-800, -800, 0]


# Cycles


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(WIDTHS),
    *(st.integers(1, 60) for _ in "mnk"),
    st.integers(1, 4),
    st.sampled_from(("inside", "outside")),
    st.sampled_from((1, 2)),
)
def test_a_fold_takes_a_cycle_per_step_and_plane(
    name: str, bits: int, m: int, n: int, k: int, batch: int, registers: str, pipeline: int
) -> None:
    engine = low_bit(name, m=2, n=5, w_bits=bits, registers=registers, pipeline=pipeline)
    step = {"unpu": 4 if bits == 1 else 3}.get(name, 4)
    planes = 1 if name == "dequant-mac" else bits
    corrected = bits > 1 if name == "lut" else bits == 1 and name == "lut-conventional"
    folds = -(-m // 2) * -(-n // 5) * batch
    flush = (registers == "inside") + (pipeline == 2)
    cycles = folds * (-(-k // step) * planes + corrected) + flush
    assert engine.latency(Gemm(m, n, k, batch=batch)).expected == cycles


@pytest.mark.parametrize("name", NAMES)
def test_a_full_array_is_fully_utilised(name: str) -> None:
    engine = low_bit(name, m=2, n=8, w_bits=4)
    gemm = Gemm(2, 8, 12_000)
    assert isclose(gemm.macs * engine.passes / engine.pe_count / engine.latency(gemm).expected, 1, rel_tol=1e-3)


def test_the_unit_of_the_paper_holds_512_products() -> None:
    assert [low_bit(name, w_bits=1).pe_count for name in NAMES] == [512] * len(NAMES)
    assert low_bit("unpu", w_bits=2).pe_count == 384  # three inputs of four


def test_networks_run_at_every_depth(tmp_path: Path) -> None:
    path = tmp_path / "gemms.toml"
    path.write_text('[[gemm]]\nname = "one"\nm = 5\nn = 9\nk = 30\n')
    for bits in (1, 3):
        machine = load_machine("edge", low_bit("lut", n=4, w_bits=bits))
        reports = [simulate(load_workload(str(path)), machine, depth=depth) for depth in Depth]
        assert len({report.compute_cycles for report in reports}) == 1
        assert reports[0].utilization <= 1


# What an engine is made of


@pytest.mark.parametrize(
    ("name", "bits", "kind", "builders", "entry", "additions"),
    [
        ("lut", 1, "pe_lut", 2, 11, 12),
        ("lut", 2, "pe_lut", 2, 11, 12),
        ("lut-conventional", 2, "pe_subset", 2 * 64 // 4, 10, 11),
        ("unpu", 1, "pe_lut", 128, 11, 12),
        ("unpu", 2, "pe_subset", 128, 10, 4),
        ("bit-serial-add", 2, "pe_bit_serial", 0, 8, None),
        ("dequant-mac", 2, "pe_dequant", 0, 8, None),
    ],
)
def test_units_tables_entries_and_additions(
    name: str, bits: int, kind: str, builders: int, entry: int, additions: int | None
) -> None:
    engine = low_bit(name, w_bits=bits)
    inventory, unit = engine.inventory(), structure_of(engine).unit
    assert inventory.total(kind) == 128
    assert inventory.total("table_builder") == builders
    assert inventory.total("held_register") == (builders or 2)
    assert unit.entry.bits == entry
    assert (None if unit.plan is None else len(unit.plan.additions)) == additions


def test_half_the_entries_serve_as_many_inputs() -> None:
    entries = {
        (name, bits): (
            structure_of(low_bit(name, w_bits=bits)).unit.entries,
            structure_of(low_bit(name, w_bits=bits)).step,
        )
        for name in ("lut", "lut-conventional", "unpu")
        for bits in (1, 2)
    }
    assert entries == {
        ("lut", 1): (8, 4),
        ("lut", 2): (8, 4),
        ("lut-conventional", 1): (16, 4),
        ("lut-conventional", 2): (16, 4),
        ("unpu", 1): (8, 4),
        ("unpu", 2): (8, 3),
    }


def test_registers_and_builders_may_be_outside() -> None:
    inside, outside = (low_bit("lut", registers=where).inventory() for where in ("inside", "outside"))
    assert (inside.total("held_register"), inside.total("operand_register")) == (2, 64)
    assert (outside.total("held_register"), outside.total("operand_register")) == (0, 0)
    fused = low_bit("lut", precompute="fused", registers="outside").inventory()
    assert {leaf.kind: count for leaf, count in fused} == {
        "done_flag": 1, "pe_lut": 128, "plane_control": 1, "row_correction": 2
    }  # fmt: skip
    assert low_bit("lut", precompute="fused", registers="outside", w_bits=1).inventory().total("row_correction") == 0


@pytest.mark.parametrize("fmt", [INT8, INT16, IntFormat(8, signed=False)])
@pytest.mark.parametrize("group", [1, 2, 3, 4, 5])
def test_entries_are_as_wide_as_the_geometry_says(fmt: IntFormat, group: int) -> None:
    unit = structure_of(low_bit("lut", a=fmt, k=group)).unit
    geometry = TableGeometry(fmt, group)
    assert (unit.entry, unit.entries) == (geometry.entry_format, geometry.entries)
    subset = structure_of(low_bit("lut-conventional", a=fmt, k=group)).unit
    reached = [subset.share(np.full((1, group), x)) for x in (fmt.low, fmt.high)]
    for table in reached:
        subset.entry.check(table, "table")
    with pytest.raises(SpecError, match="holds"):
        IntFormat(subset.entry.bits - 1).check(np.concatenate(reached), "table")
    assert subset.entries == len(subset_plan(group).entries) == 2 * len(half_plan(group).entries)


def test_a_port_of_tables_passes_as_many_activations_each_in_its_share_of_a_table() -> None:
    inside, fused = (low_bit("lut", n=8, precompute=where) for where in ("inside", "fused"))
    gemm = Gemm(4, 16, 64)
    words = [engine.array.port_words(gemm, engine.mac) for engine in (inside, fused)]
    assert words[0]["a"] == 4 * 64 * 2
    assert words[1]["a"] == words[0]["a"]
    ragged = Gemm(4, 16, 61)
    assert fused.array.port_words(ragged, fused.mac)["a"] == 4 * 64 * 2  # the last table is a whole one
    assert words[0]["b"] == words[1]["b"]


# Formats and refusals


def test_one_bit_weights_are_signs() -> None:
    engine = low_bit("lut", w_bits=1)
    assert engine.mac.w == SignFormat()
    assert str(engine.mac.w) == "int1"
    with pytest.raises(SpecError) as refused:
        engine.multiply(np.ones((1, 2), np.int64), np.array([[1], [0]]))
    assert str(refused.value) == "b holds 0; one-bit weights are -1 and +1"
    drawn = synthetic(engine.mac.w, (20, 30), np.random.default_rng(0))
    assert set(np.unique(drawn)) == {-1, 1}
    assert engine.latency(Gemm(1, 1, 1, w=IntFormat(1))).expected == 2


def test_weights_of_another_width_are_refused_with_the_field() -> None:
    with pytest.raises(SpecError) as refused:
        low_bit("lut", n=4).latency(Gemm(1, 1, 1, w=IntFormat(4)))
    assert str(refused.value) == "lut:m=2,n=4,k=4 computes with w=int2, not w=int4; give the engine w_bits=4"


WRONG = {
    "lut:w_bits=0": "mac=low-bit has weights of 1 to 8 bits, not w_bits=0",
    "lut:w_bits=9": "mac=low-bit has weights of 1 to 8 bits, not w_bits=9",
    "lut:k=13": "a table is made for 1 to 12 activations, not for 13",
    "lut:a=int17": "activations are intN or uintN of up to 16 bits, fp16, fp8e4m3 or fp8e5m2, not int17",
    "lut:pipeline=3": "lut: pipeline=3 is not one of 1, 2",
    "lut:precompute=before": "lut: precompute=before is not one of inside, fused",
    "unpu:k=1": "unpu: k must be at least 2, not 1: a table serves k - 1 weights of several bits",
    "unpu:share=4": "unpu has no field 'share'; its fields are m, n, k, tables, registers, pipeline, entry, mac, "
    "a, acc, w_bits",
    "lut:w=int4": "lut has no field 'w'; its fields are m, n, k, tables, registers, pipeline, precompute, entry, mac, "
    "a, acc, w_bits",
    "dequant-mac:tables=0": "dequant-mac: tables must be at least 1, not 0",
    "lut:mac=opt1": "mac=opt1 has no place in lut; its macs are low-bit",
    "cube:mac=low-bit": "mac=low-bit has no place in cube; its macs are parallel, booth, fused, opt1",
    "lut:acc=uint32": "acc=uint32 cannot hold the sums of int8 times int2: it has no sign",
}


@pytest.mark.parametrize("spec", WRONG)
def test_a_mistaken_spec_gets_one_sentence(spec: str) -> None:
    with pytest.raises(SpecError, match=f"^{re.escape(WRONG[spec])}$"):
        load_engine(spec)


def test_a_deep_adder_tree_has_no_tables_to_limit_it() -> None:
    assert low_bit("bit-serial-add", k=16, n=8).pe_count == 2 * 8 * 16
    assert isinstance(low_bit("lut", tables=4).array, Lut)
    assert low_bit("lut", k=4, tables=4).pe_count == low_bit("bit-serial-add", k=16).pe_count
