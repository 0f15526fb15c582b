"""Verilog mapped to the cells of a library by Yosys and ABC, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata, util
from pathlib import Path

from hwsim.errors import MissingToolError
from rtl.synthesis.errors import SynthesisError
from rtl.synthesis.liberty import Library
from rtl.synthesis.recipe import Adder, Cover, Recipe

CHILD = Path(__file__).with_name("yosys_child.py")
RIPPLE_CARRY = Path(__file__).with_name("ripple_carry.v")
CARRIES = {
    Adder.RIPPLE: "ripple_carry.v",
    Adder.BRENT_KUNG: None,  # what Yosys makes by itself
    Adder.SKLANSKY: "+/choices/sklansky.v",
    Adder.KOGGE_STONE: "+/choices/kogge-stone.v",
}
"""Rules in place of Yosys' own for the carries of an adder (its cell ``$lcu``)."""

COVERS = {
    Cover.DELAY: "map -B 0.9 -D {ps}",
    Cover.BALANCED: "&get -n; &nf -D {ps}; &put",
    Cover.AREA: "amap -m",
}
"""ABC's command that covers logic with cells, for a period of ``ps`` picoseconds."""

ABC_SCRIPT = """strash; &get -n; &fraig -x; &put; scorr; dc2; dch -f
{cover}
topo; buffer -c; upsize -D {ps}; dnsize -D {ps}; stime -p
"""
"""What Yosys has ABC do with a library and constraints, with the cover of the recipe."""

FLOP = "_flop"
"""Ending of a flop's name; before it stands the name of its register's bit, which is what the end of a path says."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A module in cells: its Verilog, how many of each cell, and the sum of their areas."""

    module: str
    netlist: str = field(repr=False)
    cells: Mapping[str, int]
    area_um2: float

    @property
    def cell_count(self) -> int:
        return sum(self.cells.values())


def yosys_version() -> str:
    """The version of pyosys; raises MissingToolError without it."""
    if util.find_spec("pyosys") is None:
        raise MissingToolError("the Python package pyosys is not installed; the extra hwsim[rtl] brings it")
    return metadata.version("pyosys")


def map_module(text: str, module: str, library: Library, recipe: Recipe) -> Mapped:
    """Map ``module`` of the Verilog ``text``, with all that is below it, to one flat netlist of ``library``'s cells.

    Raises SynthesisError if Yosys stops, or leaves a cell that the library does not have.
    """
    inputs = {
        "design.v": text,
        "constraints": constraints(library),
        "abc.script": abc_script(recipe),
        "ripple_carry.v": RIPPLE_CARRY.read_text("utf-8"),
    }
    netlist, stat = run(mapping_script(module, library, recipe), inputs, library, ("mapped.v", "stat.json"), module)
    return _judged(module, netlist, json.loads(stat)["design"], library)


def mapping_script(module: str, library: Library, recipe: Recipe) -> str:
    """The Yosys commands of ``map_module``."""
    carries = CARRIES[recipe.adder]
    synth = ["synth", "-top", module, "-flatten"]
    synth += ["-booth"] if recipe.booth else []
    synth += ["-extra-map", carries] if carries else []
    cells = " ".join(liberty_options(library))
    unused = "".join(f" -dont_use {cell}" for cell in library.unused)
    return "\n".join(
        [
            "read_verilog design.v",
            " ".join(synth),
            f"rename -wire -suffix {FLOP} t:$_*DFF*_",
            f"dfflibmap {cells}{unused}",
            "opt -purge",
            f"abc -script abc.script {cells}{unused} -constr constraints",
            "opt_clean -purge",
            f"tee -q -o stat.json stat -json {cells} -top {module}",
            "write_verilog -noattr -simple-lhs mapped.v",  # OpenSTA does not read assignments to concatenations
        ]
    )


def method(module: str, library: Library, recipe: Recipe) -> str:
    """All that decides a netlist beside its Verilog, the library's contents and the version of Yosys."""
    carries = RIPPLE_CARRY.read_text("utf-8")
    return "\n".join([mapping_script(module, library, recipe), abc_script(recipe), constraints(library), carries])


def constraints(library: Library) -> str:
    """What drives inputs and loads outputs, in fF, for ABC."""
    return f"set_driving_cell {library.buffer}\nset_load {1000 * library.load_pf:g} [all_outputs]\n"


def abc_script(recipe: Recipe) -> str:
    """The ABC commands of ``map_module``."""
    return ABC_SCRIPT.format(cover=COVERS[recipe.cover].format(ps=recipe.target_ps), ps=recipe.target_ps)


def liberty_options(library: Library) -> list[str]:
    return [f"-liberty {name}" for name in linked_names(library)]


def linked_names(library: Library) -> list[str]:
    """The names under which a script finds the library's files, so that it holds no path."""
    return [f"library{i}.lib" for i in range(len(library.files))]


def cell_models(library: Library) -> str:
    """Verilog modules of what the library's cells do, without delays, for a simulator."""
    reads = [f"read_liberty -ignore_miss_func {name}" for name in linked_names(library)]
    (text,) = run("\n".join([*reads, "write_verilog -noattr cells.v"]), {}, library, ("cells.v",), library.name)
    return text


def run(
    script: str, inputs: Mapping[str, str], library: Library, outputs: Sequence[str], subject: str
) -> tuple[str, ...]:
    """Run ``script`` beside the files ``inputs``; return the texts of ``outputs``.

    Raises MissingToolError without pyosys, and SynthesisError with Yosys' own words if it stops.
    """
    yosys_version()
    with tempfile.TemporaryDirectory(prefix="hwsim-synthesis-") as name:
        folder = Path(name)
        for file, text in {**inputs, "script.ys": script}.items():
            (folder / file).write_text(text, "utf-8")
        for linked, path in zip(linked_names(library), library.files, strict=True):
            (folder / linked).symlink_to(path.resolve())
        command = [sys.executable, "-P", str(CHILD), "script.ys"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode or not all((folder / file).exists() for file in outputs):
            raise SynthesisError(f"Yosys stopped at {subject}: {_last_words(done.stderr or done.stdout)}")
        return tuple((folder / file).read_text("utf-8") for file in outputs)


def _last_words(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["it said nothing"])[-1]


def _judged(module: str, netlist: str, stat: Mapping[str, object], library: Library) -> Mapped:
    counts = stat["num_cells_by_type"]
    assert isinstance(counts, dict)
    foreign = {cell: count for cell, count in counts.items() if cell not in library.areas_um2}
    if foreign:
        listed = ", ".join(f"{count} {cell}" for cell, count in sorted(foreign.items()))
        raise SynthesisError(f"{module} has cells without an area in {library.name}: {listed}")
    area = sum(library.areas_um2[cell] * count for cell, count in sorted(counts.items()))
    return Mapped(module, netlist, dict(sorted(counts.items())), area)
