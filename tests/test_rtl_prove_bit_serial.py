"""Proofs of the leaves of bit-serial designs: all that the designs are made of is proven, and what is wrong refuted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import rtl.leaves as gates
from hwsim.arrays import ARRAYS
from hwsim.bit_serial import BIT_SERIAL, parse_design
from hwsim.bit_serial.parts import TERM_ENCODINGS, parts
from hwsim.engine import ENGINES
from hwsim.inventory import Leaf
from rtl.leaves import LEAVES, build_cell
from rtl.leaves.bit_serial import BIT_SERIAL as BIT_SERIAL_LEAVES
from rtl.proof.engine_proof import design_proofs, leaf_proof
from rtl.proof.mutants import Fate, bench_fates, mutants_of
from rtl.proof.proving import Status
from rtl.simulators import Simulator, find
from rtl.synthesis.cache import NO_CACHE
from sweeps.cli import app

DESIGNS = [kind.name for kind in BIT_SERIAL] + ["laconic:encoding=naf", "sibia:group=4"]
OF_DESIGNS = sorted({leaf for text in DESIGNS for leaf, _ in parts(parse_design(text)).inventory(1)})
"""At the parameters that the designs have without more being said."""

HELD = {"b_bits": 4, "b_signed": 1}
PIPED = {"acc_bits": 12, "piped": 1}
TERMS = [f"term_sequencer_{name.replace('-', '_')}" for name in TERM_ENCODINGS]
SMALL = [
    Leaf.of("pe_stripes", lanes=2, digits=4, a_signed=1, **HELD, **PIPED),
    Leaf.of("pe_bitwave", lanes=2, digits=4, **HELD, **PIPED),
    Leaf.of("pe_pragmatic", lanes=2, exponents=4, **HELD, **PIPED),
    Leaf.of("pe_laconic", lanes=3, a_exponents=4, b_exponents=2, **PIPED),
    Leaf.of("pe_bitlet", group=4, digits=2, **HELD, **PIPED),
    Leaf.of("pe_sibia", lanes=2, a_slices=2, b_slices=2, slice_bits=3, radix_bits=2, **PIPED),
    Leaf.of("column_sequencer", group=3, digits=4, digit_bits=1, skips=1, steps=1),
    Leaf.of("slice_selector", group=2, digits=4, digit_bits=3),
    Leaf.of("signed_slices", bits=5, signed=1),
    *(Leaf.of(kind, bits=4, signed=1, repeats=0, steps=1) for kind in TERMS),
]
"""A quick one of each kind, in which every number means something."""

UNPIPED = [
    Leaf.of("pe_stripes", lanes=3, digits=5, a_signed=0, b_bits=5, b_signed=0, acc_bits=16, piped=0),
    Leaf.of("pe_bitwave", lanes=2, digits=3, b_bits=3, b_signed=0, acc_bits=12, piped=0),
    Leaf.of("pe_pragmatic", lanes=3, exponents=6, b_bits=5, b_signed=0, acc_bits=16, piped=0),
    Leaf.of("pe_laconic", lanes=3, a_exponents=5, b_exponents=2, acc_bits=16, piped=0),
    Leaf.of("pe_bitlet", group=3, digits=2, b_bits=3, b_signed=0, acc_bits=9, piped=0),
    Leaf.of("pe_sibia", lanes=3, a_slices=3, b_slices=1, slice_bits=3, radix_bits=2, acc_bits=12, piped=0),
]


def proven(leaf: Leaf) -> bool:
    proof = leaf_proof(leaf, NO_CACHE).proof
    assert (proof.counterexample, proof.open) == (None, ())
    return proof.status is Status.PROVEN


def test_every_kind_is_among_the_small_leaves_or_the_designs() -> None:
    assert {leaf.kind for leaf in [*SMALL, *OF_DESIGNS]} >= set(BIT_SERIAL_LEAVES)
    assert {leaf.kind for leaf in UNPIPED} == {kind for kind in BIT_SERIAL_LEAVES if kind.startswith("pe_")}


@pytest.mark.parametrize("leaf", OF_DESIGNS, ids=lambda leaf: leaf.name)
def test_leaves_of_the_designs_are_proven(leaf: Leaf) -> None:
    assert proven(leaf)


@pytest.mark.parametrize("leaf", [*SMALL, *UNPIPED], ids=lambda leaf: leaf.name)
def test_small_leaves_are_proven(leaf: Leaf) -> None:
    assert proven(leaf)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(TERMS), st.integers(1, 6), st.integers(0, 1), st.sampled_from([(0, 0), (1, 0), (0, 1)]))
def test_term_sequencers_of_all_widths_are_proven(kind: str, bits: int, signed: int, modes: tuple[int, int]) -> None:
    assert proven(Leaf.of(kind, bits=bits, signed=signed, repeats=modes[0], steps=modes[1]))


WRONG = {
    "a top column that is not negative": (SMALL[0], {"a_signed": 0}, "top_piped_after"),
    "operands of B without a sign": (SMALL[2], {"b_signed": 0}, "total_piped"),
    "slices too near": (SMALL[5], {"radix_bits": 1}, "acc"),
    "slices of an unsigned operand": (SMALL[8], {"signed": 0}, "q[0]"),
    "digits of an unsigned operand": (
        Leaf.of("term_sequencer_booth", bits=5, signed=1, repeats=1, steps=0),
        {"signed": 0},
        "every digit 2",
    ),
}
"""A leaf, the parameters that it is built with instead, and the claim that fails."""


@pytest.mark.parametrize("name", WRONG)
def test_a_leaf_that_is_built_as_another_is_refuted_by_operands(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    leaf, changed, claim = WRONG[name]
    build = LEAVES[leaf.kind]
    assert proven(leaf)
    monkeypatch.setitem(
        gates.LEAVES, leaf.kind, lambda given: build(Leaf.of(given.kind, **{**dict(given.parameters), **changed}))
    )
    proof = leaf_proof(leaf, NO_CACHE).proof
    assert proof.status is Status.COUNTEREXAMPLE
    assert proof.counterexample is not None
    assert proof.counterexample.claim == claim
    assert proof.counterexample.found != proof.counterexample.wanted
    assert any({**proof.counterexample.inputs, **proof.counterexample.registers}.values())


@pytest.mark.rtl
@pytest.mark.parametrize("leaf", SMALL, ids=lambda leaf: leaf.kind)
def test_a_mutant_that_a_bench_sees_is_refuted(leaf: Leaf) -> None:
    find(Simulator.ICARUS)
    mutants = mutants_of(build_cell(leaf), 8, seed=5)
    meant = {"negative": "right_enable", "exponent": "right_enable"} if leaf.kind in TERMS else {}
    fates = [mutants.proof(i + 1, 60) for i in range(8)]
    benched = bench_fates(mutants, 5, meant)
    assert Fate.KILLED in benched
    assert [fate for fate, seen in zip(fates, benched, strict=True) if seen is Fate.KILLED and fate is not seen] == []


def test_leaves_of_a_design_are_counted_as_it_has_them() -> None:
    design = parse_design("sibia:columns=2")
    found = {each.leaf: each.count for each in design_proofs(design, NO_CACHE, 60)}
    assert found == dict(parts(design).inventory(2))


def prove(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["rtl", "prove", *words, "--no-cache"])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_takes_a_design() -> None:
    code, out, _ = prove("sibia:group=2", "--json")
    answer = json.loads(out)
    assert (code, answer["engine"]) == (0, "sibia:group=2")
    assert (answer["proven"], answer["counterexample"], answer["unresolved"]) == (len(answer["leaves"]), 0, 0)
    assert {leaf["kind"]: leaf["count"] for leaf in answer["leaves"]}["signed_slices"] == 4


def test_no_design_is_called_like_an_engine() -> None:
    assert not {kind.name for kind in BIT_SERIAL} & {*(kind.name for kind in ARRAYS), *ENGINES}


def test_a_name_that_is_neither_is_refused_with_both_lists() -> None:
    engines = ", ".join([*(kind.name for kind in ARRAYS), *ENGINES])
    designs = ", ".join(kind.name for kind in BIT_SERIAL)
    assert prove("lakonic:group=4") == (
        2,
        "",
        f"hwsim: unknown engine 'lakonic' (did you mean 'laconic'?); engines are {engines}; "
        f"bit-serial designs are {designs}\n",
    )


def test_a_design_without_gates_is_refused() -> None:
    said = "hwsim: pragmatic: in gates an empty group takes a cycle; empty_group_cycles is 1, not 0\n"
    assert prove("pragmatic:empty_group_cycles=0") == (2, "", said)
