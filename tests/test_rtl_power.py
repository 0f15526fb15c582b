"""Energy of engines: transitions counted, the gate level checked, and what holds of every figure."""

from __future__ import annotations

import io
import itertools
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from hwsim.engine import load_engine
from hwsim.errors import MissingToolError, SpecError
from hwsim.inventory import Leaf
from hwsim.ports import BIT, Direction, Port
from rtl.bench.stimulus import vectors_of
from rtl.bench.vectors import Case, Vectors, pack
from rtl.emission import top_name, verilog_modules
from rtl.synthesis.cache import NO_CACHE, Cache
from rtl.synthesis.energy import RESIZED, EngineEnergy, Glitches, engine_energy, simulated_engine
from rtl.synthesis.engine_cost import sides_of
from rtl.synthesis.errors import SynthesisError
from rtl.synthesis.liberty import default_library, load_library
from rtl.synthesis.power.measure import leaf_sums
from rtl.synthesis.power.operands import DEFAULT_OPERANDS, Drawn, active_cycles, read_source
from rtl.synthesis.power.pins import PinEnergies
from rtl.synthesis.power.replay import replay
from rtl.synthesis.power.slow_cells import counted_cells
from rtl.synthesis.power.toggles import count_toggles
from rtl.synthesis.recipe import Recipe
from rtl.synthesis.yosys import cell_models
from rtl_variants import SIZES, variants
from sweeps.cli import app
from sweeps.commands.synthesis import DEFAULT_OPERANDS as DEFAULT_TEXT

SMALL = "systolic-ws:rows=3,cols=1,a=int4,w=int4,acc=int12"
HAND = Path(__file__).parent / "data" / "hand.lib"
PULSE = """module pulse(clk, rst, a, y);
  input clk, rst, a;
  output y;
  wire n;
  INV inverter (.A(a), .Y(n));
  NAND gate (.A(n), .B(a), .Y(y));
endmodule
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def caches_of_its_own(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(kept))


def energy_of(spec: str, operands: Drawn, kept: Path) -> EngineEnergy:
    cache = Cache(kept / "hwsim" / "synthesis")
    return engine_energy(load_engine(spec), default_library(), Recipe(), operands, cache)


@pytest.fixture(scope="module")
def energy(kept: Path) -> EngineEnergy:
    return energy_of(SMALL, DEFAULT_OPERANDS, kept)


values = st.lists(st.lists(st.sampled_from("01x"), min_size=1, max_size=3), max_size=20)


@given(values, values)
def test_a_dump_is_counted_by_what_each_time_step_ends_with(first: list[list[str]], second: list[list[str]]) -> None:
    """Icarus repeats a value if a wire went there and back within a time step."""
    ends = {"!": [step[-1] for step in first], '"': [step[-1] for step in second]}
    steps = [f"#{i}\n" + "".join(f"{ends[code][i]}{code}\n" for code in ends if i < len(ends[code])) for i in range(20)]
    head = '$scope module t $end\n$var wire 1 ! a $end\n$var wire 1 " b[0] $end\n$upscope $end\n$enddefinitions $end\n'
    toggles = count_toggles(io.BytesIO(f"VCD info: opened\n{head}{''.join(steps)}".encode()))
    assert toggles.places == {b"!": (("t", "a"),), b'"': (("t", "b[0]"),)}
    for code, seen in ends.items():
        expected = sum({one, next_one} == {"0", "1"} for one, next_one in itertools.pairwise(seen))
        assert toggles.counts.get(code.encode(), 0) == expected


def test_a_net_of_modules_and_cells_takes_what_the_pins_of_its_cells_take() -> None:
    """``clk`` enters the top and two leaves of one kind, and a cell in each, whose pin takes 2 pJ."""
    wire = "$var wire 1 ! clk $end\n"
    leaf = (
        f"$scope module {{}} $end\n{wire}$scope module cell $end\n$var wire 1 ! A $end\n$upscope $end\n$upscope $end\n"
    )
    head = f"$scope module replay $end\n$scope module dut $end\n{wire}{leaf.format('x')}{leaf.format('y')}"
    toggles = count_toggles(io.BytesIO(f"{head}$enddefinitions $end\n#0\n0!\n#1\n1!\n#2\n0!\n".encode()))
    kind = Leaf.of("delay", bits=1, stages=1)
    energies = {kind: PinEnergies(0.0, 0.0, {"cell": {"A": 2.0}})}
    assert leaf_sums(toggles, {("x",): kind, ("y",): kind}, energies) == {kind: 4.0}


def pulse_vectors(a: list[int], y: list[int]) -> Vectors:
    ports = (Port("a", Direction.INPUT, 1, BIT), Port("y", Direction.OUTPUT, 1, BIT))
    bits = {port.name: pack(np.array(seen, np.int64)[:, None], port) for port, seen in zip(ports, (a, y), strict=True)}
    return Vectors(ports, bits, (), (Case("pulse", 0, 0, len(a), reset=True),))


def nand_transitions(glitches: Glitches, a: list[int]) -> int:
    models = cell_models(load_library([HAND]))
    cells = counted_cells(models, {"INV", "NAND"}, glitches is Glitches.UNIT_DELAY)
    toggles = replay({"pulse": PULSE, "cells": cells}, "pulse", pulse_vectors(a, [1] * len(a)), glitches)
    (code,) = (code for code, names in toggles.places.items() if any(name[-2:] == ("gate", "Y") for name in names))
    return toggles.counts.get(code, 0)


@pytest.mark.rtl
def test_a_pulse_as_short_as_a_unit_is_passed_by_unit_delay_and_unknown_to_zero_delay() -> None:
    a = [0, 1, 1, 0, 1, 0, 0, 1]  # rises three times, each a pulse of two transitions behind the inverter
    assert nand_transitions(Glitches.ZERO_DELAY, a) == 0
    assert nand_transitions(Glitches.UNIT_DELAY, a) == 2 * 3


@pytest.mark.rtl
def test_gates_that_are_not_the_model_give_no_number() -> None:
    models = cell_models(load_library([HAND]))
    sources = {"pulse": PULSE, "cells": counted_cells(models, {"INV", "NAND"}, False)}
    with pytest.raises(SynthesisError) as error:
        replay(sources, "pulse", pulse_vectors([0, 1, 0], [1, 1, 0]), Glitches.ZERO_DELAY)
    assert str(error.value) == "pulse in cells differs from the step model after edge 3: y[0] is 1, not 0"


@pytest.mark.rtl
@pytest.mark.parametrize("spec", variants({name: sizes[-1:] for name, sizes in SIZES.items()}))
def test_the_bench_plays_every_engine(spec: str) -> None:
    """Its inputs change with the clock edge, not before it as in the other bench; the design is that of the other."""
    engine = load_engine(spec)
    vectors = vectors_of(engine, engine.examples(0, 3)[2:])
    toggles = replay(verilog_modules(engine), top_name(engine), vectors, Glitches.ZERO_DELAY)
    assert any(toggles.counts.values())


def test_without_icarus_the_debian_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(MissingToolError) as error:
        replay({}, "pulse", pulse_vectors([0], [1]), Glitches.ZERO_DELAY)
    assert str(error.value) == "iverilog is not on the PATH; the Debian package iverilog brings it"


@pytest.mark.rtl
def test_every_leaf_has_an_energy_and_glitches_only_add(energy: EngineEnergy) -> None:
    counts = energy.engine.inventory().counts
    assert {leaf.leaf: count for leaf, count in zip(energy.leaves, energy.counts, strict=True)} == counts
    for leaf in energy.leaves:
        assert leaf.leakage_nw > 0
        assert (leaf.clock_pj > 0) == (leaf.leaf.kind != "accumulate_adder")
        assert 0 < leaf.switching_pj[Glitches.ZERO_DELAY] <= leaf.switching_pj[Glitches.UNIT_DELAY]


@pytest.mark.rtl
def test_an_engine_takes_what_its_leaves_take(energy: EngineEnergy) -> None:
    for glitches in Glitches:
        pairs = list(zip(energy.leaves, energy.counts, strict=True))
        switching = sum(count * leaf.switching_pj[glitches] for leaf, count in pairs)
        clock = sum(count * leaf.clock_pj for leaf, count in pairs)
        static = sum(count * leaf.leakage_nw for leaf, count in pairs) * 1e-9 * 7e-9 * 1e12
        assert energy.macs_per_cycle == energy.engine.pe_count
        assert energy.pj_per_mac(glitches, 7) == pytest.approx((static + clock + switching) / energy.macs_per_cycle)
        assert energy.pj_per_operation(glitches, 7) == energy.pj_per_mac(glitches, 7) / 2


@pytest.mark.rtl
def test_a_leaf_that_is_not_simulated_takes_after_one_of_its_kind(energy: EngineEnergy) -> None:
    found = {leaf.leaf.name: leaf for leaf in energy.leaves}
    scaled = {name: leaf.measured.name for name, leaf in found.items() if leaf.measured != leaf.leaf}
    assert scaled == {"delay_bits1_stages4": "delay_bits1_stages3", "delay_bits4_stages2": "delay_bits4_stages1"}
    one, other = found["delay_bits4_stages2"], found["delay_bits4_stages1"]
    for glitches in Glitches:
        assert one.switching_pj[glitches] == pytest.approx(2 * other.switching_pj[glitches], rel=0.05)


@pytest.mark.rtl
def test_energies_are_the_same_on_every_run(energy: EngineEnergy, kept: Path) -> None:
    again = engine_energy(load_engine(SMALL), default_library(), Recipe(), DEFAULT_OPERANDS, NO_CACHE)
    assert again == energy
    assert energy_of(SMALL, DEFAULT_OPERANDS, kept) == energy  # from the cache


@pytest.mark.rtl
def test_zeros_switch_no_logic(energy: EngineEnergy, kept: Path) -> None:
    """What is left are the framing bits of a run, beside the clock that goes on."""
    still = energy_of(SMALL, Drawn("zeros"), kept)
    for leaf, busy in zip(still.leaves, energy.leaves, strict=True):
        assert (leaf.leakage_nw, leaf.clock_pj) == (busy.leakage_nw, busy.clock_pj)
        for glitches in Glitches:
            if leaf.clock_pj == 0:
                assert leaf.switching_pj[glitches] == 0
            else:
                assert leaf.switching_pj[glitches] <= busy.switching_pj[glitches]


@pytest.mark.parametrize("spec", [*variants(SIZES), "systolic-os:rows=32,cols=3", "adder-tree:k=8,n=3", "cube:p=5"])
def test_the_engine_that_is_simulated_has_what_matters(spec: str) -> None:
    engine = load_engine(spec)
    counts = engine.inventory().counts
    small = simulated_engine(engine, dict.fromkeys(counts, 1.0))
    has = small.inventory().counts
    assert {leaf.kind for leaf in has} == {leaf.kind for leaf in counts}
    lost = sum(count for leaf, count in counts.items() if leaf not in has and leaf.kind not in RESIZED)
    assert lost <= 0.01 * sum(counts.values())
    assert (small.mac, sides_of(small)) == (engine.mac, sides_of(engine))
    assert all(getattr(small.array, side) <= getattr(engine.array, side) for side in sides_of(engine))


@pytest.mark.parametrize("source", [DEFAULT_OPERANDS, Drawn("uniform"), Drawn("zeros")], ids=str)
@pytest.mark.parametrize("spec", variants({name: sizes[-1:] for name, sizes in SIZES.items()}))
def test_operands_fit_the_engine_and_are_always_the_same(spec: str, source: Drawn) -> None:
    engine = load_engine(spec)
    a, b = source.product(engine)
    engine.check_operands(a, b)
    assert active_cycles(engine, a, b) >= (0 if source.name == "zeros" else 20)
    again = source.product(engine)
    assert all(np.array_equal(x, y, equal_nan=False) for x, y in zip((a, b), again, strict=True))


def test_sigma_is_in_steps_of_int8_and_in_proportion_otherwise() -> None:
    for spec, largest in (("systolic-os:rows=2,cols=2", 127), ("systolic-os:rows=2,cols=2,a=int12,acc=int40", 2047)):
        a, _ = DEFAULT_OPERANDS.product(load_engine(spec))
        assert np.std(a) / largest == pytest.approx(24.4 / 127, rel=0.15)


def test_of_a_file_the_corner_is_taken(tmp_path: Path) -> None:
    engine = load_engine("systolic-os:rows=2,cols=2")
    rng = np.random.default_rng(1)
    a, w = rng.integers(-128, 128, (5, 900)), rng.integers(-128, 128, (900, 7))
    np.savez(tmp_path / "own.npz", a=a, w=w)
    source = read_source(str(tmp_path / "own.npz"))
    left, right = source.product(engine)
    assert str(source) == str(tmp_path / "own.npz")
    assert np.array_equal(left, a[:2, :192])
    assert np.array_equal(right, w[:192, :2])


WRONG_SOURCES = [
    ("normal:sigma=0", "operands 'normal:sigma=0': sigma of a normal distribution is a positive number, not 0"),
    ("normal:sigma=x", "operands 'normal:sigma=x': sigma of a normal distribution is a positive number, not x"),
    ("normal:sgma=3", "operands 'normal:sgma=3': normal takes the field sigma alone, not sgma"),
    ("zeros:sigma=3", "operands 'zeros:sigma=3': zeros takes no fields, not sigma"),
    (
        "normel",
        "operands 'normel' (did you mean 'normal'?): they are normal:sigma=S, uniform, zeros or an .npz file with a "
        "and w",
    ),
    ("none.npz", "none.npz: No such file or directory"),
]


@pytest.mark.parametrize(("text", "message"), WRONG_SOURCES)
def test_operands_that_are_none_are_a_sentence(text: str, message: str) -> None:
    with pytest.raises(SpecError) as error:
        read_source(text)
    assert str(error.value) == message


WRONG_FILES = [
    ({"a": np.ones((2, 2), int)}, "{path} has no array 'w'; it holds a (m, k) and w (k, n)"),
    (
        {"a": np.ones((2, 3), int), "w": np.ones((4, 2), int)},
        "{path}: a has shape (2, 3) and w (4, 2): the inner sides 3 and 4 differ",
    ),
    (
        {"a": np.ones(3, int), "w": np.ones((3, 2), int)},
        "{path}: a has shape (3,); it is a matrix with at least one element",
    ),
    ({"a": np.ones((2, 2)), "w": np.ones((2, 2), int)}, "{path}: a holds float64; operands are integers"),
    (
        {"a": np.ones((2, 2), int), "w": np.full((2, 2), 200)},
        "{path}: w has values from 200 to 200; int8 holds -128 to 127",
    ),
]


@pytest.mark.parametrize(("arrays", "message"), WRONG_FILES)
def test_a_file_that_does_not_fit_is_a_sentence(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, **arrays)
    with pytest.raises(SpecError) as error:
        read_source(str(path)).product(load_engine("systolic-os:rows=2,cols=2"))
    assert str(error.value) == message.format(path=path)


def said(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["rtl", "power", *map(str, words)], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.rtl
def test_power_says_the_same_in_json_and_as_a_table(energy: EngineEnergy) -> None:
    code, text, _ = said(SMALL, "--json")
    facts = json.loads(text)
    assert code == 0
    assert facts["operands"] == "normal:sigma=24.4"
    assert facts["simulated"]["engine"] == energy.simulated.spec
    assert facts["operations_per_mac"] == 2
    for glitches in Glitches:
        parts = facts["static_pj_per_mac"], facts["clock_pj_per_mac"], facts["switching_pj_per_mac"][glitches.value]
        assert facts["pj_per_mac"][glitches.value] == pytest.approx(sum(parts))
        assert facts["pj_per_mac"][glitches.value] == energy.pj_per_mac(glitches, facts["clock_ns"])
    assert [leaf["switching_pj"] for leaf in facts["leaves"]] == [
        {glitches.value: leaf.switching_pj[glitches] for glitches in Glitches} for leaf in energy.leaves
    ]
    code, table, _ = said(SMALL)
    assert code == 0
    for glitches in Glitches:
        assert f"{glitches.value}: {facts['pj_per_mac'][glitches.value]:.4g} pJ per MAC" in table
    assert "no winner is named" in " ".join(table.split())


@pytest.mark.rtl
def test_a_period_is_leaked_for_and_judged(energy: EngineEnergy) -> None:
    code, text, _ = said(SMALL, "--clock-ns", 100, "--json")
    facts = json.loads(text)
    assert (code, facts["clock_ns"], facts["met"]) == (0, 100, True)
    code, text, _ = said("systolic-os:rows=1,cols=1,a=int2,w=int2,acc=int6", "--clock-ns", 0.1)
    assert code == 1
    assert "the period of 0.1 ns is not met" in text


def test_a_wrong_question_gets_one_sentence() -> None:
    message = "operands 'normal:sigma=-1': sigma of a normal distribution is a positive number, not -1"
    assert said(SMALL, "--operands", "normal:sigma=-1") == (2, "", f"hwsim: {message}\n")


def test_operands_are_read_back_from_their_text() -> None:
    assert replace(Drawn(), sigma=3.0) == read_source("normal:sigma=3")
    assert read_source("normal") == DEFAULT_OPERANDS


def test_commands_multiply_the_default_operands_of_the_model() -> None:
    assert read_source(DEFAULT_TEXT) == DEFAULT_OPERANDS
