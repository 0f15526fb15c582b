"""Engines of any size from leaves of a few: sums of what they are made of, every leaf known, and what they take."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import lru_cache
from importlib import util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.arrays import ARRAYS
from hwsim.engine import Engine, load_engine, make_engine
from hwsim.macs import LowBitMac
from hwsim.technology import Technology, engine_figures, load_technology, technologies
from hwsim.technology.interpolation import Kind
from hwsim.technology.keys import SIDES, engine_key
from made_technology import CLOCK_PJ, LEAKAGE_NW, PERIOD_NS, SWITCHING, area, made
from rtl.characterisation.engine_list import default_engines, default_leaves, small
from rtl.synthesis.cache import NO_CACHE
from rtl.synthesis.recipe import Recipe
from sweeps.reproduce.costs.libraries import LIBRARIES

DEFAULTS = [(array.name, mac.name) for array in ARRAYS for mac in array.houses]
MOST = 1024


@lru_cache(maxsize=1)
def whole() -> Technology:
    """Every leaf and engine that is characterised, with figures that nobody measured."""
    return made(default_engines(), default_leaves())


def sized(array: str, mac: str, side: int, only: str | None = None) -> Engine:
    """The engine with all of its sides, or one, of this length; groups of low-bit arrays stay."""
    engine = make_engine(array, {"mac": mac})
    kept = {"k"} if isinstance(engine.mac, LowBitMac) else set()
    names = [name for name in SIDES - kept if hasattr(engine.array, name) and only in (None, name)]
    return make_engine(array, {"mac": mac, **dict.fromkeys(names, min(side, 64) if array == "cube" else side)})


@pytest.mark.parametrize(("array", "mac"), DEFAULTS)
@pytest.mark.parametrize("side", [1, 2, 3, 5, 16, 100, MOST])
def test_every_default_engine_has_figures_at_every_size(array: str, mac: str, side: int) -> None:
    figures = engine_figures(whole(), sized(array, mac, side))
    assert figures.area_um2 > 0
    assert figures.switching is not None
    assert figures.leakage_nw is not None


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(DEFAULTS), st.integers(1, 200), st.sampled_from([None, *sorted(SIDES)]))
def test_figures_are_sums_over_leaves(which: tuple[str, str], side: int, only: str | None) -> None:
    engine = sized(*which, side, only)
    figures = engine_figures(whole(), engine)
    total = sum(count * area(leaf) for leaf, count in engine.inventory())
    assert figures.area_um2 == pytest.approx(total)
    assert figures.leakage_nw == pytest.approx(LEAKAGE_NW * total)
    assert figures.clock_pj == pytest.approx(CLOCK_PJ * total)
    assert figures.switching is not None
    assert figures.switching.zero_delay_pj == pytest.approx(SWITCHING.zero_delay_pj * total)
    assert figures.switching.unit_delay_pj == pytest.approx(SWITCHING.unit_delay_pj * total)
    assert figures.period_ns == PERIOD_NS
    assert figures.macs_per_cycle == pytest.approx(engine.pe_count / engine.passes)


@pytest.mark.parametrize(("array", "mac"), DEFAULTS)
def test_what_was_not_characterised_is_said(array: str, mac: str) -> None:
    engine = sized(array, mac, 50)
    leaves = [leaf for leaf, _ in engine.inventory()]
    kinds = {kind: {x.kind for x in leaves if whole().leaf(x).kind is kind} for kind in Kind}
    notes = engine_figures(whole(), engine).notes
    for kind in (Kind.INTERPOLATED, Kind.EXTRAPOLATED):
        said = [note for note in notes if f" are {kind.value}: " in note]
        assert len(said) == bool(kinds[kind])
        assert all(name in said[0] for name in kinds[kind])
    assert not engine_figures(whole(), small(make_engine(array, {"mac": mac}))).notes


def test_only_rows_of_equal_parts_go_on_beyond_what_was_characterised() -> None:
    found = [engine_figures(whole(), sized(array, mac, MOST)).notes for array, mac in DEFAULTS]
    beyond = [note.partition(": ")[2] for notes in found for note in notes if "extrapolated" in note]
    kinds = {part.removeprefix("of ").split(" of ")[-1] for note in beyond for part in note.split(", ")}
    assert kinds
    assert all(kind.startswith(("delay", "operand_register", "held_register", "barrier")) for kind in kinds)


def keys_of(specs: Iterator[str]) -> set[str]:
    return {str(engine_key(load_engine(spec))) for spec in specs}


def test_size_has_no_part_in_an_engines_key_and_everything_else_has() -> None:
    assert len(keys_of(f"systolic-os:rows={side},cols=3" for side in (1, 4, 30))) == 1
    assert len(keys_of(f"lut:m={side},n={side}" for side in (1, 4))) == 1
    different = ["lut", "lut:k=2", "lut:w_bits=1", "lut:a=fp16", "lut:a=int16", "unpu", "systolic-os"]
    different += ["systolic-os:mac=opt1", "systolic-os:a=int4", "systolic-os:a=uint8", "systolic-os:overlap=true"]
    assert len(keys_of(iter(different))) == len(different)


@given(st.integers(4, 8), st.integers(4, 8))
def test_widths_between_formats_are_interpolated(a: int, w: int) -> None:
    if a != w and a != 8:
        return
    engine = load_engine(f"systolic-os:rows=3,cols=5,a=int{a},w=int{w}")
    figures = engine_figures(whole(), engine)
    exact = (a, w) in ((4, 4), (8, 8), (8, 4))
    assert (f"the clock of {engine.spec} is interpolated" in figures.notes) == (not exact)
    assert figures.period_ns == pytest.approx(PERIOD_NS)


@pytest.mark.parametrize("array", ["lut", "unpu"])
def test_passes_between_characterised_weights_are_interpolated_and_not_their_rate(array: str) -> None:
    technology = made(load_engine(f"{array}:m=2,n=4,w_bits={bits}") for bits in (2, 8))
    for bits in range(2, 9):
        engine = load_engine(f"{array}:m=2,n=4,w_bits={bits}")
        assert engine.passes == bits
        assert engine_figures(technology, engine).macs_per_cycle == pytest.approx(engine.pe_count / bits)


def test_an_engine_that_was_only_mapped_has_no_energy_and_says_so() -> None:
    technology = made(default_engines()[:1], simulated=False)
    figures = engine_figures(technology, default_engines()[0])
    assert (figures.leakage_nw, figures.clock_pj, figures.switching) == (None, None, None)
    assert [note.partition(":")[0] for note in figures.notes] == ["no energy is known"]


def test_a_bit_of_a_register_is_a_part_of_a_chain() -> None:
    assert whole().register_bit().area_um2 == pytest.approx(10)


@pytest.mark.parametrize("name", technologies())
@pytest.mark.parametrize(("array", "mac"), DEFAULTS)
def test_shipped_technologies_know_every_default_engine(name: str, array: str, mac: str) -> None:
    technology = load_technology(name)
    areas = [engine_figures(technology, sized(array, mac, side)).area_um2 for side in (1, 4, 16, 64, 256)]
    assert areas == sorted(areas)
    assert len(set(areas)) == len(areas) - (array == "cube")


@pytest.mark.parametrize("name", technologies())
def test_shipped_technologies_are_of_the_leaves_and_engines_that_are_listed(name: str) -> None:
    technology, listed = load_technology(name), whole()
    assert {x.leaf for x in technology.leaves} == {x.leaf for x in listed.leaves}
    assert {x.spec for x in technology.engines} == {x.spec for x in listed.engines}
    unknown = {x.spec for x in technology.engines if x.switching is None}
    assert unknown == {x.spec for x in technology.engines if load_engine(x.spec).mac.floating}


def test_the_four_libraries_are_shipped() -> None:
    assert set(technologies()) == set(LIBRARIES)


@pytest.mark.rtl
@pytest.mark.skipif(
    not (util.find_spec("pyosys") and shutil.which("sta") and Path("/usr/share/qflow/tech/osu018").exists()),
    reason="synthesis needs pyosys, OpenSTA and osu018",
)
@pytest.mark.parametrize("spec", ["systolic-os:mac=booth", "systolic-ws:mac=opt1", "bitslice:mac=opt4c", "lut"])
def test_shipped_figures_are_those_of_the_netlists_as_they_are(spec: str) -> None:
    from rtl.synthesis.leaf_cost import leaf_costs, tool_versions
    from rtl.synthesis.liberty import default_library

    technology, engine = load_technology("osu018"), small(load_engine(spec))
    leaves = [leaf for leaf, _ in engine.inventory() if leaf.kind.startswith("pe_")]
    if dict(technology.provenance.tools) != dict(tool_versions()):
        pytest.skip(f"the shipped figures are of {technology.provenance.tools}")
    for cost in leaf_costs(leaves, default_library(), Recipe(), NO_CACHE):
        (figures,) = (x for x in technology.leaves if x.leaf == cost.leaf)
        assert cost.area_um2 == pytest.approx(figures.area_um2, rel=1e-5)
        assert cost.worst is not None
        assert cost.worst.delay_ns == figures.delay_ns


def test_no_shipped_file_lies_where_results_are_written(tmp_path: Path) -> None:
    from hwsim.technology.loading import FOLDER

    assert FOLDER not in tmp_path.parents
