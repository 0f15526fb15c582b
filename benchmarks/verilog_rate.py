"""How many clock edges per CPU second Icarus and Verilator simulate of an emitted engine, with no bench in their way.

The testbench is a clock, a reset and a table of random operand vectors, in plain Verilog and in C++.
"""

from __future__ import annotations

import os
import resource
import subprocess
from pathlib import Path

from hwsim.engine import Engine
from hwsim.ports import Direction, Port
from rtl.emission import emit, top_name
from rtl.simulators import Simulator, active, find

TABLE = 64
"""Random operand vectors, used in turn."""
FLAT_PES = 1024
"""The largest array that is compiled flat."""

VERILOG = """\
`timescale 1ns/1ps
module bench;
    reg clk = 0, rst = 1;
    integer edges, t;
{declarations}
    {top} dut (.clk(clk), .rst(rst){connections});
    initial begin
        if (!$value$plusargs("edges=%d", edges)) edges = 0;
{tables}
        #1 clk = 1; #1 clk = 0; rst = 0;
        for (t = 0; t < edges; t = t + 1) begin
{drives}
            #1 clk = 1; #1 clk = 0;
        end
        $finish;
    end
endmodule
"""

CPP = """\
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include "V{top}.h"
static uint32_t words[{table}][{most}];
int main(int argc, char** argv) {{
    const long edges = std::atol(argv[1]);
    auto* dut = new V{top};
    std::mt19937 random(1);
    for (auto& row : words) for (auto& word : row) word = random();
    dut->rst = 1; dut->clk = 0; dut->eval(); dut->clk = 1; dut->eval(); dut->clk = 0; dut->rst = 0;
    const std::clock_t start = std::clock();
    for (long t = 0; t < edges; ++t) {{
{drives}
        dut->eval(); dut->clk = 1; dut->eval(); dut->clk = 0;
    }}
    std::printf("%.6f\\n", double(std::clock() - start) / CLOCKS_PER_SEC);
    delete dut;
}}
"""


def framing(name: str, load_edges: int, period: int) -> str:
    """The value of a framing port at edge t, an expression that Verilog and C++ read alike; a load, then streams."""
    step = f"(t - {load_edges}) % {period}"
    return {
        "valid": f"(t >= {load_edges})",
        "first": f"(t >= {load_edges} && {step} == 0)",
        "last": f"(t >= {load_edges} && {step} == {period - 1})",
        "load": f"(t < {load_edges})",
        "load_last": f"(t == {load_edges - 1})",
    }[name]


def operands_and_framing(engine: Engine) -> tuple[list[Port], list[Port]]:
    """Input ports that get random values, and those of one framing bit; ``c_in`` stays 0."""
    inputs = [port for port in engine.ports if port.direction is Direction.INPUT and port.name != "c_in"]
    return [p for p in inputs if p.name in ("a", "b", "w")], [p for p in inputs if p.name not in ("a", "b", "w")]


def icarus_bench(engine: Engine, period: int) -> str:
    """A testbench module for ``engine``."""
    operands, bits = operands_and_framing(engine)
    load = int(engine.array.schedule.preload)
    fill = "            t = 0; while (t < {t}) begin {names} t = t + 1; end"
    random_words = " ".join(f"{p.name}_table[t] = {{{p.width_bits // 32 + 1}{{$random}}}};" for p in operands)
    drives = [f"            {p.name} = {p.name}_table[t % {TABLE}];" for p in operands]
    drives += [f"            {p.name} = {framing(p.name, load, period)};" for p in bits]
    inputs = [p for p in engine.ports if p.direction is Direction.INPUT]
    return VERILOG.format(
        top=top_name(engine),
        declarations="\n".join(
            [f"    reg [{p.width_bits - 1}:0] {p.name} = 0;" for p in inputs]
            + [f"    reg [{p.width_bits - 1}:0] {p.name}_table [0:{TABLE - 1}];" for p in operands]
        ),
        connections="".join(f", .{p.name}({p.name})" for p in inputs),
        tables=fill.format(t=TABLE, names=random_words),
        drives="\n".join(drives),
    )


def verilator_main(engine: Engine, period: int) -> str:
    """A C++ main that clocks ``engine`` and prints the CPU seconds of its loop."""
    operands, bits = operands_and_framing(engine)
    load = int(engine.array.schedule.preload)
    drives = []
    for port in operands:
        words = -(-port.width_bits // 32)
        if port.width_bits > 64:
            drives.append(f"        std::memcpy(&dut->{port.name}[0], words[t % {TABLE}], {4 * words});")
            if port.width_bits % 32:
                drives.append(f"        dut->{port.name}[{words - 1}] &= {(1 << port.width_bits % 32) - 1}u;")
        else:
            mask = f"{(1 << port.width_bits) - 1}ull"
            two = f"((uint64_t)words[t % {TABLE}][1] << 32 | words[t % {TABLE}][0])"
            drives.append(f"        dut->{port.name} = {two} & {mask};")
    drives += [f"        dut->{p.name} = {framing(p.name, load, period)};" for p in bits]
    most = max(2, *(-(-p.width_bits // 32) for p in operands))
    return CPP.format(top=top_name(engine), table=TABLE, most=most, drives="\n".join(drives))


def _cpu_seconds(command: list[str], folder: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def icarus_edge_seconds(engine: Engine, period: int, folder: Path, edges: int) -> float:
    """CPU seconds of one edge in Icarus once the array is full: elaboration and filling are taken off."""
    find(Simulator.ICARUS)
    files = emit(engine, folder)
    (folder / "bench.sv").write_text(icarus_bench(engine, period))
    build = ["iverilog", "-g2012", "-o", "bench.vvp", "-s", "bench", "bench.sv", *(file.name for file in files)]
    subprocess.run(build, cwd=folder, check=True, capture_output=True)
    schedule = engine.array.schedule
    full = int(schedule.preload + schedule.flush)
    filled, done = (_cpu_seconds(["vvp", "bench.vvp", f"+edges={n}"], folder) for n in (full, full + edges))
    return (done - filled) / edges


def verilator_edge_seconds(engine: Engine, period: int, folder: Path, edges: int) -> float:
    """CPU seconds of one edge in the faster of two models that Verilator compiles with -O3.

    One has all modules flat, up to FLAT_PES: beyond, its build takes more memory than it is worth (16 GB do not suffice
    for 128 x 128). The other compiles each of the array's own submodules (a row, a tree) once.
    """
    flat = [[]] if engine.pe_count <= FLAT_PES else []
    kinds = [*flat, ["--hierarchical", "blocks.vlt"]]
    return min(_verilator_model(engine, period, folder / str(i), edges, kind) for i, kind in enumerate(kinds))


def _verilator_model(engine: Engine, period: int, folder: Path, edges: int, options: list[str]) -> float:
    installation, top = find(Simulator.VERILATOR), top_name(engine)
    files = emit(engine, folder)
    (folder / "main.cpp").write_text(verilator_main(engine, period))
    own = [file.stem for file in files if file.stem.startswith(f"{top}_")]
    blocks = "".join(f'hier_block -module "{name}"\n' for name in own)
    (folder / "blocks.vlt").write_text(f"`verilator_config\n{blocks}")
    build = ["verilator", "--cc", "--exe", "--build", "-O3", "-CFLAGS", "-O3 -march=native", "-Wno-fatal", *options]
    build += ["--top-module", top, "-o", "bench", "main.cpp", *(file.name for file in files)]
    with active(installation):
        subprocess.run(build, cwd=folder, check=True, capture_output=True, env=dict(os.environ))
    said = subprocess.run([str(folder / "obj_dir" / "bench"), str(edges)], check=True, capture_output=True, text=True)
    return float(said.stdout) / edges
