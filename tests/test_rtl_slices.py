"""Sparse columns in Verilog: all pairs of operands, groups of known cost, ordinary products, and broken designs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hwsim.arrays.base import Matrix
from hwsim.arrays.bitslice import Bitslice
from hwsim.encodings import Distribution
from hwsim.engine import Engine, load_engine
from hwsim.formats import IntFormat
from rtl.bench.execution import execute
from rtl.bench.stimulus import vectors_of
from rtl.emission import emit, top_name
from rtl.simulators import Simulator, find
from rtl.verification import verify, verify_products
from test_rtl_verification import mutate

Operands = tuple[Matrix, Matrix]
INT8 = np.arange(-128, 128)


def flush_cycles(engine: Engine) -> int:
    assert isinstance(engine.array, Bitslice)
    return engine.array.layout(engine.mac).flush_cycles


def all_pairs(k: int) -> Operands:
    """A (256 / k, k) with every operand once, B (k, 256) with every operand in each row: every product once."""
    rng = np.random.default_rng(k)
    return rng.permutation(INT8).reshape(-1, k), np.stack([rng.permutation(INT8) for _ in range(k)])


@pytest.mark.rtl
@pytest.mark.slow
@pytest.mark.parametrize(
    ("spec", "k"),
    [("columns=4,rows=8,mac=opt3", 64), ("columns=4,rows=8,mac=opt4c", 64), ("columns=2,rows=8,mac=opt4e", 16)],
)
def test_pes_multiply_all_pairs_of_operands(spec: str, k: int, tmp_path: Path) -> None:
    engine, (a, b) = load_engine(f"bitslice:{spec},overlap=true"), all_pairs(k)
    met = {(int(x), int(y)) for i in range(k) for x in a[:, i] for y in b[i]}
    assert len(met) == 65536
    vectors = vectors_of(engine, [(a, b)])
    once = replace(vectors, cases=vectors.cases[:1])  # not back to back as well
    seen = execute(emit(engine, tmp_path), top_name(engine), once, find(Simulator.ICARUS), tmp_path / "icarus")
    assert (seen.mismatch_count, seen.mismatches) == (0, ())
    assert (seen.edges, seen.elements) == (engine.count(a, b), a.shape[0] * b.shape[1])


@pytest.mark.rtl
@pytest.mark.parametrize("mac", ["opt3", "opt4c", "opt4e"])
def test_groups_cost_what_their_digits_say(mac: str, tmp_path: Path) -> None:
    """91 is 2 -1 -1 -1 in EN-T (16 digits in a group of four), 124 is 2 0 -1 0: two of its four passes are empty."""
    engine = load_engine(f"bitslice:columns=1,rows=1,mac={mac}")
    issue_cycles = {91: 16, 0: 4, 124: 10}
    products: list[Operands] = [
        (np.full((1, 4), value), np.array([[-128], [127], [1], [-77]])) for value in issue_cycles
    ]
    costs = [engine.count(a, b) - flush_cycles(engine) for a, b in products]
    assert costs == list(issue_cycles.values())
    verdict = verify_products(engine, products, build_dir=tmp_path)
    assert verdict.passed, verdict
    assert verdict.edges == 2 * (sum(costs) + len(costs) * flush_cycles(engine))


def ordinary(m: int, n: int, k: int, seed: int) -> Operands:
    """Normal INT8 data, as behind the published means."""
    rng, often = np.random.default_rng(seed), Distribution.published_normal(IntFormat(8)).probabilities
    return rng.choice(INT8, (m, k), p=often), rng.choice(INT8, (k, n), p=often)


OPT4E = "bitslice:columns=2,rows=3,mac=opt4e,chain=3"


@pytest.mark.rtl
@pytest.mark.parametrize("barrier", ["k", "bank"])
def test_opt4e_computes_ordinary_products(barrier: str, tmp_path: Path) -> None:
    products = [ordinary(m, n, 100, seed) for seed, (m, n) in enumerate([(2, 3), (5, 7), (3, 2)])]
    verdict = verify_products(load_engine(f"{OPT4E},barrier={barrier}"), products, build_dir=tmp_path)
    assert verdict.passed, verdict
    assert verdict.elements == 2 * (6 + 35 + 6)


@pytest.mark.rtl
@pytest.mark.slow
def test_opt4e_computes_ordinary_products_in_verilator(tmp_path: Path) -> None:
    engine = load_engine(f"{OPT4E},barrier=bank")
    verdict = verify_products(engine, [ordinary(5, 7, 100, 3)], Simulator.VERILATOR, tmp_path)
    assert verdict.passed, verdict


OPT3 = "bitslice:columns=1,rows=2,mac=opt3"
OPT4C = "bitslice:columns=2,rows=2,barrier=bw,chain=2"
NARROW = "bitslice:columns=1,rows=2,mac=opt4e,lanes=2,overlap=true"
MUTATIONS = {
    "a pending digit that nobody sees": (OPT4C, r"sparse_encoder", r"(few = .*)\(\w+\[3\]\)", r"\g<1>(1'b0)"),
    "codes that are not held": (OPT3, r"sparse_encoder", r"\(take \? select_of_group : codes\)", "select_of_group"),
    "operands that are not held": (OPT3, r"operand_latch", r"\(take \? d : words\)", "d"),
    "the operand beside the chosen one": (OPT3, r"operand_latch", r"index\[0\]", "~index[0]"),
    "digits without the sign of their operand": (OPT3, r"encoder_ent", r"\^ \(a\[7\]\)\), ", "^ 1'b0), "),
    "a select code that stands for another digit": (
        OPT4C,
        r"pe_slice",
        r"~\(\(\((\w+)\[1\]\) \^ \(\1\[0\]\)\)\)",
        r"((\1[1]) ^ (\1[0]))",
    ),
    "a sum that is never cleared": (OPT4C, r"pe_slice", r"sum_reg & ~\(.*\);", "sum_reg);"),
    "a carry that stays in its place": (OPT4C, r"pe_slice", r"(carry_reg <= .*)\{(.*), 1'd0\}", r"\1{1'd0, \2}"),
    "one step more in every turn": (OPT4C, r"lane_control", r"step_count == last_step", "step_count == last_step + 1"),
    "an address that comes an edge early": (OPT4C, r"lane_control", r"step = step_address", "step = held_step"),
    "a barrier that always lets pass": (OPT4C, r"barrier_inputs2", r"assign met = [^;]*;", "assign met = 1'b1;"),
    "a lane for which nobody waits": (NARROW, r"barrier_inputs2", r"arrived\[1\]", "1'b1"),
    "a bit-weight that ends before the chain is empty": (OPT4C, r"column_control", r"\(left == 1'd0\)", "1'b1"),
    "a column that never counts bit-weights": (NARROW, r"column_control", r"bw_count <= \(.*\);", "bw_count <= 2'd0;"),
    "a chain without its register": (OPT4C, r"hold_pair", r"held_sum = held_sum_reg", "held_sum = above_sum"),
    "a bit-weight of half its weight": (NARROW, r"simd_lane", r"\{\(word\[25:0\]\), 6'd0\}", "{word[25], word, 5'd0}"),
    "what no lane takes": (NARROW, r"simd_lane", r"word <= \(\((\w+\[25:0\])\) & .*;", r"word <= \1;"),
}


@pytest.mark.rtl
@pytest.mark.parametrize("spec", [OPT3, OPT4C, NARROW])
def test_what_is_broken_below_is_sound(spec: str, tmp_path: Path) -> None:
    assert verify(load_engine(spec), seed=1, cases=3, build_dir=tmp_path).passed


@pytest.mark.rtl
@pytest.mark.parametrize("name", MUTATIONS)
def test_broken_sparse_columns_are_found(name: str, tmp_path: Path) -> None:
    spec, *mutation = MUTATIONS[name]
    engine = load_engine(spec)
    sources = emit(engine, tmp_path / "broken")
    mutate(sources, *mutation)
    verdict = verify(engine, seed=1, cases=3, build_dir=tmp_path, sources=sources)
    assert verdict.mismatch_count > 0
