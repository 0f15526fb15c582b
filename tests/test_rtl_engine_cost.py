"""What engines cost: counts are the inventory's, areas add up, the longest path decides, curves keep what is best."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from hwsim.engine import load_engine
from rtl.emission import verilog_modules
from rtl.engines import build_top
from rtl.hierarchy import leaf_counts
from rtl.synthesis import timing
from rtl.synthesis.cache import Cache
from rtl.synthesis.curve import CurvePoint, front, smallest_within
from rtl.synthesis.engine_cost import SIDES, TIMED_SIDE, EngineCost, engine_cost, flat_cost, shortened
from rtl.synthesis.gate_level import plain_concatenations
from rtl.synthesis.leaf_cost import leaf_costs
from rtl.synthesis.liberty import DEFAULT_LIBRARY, default_library
from rtl.synthesis.recipe import Recipe
from rtl.synthesis.timing import Span
from rtl_variants import SIZES, variants
from sweeps.cli import app

SMALL = "systolic-ws:rows=2,cols=1,a=int4,w=int4,acc=int12"
LARGE = ["systolic-os:rows=16,cols=3", "cube:p=8", "adder-tree:k=16,n=2,mac=opt1", "bitslice", "lut", "dequant-mac"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def caches_of_its_own(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(kept))


@pytest.fixture(scope="module")
def cost(kept: Path) -> EngineCost:
    return engine_cost(load_engine(SMALL), default_library(), Recipe(), Cache(kept / "hwsim" / "synthesis"))


@pytest.mark.rtl
def test_what_is_costed_is_what_the_netlist_instantiates(cost: EngineCost) -> None:
    instances = leaf_counts(build_top(cost.engine))
    assert {leaf.leaf: count for leaf, count in zip(cost.leaves, cost.counts, strict=True)} == instances
    assert cost.area_um2 == sum(instances[leaf.leaf] * leaf.area_um2 for leaf in cost.leaves)
    assert cost.cell_count == sum(instances[leaf.leaf] * sum(leaf.mapped.cells.values()) for leaf in cost.leaves)


@pytest.mark.rtl
def test_the_longest_path_sets_the_clock(cost: EngineCost) -> None:
    every = [*cost.paths, *(path for leaf in cost.leaves for path in leaf.paths)]
    assert cost.worst.delay_ns == max(path.delay_ns for path in every)
    assert cost.fmax_ghz == 1 / cost.worst.delay_ns
    assert {path.span for path in cost.paths} == set(Span)  # the adders before the scratchpad have c_in and c outside
    assert cost.inside is not None
    assert cost.inside.delay_ns <= cost.worst.delay_ns
    assert not any(path.start == "rst" for path in cost.paths)


@pytest.mark.rtl
def test_paths_go_from_leaf_to_leaf(cost: EngineCost) -> None:
    adder = next(leaf for leaf in cost.leaves if leaf.leaf.kind == "accumulate_adder")
    (through,) = (path for path in cost.paths if path.span is Span.REGISTER_TO_OUTPUT)
    assert adder.worst is not None
    assert through.start.startswith("row_1/pe_0/psum_reg")
    assert through.end.startswith("c[")
    assert through.delay_ns > adder.worst.delay_ns / 2


@pytest.mark.rtl
def test_area_from_leaves_is_near_the_area_of_the_whole(kept: Path) -> None:
    engine, library = load_engine("matrix-2d:rows=2,cols=2,a=int4,w=int4,acc=int12"), default_library()
    counts = engine.inventory().counts
    leaves = leaf_costs(list(counts), library, Recipe(), Cache(kept / "hwsim" / "synthesis"))
    from_leaves = sum(counts[cost.leaf] * cost.area_um2 for cost in leaves)
    flat = flat_cost(engine, library, Recipe())
    assert abs(from_leaves / flat.area_um2 - 1) < 0.1


@pytest.mark.parametrize("spec", [*variants(SIZES), *LARGE])
def test_the_engine_that_is_timed_has_short_sides_and_is_the_same_otherwise(spec: str) -> None:
    engine = load_engine(spec)
    timed = shortened(engine)
    assert shortened(timed) == timed
    assert timed.mac == engine.mac
    for field in fields(engine.array):
        before, after = getattr(engine.array, field.name), getattr(timed.array, field.name)
        assert after == (min(before, TIMED_SIDE) if field.name in SIDES else before)


@pytest.mark.parametrize("spec", variants({name: sizes[-1:] for name, sizes in SIZES.items()}))
def test_concatenations_become_plain_and_lose_no_net(spec: str) -> None:
    for text in verilog_modules(load_engine(spec)).values():
        if "always" in text:
            continue
        plain = plain_concatenations(text)
        assert not re.search(r"\{[^}]*\{", plain)
        for net in set(re.findall(r"\w+\[[\d:]+\]", text)):
            assert plain.count(net) >= text.count(net)


def test_a_concatenation_repeats_what_it_said_to_repeat() -> None:
    assert (
        plain_concatenations(".x({{3{a[7]}}, {b, {2{c}}}}), .y({2{d}})")
        == ".x({a[7], a[7], a[7], b, c, c}), .y({d, d})"
    )


points = st.lists(
    st.builds(CurvePoint, st.just(Recipe()), st.integers(1, 9).map(float), st.integers(1, 9).map(float)), max_size=12
)


@given(points)
def test_the_front_holds_what_nothing_beats(drawn: list[CurvePoint]) -> None:
    best = front(drawn)
    for point in drawn:
        assert any(b.area_um2 <= point.area_um2 and b.delay_ns <= point.delay_ns for b in best)
    for fast, small in pairwise(best):
        assert fast.delay_ns < small.delay_ns
        assert fast.area_um2 > small.area_um2


@given(points, st.integers(1, 9))
def test_the_smallest_that_meets_a_period(drawn: list[CurvePoint], period: int) -> None:
    found = smallest_within(drawn, period)
    areas = [point.area_um2 for point in drawn if point.delay_ns <= period]
    assert (found.area_um2 if found else None) == (min(areas) if areas else None)
    if found:
        assert found.delay_ns <= period


def said(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["rtl", *map(str, words)], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.rtl
def test_synth_says_the_same_in_json_and_as_a_table(cost: EngineCost) -> None:
    code, text, _ = said("synth", SMALL, "--json")
    facts = json.loads(text)
    assert (code, facts["area_um2"], facts["fmax_ghz"]) == (0, cost.area_um2, cost.fmax_ghz)
    assert sum(leaf["area_um2"] for leaf in facts["leaves"]) == facts["area_um2"]
    assert facts["library"] == {"name": "osu018_stdcells", "corner": "1.8 V, 25 C", "digest": cost.library.digest}
    assert facts["tools"].keys() == {"pyosys", "opensta"}
    code, table, _ = said("synth", SMALL, "--liberty", DEFAULT_LIBRARY)
    assert code == 0
    assert f"area {cost.area_um2:,.1f} um2 in {cost.cell_count:,} cells" in table
    assert f"{cost.fmax_ghz:.3f} GHz" in table


@pytest.mark.rtl
def test_synth_writes_the_engine_in_cells_and_tells_a_period_that_is_not_met(tmp_path: Path) -> None:
    code, text, _ = said(
        "synth", "systolic-os:rows=1,cols=1,a=int2,w=int2,acc=int6", "--clock-ns", 0.1, "--out", tmp_path
    )
    assert code == 1
    assert "the period of 0.1 ns is not met" in text
    assert "DFFPOSX1" in "".join(path.read_text() for path in tmp_path.glob("pe_os*.v"))
    assert (tmp_path / "cells.v").exists()


@pytest.mark.rtl
def test_curve_has_a_point_for_every_recipe() -> None:
    words = ("curve", "accumulate_adder", SMALL, "--adder", "ripple", "--clock-ns", 9)
    code, text, _ = said(*words, "--json")
    facts = json.loads(text)
    assert code == 0
    assert len(facts["points"]) == 1 * 3 * 2
    assert any(point["on_front"] for point in facts["points"])
    (smallest,) = facts["smallest"]
    assert smallest["point"]["area_um2"] == min(p["area_um2"] for p in facts["points"] if p["delay_ns"] <= 9)
    code, text, _ = said("curve", "accumulate_adder", SMALL, "--adder", "ripple", "--clock-ns", 0.1)
    assert code == 1
    assert "smallest within 0.1 ns: nothing is fast enough" in text


WRONG = [
    (("synth", SMALL, "--liberty", "none.lib"), "none.lib: No such file or directory"),
    (
        ("synth", SMALL, "--adder", "sklanski"),
        "--adder is 'sklanski' (did you mean 'sklansky'?); allowed are ripple, brent-kung, sklansky, kogge-stone",
    ),
    (("synth", SMALL, "--cover", "speed"), "--cover is 'speed'; allowed are delay, balanced, area"),
    (("synth", SMALL, "--clock-ns", "-1"), "a clock period is longer than 0 ns, not -1"),
    (
        ("curve", "pe_os", SMALL),
        "systolic-ws:rows=2,cols=1,overlap=false,a=int4,w=int4,acc=int12 has no leaf kind 'pe_os' "
        "(did you mean 'pe_ws'?); its leaf kinds are accumulate_adder, delay, pe_ws",
    ),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_a_wrong_question_gets_one_sentence(words: tuple[str, ...], message: str) -> None:
    assert said(*words) == (2, "", f"hwsim: {message}\n")


def test_without_its_tools_a_cost_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing.shutil, "which", lambda _: None)
    timing.sta_version.cache_clear()
    message = "OpenSTA (sta) is not on the PATH; the Debian package opensta brings it"
    assert said("synth", SMALL) == (2, "", f"hwsim: {message}\n")
