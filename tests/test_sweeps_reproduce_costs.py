"""Claims that gates answer: one row for each library, stored costs, and laws that hold whatever the costs are."""

from __future__ import annotations

import json
import math
import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import sweeps.reproduce.costs.stored_costs as stored_costs
import sweeps.reproduce.stored as stored_rows
from hwsim.engine import Engine, load_engine
from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from rtl.synthesis.recipe import Recipe
from sweeps.cli import app
from sweeps.reproduce.bitweight.pe_costs import MAC_GHZ, mac, period_ns
from sweeps.reproduce.claim import Answer, Claim, Origin, Source, costed
from sweeps.reproduce.costing import ask_all
from sweeps.reproduce.costs import bounds
from sweeps.reproduce.costs.engines import RECIPES, best, pe
from sweeps.reproduce.costs.figures import (
    FASTEST,
    Costs,
    EnergyFigures,
    LeafFigures,
    NotCostedError,
    PathFigures,
    PeEnergyFigures,
    PeFigures,
)
from sweeps.reproduce.costs.leaves import ADDERS, fastest_ns, smallest_um2
from sweeps.reproduce.costs.libraries import DEFAULT, LIBRARIES, read_libraries
from sweeps.reproduce.costs.shelf import PROVENANCE, Shelf
from sweeps.reproduce.costs.stored_costs import load_shelves, rtl_digest, save_shelves, stale, stored_shelves
from sweeps.reproduce.costs.workshop import Workshop
from sweeps.reproduce.registry import SYSTEMS
from sweeps.reproduce.stored import code_digest, load
from sweeps.reproduce.system import System, compute
from sweeps.reproduce.tolerance import EXACT, Kind, relative
from sweeps.reproduce.verdict import Verdict, answered

SOURCE = Source(Origin.NOTES, "somewhere")
PROVEN = dict.fromkeys(PROVENANCE, "known")
COSTED = [
    claim for system in SYSTEMS for section in system.sections for claim in section.claims if claim.library == DEFAULT
]
WITH_TOOLS = pytest.mark.skipif(
    not (util.find_spec("pyosys") and shutil.which("sta") and Path("/usr/share/qflow/tech/osu018").exists()),
    reason="synthesis needs pyosys, OpenSTA and osu018",
)


@dataclass(frozen=True)
class Invented:
    """Costs that depend on the question alone, times a unit of each kind."""

    library: str = DEFAULT
    area: float = 1.0
    time: float = 1.0
    energy_unit: float = 1.0

    def leaf(self, leaf: Leaf, recipe: Recipe = FASTEST) -> LeafFigures:
        size = 10.0 + sum(value for _, value in leaf.parameters) + len(leaf.kind)
        slower = 1 + 0.25 * ((recipe.adder is not FASTEST.adder) + (recipe.period_ns is not None))
        carries = 4 if leaf.kind.startswith("pe_os") else 1
        delay = self.time * size * slower * carries / 8
        return LeafFigures(self.area * size * (3 - slower), self.area * size / 4, delay)

    def gates(self, name: str, text: str) -> LeafFigures:
        return LeafFigures(3 * self.area, 0.0, self.time)

    def paths(self, engine: Engine, recipe: Recipe = FASTEST) -> PathFigures:
        longest = max(self.leaf(leaf, recipe).delay_ns for leaf, _ in engine.inventory())
        return PathFigures(2 * longest, longest)

    def energy(self, engine: Engine) -> EnergyFigures:
        whole = self.energy_unit * sum(count * len(leaf.name) for leaf, count in engine.inventory())
        switching = {"zero-delay": whole, "unit-delay": 1.5 * whole}
        return EnergyFigures(switching, whole / 4, whole / self.time, engine.pe_count / engine.passes)

    def pe(self, name: str) -> PeFigures:
        return PeFigures(*(len(name) / (self.area * self.time * part) for part in (1, 2, 4)))

    def pe_energy(self, name: str) -> PeEnergyFigures:
        whole = self.energy_unit * len(name)
        return PeEnergyFigures(*({"zero-delay": part * whole, "unit-delay": 2 * part * whole} for part in (1, 2, 4)))


def asked(claim: Claim, costs: Costs) -> Answer:
    assert claim.costed is not None
    found = claim.costed(costs)
    return found if isinstance(found, Answer) else Answer(found)


@given(st.integers(1, 10**6).map(lambda n: n / 1e4))
def test_the_fastest_mac_fits_the_clock_that_it_sets(delay: float) -> None:
    costs = Invented(time=delay)
    assert period_ns(costs, MAC_GHZ) == fastest_ns(costs, mac(), ADDERS)


powers = st.integers(-3, 3).map(lambda exponent: 2.0**exponent)


@pytest.mark.parametrize("claim", COSTED, ids=lambda claim: claim.text)
def test_no_answer_depends_on_units_of_a_process(claim: Claim) -> None:
    """Twice the area, half the speed and four times the energy everywhere change no ratio and no word."""
    one, other = asked(claim, Invented()), asked(claim, Invented(area=2.0, time=0.5, energy_unit=4.0))
    assert isinstance(one.value, str) or math.isfinite(float(one.value))  # type: ignore[arg-type]
    assert one.value == (other.value if isinstance(one.value, str) else pytest.approx(other.value, rel=1e-6))
    assert list(one.beside) == list(other.beside)


def test_every_number_has_a_row_for_each_library_and_its_key() -> None:
    book: Mapping[str, Costs] = {name: Invented(name) for name in LIBRARIES}
    for system in (system for system in SYSTEMS if system.asks_costs):
        found = defaultdict(list)
        for row in compute(replace(system, sections=_costed_sections(system)), book=book):
            assert row.record()["library"] == row.library
            if row.library:
                assert row.outcome is not Verdict.NOT_CHECKABLE
                found[row.series, row.point].append(row.library)
        assert found
        assert set(map(tuple, found.values())) == {LIBRARIES}


def _costed_sections(system: System) -> tuple:  # type: ignore[type-arg]
    return tuple(section for section in system.sections if any(claim.library for claim in section.claims))


def test_only_a_number_from_costs_has_a_library() -> None:
    with pytest.raises(SpecError) as wrong:
        Claim("x", "", SOURCE, 1, EXACT, ours=lambda: 1, library="osu018")
    assert str(wrong.value) == "x [osu018]: a number from costs has a cell library, and only such a number"


def test_what_is_not_stored_is_not_checkable_and_says_why() -> None:
    claim = costed("delay", SOURCE, relative(0.1), [("", 1, lambda costs: costs.leaf(pe("systolic-os")).delay_ns)])[1]
    row = answered(claim, "all", {name: Shelf(name) for name in LIBRARIES})
    assert (row.library, row.verdict) == ("sky130", "not checkable here (no costs in sky130 are stored)")
    assert (row.ours, row.tolerance, row.tolerance_kind) == (None, None, None)
    name = pe("systolic-os").name
    row = answered(claim, "all", {name: Shelf(name, PROVEN) for name in LIBRARIES})
    assert row.verdict == f"not checkable here (no cost in sky130 is stored of {name}; {FASTEST})"


def test_tolerances_are_those_that_were_set() -> None:
    """Section 7.3 of the brief on LUT Tensor Core: ten per cent for ratios; crossings within a bit; 12 to 18 %."""
    assert (relative(0.10), relative(0.20)) == (bounds.RATIO, bounds.ENERGY)
    kinds = {claim.tolerance.kind for claim in COSTED if claim.tolerance}
    assert kinds == {Kind.EXACT, Kind.ABSOLUTE, Kind.RELATIVE, Kind.DIRECTION}
    for claim in COSTED:
        assert claim.tolerance is not None
        assert claim.tolerance.kind is not Kind.RELATIVE or claim.tolerance.bound <= 0.2  # type: ignore[operator]


@given(powers, powers)
def test_the_best_point_is_no_worse_than_any(area: float, time: float) -> None:
    costs, spec = Invented(area=area, time=time), "systolic-os:rows=2,cols=2,mac=booth"
    engine = load_engine(spec)
    found = best(costs, spec)
    for recipe in RECIPES:
        total = sum(count * costs.leaf(leaf, recipe).area_um2 for leaf, count in engine.inventory())
        assert found.per_area >= 4 / (costs.paths(engine, recipe).worst_ns * total) * (1 - 1e-12)


@settings(max_examples=30)
@given(st.floats(1, 200), st.floats(1, 2))
def test_more_time_never_takes_more_area(period: float, times: float) -> None:
    costs, leaf = Invented(), pe("systolic-os:mac=booth")
    if period < fastest_ns(costs, leaf, ADDERS):
        with pytest.raises(NotCostedError) as missed:
            smallest_um2(costs, leaf, period, ADDERS)
        assert str(missed.value) == f"no {leaf.name} in osu018 meets {period:.3f} ns"
    else:
        assert smallest_um2(costs, leaf, period * times, ADDERS) <= smallest_um2(costs, leaf, period, ADDERS)


# Stored costs.


def shelf() -> Shelf:
    costs, engine, made = Invented(), load_engine("systolic-os:rows=2,cols=2"), Shelf("sky130", PROVEN)
    leaf = pe("systolic-os")
    made.leaves[f"{leaf.name}; {FASTEST}"] = costs.leaf(leaf)
    made.leaves["index_xor"] = costs.gates("index_xor", "")
    made.engines[f"{engine.spec}; {FASTEST}"] = costs.paths(engine)
    made.energies[engine.spec] = costs.energy(engine)
    made.pes["opt3"] = costs.pe("opt3")
    made.pe_energies["opt3"] = costs.pe_energy("opt3")
    return made


def test_what_is_stored_is_answered(tmp_path: Path) -> None:
    path = save_shelves({"sky130": shelf()}, tmp_path / "synthesis.json")
    found, engine, costs = load_shelves(path), load_engine("systolic-os:rows=2,cols=2"), Invented()
    assert list(found) == list(LIBRARIES)
    assert found["sky130"] == shelf()
    assert found["asap7"] == Shelf("asap7")
    kept = found["sky130"]
    assert kept.leaf(pe("systolic-os")) == costs.leaf(pe("systolic-os"))
    assert kept.gates("index_xor", "") == costs.gates("index_xor", "")
    assert (kept.paths(engine), kept.energy(engine)) == (costs.paths(engine), costs.energy(engine))
    assert (kept.pe("opt3"), kept.pe_energy("opt3")) == (costs.pe("opt3"), costs.pe_energy("opt3"))


def test_energies_of_the_same_netlists_are_kept() -> None:
    old = shelf()
    same, other = Shelf("sky130", {**PROVEN, "made": "later"}), Shelf("sky130", {**PROVEN, "rtl": "other"})
    for made in (same, other):
        made.keep_energies(old)
    assert (same.energies, other.energies) == (old.energies, {})
    assert (same.pe_energies, other.pe_energies) == (old.pe_energies, {})


@pytest.mark.parametrize("missing", PROVENANCE)
def test_costs_without_provenance_are_not_loaded(missing: str, tmp_path: Path) -> None:
    path = save_shelves({"sky130": shelf()}, tmp_path / "synthesis.json")
    stored = json.loads(path.read_text())
    del stored["libraries"]["sky130"]["provenance"][missing]
    path.write_text(json.dumps(stored))
    with pytest.raises(SpecError) as refused:
        load_shelves(path)
    assert str(refused.value) == (
        f"{path}: no stored costs of synthesis; python -m sweeps.reproduce synthesis makes them"
    )


def test_costs_of_other_netlists_are_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not stale(Shelf("sky130"))
    assert stale(shelf())
    assert not stale(Shelf("sky130", {**PROVEN, "rtl": rtl_digest()}))
    monkeypatch.setattr(stored_costs, "stored_shelves", lambda: {"sky130": shelf(), "asap7": Shelf("asap7")})
    stored = load("bitweight")
    monkeypatch.setattr(stored_rows, "code_digest", lambda system: stored.digest)
    told = CliRunner().invoke(app, ["reproduce", "bitweight", "--json"]).stderr
    assert told == (
        "hwsim: the costs in sky130 are stale: they are of other netlists; "
        "python -m sweeps.reproduce synthesis makes them\n"
    )


def test_rows_are_stale_if_costs_are_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name for name, _ in stored_rows._sources("lut")]
    assert "reproduce/results/synthesis.json" in names
    assert "reproduce/results/synthesis.json" not in [name for name, _ in stored_rows._sources("cosma")]
    assert code_digest("lut") != code_digest("bitweight")


def test_the_stored_costs_answer_all_that_claims_ask_of_the_default_library() -> None:
    """Energies and other libraries may wait; areas and delays of the default library may not."""
    found = stored_shelves()[DEFAULT]
    for claim in COSTED:
        row = answered(claim, "all", {DEFAULT: found})
        assert row.outcome is not Verdict.NOT_CHECKABLE or "energy" in claim.series or "power" in claim.series, row


# Libraries by name.


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("sky131=x.lib", "unknown library 'sky131' (did you mean 'sky130'?); "
                         "libraries are osu018, sky130, sg13g2, asap7"),
        ("asap7", "the files of asap7 are not known; give asap7=FILE, or a folder that has them"),
        ("asap7=none.lib", "none.lib: No such file or directory"),
    ],
)  # fmt: skip
def test_a_wrong_library_gets_one_sentence(given: str, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        read_libraries([given])
    assert str(refused.value) == sentence
    result = CliRunner().invoke(app, ["reproduce", "lut", "--liberty", given])
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"hwsim: {sentence}\n")


def test_a_folder_without_libraries_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as refused:
        read_libraries([str(tmp_path)])
    assert str(refused.value) == (
        f"{tmp_path} has no file NAME*.lib or NAME*.lib.gz of a library; they are osu018, sky130, sg13g2, asap7"
    )


# Costs made now.


@WITH_TOOLS
def test_what_a_workshop_makes_is_kept_and_the_same_again() -> None:
    from rtl.synthesis.cache import NO_CACHE

    libraries = read_libraries([DEFAULT])
    workshop = Workshop(DEFAULT, libraries[DEFAULT], NO_CACHE)
    leaf = Leaf.of("resolve_adder", bits=4)
    made = workshop.leaf(leaf)
    assert made.area_um2 > made.register_um2 == 0 < made.delay_ns
    assert workshop.shelf.leaf(leaf) == made == Workshop(DEFAULT, libraries[DEFAULT], NO_CACHE).leaf(leaf)
    xor = "module xor1 (input wire a, input wire b, output wire y);\n    assign y = a ^ b;\nendmodule\n"
    assert workshop.gates("xor1", xor).area_um2 > 0
    assert Shelf.of_record(DEFAULT, json.loads(json.dumps(workshop.shelf.record()))) == workshop.shelf


def test_all_that_is_asked_is_what_claims_ask(capsys: pytest.CaptureFixture[str]) -> None:
    ask_all(Invented())
    assert capsys.readouterr().err == ""
    ask_all(Shelf(DEFAULT))
    assert len(capsys.readouterr().err.splitlines()) == len(COSTED)


def test_the_documented_rows_are_the_stored_ones() -> None:
    """Every claim in the table of all libraries, three digits of each, bold where reproduced."""
    text = (Path(__file__).parent.parent / "docs/reproduce.md").read_text("utf-8")
    heading = f"| claim | published | {' | '.join(LIBRARIES)} |\n"
    lines = text.partition(heading)[2].partition("\n\n")[0].splitlines()[1:]
    assert len(lines) > 20
    stored = {(row.claim, row.library): row for system in stored_rows.COSTED for row in load(system).rows}
    for line in lines:
        claim, published, *shown = (cell.strip() for cell in line.strip("|").split("|"))
        rows = [stored[f"{claim} [{library}]", library] for library in LIBRARIES]
        assert published == f"{rows[0].published:.4g}"
        ours = [f"{row.ours:.3g}" for row in rows]
        assert shown == [
            f"**{o}**" if row.outcome is Verdict.REPRODUCED else o for o, row in zip(ours, rows, strict=True)
        ]
