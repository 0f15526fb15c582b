"""Proofs of leaves: every kind has a specification that fixes all of it, what is wrong is refuted, and no way lies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import product as pairs
from pathlib import Path

import numpy as np
import pyrtl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import rtl.leaves as gates
from hwsim.engine import load_engine
from hwsim.inventory import Leaf
from hwsim.ports import Direction
from rtl.leaves import LEAVES, build_cell
from rtl.leaves.arithmetic import add
from rtl.leaves.compressors import csa
from rtl.leaves.wiring import input_port, output_port, registered
from rtl.proof.adders import adders_in
from rtl.proof.algebra import sums_agree
from rtl.proof.checking import check
from rtl.proof.counterexample import Counterexample
from rtl.proof.elaboration import REGISTER, gates_of
from rtl.proof.engine_proof import engine_proofs, leaf_proof
from rtl.proof.exhaustive import packed, patterns_of, unpacked
from rtl.proof.logic import Kind, Literal, Logic
from rtl.proof.mutants import Fate, bench_fates, mutants_of
from rtl.proof.proving import Proof, Status, proof_of
from rtl.proof.specification import AFTER, Specification
from rtl.proof.specifications import SPECIFICATIONS, WITHOUT
from rtl.proof.view import specified, viewed
from rtl.session import fresh_block
from rtl.simulators import Simulator, find
from rtl.synthesis.cache import NO_CACHE, Cache
from rtl.synthesis.errors import SynthesisError
from rtl_float_models import NAMED, TINY, adder, mac_dot, multiplier
from rtl_leaf_models import MODELS
from sweeps.cli import app
from test_rtl_leaves import SAMPLES

SMALL = {"a_bits": 3, "a_signed": 1, "w_bits": 4, "w_signed": 0}
PROVEN = [
    Leaf.of("pe_os_opt1", a_bits=8, a_signed=1, w_bits=8, w_signed=1, acc_bits=32, drain=1),
    Leaf.of("pe_os", **SMALL, acc_bits=9, drain=0),
    Leaf.of("pe_ws_booth", **SMALL, a_rests=1, acc_bits=9, overlap=1),
    Leaf.of("pe_cube_fused", **SMALL, acc_bits=6),
    Leaf.of("pe_matrix_opt1", **SMALL, acc_bits=9, drain=1),
    Leaf.of("tree_multiplier_opt2", **SMALL, pp_bits=6, overlap=0),
    Leaf.of("tree_multiplier_opt1", **SMALL, sum_bits=9, overlap=1),
    Leaf.of("tree_bit_weights", digits=3, digit_bits=6, sum_bits=8, registered=1),
    Leaf.of("tree_compressor", bits=12),
    *(Leaf.of(f"encoder_{name}", a_bits=5, a_signed=1) for name in ("booth", "ent", "naf")),
    Leaf.of("pe_slice", w_bits=3, w_signed=1, lanes=2, largest_digit=2, pair_bits=9),
    Leaf.of("sparse_encoder", group=3, registered=1),
    Leaf.of("simd_lane", pair_bits=9, acc_bits=12, radix_bits=2, digits=3),
    Leaf.of("lane_control", step_bits=3, turns=3, digits=4, address=1),
    Leaf.of("column_control", turns=3, digits=4, chain=3, awaits=1),
    Leaf.of("barrier", inputs=5),
    Leaf.of("table_builder", group=3, bits=4, signed=1, entry_bits=7, subset=0),
    Leaf.of("row_correction", entry_bits=5, tables=2, sum_bits=9, negative=1),
    adder(TINY),
    multiplier(TINY),
    mac_dot(TINY, TINY, 2),
]
"""A quick one of each family."""


@pytest.fixture(autouse=True)
def caches_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_every_kind_has_a_specification_or_a_reason() -> None:
    assert set(SPECIFICATIONS) | set(WITHOUT) == set(LEAVES)
    assert not set(SPECIFICATIONS) & set(WITHOUT)
    assert all(len(reason) > 20 for reason in WITHOUT.values())


@pytest.mark.parametrize("kind", sorted(SPECIFICATIONS))
def test_claims_speak_of_every_output_and_of_every_register(kind: str) -> None:
    for leaf in (leaf for leaf in SAMPLES if leaf.kind == kind):
        cell = build_cell(leaf)
        registers = REGISTER.findall(cell.text)
        specification = specified(cell, registers)
        outputs = {pin.name for pin in cell.pins if pin.direction is Direction.OUTPUT}
        found = {word for claim in specification.claims for word in re.findall(r"\w+", claim.found)}
        found |= {table.output for table in specification.tables}
        assert outputs <= found
        assert {f"{name}{AFTER}" for name in registers} <= found


@pytest.mark.parametrize("leaf", PROVEN, ids=lambda leaf: leaf.name)
def test_leaves_are_proven(leaf: Leaf) -> None:
    proof = proof_of(viewed(build_cell(leaf)), 60)
    assert (proof.status, proof.counterexample, proof.open) == (Status.PROVEN, None, ())
    specification = specified(build_cell(leaf), REGISTER.findall(build_cell(leaf).text))
    assert sum(proof.ways.values()) == len(specification.claims) + len(specification.tables) > 0


def without_lowest_carry(leaf: Leaf) -> None:
    """An adder whose lowest place has no carry."""
    bits = leaf["acc_bits"]
    x, y = input_port("psum", bits), input_port("c_in", bits)
    output_port("c", add(x, y) ^ (x[0] & y[0] & x[bits - 1]).zero_extended(bits))


def without_one_carry(leaf: Leaf) -> None:
    """A compressor in which an AND has become an OR."""
    bits = leaf["bits"]
    x, y = input_port("x", 2 * bits), input_port("y", 2 * bits)
    total, carry = csa(x[:bits], x[bits:], y[:bits])
    wrong = (y[bits] | carry[0]) ^ (total[0] & y[bits])
    total, carry = csa(total, carry, y[bits:])
    output_port("pair", registered("pair_reg", pyrtl.concat(carry, total[1:], wrong)))


WRONG: list[tuple[Leaf, Callable[[Leaf], None]]] = [
    (Leaf.of("accumulate_adder", acc_bits=24), without_lowest_carry),
    (Leaf.of("tree_compressor", bits=9), without_one_carry),
]


@pytest.mark.parametrize(("leaf", "build"), WRONG, ids=["adder", "compressor"])
def test_operands_of_a_counterexample_tell_wrong_gates_from_right_ones(
    leaf: Leaf, build: Callable[[Leaf], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(gates.LEAVES, leaf.kind, build)
    proof = leaf_proof(leaf, NO_CACHE).proof
    assert proof.status is Status.COUNTEREXAMPLE
    assert proof.counterexample is not None
    inputs = {name: 0 for name in ("psum", "c_in", "x", "y")} | dict(proof.counterexample.inputs)
    with fresh_block() as block:
        build(leaf)
    driven = {name: inputs[name] for name in sorted(str(w.name) for w in block.wirevector_subset(pyrtl.Input))}
    simulation = pyrtl.FastSimulation(block=block, tracer=None)
    simulation.step(driven)
    outputs, after = MODELS[leaf.kind]({"pair": 0}, driven, leaf)
    if leaf.kind == "accumulate_adder":
        seen, expected = simulation.inspect("c"), outputs["c"]
    else:
        simulation.step(driven)  # the register shows it one edge later
        bits = leaf["bits"]
        seen, expected = ((pair + (pair >> bits)) % (1 << bits) for pair in (simulation.inspect("pair"), after["pair"]))
    assert (seen, expected) == (proof.counterexample.found, proof.counterexample.wanted)
    assert seen != expected
    assert all(f"{name} = {value}" in str(proof.counterexample) for name, value in proof.counterexample.inputs.items())


def test_a_wrong_table_is_refuted_by_a_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(leaf: Leaf) -> None:
        x, y = input_port("x", TINY.bits), input_port("y", TINY.bits)
        output_port("z", x | y)

    monkeypatch.setitem(gates.LEAVES, "fp_adder", build)
    found = leaf_proof(adder(TINY), NO_CACHE).proof.counterexample
    assert found is not None
    assert found.inputs["x"] | found.inputs["y"] == found.found != found.wanted


def random_logic(draw: st.DrawFn, inputs: int, most: int) -> tuple[Logic, list[Literal]]:
    """Gates of a few kinds on a few inputs, and all literals that were made."""
    logic = Logic()
    literals: list[Literal] = [logic.input() for _ in range(inputs)]
    kinds = (logic.conjunction, logic.exclusive, logic.either)
    for _ in range(draw(st.integers(1, most))):
        x, y = (draw(st.sampled_from(literals)) ^ draw(st.integers(0, 1)) for _ in range(2))
        kind = draw(st.integers(0, 3))
        literals.append(logic.choice(x, y, literals[0]) if kind == 3 else kinds[kind](x, y))
    return logic, literals


def numbers(logic: Logic, word: list[Literal], inputs: int) -> np.ndarray:
    patterns = patterns_of(range(1, inputs + 1))
    return np.array(sum(unpacked(bits, inputs).astype(int) << i for i, bits in enumerate(logic.values(word, patterns))))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_sums_that_agree_are_equal(data: st.DataObject) -> None:
    logic, literals = random_logic(data.draw, 5, 14)
    words = st.lists(st.sampled_from(literals), min_size=2, max_size=3)
    left = data.draw(words)
    right = data.draw(st.lists(st.sampled_from(literals), min_size=len(left), max_size=len(left)) | st.just(left))
    operands = [frozenset(range(1, data.draw(st.integers(1, 6))))]
    equal = np.array_equal(numbers(logic, left, 5), numbers(logic, right, 5))
    assert sums_agree(logic, left, right, operands) == equal
    checked = check(logic, left, right, 20) if data.draw(st.integers(0, 9)) == 0 else None
    if checked is not None:
        assert checked.equal == equal


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_adders_that_are_found_add(data: st.DataObject) -> None:
    logic, literals = random_logic(data.draw, 4, 20)
    for node, found in adders_in(logic, logic.cone(literals)).items():
        assert logic.kinds[node] in (Kind.AND, Kind.XOR)
        assert found.sum >> 1 == node
        total, carry, *addends = (numbers(logic, [bit], 4) for bit in (found.sum, found.carry, *found.addends))
        assert np.array_equal(total + 2 * carry, sum(addends))


@pytest.mark.parametrize("bits", [2, 5, 12])
def test_full_adders_are_found_as_compressors_write_them(bits: int) -> None:
    cell = build_cell(Leaf.of("tree_compressor", bits=bits))
    (found,) = gates_of((cell.name, cell.text))
    logic = Logic()
    words = {name: [logic.input() for _ in range(n)] for name, n in {**found.inputs, **found.registers}.items()}
    words["rst"] = [0]
    _, after = found.laid(logic, words)
    assert len(adders_in(logic, logic.cone(after["pair_reg"]))) >= 2 * (bits - 1)  # the top place has no carry


def test_sat_gives_values_that_differ() -> None:
    logic = Logic()
    x, y, z = (logic.input() for _ in range(3))
    left, right = logic.either(logic.conjunction(x, y), z), logic.either(logic.conjunction(x, z), y)
    checked = check(logic, [left], [right], 20)
    assert checked.equal is False
    assert checked.witness is not None
    patterns = {node: packed(np.full(64, value)) for node, value in checked.witness.items()}
    one, other = logic.values([left, right], patterns)
    assert (one != other).all()
    assert check(logic, [left], [logic.either(z, logic.conjunction(y, x))], 20).equal


@pytest.mark.rtl
@pytest.mark.parametrize(
    "leaf",
    [Leaf.of("tree_adder", bits=6), Leaf.of("sparse_encoder", group=3, registered=0), Leaf.of("barrier", inputs=5)],
    ids=lambda leaf: leaf.kind,
)
def test_a_mutant_that_a_bench_sees_is_refuted(leaf: Leaf) -> None:
    """Of leaves in which no output and no register may be anything else than what it is."""
    find(Simulator.ICARUS)
    mutants = mutants_of(build_cell(leaf), 12, seed=3)
    proven = [mutants.proof(i + 1, 60) for i in range(12)]
    benched = bench_fates(mutants, 3, {})
    assert Fate.KILLED in proven
    assert Fate.OPEN not in proven
    assert [
        proof for proof, bench in zip(proven, benched, strict=True) if bench is Fate.KILLED and proof is not bench
    ] == []


def test_a_leaf_has_only_so_many_mutants() -> None:
    with pytest.raises(SynthesisError) as refused:
        mutants_of(build_cell(Leaf.of("barrier", inputs=1)), 200, seed=1)
    assert re.fullmatch(r"barrier_inputs1 has \d+ mutants, not 200", str(refused.value))


def test_what_was_proven_is_kept_and_what_was_refuted_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, leaf = Cache(tmp_path / "proofs"), Leaf.of("accumulate_adder", acc_bits=5)
    first, second = leaf_proof(leaf, store), leaf_proof(leaf, store)
    assert (first.kept, second.kept) == (False, True)
    assert (first.proof.status, first.proof.ways) == (second.proof.status, second.proof.ways)
    monkeypatch.setitem(gates.LEAVES, leaf.kind, without_lowest_carry)
    for _ in range(2):
        wrong = leaf_proof(leaf, store)
        assert (wrong.kept, wrong.proof.status) == (False, Status.COUNTEREXAMPLE)


def test_facts_of_a_proof_hold_all_of_it() -> None:
    found = Counterexample("c", {"a": 3}, {"acc": 1}, 4, 5)
    proof = Proof(Status.COUNTEREXAMPLE, {"sums": 1}, ("c",), found, "because", 1.5)
    assert Proof.of_facts(json.loads(json.dumps(proof.facts))) == proof
    assert str(found) == "c is 4, not 5, with a = 3, registers acc = 1"


def test_a_table_that_is_too_long_is_open() -> None:
    proof = leaf_proof(multiplier(NAMED["fp16"]), NO_CACHE).proof
    assert (proof.status, proof.open) == (Status.UNRESOLVED, ("z",))
    assert proof.why == "z is a table of 32 bits, more than the 20 that are tried"


def test_a_proof_without_time_is_open() -> None:
    leaf = Leaf.of("pe_os", a_bits=8, a_signed=1, w_bits=8, w_signed=1, acc_bits=32, drain=0)
    proof = proof_of(viewed(build_cell(leaf)), 1e-9)
    assert (proof.status, proof.open, proof.why) == (Status.UNRESOLVED, ("acc",), "time was up")


def prove(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["rtl", "prove", *words])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_in_json() -> None:
    code, out, _ = prove("systolic-os:rows=2,cols=2,mac=opt1,a=int4,w=int4,acc=int9", "--json")
    answer = json.loads(out)
    assert code == 0
    assert (answer["proven"], answer["counterexample"], answer["unresolved"]) == (3, 0, 0)
    assert [leaf["kind"] for leaf in answer["leaves"]] == ["delay", "delay", "pe_os_opt1"]
    assert sum(leaf["count"] for leaf in answer["leaves"]) == 7
    assert set(answer["leaves"][2]["claims"]) == {"gates", "values", "sums", "sat"}


def test_lemmas_are_proven_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtl.proof.engine_proof.proof_of", lambda view, seconds: Proof(Status.PROVEN, {"sat": 1}))
    monkeypatch.setattr("rtl.proof.engine_proof.viewed", lambda cell: None)
    found = {each.leaf: each for each in engine_proofs(load_engine("lut:m=1,n=1,w_bits=1,a=fp16"), NO_CACHE)}
    unit = next(each for each in found.values() if each.leaf.kind == "pe_lut_fp")
    assert unit.lemmas == (adder(NAMED["fp16"]),)
    assert (unit.count, found[unit.lemmas[0]].count) == (1, 0)
    assert list(found)[-1] == unit.lemmas[0]


def test_the_command_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(gates.LEAVES, "accumulate_adder", without_lowest_carry)
    code, out, _ = prove("systolic-ws:rows=1,cols=1,a=int3,w=int3,acc=int7")
    assert code == 1
    assert re.search(r"^accumulate_adder_acc_bits7: c is \d+, not \d+, with c_in = \d+, psum = \d+$", out, re.MULTILINE)
    assert re.search(r"^\d+ proven, 1 counterexample, 0 unresolved$", out, re.MULTILINE)


def test_a_time_that_is_none_is_refused() -> None:
    code, out, err = prove("systolic-os:rows=1,cols=1", "--timeout", "0")
    assert (code, out, err) == (2, "", "hwsim: --timeout is longer than 0 s, not 0\n")


def test_specifications_are_written_in_verilog_of_ports_alone() -> None:
    """A specification says nothing of the wires inside of a leaf, so that a leaf may be built in another way."""
    for leaf in PROVEN:
        cell = build_cell(leaf)
        specification = Specification(leaf, REGISTER.findall(cell.text))
        SPECIFICATIONS[leaf.kind](specification)
        text = " ".join([*specification.wires, *(f"{c.found} {c.wanted}" for c in specification.claims)])
        assert not re.findall(r"\btmp\d+\b|\bconst_\d+\b", text)


def test_packed_values_are_those_of_all_patterns() -> None:
    for bits in (1, 3, 6, 8):
        patterns = patterns_of(range(bits))
        for i, p in pairs(range(bits), range(1 << bits)):
            assert unpacked(patterns[i], bits)[p] == p >> i & 1
