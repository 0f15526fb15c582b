"""Verilog to gates by Yosys: a module becomes logic from ports and registers to ports and registers' next values."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtl.netlist import CLOCK
from rtl.proof.logic import FALSE, TRUE, Literal, Logic
from rtl.synthesis.errors import SynthesisError
from rtl.synthesis.yosys import CHILD, RIPPLE_CARRY, yosys_version

REGISTER = re.compile(r"^\s*reg\s*(?:\[\d+:0\])?\s*(\w+);", re.MULTILINE)

GATES = """hierarchy -top {top}
proc
flatten -noscopeinfo
techmap -map ripple_carry.v -map +/techmap.v
simplemap
"""
"""Nothing is optimised on the way: what is proven is what is written."""

Word = Sequence[Literal]
"""Literals of the bits of a port or register, lowest first."""


@dataclass(frozen=True)
class Gates:
    """A module between ports and registers: names to widths, and what makes outputs and next values."""

    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    registers: Mapping[str, int]
    module: Mapping[str, Any]

    def laid(self, logic: Logic, given: Mapping[str, Word]) -> tuple[dict[str, Word], dict[str, Word]]:
        """Its gates in ``logic``, from words for inputs and registers: the outputs, and the registers' next values."""
        return _laid(self, logic, given)


def yosys_run(commands: str, inputs: Mapping[str, str], outputs: Sequence[str], subject: str) -> tuple[str, ...]:
    """Run Yosys' ``commands``, a line each, beside the files ``inputs``; return the texts of ``outputs``.

    Raises MissingToolError without pyosys, SynthesisError with Yosys' own words if it stops.
    """
    yosys_version()
    with tempfile.TemporaryDirectory(prefix="hwsim-proof-") as name:
        folder = Path(name)
        files = {**inputs, "ripple_carry.v": RIPPLE_CARRY.read_text("utf-8"), "script.ys": commands}
        for file, text in files.items():
            (folder / file).write_text(text, "utf-8")
        command = [sys.executable, "-P", str(CHILD), "script.ys"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode or not all((folder / file).exists() for file in outputs):
            words = [line for line in (done.stderr + done.stdout).splitlines() if "ERROR" in line]
            raise SynthesisError(f"Yosys stopped at {subject}: {(words or ['it said nothing'])[-1]}")
        return tuple((folder / file).read_text("utf-8") for file in outputs)


def gates_of(*modules: tuple[str, str]) -> tuple[Gates, ...]:
    """The gates of Verilog modules, each given as its name and a text that has it; one process for all."""
    script, texts = "", {}
    for i, (top, text) in enumerate(modules):
        texts[f"module{i}.v"] = text
        script += f"design -reset\nread_verilog module{i}.v\n{GATES.format(top=top)}write_json module{i}.json\n"
    read = yosys_run(script, texts, [f"module{i}.json" for i in range(len(modules))], modules[0][0])
    return tuple(
        gates_from(json.loads(found)["modules"][top], text) for (top, text), found in zip(modules, read, strict=True)
    )


def gates_from(module: Mapping[str, Any], text: str) -> Gates:
    """``module`` as Yosys writes it; its registers are those that ``text`` declares."""
    ports = {name: port for name, port in module["ports"].items() if name != CLOCK}
    widths = {
        side: {name: len(port["bits"]) for name, port in ports.items() if port["direction"] == side}
        for side in ("input", "output")
    }
    registers = {name: len(module["netnames"][name]["bits"]) for name in REGISTER.findall(text)}
    return Gates(widths["input"], widths["output"], registers, module)


def _laid(gates: Gates, logic: Logic, given: Mapping[str, Word]) -> tuple[dict[str, Word], dict[str, Word]]:
    names = gates.module["netnames"]
    known: dict[object, Literal] = {"0": FALSE, "1": TRUE}
    flops: dict[object, object] = {}
    cells = []
    for name, cell in gates.module["cells"].items():
        pins = {pin: bits[0] for pin, bits in cell["connections"].items()}
        if cell["type"] == "$_DFF_P_":
            flops[pins["Q"]] = pins["D"]
        elif cell["type"] in OPERATIONS:
            cells.append((cell["type"], pins))
        else:
            raise SynthesisError(f"a proof knows no cell {cell['type']} ({name})")
    for name in [*gates.inputs, *gates.registers]:
        bits = gates.module["ports"][name]["bits"] if name in gates.inputs else names[name]["bits"]
        known.update(zip(bits, given[name], strict=True))
    _propagate(cells, logic, known)

    def word(bits: Sequence[object]) -> Word:
        return [known[bit] for bit in bits]

    outputs = {name: word(gates.module["ports"][name]["bits"]) for name in gates.outputs}
    after = {name: word([flops[bit] for bit in names[name]["bits"]]) for name in gates.registers}
    return outputs, after


def _propagate(cells: list[tuple[str, dict[str, object]]], logic: Logic, known: dict[object, Literal]) -> None:
    """Give every cell's output its literal, a cell when its inputs have theirs."""
    makers = {pins["Y"]: (kind, pins) for kind, pins in cells}
    for root in makers:
        stack = [root]
        while stack:
            net = stack[-1]
            if net in known:
                stack.pop()
                continue
            kind, pins = makers[net]
            missing = [pin for name, pin in pins.items() if name != "Y" and pin not in known]
            if missing:
                stack += missing
                continue
            known[net] = OPERATIONS[kind](logic, {name: known[pin] for name, pin in pins.items() if name != "Y"})


def _operation(text: str) -> Any:
    """Of two inputs, by name: with ``n`` before for an inverted result, with ``not`` behind for an inverted B."""
    inverted, name, second = text[0] == "N" or text == "XNOR", text, 0
    if text in ("NAND", "NOR"):
        name = text[1:]
    if text == "XNOR":
        name = "XOR"
    if text in ("ANDNOT", "ORNOT"):
        name, second = text[:-3], 1
    made = {"AND": Logic.conjunction, "OR": Logic.either, "XOR": Logic.exclusive}[name]
    return lambda logic, pins: made(logic, pins["A"], pins["B"] ^ second) ^ int(inverted)


OPERATIONS: dict[str, Any] = {
    "$_BUF_": lambda logic, pins: pins["A"],
    "$_NOT_": lambda logic, pins: pins["A"] ^ 1,
    "$_MUX_": lambda logic, pins: logic.choice(pins["S"], pins["B"], pins["A"]),
    **{f"$_{name}_": _operation(name) for name in ("AND", "NAND", "OR", "NOR", "XOR", "XNOR", "ANDNOT", "ORNOT")},
}
"""What Yosys' gates do."""
