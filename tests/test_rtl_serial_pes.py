"""What PEs cost for what they do: areas are those of their leaves, throughput is that of the cycle models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hwsim.bit_serial import parse_design
from hwsim.bit_serial.parts import parts
from hwsim.encodings import Distribution
from hwsim.errors import SpecError
from hwsim.formats import INT8
from rtl.bench.vectors import lane_text, lane_value
from rtl.synthesis.cache import NO_CACHE, Cache
from rtl.synthesis.leaf_cost import leaf_costs
from rtl.synthesis.liberty import default_library
from rtl.synthesis.power.replay import Glitches
from rtl.synthesis.recipe import Recipe
from rtl.synthesis.serial_energy import pe_energy, stimulus
from rtl.synthesis.serial_pes import (
    EVERY_PE,
    PUBLISHED,
    SHARERS,
    Figures,
    PeCost,
    Scope,
    macs_per_cycle,
    pe_costs,
    ratios,
)
from sweeps.cli import app

SMALL = ("opt3", "opt4c", "sibia", "laconic:group=2", "booth")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def caches_of_its_own(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(kept))


@pytest.fixture(scope="module")
def cache(kept: Path) -> Cache:
    return Cache(kept / "hwsim" / "synthesis")


@pytest.fixture(scope="module")
def costs(cache: Cache) -> Sequence[PeCost]:
    return pe_costs(SMALL, default_library(), Recipe(), cache)


@pytest.mark.rtl
def test_a_pe_with_its_issue_is_its_leaves_without_recoders(costs: Sequence[PeCost], cache: Cache) -> None:
    for cost in costs[2:4]:
        made = parts(parse_design(cost.name))
        leaves = dict(made.inventory(1).counts)
        for leaf, _ in (*made.recoders_of_a, *made.recoders_of_b):
            leaves.pop(leaf, None)
        areas = [leaf.area_um2 for leaf in leaf_costs(list(leaves), default_library(), Recipe(), cache)]
        own = sum(count * area for count, area in zip(leaves.values(), areas, strict=True))
        assert cost.figures[Scope.OWN].area_um2 == pytest.approx(own, rel=1e-12)
        assert cost.figures[Scope.PE].area_um2 == areas[list(leaves).index(cost.leaf)]


@pytest.mark.rtl
def test_what_is_shared_costs_less_and_what_is_counted_never_makes_a_pe_faster(costs: Sequence[PeCost]) -> None:
    for cost in costs:
        alone, own, shared = (cost.figures[scope] for scope in Scope)
        assert alone.area_um2 <= shared.area_um2 <= own.area_um2
        assert alone.delay_ns <= min(own.delay_ns, shared.delay_ns)
        assert shared.macs_per_cycle <= own.macs_per_cycle == alone.macs_per_cycle
        assert own.tops_per_mm2 == pytest.approx(2000 * own.macs_per_cycle / own.delay_ns / own.area_um2)


@pytest.mark.rtl
def test_only_published_ratios_of_both_pes_are_shown(costs: Sequence[PeCost]) -> None:
    found = {cost.name: cost.figures for cost in costs}
    (ratio,) = ratios(costs)
    assert (ratio.pe, ratio.over, ratio.published) == ("opt3", "sibia", PUBLISHED["opt3", "sibia"])
    for scope in Scope:
        expected = found["opt3"][scope].tops_per_mm2 / found["sibia"][scope].tops_per_mm2
        assert ratio.ours[scope] == expected
    assert ratios(costs[1:2]) == ()


@pytest.mark.parametrize("name", [name for name in EVERY_PE if ":" in name or name in ("stripes", "laconic", "sibia")])
def test_throughput_is_that_of_the_cycle_model(name: str) -> None:
    design = parse_design(name)
    source = Distribution.published_normal(INT8)
    expected = design.expected(source)
    assert expected is not None
    assert macs_per_cycle(design) == design.lanes / expected


def test_throughput_without_an_expectation_is_that_of_drawn_operands() -> None:
    """36 cycles for 64 operands, between the fullest place on average and all of them."""
    assert 64 / 64 < macs_per_cycle(parse_design("bitlet")) < 64 / 32


def test_pes_that_share_terms_wait_for_each_other() -> None:
    alone, together = (macs_per_cycle(parse_design(f"laconic:columns={columns}")) for columns in (1, SHARERS))
    assert together < alone


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "opt4",
            "unknown design 'opt4'; the designs are stripes, pragmatic, laconic, bitlet, sibia, bitwave",
        ),
        ("bitwave:sign_cycles=1", "bitwave: in gates the signs come beside the first column; sign_cycles is 0, not 1"),
    ],
)
def test_a_pe_that_there_is_not_is_refused_before_anything_is_mapped(name: str, message: str) -> None:
    with pytest.raises(SpecError) as error:
        pe_costs(["booth", name], default_library(), Recipe(), NO_CACHE)
    assert str(error.value) == message


@pytest.mark.rtl
@pytest.mark.parametrize("name", ["sibia", "stripes:group=2", "bitlet:group=3", "laconic:group=2"])
def test_energy_grows_with_glitches_and_with_what_is_counted(name: str, cache: Cache) -> None:
    """The replay itself compares ``take`` of the cells with the cycles of the model at every edge."""
    energy = pe_energy(name, default_library(), Recipe(), cache)
    zero, unit = Glitches
    slow, fast = (Figures(1.0, delay_ns, energy.macs_per_cycle) for delay_ns in (10.0, 5.0))
    for scope in Scope:
        assert 0 < energy.pj_per_mac(scope, zero, fast) <= energy.pj_per_mac(scope, unit, fast)
        assert energy.pj_per_mac(scope, zero, fast) < energy.pj_per_mac(scope, zero, slow)
        every_cycle = energy.pj_per_mac(scope, zero, fast) - energy.switching_pj[scope][zero]
        half = energy.pj_per_mac(scope, zero, replace(fast, macs_per_cycle=energy.macs_per_cycle / 2))
        assert half == pytest.approx(energy.pj_per_mac(scope, zero, fast) + every_cycle)
    alone, shared, own = (energy.pj_per_mac(scope, zero, fast) for scope in (Scope.PE, Scope.SHARED, Scope.OWN))
    assert alone < shared < own
    assert energy.macs_per_cycle == pytest.approx(macs_per_cycle(parse_design(name)), rel=0.2)
    assert pe_energy(name, default_library(), Recipe(), cache) == energy


@pytest.mark.parametrize("name", ["sibia:group=2", "stripes:group=2", "laconic:group=3"])
def test_the_stimulus_takes_a_group_when_the_one_before_is_through(name: str) -> None:
    design = parse_design(name)
    vectors, macs = stimulus(design)
    ports, case = {port.name: port for port in vectors.ports}, vectors.cases[0]
    takes = [i for i, text in enumerate(vectors.texts(ports["take"], case), 1) if text == "1"]
    waits = [0, *takes][: macs // design.group]  # the reset takes too, and behind the last group there are zeros
    shown = [list(vectors.texts(ports[port], case)) for port in ("a", "b")]
    for begin, end in pairwise(waits):
        group = [shown[0][begin], shown[1][begin + parts(design).holds_b]]
        a, b = (
            [lane_value(lane_text(text, ports[port], i), ports[port].format) for i in range(design.group)]
            for port, text in zip("ab", group, strict=True)
        )
        assert end - begin == design.cycles(np.array([a]), np.array([b]).T)


@pytest.mark.rtl
def test_the_command_says_what_the_function_returns(costs: Sequence[PeCost]) -> None:
    arguments = [word for name in SMALL for word in ("--pe", name)]
    done = CliRunner().invoke(app, ["rtl", "baselines", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert [pe["leaf"] for pe in said["pes"]] == [cost.leaf.name for cost in costs]
    for pe, cost in zip(said["pes"], costs, strict=True):
        assert {name: facts["area_um2"] for name, facts in pe["scopes"].items()} == {
            scope.value: figures.area_um2 for scope, figures in cost.figures.items()
        }
    assert said["ratios"][0]["published"] == PUBLISHED["opt3", "sibia"]
    table = CliRunner().invoke(app, ["rtl", "baselines", *arguments])
    assert "issue shared by 16" in table.output
