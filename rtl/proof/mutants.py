"""Leaves with one gate wrong, and whether their proofs and a bench notice.

Yosys' `mutate` puts all mutants of a leaf into one netlist, behind an input that names the mutant at work, 0 for none.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

import numpy as np

from hwsim.errors import MissingToolError
from hwsim.ports import Direction
from rtl.netlist import CLOCK, RESET, Cell, Pin
from rtl.proof.counterexample import searched
from rtl.proof.elaboration import GATES, Gates, gates_from, yosys_run
from rtl.proof.proving import Status, proof_of
from rtl.proof.view import Claimed, viewed
from rtl.synthesis.errors import SynthesisError

SELECT = "mutant"
"""The input that names the mutant at work."""

CLEANED = "opt_expr\nopt_merge\nopt_clean\n"
SEQUENCES, EDGES = 10, 24
"""Stimuli of the bench, as those of the leaves' unit tests: so many runs from reset, of so many edges."""


class Fate(Enum):
    """``MEETS``: the mutant still does what is specified, and that is proven."""

    KILLED = "killed"
    MEETS = "meets"
    OPEN = "open"


@dataclass(frozen=True)
class Mutants:
    """All mutants of a leaf in one netlist: as gates, as Verilog, and what each of them is, from number 1."""

    cell: Cell
    gates: Gates
    text: str
    named: tuple[str, ...]

    @cached_property
    def claimed(self) -> Claimed:
        """The leaf's claims, once for all mutants."""
        return Claimed.of(self.cell, self.gates)

    def proof(self, mutant: int, seconds: float) -> Fate:
        """What the proof says of one of them."""
        view = viewed(self.cell, self.gates, self.claimed, {SELECT: mutant})
        if searched(view):  # most show at once, and nobody asks where
            return Fate.KILLED
        status = proof_of(view, seconds).status
        return {Status.COUNTEREXAMPLE: Fate.KILLED, Status.PROVEN: Fate.MEETS, Status.UNRESOLVED: Fate.OPEN}[status]


def mutants_of(cell: Cell, count: int, seed: int) -> Mutants:
    """``count`` random mutants of a leaf; raises SynthesisError if it has fewer places for one."""
    bits = count.bit_length()
    script = (
        f"read_verilog leaf.v\n{GATES.format(top=cell.name)}{CLEANED}"
        f"mutate -list {count} -seed {seed} -o list.txt -ctrl {SELECT} {bits} 1 t:* t:$_DFF_P_ %d\nscript list.txt\n"
        f"techmap\nsimplemap\nopt_clean\nwrite_json mutants.json\nwrite_verilog -noattr mutants.v\n"
    )
    listed, read, text = yosys_run(script, {"leaf.v": cell.text}, ["list.txt", "mutants.json", "mutants.v"], cell.name)
    ignored = re.compile(r"^mutate -ctrl \S+ \d+ \d+ | -(?:src|module) \S+")
    named = tuple(ignored.sub("", line) for line in listed.splitlines() if line)
    if len(named) != count:
        raise SynthesisError(f"{cell.name} has {len(named)} mutants, not {count}")
    return Mutants(cell, gates_from(json.loads(read)["modules"][cell.name], cell.text), text, named)


def bench_fates(mutants: Mutants, seed: int, where: Mapping[str, str]) -> list[Fate]:
    """Which mutants show at an output that is compared with the leaf's own after every edge, in Icarus Verilog.

    ``where`` says for outputs when they mean something. Raises MissingToolError without Icarus.
    """
    if shutil.which("iverilog") is None:
        raise MissingToolError("Icarus Verilog is not installed; Debian's package iverilog brings it")
    with tempfile.TemporaryDirectory(prefix="hwsim-mutants-") as name:
        folder = Path(name)
        renamed = mutants.text.replace(f"module {mutants.cell.name}(", "module mutated(", 1)
        files = {"leaf.v": mutants.cell.text, "mutants.v": renamed, "bench.v": _bench(mutants, where)}
        for file, text in {**files, "stimuli.hex": _stimuli(mutants, seed)}.items():
            (folder / file).write_text(text, "utf-8")
        command = ["iverilog", "-g2005", "-o", "bench", *files]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        said = subprocess.run(["vvp", "-n", "bench"], cwd=folder, check=True, capture_output=True, text=True).stdout
        killed = {int(number) for number in re.findall(r"^mutant +(\d+) differs$", said, re.MULTILINE)}
        return [Fate.KILLED if i + 1 in killed else Fate.OPEN for i in range(len(mutants.named))]


def _stimuli(mutants: Mutants, seed: int) -> str:
    """A word of all inputs for every edge, rst on top: extremes as often as any other value."""
    rng, lines = np.random.default_rng(seed), []
    for _ in range(SEQUENCES):
        for edge in range(EDGES + 1):
            word, low = 0, 0
            for pin in _inputs(mutants.cell):
                top = (1 << pin.width_bits) - 1
                extremes = [0, top, top >> 1, (top >> 1) + 1]
                any_value = int.from_bytes(rng.bytes(pin.width_bits // 8 + 1), "little") & top
                value = extremes[rng.integers(4)] if rng.integers(2) else any_value
                word |= value << low
                low += pin.width_bits
            lines.append(f"{word | int(edge == 0) << low:x}")
    return "\n".join(lines)


def _inputs(cell: Cell) -> list[Pin]:
    return [pin for pin in cell.pins if pin.direction is Direction.INPUT]


def _bench(mutants: Mutants, where: Mapping[str, str]) -> str:
    cell, low, wiring = mutants.cell, 0, []
    bits = sum(pin.width_bits for pin in _inputs(cell))
    lines = [
        f"reg [{bits}:0] the_stimulus, the_stimuli [0:{SEQUENCES * (EDGES + 1) - 1}];",
        "reg the_clock; reg [15:0] mutant; integer the_edge;",
    ]
    for pin in _inputs(cell):
        lines.append(f"wire [{pin.width_bits - 1}:0] {pin.name} = the_stimulus[{low + pin.width_bits - 1}:{low}];")
        wiring.append(f".{pin.name}({pin.name})")
        low += pin.width_bits
    wiring += [f".{CLOCK}(the_clock)", f".{RESET}(the_stimulus[{bits}])"] if cell.clocked else []
    differs = []
    for pin in cell.pins:
        if pin.direction is Direction.OUTPUT:
            for side in ("right", "wrong"):
                lines.append(f"wire [{pin.width_bits - 1}:0] {side}_{pin.name};")
            meant = where.get(pin.name, "1'b1")
            differs.append(f"(({meant}) && right_{pin.name} !== wrong_{pin.name})")
    outs = {
        side: [f".{p.name}({side}_{p.name})" for p in cell.pins if p.direction is Direction.OUTPUT]
        for side in ("right", "wrong")
    }
    lines.append(f"{cell.name} leaf ({', '.join(wiring + outs['right'])});")
    width = mutants.gates.inputs[SELECT]
    lines.append(f"mutated other ({', '.join([*wiring, *outs['wrong'], f'.{SELECT}(mutant[{width - 1}:0])'])});")
    edges = SEQUENCES * (EDGES + 1)
    lines += [
        "initial begin",
        '$readmemh("stimuli.hex", the_stimuli); the_clock = 0;',
        f"for (mutant = 1; mutant <= {len(mutants.named)}; mutant = mutant + 1) begin : one",
        f"for (the_edge = 0; the_edge < {edges}; the_edge = the_edge + 1) begin",
        "the_stimulus = the_stimuli[the_edge]; #1;",
        f"if (!the_stimulus[{bits}] && ({' || '.join(differs)})) begin",
        '$display("mutant %d differs", mutant); disable one;',
        "end",
        "the_clock = 1; #1; the_clock = 0; #1;",
        "end end",
        "$finish;",
        "end",
    ]
    body = "".join(f"    {line}\n" for line in lines)
    return f"module bench;\n{body}endmodule\n"
