"""Bit-serial designs in gates: sums are exact, and every group takes the cycles of the model."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hwsim.bit_serial import BIT_SERIAL, BitSerial, parse_design
from hwsim.bit_serial.parts import TERM_ENCODINGS, parts
from hwsim.errors import SpecError
from hwsim.formats import IntFormat, parse_format
from rtl.bit_serial import build_design, result_cycles
from rtl.hierarchy import leaf_counts, module_text, modules
from rtl.lint import lint_files
from rtl.simulators import Simulator, find

DEFAULTS = [kind.name for kind in BIT_SERIAL]
DESIGNS = [
    *DEFAULTS,
    *(f"{name}:columns=3,group=5" for name in DEFAULTS),
    *(f"{name}:group=1" for name in DEFAULTS),
    *(f"{name}:encoding={encoding}" for name in ("laconic", "pragmatic") for encoding in TERM_ENCODINGS),
    *(f"{name}:group=3,a={a},b={b}" for name in DEFAULTS for a, b in (("int5", "uint4"), ("uint6", "int3"))),
    "sibia:group=4",
    "bitwave:group=32",
]
GROUPS = 60

BENCH = """
`timescale 1ns/1ps
module bench;
    reg clk = 0, rst = 1;
    reg [{a_bits}-1:0] a_of [0:{last}];
    reg [{b_bits}-1:0] b_of [0:{last}];
    reg [0:0] first_of [0:{last}];
    integer group = 0, before = 0;
    wire [{a_bits}-1:0] a = a_of[group];
    wire [{b_bits}-1:0] b = b_of[{b_group}];
    wire first = first_of[before];
    wire take;
    wire [{c_bits}-1:0] c;
    {module} dut (.clk(clk), .rst(rst), .a(a), .b(b), .first(first), .take(take), .c(c));
    always #5 clk = ~clk;
    always @(posedge clk) if (!rst) begin
        $display("%0d %h", take, c);
        if (group == {last}) $finish;
        if (take) begin group <= group + 1; before <= group; end
    end
    initial begin
        $readmemh("a.hex", a_of); $readmemh("b.hex", b_of); $readmemh("first.hex", first_of);
        #22 rst = 0;
    end
endmodule
"""


def groups_of(fmt: IntFormat, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.int64]:
    """Groups, the last axis their operands: of zeros, of extremes, with few operands other than zero, and any."""
    extremes = rng.choice([fmt.low, fmt.high, 0, min(1, fmt.high), -1 if fmt.signed else 0], shape)
    anything = rng.integers(fmt.low, fmt.high, shape, endpoint=True)
    few = anything * (rng.random(shape) < 0.2)
    small = np.clip(np.rint(rng.normal(0, fmt.high / 5, shape)), fmt.low, fmt.high).astype(np.int64)
    kinds = rng.integers(0, 5, shape[0])
    made = np.select(
        [(kinds == i).reshape(-1, *[1] * (len(shape) - 1)) for i in range(4)], [extremes, anything, few, small], 0
    )
    made[-4:] = 0  # groups that push out the last sum
    return made


def hexadecimal(groups: NDArray[np.int64], bits: int) -> str:
    rows = (row.ravel().tolist() for row in groups)
    return "".join(f"{sum(x % (1 << bits) << bits * i for i, x in enumerate(row)):x}\n" for row in rows)


def simulated(
    design: BitSerial, piped: bool, a: NDArray[np.int64], b: NDArray[np.int64], first: NDArray[np.int64], folder: Path
) -> tuple[list[int], list[list[int]]]:
    """The clock cycles with ``take``, and the sums of all columns in every cycle."""
    find(Simulator.ICARUS)
    module = build_design(design, piped=piped)
    acc, columns = parts(design).pe["acc_bits"], design.columns
    (folder / "design.v").write_text("\n".join(map(module_text, modules(module))))
    for name, values, bits in (("a", a, design.a.bits), ("b", b, design.b.bits), ("first", first, 1)):
        (folder / f"{name}.hex").write_text(hexadecimal(values, bits))
    widths = {"a_bits": a[0].size * design.a.bits, "b_bits": b[0].size * design.b.bits, "c_bits": columns * acc}
    b_group = "before" if parts(design).holds_b else "group"
    text = BENCH.format(**widths, last=len(a) - 1, module=module.name, b_group=b_group)
    (folder / "bench.v").write_text(text)
    for command in ("iverilog -g2005 -o bench bench.v design.v", "vvp bench"):
        done = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True, check=True)
    lines = [line.split() for line in done.stdout.splitlines() if "finish" not in line]
    sums = [[int(c, 16) >> acc * i & (1 << acc) - 1 for i in range(columns)] for _, c in lines]
    return [i for i, (take, _) in enumerate(lines) if take == "1"], sums


@pytest.mark.rtl
@pytest.mark.parametrize("piped", [True, False])
@pytest.mark.parametrize("spec", DESIGNS)
def test_groups_take_the_cycles_of_the_model_and_sums_are_exact(spec: str, piped: bool, tmp_path: Path) -> None:
    design, rng = parse_design(spec), np.random.default_rng(len(spec))
    a = groups_of(design.a, (GROUPS, design.columns, design.group), rng)
    b = groups_of(design.b, (GROUPS, design.group), rng)
    first = (rng.random((GROUPS, 1)) < 0.3).astype(np.int64)
    first[0] = 1
    takes, sums = simulated(design, piped, a, b, first, tmp_path)
    exact = np.zeros(design.columns, np.int64)
    for group, (begin, end) in enumerate(pairwise(takes)):
        assert end - begin == design.cycles(a[group], b[group][:, np.newaxis]), group
        exact = exact * (1 - first[group]) + a[group] @ b[group]
        if (shown := end + result_cycles(piped)) < len(sums):
            assert sums[shown] == [int(x) % (1 << 32) for x in exact], group
    assert len(takes) >= GROUPS - 1


@pytest.mark.parametrize("spec", DESIGNS)
@pytest.mark.parametrize("piped", [True, False])
def test_the_parts_of_a_design_are_the_instances_of_its_module(spec: str, piped: bool) -> None:
    design = parse_design(spec)
    expected = dict(parts(design, piped=piped).inventory(design.columns).counts)
    assert dict(leaf_counts(build_design(design, piped=piped))) == expected


@pytest.mark.rtl
@pytest.mark.parametrize("spec", DESIGNS)
def test_a_module_is_clean(spec: str, tmp_path: Path) -> None:
    module, files = build_design(parse_design(spec)), []
    for part in modules(module):
        files.append(tmp_path / f"{part.name}.v")
        files[-1].write_text(module_text(part))
    result = lint_files(files, module.name)
    assert result.exit_code == 0, result
    assert result.passed, result


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("laconic:encoding=ent", "encoding 'ent' has no term sequencer; there are " + ", ".join(TERM_ENCODINGS)),
        ("bitlet:encoding=booth", "bitlet: gates are for sign-magnitude, not booth"),
        ("bitwave:encoding=naf", "bitwave: gates are for sign-magnitude, not naf"),
        ("bitwave:sign_cycles=1", "bitwave: in gates the signs come beside the first column; sign_cycles is 0, not 1"),
        (
            "pragmatic:empty_group_cycles=0",
            "pragmatic: in gates an empty group takes a cycle; empty_group_cycles is 1, not 0",
        ),
    ],
)
def test_what_has_no_gates_is_refused(spec: str, message: str) -> None:
    with pytest.raises(SpecError) as error:
        parts(parse_design(spec, parse_format("int8")))
    assert str(error.value) == message
