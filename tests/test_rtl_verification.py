"""Law: the Verilog of every engine equals its step model at every clock edge; and a Verilog that does not is found."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from hwsim.arrays import ARRAYS
from hwsim.engine import load_engine
from hwsim.errors import MissingToolError, SpecError
from hwsim.gemm import Gemm
from hwsim.macs import ParallelMac
from rtl.bench.placement import places
from rtl.bench.stimulus import stimulus
from rtl.bench.vectors import assemble
from rtl.emission import emit
from rtl.simulators import Simulator, SimulatorError
from rtl.verification import verify, verify_products
from rtl_variants import MODES, SIZES, encoded, middle_of, other_formats, variants


def test_every_array_is_verified() -> None:
    assert set(SIZES) == {array.name for array in ARRAYS}


@pytest.mark.rtl
@pytest.mark.parametrize("spec", variants(SIZES))
def test_gates_equal_the_model_at_every_edge(spec: str, tmp_path: Path) -> None:
    verdict = verify(load_engine(spec), seed=1, cases=5, build_dir=tmp_path)
    assert verdict.passed, verdict


@pytest.mark.rtl
@pytest.mark.parametrize("spec", other_formats())
def test_gates_equal_the_model_in_other_formats(spec: str, tmp_path: Path) -> None:
    verdict = verify(load_engine(spec), seed=2, cases=4, build_dir=tmp_path)
    assert verdict.passed, verdict


@pytest.mark.rtl
@pytest.mark.parametrize("spec", encoded())
def test_gates_equal_the_model_in_every_encoding(spec: str, tmp_path: Path) -> None:
    verdict = verify(load_engine(spec), seed=3, cases=3, build_dir=tmp_path)
    assert verdict.passed, verdict


@pytest.mark.rtl
@pytest.mark.slow
@pytest.mark.parametrize("spec", ["systolic-os:rows=3,cols=2,drain=column", "adder-tree:k=3,n=2,overlap=true"])
def test_verilator_agrees(spec: str, tmp_path: Path) -> None:
    verdict = verify(load_engine(spec), Simulator.VERILATOR, seed=3, cases=6, build_dir=tmp_path)
    assert verdict.passed, verdict


@pytest.mark.rtl
def test_extreme_products_fill_the_accumulator(tmp_path: Path) -> None:
    engine = load_engine("systolic-os:rows=2,cols=2,acc=int20")
    k = 31  # 31 * 2**14 is just below 2**19
    extremes = [(np.full((2, k), x), np.full((k, 2), y)) for x in (-128, 127) for y in (-128, 127)]
    verdict = verify_products(engine, extremes, build_dir=tmp_path)
    assert verdict.passed, verdict
    assert verdict.elements == 2 * 4 * 4


@pytest.mark.rtl
def test_a_verdict_says_what_was_compared(tmp_path: Path) -> None:
    engine = load_engine("systolic-os:rows=2,cols=2")
    verdict = verify(engine, seed=0, cases=2, build_dir=tmp_path)
    beats = [engine.count(a, b) for a, b in engine.examples(0, 2)]
    assert (verdict.cases, verdict.edges, verdict.elements) == (4, 2 * sum(beats), 2 * (1 + 4))
    valid_lanes = 2 * 4  # the one fold of each product; the ragged one's padding is valid too
    after_reset, back_to_back = 8 * (sum(beats) + 2), 4 * sum(beats) + valid_lanes  # each reset is compared too
    assert verdict.lanes == after_reset + back_to_back
    assert verdict.cpu_seconds > 0
    assert str(verdict) == (
        f"systolic-os:rows=2,cols=2,overlap=false,drain=parallel in icarus {verdict.version}: {verdict.edges} edges "
        f"of 4 cases, {verdict.lanes} lane values and 10 elements of products compared, no mismatch"
    )


def mutate(paths: tuple[Path, ...], file: str, pattern: str, replacement: str) -> None:
    """Replace the first match of ``pattern`` in the files whose name matches ``file``; there must be one."""
    changed = 0
    for path in paths:
        if re.match(file, path.name):
            text, count = re.subn(pattern, replacement, path.read_text(), count=1)
            path.write_text(text)
            changed += count
    assert changed > 0, f"nothing to mutate: {pattern} in {file}"


MUTATIONS = {
    "another operator": (r"pe_os", r" \* ", " + "),
    "subtraction for addition": (r"pe_os", r"\) \+ \{", ") - {"),
    "no register in the march of b": (r"pe_os", r"assign b_out = b_reg;", "assign b_out = b;"),
    "no register in the skew": (r"delay", r"assign q = [^;]*;", "assign q = d;"),
    "accumulator without reset": (r"pe_os", r"\bacc <= \d+'d0;", ""),
    "result valid at reset": (r"pe_os", r"done_reg <= 1'd0;", "done_reg <= 1'd1;"),
    "accumulator that is never cleared": (r"pe_os", r"first_reg <= first;", "first_reg <= 1'b0;"),
    "result valid too long": (r"pe_os", r"\(valid_reg & last_reg\)", "(valid_reg)"),
    "result never valid": (r"pe_os", r"\(valid_reg & last_reg\)", "1'b0"),
    "a wire that nobody drives": (r"pe_os", r"assign a_out = a_reg;", ""),
}


@pytest.mark.rtl
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_design_is_found(name: str, tmp_path: Path) -> None:
    engine = load_engine("systolic-os:rows=2,cols=3")
    sources = emit(engine, tmp_path / "broken")
    mutate(sources, *MUTATIONS[name])
    verdict = verify(engine, seed=1, cases=4, build_dir=tmp_path, sources=sources)
    assert not verdict.passed
    assert verdict.mismatch_count >= len(verdict.mismatches) > 0


@pytest.mark.rtl
@pytest.mark.parametrize("name", [array.name for array in ARRAYS if ParallelMac in array.houses])
def test_a_wrong_multiplier_is_found_in_every_engine_with_multipliers(name: str, tmp_path: Path) -> None:
    engine = load_engine(f"{name}:{middle_of(SIZES[name])},{MODES[name][-1]}")
    sources = emit(engine, tmp_path / "broken")
    mutate(sources, r".*", r" \* ", " + ")
    assert not verify(engine, seed=1, cases=2, build_dir=tmp_path, sources=sources).passed


WRONG_NEGATIONS = (
    (r"\^ \{\{(\d+) \{\w+\}\}, \w+\}", r"^ {{\1 {1'b0}}, 1'b0}"),  # the lowest multiple keeps its bits
    (r"(~\(\w+\) \+ \d+'d)1", r"\g<1>0"),  # minus B, of a MAC with an adder for it, is one too small
)


@pytest.mark.rtl
@pytest.mark.parametrize(
    ("name", "mac"),
    [
        ("systolic-os", "booth"), ("cube", "fused"), ("matrix-2d", "opt1"), ("systolic-ws", "opt1"),
        ("adder-tree", "opt1"), ("adder-tree", "opt2"),
    ],
)  # fmt: skip
def test_a_wrong_negation_is_found_in_every_mac(name: str, mac: str, tmp_path: Path) -> None:
    engine = load_engine(f"{name}:{middle_of(SIZES[name])},{MODES[name][0]},mac={mac}")
    sources = emit(engine, tmp_path / "broken")
    mutate(sources, r".*", *WRONG_NEGATIONS[mac == "opt2"])
    assert not verify(engine, seed=1, cases=4, build_dir=tmp_path, sources=sources).passed


PAIR_MUTATIONS = {
    "rows exchanged": (
        r"systolic_os",
        r"\.c_sum\((\w+\[\d+:0\])\), \.c_carry\((\w+\[\d+:0\])\)",
        r".c_sum(\2), .c_carry(\1)",
    ),
    "a pair that moves while its PE is idle": (r"pe_os", r"valid_reg <= valid;", "valid_reg <= 1'b1;"),
    "a carry that stays in its place": (r"pe_os", r"1'd0\}", "1'd1}"),
}


@pytest.mark.rtl
@pytest.mark.parametrize("name", PAIR_MUTATIONS)
def test_a_broken_pair_is_found(name: str, tmp_path: Path) -> None:
    engine = load_engine("systolic-os:rows=1,cols=2,mac=opt1")
    sources = emit(engine, tmp_path / "broken")
    mutate(sources, *PAIR_MUTATIONS[name])
    assert not verify(engine, seed=1, cases=3, build_dir=tmp_path, sources=sources).passed


@pytest.mark.rtl
@pytest.mark.parametrize("mac", ["opt1", "opt2"])
def test_trees_of_sixteen_hold_their_largest_sums(mac: str, tmp_path: Path) -> None:
    """A 13-bit tree for each bit-weight fails the first vector: 16 partial products of +256 are 4096."""
    engine = load_engine(f"adder-tree:k=16,n=1,mac={mac}")
    largest = [(np.full((2, 16), x), np.full((16, 1), -128)) for x in (-2, -128, 127)]
    assert [int((a @ b)[0, 0]) for a, b in largest] == [4096, 262144, -260096]
    verdict = verify_products(engine, largest, build_dir=tmp_path)
    assert verdict.passed, verdict


@pytest.mark.rtl
def test_a_mismatch_names_case_edge_port_and_lane(tmp_path: Path) -> None:
    engine = load_engine("systolic-os:rows=1,cols=1")
    sources = emit(engine, tmp_path / "broken")
    mutate(sources, r"pe_os", r"\(valid_reg & last_reg\)", "1'b0")
    a, b = np.array([[3]]), np.array([[-5]])
    verdict = verify_products(engine, [(a, b)], build_dir=tmp_path, sources=sources)
    case = "case 0 (1x1x1)"
    assert str(verdict).splitlines()[1:3] == [
        f"{case}: edge 2, c_valid[0]: expected 1, got 0",
        f"{case}: edge 2, c_valid[0]: expected 1 results, got 0 results",
    ]


@pytest.mark.rtl
def test_verilog_that_does_not_compile_is_an_error(tmp_path: Path) -> None:
    engine = load_engine("systolic-os:rows=1,cols=1")
    sources = emit(engine, tmp_path / "broken")
    mutate(sources, r"pe_os", r"endmodule", "")
    with pytest.raises(SimulatorError, match=r"\Aicarus does not compile systolic_os_rows_1_cols_1\w+: (.|\n)+"):
        verify(engine, build_dir=tmp_path, sources=sources)


def test_a_missing_simulator_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("find_libpython.find_libpython", lambda: "libpython.so")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError) as error:
        verify(load_engine("systolic-os:rows=1,cols=1"))
    assert str(error.value) == "iverilog is not on the PATH; the Debian package iverilog brings it"


def test_no_cases_is_no_verification() -> None:
    with pytest.raises(SpecError) as error:
        verify(load_engine("systolic-os:rows=1,cols=1"), cases=0)
    assert str(error.value) == "a verification has at least 1 case, not 0"


def test_a_seed_below_0_is_refused() -> None:
    with pytest.raises(SpecError) as error:
        verify(load_engine("systolic-os:rows=1,cols=1"), seed=-1)
    assert str(error.value) == "a seed is 0 or more, not -1"


@pytest.mark.parametrize("spec", variants(SIZES))
def test_places_hold_every_element_of_the_product(spec: str) -> None:
    engine = load_engine(spec)
    lanes = next(port.lanes for port in engine.ports if port.name == "c_valid")
    for m, n, k in [(1, 1, 1), (4, 4, 4), (5, 2, 7), (3, 7, 2)]:
        where = places(engine, lanes, m, n, k)
        wanted = np.arange(1, m * n + 1).reshape(m, n)
        shown = np.where(where < 0, -1, wanted.reshape(-1)[where])
        np.testing.assert_array_equal(assemble(shown, where, m, n), wanted)
        assert (where >= 0).sum() == engine.array.port_words(Gemm(m=m, n=n, k=k), engine.mac)["c"]


def test_the_same_seed_gives_the_same_vectors() -> None:
    engine = load_engine("systolic-os:rows=2,cols=3")
    left, right, other = (stimulus(engine, seed, 3) for seed in (4, 4, 5))
    assert left.cases == right.cases
    for port in left.ports:
        np.testing.assert_array_equal(left.bits[port.name], right.bits[port.name])
    assert any(not np.array_equal(left.bits[port.name], other.bits[port.name]) for port in left.inputs)
