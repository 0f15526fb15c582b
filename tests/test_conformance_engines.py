"""Laws of every engine: each array, MAC and mode in several geometries; a new one is taken in by itself."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Generator, Iterator
from dataclasses import fields
from enum import Enum
from itertools import product
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hwsim.arrays
import hwsim.macs
from hwsim.arrays import ARRAYS, Array, Bitslice
from hwsim.arrays.scheduled import ScheduledArray
from hwsim.engine import Engine, defaults_of, load_engine
from hwsim.errors import SpecError
from hwsim.formats import IntFormat
from hwsim.gemm import Gemm, Shapes
from hwsim.macs import MACS, LowBitMac, Mac
from hwsim.ports import Beat, Direction
from hwsim.spec import field_text
from low_bit_reference import declared_product

SIDES: dict[int, tuple[tuple[int, ...], ...]] = {
    1: ((1,), (2,), (3,)),
    2: ((1, 1), (1, 5), (3, 2), (4, 4)),
    3: ((1, 1, 1), (2, 4, 2), (3, 2, 1)),
    4: ((1, 1, 2, 1), (2, 3, 4, 1), (1, 2, 3, 2)),
    5: ((2, 5, 4, 1, 2), (1, 2, 3, 2, 3)),
}
"""Geometries by the number of an array's sides."""


BYTES = {"w_bits": 8}
"""What makes the weights of a MAC int8 where they are not so by default."""


NOT_TOGETHER = {"entry=int8", "precompute=inside"}
"""Modes of which each excludes the other."""


def choices(default: object) -> tuple[object, ...]:
    """Every value of a mode."""
    return (False, True) if isinstance(default, bool) else tuple(type(default)) if isinstance(default, Enum) else ()


def forms(array: type[Array], mac: type[Mac]) -> Iterator[str]:
    """Every mode in several geometries; for what is not the array's first MAC, in one that is not square."""
    sides = [f.name for f in fields(array) if isinstance(f.default, int) and not isinstance(f.default, bool)]
    modes = [f for f in fields(array) if choices(f.default)]
    whole = [(name, bits) for name, bits in BYTES.items() if name in defaults_of(mac)]
    for geometry in SIDES[len(sides)] if mac is array.houses[0] else SIDES[len(sides)][-2:-1]:
        for chosen in product(*(choices(f.default) for f in modes)):
            named = [*zip(sides, geometry, strict=True), *zip((f.name for f in modes), chosen, strict=True), *whole]
            text = ",".join(f"{name}={field_text(value)}" for name, value in named)
            if not {*text.split(",")} >= NOT_TOGETHER:
                yield f"{array.name}:{text},mac={mac.name}"


SPECS = [form for array in ARRAYS for mac in array.houses for form in forms(array, mac)]
SCHEDULED = [spec for spec in SPECS if isinstance(load_engine(spec).array, ScheduledArray)]
"""Those whose cycles do not depend on the data."""
OVERLAPPED = [spec for spec in SPECS if "overlap=true" in spec]
FORMATS = (
    "a=uint8,w=int4,acc=int20",
    "a=int3,w=uint5,acc=int16",
    "a=uint4,w=uint2,acc=uint12",
    "a=int17,w=int9,acc=int40",
)
LOW_BIT_FORMATS = ("a=uint8,w_bits=4,acc=int20", "a=int3,w_bits=5,acc=int16", "a=int16,w_bits=1,acc=int21")


def finish(stepping: Generator[Beat, None, np.ndarray]) -> tuple[list[Beat], np.ndarray]:
    """All beats and the return value of a run."""
    beats = []
    while True:
        try:
            beats.append(next(stepping))
        except StopIteration as stop:
            return beats, stop.value


def check_run(engine: Engine, a: np.ndarray, b: np.ndarray) -> list[Beat]:
    """Assert the laws of value, clock and work on one product; return its beats."""
    beats, result = finish(engine.run(a, b))
    gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
    expected = declared_product(engine, a, b)
    assert result.dtype == np.int64
    assert np.array_equal(result, expected)
    assert np.array_equal(engine.multiply(a, b), expected)
    latency = engine.latency(gemm)
    assert latency.low <= len(beats) == engine.count(a, b) <= latency.high
    assert latency.low <= latency.expected <= latency.high
    check_work(engine, a, b, [beat.active_pes for beat in beats])
    return beats


def check_work(engine: Engine, a: np.ndarray, b: np.ndarray, active: list[int]) -> None:
    """Assert that PEs work as often as there is something to do: for every product, or every digit other than zero."""
    assert all(0 <= pes <= engine.pe_count for pes in active)
    gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
    if isinstance(engine.array, Bitslice):
        layout = engine.array.layout(engine.mac)
        encoded, others = (b, a.shape[0]) if engine.array.transposed else (a, b.shape[1])
        digits = np.count_nonzero(layout.mac.encoding.encode(encoded, layout.encoded)) * others
        assert digits <= sum(active) * layout.mac.lanes <= digits * layout.mac.lanes
    else:
        assert engine.latency(gemm).low == engine.latency(gemm).high
        assert sum(active) == gemm.macs * engine.array.passes(engine.mac)


def check_ports(engine: Engine, beats: list[Beat]) -> None:
    """Assert that every beat carries every port, with its lanes, within its format."""
    names = {side: {p.name for p in engine.ports if p.direction is side} for side in Direction}
    for beat in beats:
        assert beat.inputs.keys() == names[Direction.INPUT]
        assert beat.outputs.keys() == names[Direction.OUTPUT]
        for port in engine.ports:
            values = (beat.inputs if port.direction is Direction.INPUT else beat.outputs)[port.name]
            assert values.shape == (port.lanes,)
            assert np.issubdtype(values.dtype, np.integer)
            port.format.check(values, port.name)


@pytest.mark.parametrize("spec", SPECS)
def test_value_clock_work_and_ports(spec: str) -> None:
    engine = load_engine(spec)
    for a, b in engine.examples(cases=7):
        check_ports(engine, check_run(engine, a, b))


HOUSED = [(array, mac) for array in ARRAYS for mac in array.houses]


@pytest.mark.parametrize(
    ("array", "mac", "fmt"),
    [(*pair, fmt) for pair in HOUSED for fmt in (LOW_BIT_FORMATS if pair[1] is LowBitMac else FORMATS)],
)
def test_value_clock_work_and_ports_in_other_formats(array: type[Array], mac: type[Mac], fmt: str) -> None:
    side = SIDES[sum(type(f.default) is int for f in fields(array))][-2]
    names = [f.name for f in fields(array) if type(f.default) is int]
    sides = ",".join(f"{n}={s}" for n, s in zip(names, side, strict=True))
    spec = f"{array.name}:{sides},mac={mac.name},{fmt}"
    encoding = getattr(mac(), "encoding", None)
    if encoding is not None and "a=int17" in fmt:
        with pytest.raises(SpecError) as refused:
            load_engine(spec)
        assert str(refused.value) == f"encoding '{encoding}' takes integers of 1 to 16 bits, not int17"
        return
    engine = load_engine(spec)
    for a, b in engine.examples(cases=5):
        check_ports(engine, check_run(engine, a, b))


FLOAT_TABLES = [
    f"lut:m={m},n={n},k={k},tables={tables},a={a},w_bits={bits},entry=int8,precompute=fused,registers={registers}"
    for (m, n, k, tables), registers in product(SIDES[4], ("inside", "outside"))
    for a, bits in (("fp16", 2), ("fp8e4m3", 1), ("fp8e5m2", 8))
]
"""Engines with integer sums whose activations are floats."""


@pytest.mark.parametrize("spec", FLOAT_TABLES)
def test_value_clock_work_and_ports_with_quantised_tables_of_floats(spec: str) -> None:
    engine = load_engine(spec)
    assert load_engine(engine.spec) == engine
    for a, b in engine.examples(cases=7):
        check_ports(engine, check_run(engine, a, b))


@pytest.mark.parametrize("spec", SPECS)
def test_extreme_operands_along_a_long_k(spec: str) -> None:
    engine = load_engine(spec)
    for x, y in product((engine.activation.low, engine.activation.high), (-128, 127)):
        check_run(engine, np.full((3, 70), x), np.full((70, 2), y))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(SPECS), *(st.integers(1, 12) for _ in "mnk"), st.integers(0, 2**32 - 1))
def test_value_clock_and_work_of_any_product(spec: str, m: int, n: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    engine = load_engine(spec)
    check_run(engine, engine.activation.random(rng, (m, k)), rng.integers(-128, 128, (k, n), dtype=np.int8))


@pytest.mark.parametrize("spec", SCHEDULED)
def test_folds_start_and_results_appear_as_the_schedule_says(spec: str) -> None:
    engine = load_engine(spec)
    array, limits = engine.array, engine.limits
    for a, b in engine.examples(cases=5):
        gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
        beats, _ = finish(engine.run(a, b))
        stream, starts = array.stream_length(gemm, engine.mac), array.starts(gemm, engine.mac)
        driven = [edge for edge, beat in enumerate(beats, 1) if beat.inputs["valid"][0]]
        assert driven == [edge for start in starts.tolist() for edge in range(start + 1, start + 1 + stream)]
        assert len(starts) == len(list(array.folds(gemm.m, gemm.n, gemm.k)))
        results = len(starts) * (limits.m or gemm.m) * (limits.n or gemm.n)
        assert sum(int(beat.outputs["c_valid"].sum()) for beat in beats) == results
        assert beats[-1].outputs["c_valid"].any()
        first = beats[0].inputs
        assert first["load" if array.schedule.preload else "valid"][0]


@pytest.mark.parametrize("spec", SPECS)
def test_what_the_scratchpad_adds_up_is_the_product(spec: str) -> None:
    engine = load_engine(spec)
    if "c_in" not in {port.name for port in engine.ports}:
        return
    a, b = engine.examples(cases=4)[3]
    beats, result = finish(engine.run(a, b))
    added = sum(int((beat.outputs["c"] - beat.inputs["c_in"]).sum(dtype=np.int64)) for beat in beats)
    assert added == int(result.sum())
    for beat in beats:
        silent = beat.outputs["c_valid"] == 0
        assert not beat.inputs["c_in"][silent].any()
        assert not beat.outputs["c"][silent].any()


@pytest.mark.parametrize("spec", SPECS)
def test_beats_may_be_kept(spec: str) -> None:
    engine = load_engine(spec)
    a, b = engine.examples(cases=4)[2]
    kept, seen = [], []
    for beat in engine.run(a, b):
        kept.append(beat)
        seen.append({name: values.copy() for name, values in {**beat.inputs, **beat.outputs}.items()})
    for beat, then in zip(kept, seen, strict=True):
        for name, values in {**beat.inputs, **beat.outputs}.items():
            assert np.array_equal(values, then[name]), name


@pytest.mark.parametrize("spec", SPECS)
def test_examples_repeat_and_differ_by_seed(spec: str) -> None:
    engine = load_engine(spec)
    first, again, other = (engine.examples(seed=seed, cases=9) for seed in (1, 1, 2))
    assert all(np.array_equal(x, y) for p, q in zip(first, again, strict=True) for x, y in zip(p, q, strict=True))
    assert any(p[0].shape != q[0].shape or not np.array_equal(p[0], q[0]) for p, q in zip(first, other, strict=True))
    assert (first[0][0].shape, first[0][1].shape) == ((1, 1), (1, 1))


@pytest.mark.parametrize("spec", SPECS)
def test_an_inventory_holds_every_multiplier(spec: str) -> None:
    engine = load_engine(spec)
    inventory = engine.inventory()
    leaves = dict(inventory)
    assert all(count >= 1 for count in leaves.values())
    multipliers = sum(
        count * dict(leaf.parameters).get("lanes", 1)
        for leaf, count in leaves.items()
        if "w_bits" in dict(leaf.parameters)
    )
    assert multipliers == engine.pe_count
    assert len({leaf.name for leaf in leaves}) == len(leaves)


@pytest.mark.parametrize("spec", SPECS)
def test_the_canonical_spec_means_the_same_engine(spec: str) -> None:
    engine = load_engine(spec)
    assert load_engine(engine.spec) == engine
    assert load_engine(engine.spec).spec == engine.spec


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(SPECS), st.lists(st.tuples(*(st.integers(1, 300) for _ in range(4))), min_size=1, max_size=8))
def test_a_closed_form_over_many_shapes_is_that_of_each(spec: str, sides: list[tuple[int, int, int, int]]) -> None:
    engine = load_engine(spec)
    together = engine.latency(Shapes.of(*np.array(sides).T)).expected
    apart = [engine.latency(Gemm(m, n, k, batch=batch)).expected for m, n, k, batch in sides]
    assert np.array_equal(together, apart)
    assert all(type(cycles) is int for cycles in apart)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(SPECS), *(st.integers(1, 40) for _ in "mnkb"))
def test_a_longer_side_never_takes_fewer_cycles(spec: str, m: int, n: int, k: int, batch: int) -> None:
    engine = load_engine(spec)
    cycles = engine.latency(Gemm(m, n, k, batch=batch)).expected
    longer = [Gemm(m + 1, n, k, batch=batch), Gemm(m, n + 1, k, batch=batch), Gemm(m, n, k + 1, batch=batch)]
    for gemm in (*longer, Gemm(m, n, k, batch=batch + 1)):
        assert engine.latency(gemm).expected >= cycles


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(OVERLAPPED), *(st.integers(1, 60) for _ in "mnkb"))
def test_overlap_is_never_slower_and_keeps_one_fold_as_it_is(spec: str, m: int, n: int, k: int, batch: int) -> None:
    apart, overlapped = load_engine(spec.replace("overlap=true", "overlap=false")), load_engine(spec)
    gemm = Gemm(m, n, k, batch=batch)
    assert overlapped.latency(gemm).expected <= apart.latency(gemm).expected
    limits = apart.limits
    fold = Gemm(limits.m or m, limits.n or n, limits.k or k)
    assert overlapped.latency(fold).expected == apart.latency(fold).expected


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(SPECS), *(st.integers(1, 60) for _ in "mnkb"))
def test_no_engine_does_more_than_its_multipliers_can(spec: str, m: int, n: int, k: int, batch: int) -> None:
    engine, gemm = load_engine(spec), Gemm(m, n, k, batch=batch)
    latency = engine.latency(gemm)
    assert latency.low <= latency.expected <= latency.high
    assert latency.expected * engine.pe_count >= gemm.macs


def concrete(package: ModuleType, kind: type) -> set[type]:
    """Every class of ``kind`` that a file of ``package`` defines and that can be made."""
    modules = [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return {value for value in found if issubclass(value, kind) and value is not kind and not inspect.isabstract(value)}


def test_every_file_with_an_array_or_a_mac_is_listed() -> None:
    assert concrete(hwsim.arrays, Array) == set(ARRAYS)
    assert concrete(hwsim.macs, Mac) == set(MACS)
    for registry in (ARRAYS, MACS):
        assert len({entry.name for entry in registry}) == len(registry)
        assert len({entry.__module__ for entry in registry}) == len(registry)
        assert all(entry.summary for entry in registry)


def test_every_format_of_the_tests_is_a_format() -> None:
    assert all(load_engine(f"cube:{fmt}").mac.acc != IntFormat(32) for fmt in FORMATS)
