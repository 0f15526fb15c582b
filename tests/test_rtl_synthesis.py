"""Leaves in cells: libraries as they are read, netlists as they are mapped, timed, kept and simulated."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from hwsim.engine import load_engine
from hwsim.errors import MissingToolError, SpecError
from hwsim.inventory import Leaf
from rtl.leaves import build_cell
from rtl.synthesis import liberty, timing, yosys
from rtl.synthesis.cache import Cache, cache_folder, digest_of
from rtl.synthesis.errors import SynthesisError
from rtl.synthesis.gate_level import write_gate_level
from rtl.synthesis.leaf_cost import LeafCost, cell_cost, leaf_costs
from rtl.synthesis.liberty import DEFAULT_LIBRARY, Library, default_library, load_library
from rtl.synthesis.recipe import Adder, Cover, Recipe
from rtl.synthesis.timing import Span, longest_paths
from rtl.synthesis.yosys import map_module
from rtl.verification import verify

OSU018 = default_library()
ADDER = Leaf.of("accumulate_adder", acc_bits=12)
FLOP = Leaf.of("delay", bits=1, stages=1)
PE = Leaf.of("pe_os", a_bits=4, a_signed=1, w_bits=3, w_signed=0, acc_bits=10, drain=1)

SMALL = """/* two cells */
library ("small") {
  time_unit : "10ps"; capacitive_load_unit (2, "ff"); nom_voltage : 0.90; nom_temperature : 85.0;
  cell (BUF) { area : 1.5; pg_pin (VDD) { direction : input; } pin (A) { direction : "input"; capacitance : 3; }
    pin (Y) { direction : output; function : "A"; } }
  cell (WIDE) { area : 9; pin(A) { direction : input; capacitance : 5; } pin(Y) { function : "(A)"; } }
  cell ("NAND") { area : 2; pin(A) { direction : input; } pin(B) { direction : input; }
    pin(Y) { function : "!(A B)"; } }
  cell (FREE) { area : 0; pin(A) { direction : input; } pin(Y) { function : "A"; } }
  cell (OLD) { area : 0.1; dont_use : true; pin(A) { direction : input; } pin(Y) { function : "A"; } }
  scaled_cell (BUF, hot) { area : 7; }
}
"""
FLOPS = 'library (small_flops) { time_unit : "10ps"; cell (DFF) { area : 4; ff (IQ, IQN) { clocked_on : "C"; } } }'


@pytest.fixture(autouse=True)
def caches_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def written(folder: Path, **texts: str) -> list[Path]:
    for name, text in texts.items():
        (folder / f"{name}.lib").write_text(text)
    return [folder / f"{name}.lib" for name in texts]


def test_a_library_is_read_from_all_its_files(tmp_path: Path) -> None:
    library = load_library(written(tmp_path, small=SMALL, flops=FLOPS))
    assert (library.name, library.corner) == ("small", "0.9 V, 85 C")
    assert library.areas_um2 == {"BUF": 1.5, "WIDE": 9.0, "NAND": 2.0, "OLD": 0.1, "DFF": 4.0}
    assert (library.flops, library.unused, library.buffer) == (frozenset({"DFF"}), ("OLD",), "BUF")
    assert library.time_unit_ns == pytest.approx(0.01)
    assert library.load_pf == pytest.approx(liberty.FANOUT * 3 * 0.002)


def test_a_packed_library_is_the_same_library_unpacked(tmp_path: Path) -> None:
    packed = tmp_path / "osu018.lib.gz"
    packed.write_bytes(gzip.compress(DEFAULT_LIBRARY.read_bytes()))
    library = load_library([packed])
    assert library.digest == OSU018.digest
    (plain,) = library.files
    assert plain.parent == cache_folder() / "liberty"
    assert plain.read_bytes() == DEFAULT_LIBRARY.read_bytes()


def test_no_unpacked_file_is_trusted_that_was_changed(tmp_path: Path) -> None:
    packed = tmp_path / "osu018.lib.gz"
    packed.write_bytes(gzip.compress(DEFAULT_LIBRARY.read_bytes()))
    (plain,) = load_library([packed]).files
    plain.write_text("library (broken) {")
    liberty._loaded.cache_clear()
    load_library([packed])
    assert plain.read_bytes() == DEFAULT_LIBRARY.read_bytes()


def refusal_of(folder: Path, **texts: str) -> str:
    with pytest.raises(SpecError) as refused:
        load_library(written(folder, **texts))
    return str(refused.value).replace(f"{folder}/", "")


def test_what_is_no_library_gets_one_sentence(tmp_path: Path) -> None:
    assert refusal_of(tmp_path, small=SMALL) == (
        "small.lib: the library small has no flip-flop, so no register can be mapped; "
        "a library of several files is given by all of them"
    )
    assert refusal_of(tmp_path, flops=FLOPS) == (
        "the library small_flops has no buffer, which stands for what drives and loads a leaf"
    )
    assert refusal_of(tmp_path, v="module m; endmodule") == (
        "v.lib is not a Liberty file: it does not begin with library (NAME) {"
    )
    (tmp_path / "cut.lib.gz").write_bytes(gzip.compress(SMALL.encode())[:-20])
    for name, reason in {"none.lib": "No such file or directory", "cut.lib.gz": "its gzip stream is damaged"}.items():
        with pytest.raises(SpecError) as refused:
            load_library([tmp_path / name])
        assert str(refused.value) == f"{tmp_path / name}: {reason}"


def test_what_is_not_installed_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liberty, "DEFAULT_LIBRARY", Path("nowhere.lib"))
    with pytest.raises(MissingToolError) as refused:
        default_library()
    assert str(refused.value) == (
        "no cell library is given, and osu018 is not installed; the Debian package qflow-tech-osu018 brings it"
    )
    monkeypatch.setattr(timing.shutil, "which", lambda _: None)
    timing.sta_version.cache_clear()
    with pytest.raises(MissingToolError) as refused:
        timing.sta_version()
    assert str(refused.value) == "OpenSTA (sta) is not on the PATH; the Debian package opensta brings it"
    monkeypatch.setattr(yosys.util, "find_spec", lambda _: None)
    with pytest.raises(MissingToolError) as refused:
        yosys.yosys_version()
    assert str(refused.value) == "the Python package pyosys is not installed; the extra hwsim[rtl] brings it"


def test_a_period_is_longer_than_nothing() -> None:
    for period in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(SpecError) as refused:
            Recipe(period_ns=period)
        assert str(refused.value) == f"a clock period is longer than 0 ns, not {period:g}"


@pytest.mark.rtl
@pytest.mark.parametrize("leaf", [ADDER, PE], ids=lambda leaf: leaf.kind)
def test_the_same_leaf_is_the_same_netlist_on_every_run(leaf: Leaf) -> None:
    cell = build_cell(leaf)
    first, again = (map_module(cell.text, cell.name, OSU018, Recipe()) for _ in range(2))
    assert first == again
    assert first.cell_count > 0
    assert first.area_um2 == sum(OSU018.areas_um2[name] * count for name, count in first.cells.items())


@pytest.mark.rtl
def test_registers_become_flops_one_for_each_bit() -> None:
    cell = build_cell(Leaf.of("delay", bits=5, stages=3))
    mapped = map_module(cell.text, cell.name, OSU018, Recipe())
    assert sum(count for name, count in mapped.cells.items() if name in OSU018.flops) == 15


UNMAPPED = {
    "a latch": (
        "module m(input e, input d, output reg q); always @* if (e) q = d; endmodule",
        "m has cells without an area in osu018_stdcells: 1 LATCH",
    ),
    "a module that is nowhere": (
        "module m(input a, output q); gate g(.a(a), .q(q)); endmodule",
        "Yosys stopped at m: Module `\\gate' referenced in module `\\m' in cell `\\g' is not part of the design.",
    ),
    "another module": (
        "module n(input a, output q); assign q = a; endmodule",
        "Yosys stopped at m: Module `m' not found!",
    ),
    "a black box": (
        "(* blackbox *) module g(output q); endmodule module m(output q); g g(.q(q)); endmodule",
        "m has cells without an area in osu018_stdcells: 1 g",
    ),
    "no Verilog": ("assign", "Yosys stopped at m: design.v:1: ERROR: syntax error, unexpected TOK_ASSIGN"),
}


@pytest.mark.rtl
@pytest.mark.parametrize("name", UNMAPPED)
def test_what_cannot_be_mapped_gets_a_sentence_and_no_number(name: str) -> None:
    text, message = UNMAPPED[name]
    with pytest.raises(SynthesisError) as refused:
        map_module(text, "m", OSU018, Recipe())
    assert str(refused.value) == message


@pytest.mark.rtl
def test_a_black_box_is_not_timed() -> None:
    netlist = "module m(a, q); input a; output q; NAND9 g(.A(a), .Y(q)); endmodule"
    with pytest.raises(SynthesisError) as refused:
        longest_paths([netlist], "m", OSU018, clocked=False, with_reset=True)
    assert str(refused.value).startswith("OpenSTA cannot time m: ")
    assert "NAND9" in str(refused.value)


def rescaled(folder: Path, name: str, before: str, after: str) -> Library:
    text = DEFAULT_LIBRARY.read_text()
    assert text.count(before) == 1
    return load_library(written(folder, **{name: text.replace(before, after)}))


@pytest.mark.rtl
def test_delays_are_in_ns_whatever_the_library_counts_in(tmp_path: Path) -> None:
    cell = build_cell(PE)
    netlist = map_module(cell.text, cell.name, OSU018, Recipe()).netlist
    slow = rescaled(tmp_path, "slow", 'time_unit : "1ns"', 'time_unit : "10ns"')
    heavy = rescaled(tmp_path, "heavy", "capacitive_load_unit (1,pf)", "capacitive_load_unit (100,ff)")
    paths, in_slow, in_heavy = (longest_paths([netlist], cell.name, x, True, True) for x in (OSU018, slow, heavy))
    assert [path.span for path in paths] == [
        Span.REGISTER_TO_REGISTER,
        Span.INPUT_TO_REGISTER,
        Span.REGISTER_TO_OUTPUT,
    ]
    assert paths[0].delay_ns > 1
    assert [p.delay_ns for p in in_slow] == pytest.approx([10 * p.delay_ns for p in paths], rel=1e-3)
    assert [p.delay_ns for p in in_heavy] == pytest.approx([p.delay_ns for p in paths], rel=1e-3)


@pytest.mark.rtl
def test_the_ends_of_a_path_are_bits_of_registers_and_ports(tmp_path: Path) -> None:
    cost = cell_cost(build_cell(PE), OSU018, Recipe(), Cache(tmp_path))
    assert cost.worst is not None
    assert cost.worst.span is Span.REGISTER_TO_REGISTER
    assert cost.worst.start.split("[")[0] in ("a_reg", "b_reg", "first_reg")
    assert cost.worst.end.startswith("acc[")


def counted(cache: Cache, monkeypatch: pytest.MonkeyPatch, recipe: Recipe) -> tuple[LeafCost, int]:
    """The cost of a flop, and how often it was mapped for that."""
    runs = []

    def mapped(*arguments: object) -> yosys.Mapped:
        runs.append(arguments)
        return map_module(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("rtl.synthesis.leaf_cost.map_module", mapped)
    return cell_cost(build_cell(FLOP), OSU018, recipe, cache), len(runs)


@pytest.mark.rtl
def test_what_is_kept_is_not_mapped_again_unless_it_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path / "kept")
    first, runs = counted(cache, monkeypatch, Recipe())
    assert runs == 1
    assert counted(cache, monkeypatch, Recipe()) == (first, 0)
    assert counted(cache, monkeypatch, Recipe(adder=Adder.RIPPLE))[1] == 1
    (path, *_) = sorted(path for path in (tmp_path / "kept").iterdir() if "ripple" not in path.read_text())
    whole = path.read_text()
    stored = json.loads(whole)
    stored["value"]["area_um2"] += 1
    for damaged in (whole[:-10], "", "[]", json.dumps(stored)):
        for kept in (tmp_path / "kept").iterdir():
            kept.write_text(damaged)
        assert counted(cache, monkeypatch, Recipe()) == (first, 1)
    assert counted(Cache(None), monkeypatch, Recipe()) == (first, 1)


def test_a_cache_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "below")
    cache.store("key", {"a": 1})
    assert cache.load("key") is None


def test_texts_are_told_apart_by_where_one_ends() -> None:
    assert digest_of("ab", "c") != digest_of("a", "bc")
    assert digest_of("ab", "c") == digest_of("ab", "c")


GATE_LEVEL = [
    ("systolic-os:rows=2,cols=1,drain=column,a=int5,w=int4,acc=int12", Recipe()),
    ("systolic-os:rows=1,cols=2,a=uint4,w=int5,acc=int16", Recipe(Adder.RIPPLE, Cover.AREA)),
    ("systolic-ws:rows=1,cols=1,mac=opt1,a=int4,w=int5,acc=int14", Recipe(Adder.SKLANSKY, Cover.BALANCED)),
    (
        "adder-tree:k=2,n=1,mac=opt2,a=uint5,w=int4,acc=int16",
        Recipe(Adder.KOGGE_STONE, Cover.DELAY, booth=False, period_ns=20),
    ),
]


@pytest.mark.rtl
@pytest.mark.parametrize(("spec", "recipe"), GATE_LEVEL)
def test_the_engine_in_cells_equals_the_model_at_every_edge(spec: str, recipe: Recipe, tmp_path: Path) -> None:
    engine = load_engine(spec)
    files = write_gate_level(engine, tmp_path / "cells", OSU018, recipe, Cache(None))
    verdict = verify(engine, seed=1, cases=4, build_dir=tmp_path, sources=files)
    assert verdict.passed, verdict
    assert not any("always" in file.read_text() for file in files if file.stem != "cells")


@pytest.mark.rtl
def test_a_wrong_cell_in_the_netlist_is_found(tmp_path: Path) -> None:
    engine = load_engine("systolic-os:rows=1,cols=1,a=int4,w=int4,acc=int12")
    files = write_gate_level(engine, tmp_path / "cells", OSU018, Recipe(), Cache(None))
    (pe,) = (file for file in files if file.stem.startswith("pe_os"))
    text = pe.read_text()
    assert "XOR2X1" in text
    pe.write_text(text.replace(" XOR2X1 ", " XNOR2X1 ", 1))
    assert not verify(engine, seed=1, cases=4, build_dir=tmp_path, sources=files).passed


@pytest.mark.rtl
def test_leaves_are_costed_in_the_order_asked_for(tmp_path: Path) -> None:
    leaves = [Leaf.of("delay", bits=1, stages=stages) for stages in (3, 1, 2)]
    costs = leaf_costs(leaves, OSU018, Recipe(), Cache(tmp_path))
    assert [cost.leaf for cost in costs] == leaves
    assert costs[1].area_um2 < costs[2].area_um2 < costs[0].area_um2
