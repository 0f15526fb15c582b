"""The longest paths of a mapped netlist, from OpenSTA: ideal clock, no wires, the library's own tables."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from hwsim.errors import MissingToolError
from rtl.netlist import CLOCK, RESET
from rtl.synthesis.broadcast import BEHIND
from rtl.synthesis.errors import SynthesisError
from rtl.synthesis.liberty import Library
from rtl.synthesis.yosys import FLOP

PROGRAM = "sta"


class Span(Enum):
    """Where a path begins and ends."""

    REGISTER_TO_REGISTER = "register to register"
    INPUT_TO_REGISTER = "input to register"
    REGISTER_TO_OUTPUT = "register to output"
    INPUT_TO_OUTPUT = "input to output"


@dataclass(frozen=True, slots=True)
class TimedPath:
    """A longest path: ``delay_ns`` is the shortest clock period that it allows, with clock-to-output and setup time
    where it begins or ends at a register. ``start`` and ``end`` are bits of ports and registers."""

    span: Span
    delay_ns: float
    start: str
    end: str

    def __str__(self) -> str:
        return f"{self.delay_ns:.3f} ns from {self.start} to {self.end}"

    @property
    def facts(self) -> Mapping[str, Any]:
        return {"span": self.span.value, "delay_ns": self.delay_ns, "start": self.start, "end": self.end}

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> TimedPath:
        return cls(Span(facts["span"]), float(facts["delay_ns"]), str(facts["start"]), str(facts["end"]))


def longest(paths: Sequence[TimedPath]) -> TimedPath | None:
    """The one that decides; of equals, the first."""
    return max(paths, key=lambda path: path.delay_ns, default=None)


@lru_cache(maxsize=1)
def sta_version() -> str:
    """The version of OpenSTA; raises MissingToolError without it."""
    if shutil.which(PROGRAM) is None:
        raise MissingToolError("OpenSTA (sta) is not on the PATH; the Debian package opensta brings it")
    return subprocess.run([PROGRAM, "-version"], capture_output=True, text=True, check=False).stdout.strip()


def longest_paths(
    netlists: Sequence[str], top: str, library: Library, clocked: bool, with_reset: bool
) -> tuple[TimedPath, ...]:
    """The longest path of each span in module ``top`` of ``netlists``, all of them mapped.

    Inputs arrive with the clock edge through the library's smallest buffer, outputs are loaded and must be there at the
    next edge. ``with_reset`` False leaves out what begins at ``rst``, which reaches every register of an array: it is
    held for many cycles and distributed as the clock is. Raises SynthesisError if the netlist is not all cells.
    """
    sta_version()
    with tempfile.TemporaryDirectory(prefix="hwsim-timing-") as name:
        folder = Path(name)
        files = [folder / f"{i}.v" for i in range(len(netlists))]
        for file, text in zip(files, netlists, strict=True):
            file.write_text(text, "utf-8")
        links = [f"read_liberty {{{file}}}\n" for file in library.files] + [
            f"read_verilog {{{file}}}\n" for file in files
        ]
        (folder / "timing.tcl").write_text("".join(links) + timing_script(top, library, clocked, with_reset), "utf-8")
        command = [PROGRAM, "-no_init", "-no_splash", "-exit", "timing.tcl"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return _read(done.stdout + done.stderr, top)


def timing_script(top: str, library: Library, clocked: bool, with_reset: bool) -> str:
    """What `longest_paths` asks of what it has read: all that decides its answer beside netlists, library and
    version."""
    spans = "".join(f'show "{span.value}" {arguments}\n' for span, arguments in _spans(clocked))
    return f"""
link_design {top}
set_cmd_units -time ns -capacitance pF
create_clock -name clock -period {PERIOD_NS} {f"[get_ports {CLOCK}]" if clocked else ""}
set inputs {{}}
foreach port [all_inputs] {{
    if {{[lsearch {{{CLOCK}{"" if with_reset else f" {RESET}"}}} [get_property $port full_name]] < 0}} {{
        lappend inputs $port
    }}
}}
set_driving_cell -lib_cell {library.buffer} $inputs
set_input_delay 0 -clock clock $inputs
set_output_delay 0 -clock clock [all_outputs]
set_load {library.load_pf:.9g} [all_outputs]
proc show {{span from to}} {{
    if {{[llength $from] == 0 || [llength $to] == 0}} {{ return }}
    foreach end [find_timing_paths -path_delay max -from $from -to $to] {{
        set start [get_property [get_property $end startpoint] full_name]
        puts "path|$span|[get_property $end slack]|$start|[get_property [get_property $end endpoint] full_name]"
    }}
}}
{spans}puts "timed"
"""


PERIOD_NS = 10
"""Of the clock that slacks refer to; delays do not depend on it."""

DIGITS = 4
"""Decimals of a delay in ns; OpenSTA computes in single precision."""


def _spans(clocked: bool) -> list[tuple[Span, str]]:
    begins, ends = "[all_registers -clock_pins]", "[all_registers -data_pins]"
    inside = [
        (Span.REGISTER_TO_REGISTER, f"{begins} {ends}"),
        (Span.INPUT_TO_REGISTER, f"$inputs {ends}"),
        (Span.REGISTER_TO_OUTPUT, f"{begins} [all_outputs]"),
    ]
    return [*(inside if clocked else []), (Span.INPUT_TO_OUTPUT, "$inputs [all_outputs]")]


def _read(said: str, top: str) -> tuple[TimedPath, ...]:
    """The paths that the script printed; whatever OpenSTA could not link or understand is an error."""
    trouble = [line for line in said.splitlines() if re.search(r"^Error\b|black ?box|not found", line)]
    if trouble or "\ntimed" not in f"\n{said}":
        raise SynthesisError(f"OpenSTA cannot time {top}: {(trouble or said.splitlines() or ['it said nothing'])[-1]}")
    lines = [line.split("|")[1:] for line in said.splitlines() if line.startswith("path|")]
    return tuple(
        TimedPath(Span(span), round(PERIOD_NS - float(slack), DIGITS), _bit(start), _bit(end))
        for span, slack, start, end in lines
    )


def _bit(pin: str) -> str:
    """The register's bit of a flop's pin; any other pin as it is."""
    return re.sub(rf"{FLOP}/\w+$", "", pin).replace(f"/{BEHIND}/", "/")
