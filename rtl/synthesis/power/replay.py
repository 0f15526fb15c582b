"""An engine in cells, run on given vectors by Icarus: checked against the step model, its transitions counted."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import MissingToolError
from hwsim.ports import Port
from rtl.bench.vectors import Case, Vectors, lane_text
from rtl.netlist import CLOCK, RESET
from rtl.synthesis.errors import SynthesisError
from rtl.synthesis.power.slow_cells import UNIT
from rtl.synthesis.power.toggles import Toggles, count_toggles

BENCH, DUT, DUMP = "replay", "dut", "dump.vcd"
HALF_PERIOD = 50_000
"""Units of time from one clock edge to the next: far longer than the deepest path."""

AFTER_THE_EDGE = ("c_in",)
"""Inputs that meet a result on its way out, and so belong to what an edge has left, not to what it will take."""


class Glitches(Enum):
    """How a netlist is simulated to count its transitions: with settled values only, or with every cell one unit of
    time slow and no pulse swallowed, so that values which arrive early or late pass on what they cause."""

    ZERO_DELAY = "zero-delay"
    UNIT_DELAY = "unit-delay"


@dataclass(frozen=True, slots=True)
class Rows:
    """What the bench plays and expects at each edge, as texts of 0 and 1 over all input or output ports."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def rows_of(vectors: Vectors, case: Case) -> Rows:
    """Inputs as registers outside have them: each row stands from one edge to the next, from the reset on."""
    edges = case.stop - case.start
    fields = []
    for port in vectors.inputs:
        bits = _bits(vectors, port, case)
        silence = np.zeros((1, port.width_bits), np.uint8)
        shifted = [silence, bits] if port.name in AFTER_THE_EDGE else [bits, silence]
        fields.append(np.concatenate(shifted))
    outputs = [_bits(vectors, port, case) for port in vectors.outputs]
    return Rows(_texts(fields, edges + 1), _texts(outputs, edges))


def _bits(vectors: Vectors, port: Port, case: Case) -> NDArray[np.uint8]:
    packed = vectors.bits[port.name][case.start : case.stop]
    return np.unpackbits(packed, axis=1, count=port.width_bits)


def _texts(fields: Sequence[NDArray[np.uint8]], rows: int) -> tuple[str, ...]:
    """One text for each row, the first port leftmost."""
    joined = np.concatenate(fields, axis=1) + ord("0")
    assert joined.shape[0] == rows
    return tuple(row.tobytes().decode("ascii") for row in joined)


def replay(sources: Mapping[str, str], top: str, vectors: Vectors, glitches: Glitches) -> Toggles:
    """Run module ``top`` of ``sources``, cells included, through the first case of ``vectors``; return its transitions.

    Raises MissingToolError without Icarus, SynthesisError if the outputs differ from those of the step model.
    """
    for program in ("iverilog", "vvp"):
        if shutil.which(program) is None:
            raise MissingToolError(f"{program} is not on the PATH; the Debian package iverilog brings it")
    rows = rows_of(vectors, vectors.cases[0])
    with tempfile.TemporaryDirectory(prefix="hwsim-replay-") as name:
        folder = Path(name)
        _write(folder, {**sources, BENCH: bench_text(top, vectors, len(rows.outputs), glitches)}, rows)
        _compile(folder, top, [f"{module}.v" for module in (*sources, BENCH)])
        return _run(folder, top, vectors, rows)


def _write(folder: Path, modules: Mapping[str, str], rows: Rows) -> None:
    for module, text in modules.items():
        (folder / f"{module}.v").write_text(text if text.startswith("`timescale") else UNIT + text, "utf-8")
    (folder / DUMP).symlink_to("/dev/stdout")  # Icarus adds an ending to a name without one
    (folder / "inputs.txt").write_text("\n".join(rows.inputs), "ascii")
    (folder / "outputs.txt").write_text("\n".join(rows.outputs), "ascii")


def _compile(folder: Path, top: str, files: Sequence[str]) -> None:
    command = ["iverilog", "-g2005", "-s", BENCH, "-o", "simulation", *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SynthesisError(f"Icarus does not compile {top} in cells: {(done.stderr.splitlines() or ['?'])[-1]}")


def _run(folder: Path, top: str, vectors: Vectors, rows: Rows) -> Toggles:
    """The dump is read while it is written: it would be larger than the rest of the folder by far."""
    with (folder / "said.txt").open("wb") as said:
        command = ["vvp", "-n", "simulation"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=said) as running:
            assert running.stdout is not None
            toggles = count_toggles(running.stdout)
    report = folder / "report.txt"
    verdict = report.read_text("ascii").split() if report.exists() else []
    if verdict == ["passed"]:
        return toggles
    if len(verdict) != 2:
        raise SynthesisError(f"Icarus did not finish {top} in cells: {(folder / 'said.txt').read_text().strip()}")
    edge, got = int(verdict[0]), verdict[1]
    raise SynthesisError(_difference(top, vectors.outputs, edge, rows.outputs[edge - 1], got))


def _difference(top: str, ports: Sequence[Port], edge: int, expected: str, got: str) -> str:
    """The first lane that differs, of all ports side by side."""
    for port in ports:
        left, right = expected[: port.width_bits], got[: port.width_bits]
        for lane in range(port.lanes):
            texts = [lane_text(text, port, lane) for text in (left, right)]
            if texts[0] != texts[1]:
                return (
                    f"{top} in cells differs from the step model after edge {edge}: "
                    f"{port.name}[{lane}] is {texts[1]}, not {texts[0]}"
                )
        expected, got = expected[port.width_bits :], got[port.width_bits :]
    raise AssertionError("the rows do not differ")


def bench_text(top: str, vectors: Vectors, edges: int, glitches: Glitches) -> str:
    """Verilog that plays the rows: inputs change when registers do, outputs are compared half a period later.

    The reset lasts for two edges: nothing is unknown any more when it ends, so that every transition is counted.
    """
    late = "#1 " if glitches is Glitches.UNIT_DELAY else ""
    widths = {bus: sum(p.width_bits for p in ports) for bus, ports in _buses(vectors)}
    pins = ", ".join([f".{CLOCK}({CLOCK})", f".{RESET}({RESET})", *_pins(vectors)])
    return f"""{UNIT}module {BENCH};
  reg {CLOCK}, {RESET};
  reg [{widths["in"] - 1}:0] in, inputs [0:{edges}];
  wire [{widths["out"] - 1}:0] out;
  reg [{widths["out"] - 1}:0] outputs [0:{edges - 1}];
  integer edge_number, report;
  {top} {DUT} ({pins});
  initial begin
    $dumpfile("{DUMP}");
    $dumpvars(0, {DUT});
    $readmemb("inputs.txt", inputs);
    $readmemb("outputs.txt", outputs);
    report = $fopen("report.txt");
    {CLOCK} = 0;
    {RESET} = 1;
    in = 0;
    #{HALF_PERIOD} {CLOCK} = 1;
    #{HALF_PERIOD} {CLOCK} = 0;
    #{HALF_PERIOD} {CLOCK} = 1;
    {RESET} <= {late}0;
    in <= {late}inputs[0];
    #{HALF_PERIOD} {CLOCK} = 0;
    for (edge_number = 1; edge_number <= {edges}; edge_number = edge_number + 1) begin
      #{HALF_PERIOD} {CLOCK} = 1;
      in <= {late}inputs[edge_number];
      #{HALF_PERIOD} if (out !== outputs[edge_number - 1]) begin
        $fdisplay(report, "%0d %b", edge_number, out);
        $finish;
      end
      {CLOCK} = 0;
    end
    $fdisplay(report, "passed");
    $finish;
  end
endmodule
"""


def _buses(vectors: Vectors) -> tuple[tuple[str, tuple[Port, ...]], ...]:
    return ("in", vectors.inputs), ("out", vectors.outputs)


def _pins(vectors: Vectors) -> list[str]:
    """Connections of all ports, the first one in the highest bits, as the rows have it."""
    pins = []
    for bus, ports in _buses(vectors):
        high = sum(port.width_bits for port in ports)
        for port in ports:
            pins.append(f".{port.name}({bus}[{high - 1}:{high - port.width_bits}])")
            high -= port.width_bits
    return pins
