"""Whole engines of sparse columns in Verilog: all operand pairs, groups of known cost, ordinary data, broken designs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hwsim.arrays.bitslice import Bitslice
from hwsim.engine import Engine, load_engine
from rtl.bench.execution import execute
from rtl.bench.stimulus import vectors_of
from rtl.emission import emit, top_name
from rtl.simulators import Simulator, find
from rtl.verification import verify_products

Operands = tuple[NDArray[np.int64], NDArray[np.int64]]
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
    products = [(np.full((1, 4), value), np.array([[-128], [127], [1], [-77]])) for value in issue_cycles]
    costs = [engine.count(a, b) - flush_cycles(engine) for a, b in products]
    assert costs == list(issue_cycles.values())
    verdict = verify_products(engine, products, build_dir=tmp_path)
    assert verdict.passed, verdict
    assert verdict.edges == 2 * (sum(costs) + len(costs) * flush_cycles(engine))


def ordinary(m: int, n: int, k: int, seed: int) -> Operands:
    """Normal INT8 data with the deviation that HPCA 2025 finds in its layers' weights."""
    rng = np.random.default_rng(seed)
    a, b = (np.rint(rng.normal(0, 24.4, shape)).clip(-128, 127).astype(np.int64) for shape in ((m, k), (k, n)))
    return a, b


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
