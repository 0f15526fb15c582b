"""What a transition of each pin of a mapped leaf takes: its cells' tables at the slews and loads that OpenSTA finds.

OpenSTA's own report of power is not used: version 2.0.17 counts a rise and a fall for every single transition of an
output and of the clock, and cannot be told how often each pin changes.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtl.netlist import CLOCK
from rtl.synthesis.cache import Cache, digest_of
from rtl.synthesis.errors import SynthesisError
from rtl.synthesis.leaf_cost import LeafCost, tool_versions
from rtl.synthesis.liberty import Library
from rtl.synthesis.power.tables import CellPower, cell_powers
from rtl.synthesis.timing import PROGRAM, sta_version

RULES = "1"
"""Of how energies follow from tables, slews and loads: a kept result of other rules is not taken."""


@dataclass(frozen=True, slots=True)
class PinEnergies:
    """Of one leaf: ``transition_pj`` by cell instance and pin, its clock pins left out; leakage and clock of all cells
    together."""

    leakage_nw: float
    clock_pj: float
    transition_pj: Mapping[str, Mapping[str, float]]


def pin_energies(cost: LeafCost, clocked: bool, library: Library, cache: Cache) -> PinEnergies:
    """The energies of a leaf's netlist, from ``cache`` if it has them.

    Raises MissingToolError without OpenSTA, SynthesisError for a library without power tables.
    """
    script = _script(cost.mapped.module, library, clocked)
    key = digest_of("energies", RULES, script, cost.mapped.netlist, library.digest, *tool_versions().values())
    if kept := cache.load(key):
        return PinEnergies(kept["leakage_nw"], kept["clock_pj"], kept["transition_pj"])
    found = energies_of(cost.mapped.netlist, cost.mapped.module, cost.mapped.cells, library, clocked)
    cache.store(key, _facts(found))
    return found


def energies_of(netlist: str, top: str, cells: Iterable[str], library: Library, clocked: bool) -> PinEnergies:
    """The energies of module ``top``, which is made of ``cells``; what drives and loads it is as in `timing`."""
    powers = cell_powers(library, set(cells))
    if not powers:  # nothing but wires
        return PinEnergies(0.0, 0.0, {})
    inside = _instances(_ask(netlist, top, library, clocked))
    transitions: dict[str, dict[str, float]] = {}
    leakage = clock = 0.0
    for name, instance in inside.items():
        power = powers[instance.cell]
        leakage += power.leakage_nw
        clock += power.clock_pj(max((instance.slews_ns[pin] for pin in power.clocks), default=0.0))
        transitions[name] = _transitions(power, instance)
    return PinEnergies(leakage, clock, transitions)


@dataclass(slots=True)
class _Instance:
    cell: str
    slews_ns: dict[str, float]
    loads_pf: dict[str, float]


def _transitions(power: CellPower, instance: _Instance) -> dict[str, float]:
    into = {pin: power.input_pj(pin, instance.slews_ns[pin]) for pin in power.inputs if pin in instance.slews_ns}
    out = {
        pin: power.output_pj(pin, instance.slews_ns, instance.loads_pf[pin])
        for pin in power.outputs
        if pin in instance.loads_pf
    }
    return {pin: energy for pin, energy in {**into, **out}.items() if energy}


def _ask(netlist: str, top: str, library: Library, clocked: bool) -> str:
    sta_version()
    with tempfile.TemporaryDirectory(prefix="hwsim-power-") as name:
        folder = Path(name)
        (folder / "mapped.v").write_text(netlist, "utf-8")
        links = [f"read_liberty {{{file}}}\n" for file in library.files]
        (folder / "power.tcl").write_text("".join(links) + _script(top, library, clocked), "utf-8")
        command = [PROGRAM, "-no_init", "-no_splash", "-exit", "power.tcl"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    trouble = [line for line in said.splitlines() if re.search(r"^Error\b|black ?box|not found", line)]
    if trouble or "\nasked" not in f"\n{said}":
        raise SynthesisError(f"OpenSTA cannot load {top}: {(trouble or said.splitlines() or ['it said nothing'])[-1]}")
    return said


def _script(top: str, library: Library, clocked: bool) -> str:
    """Slew of every input pin in ns, load of every output pin in F; the clock is ideal."""
    return f"""
read_verilog mapped.v
link_design {top}
set_cmd_units -time ns -capacitance pF
create_clock -name clock -period 10 {f"[get_ports {CLOCK}]" if clocked else ""}
set inputs {{}}
foreach port [all_inputs] {{
    if {{[get_property $port full_name] != "{CLOCK}"}} {{ lappend inputs $port }}
}}
set_driving_cell -lib_cell {library.buffer} $inputs
set_input_delay 0 -clock clock $inputs
set_load {library.load_pf:.9g} [all_outputs]
set corner [sta::cmd_corner]
foreach pin [get_pins *] {{
    set way [get_property $pin direction]
    set cell [get_property [sta::Pin_instance $pin] ref_name]
    if {{$way == "input"}} {{
        set rise [get_property $pin actual_rise_transition_max]
        set fall [get_property $pin actual_fall_transition_max]
        puts "input|$cell|[get_property $pin full_name]|$rise|$fall"
    }} elseif {{$way == "output"}} {{
        set rise 0
        set fall 0
        set net [sta::Pin_net $pin]
        if {{$net != "NULL"}} {{
            set rise [sta::Net_capacitance $net rise $corner max]
            set fall [sta::Net_capacitance $net fall $corner max]
        }}
        puts "output|$cell|[get_property $pin full_name]|$rise|$fall"
    }}
}}
puts "asked"
"""


def _instances(said: str) -> dict[str, _Instance]:
    found: dict[str, _Instance] = {}
    for line in said.splitlines():
        way, *rest = line.split("|")
        if way not in ("input", "output") or len(rest) != 4:
            continue
        cell, full, rise, fall = rest
        name, _, pin = full.rpartition("/")
        instance = found.setdefault(name.replace("\\", ""), _Instance(cell, {}, {}))
        mean = (float(rise) + float(fall)) / 2
        if way == "input":
            instance.slews_ns[pin] = mean
        else:
            instance.loads_pf[pin] = 1e12 * mean
    return found


def _facts(found: PinEnergies) -> Mapping[str, Any]:
    return {
        "leakage_nw": found.leakage_nw,
        "clock_pj": found.clock_pj,
        "transition_pj": {name: dict(pins) for name, pins in found.transition_pj.items()},
    }
