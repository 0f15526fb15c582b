"""The energy of a cell as its library has it: leakage, what a transition of each pin takes, and the clock's share.

Tables are in the library's unit of capacitance times volts squared. Those of ground pins are left out: what leaves
through ground has come from the supply, where it is counted (a library that has both, as asap7, has it twice).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rtl.synthesis.errors import SynthesisError
from rtl.synthesis.liberty import Library, library_texts
from rtl.synthesis.power.conditions import Condition, condition, share, states
from rtl.synthesis.power.groups import Group, read_groups

_LOAD, _SLEW = "total_output_net_capacitance", ("input_transition_time", "input_net_transition")
_GROUNDS = ("primary_ground", "backup_ground", "internal_ground")
SWITCHED = 0.5
"""Of C V^2: what one transition of a load takes, half of a charge and a discharge."""


@dataclass(frozen=True, slots=True)
class Table:
    """Values over none, one or two axes; an axis is the slew of an input in ns or the load of an output in pF."""

    axes: tuple[tuple[str, tuple[float, ...]], ...]
    values: tuple[float, ...]

    def at(self, slew_ns: float, load_pf: float) -> float:
        """Interpolated between neighbours, and beyond the ends as between the last two."""
        return self._at([load_pf if name == _LOAD else slew_ns for name, _ in self.axes], self.values)

    def _at(self, point: Sequence[float], values: Sequence[float]) -> float:
        depth = len(self.axes) - len(point)
        if not point:
            return values[0]
        marks = self.axes[depth][1]
        width = len(values) // len(marks)
        if len(marks) == 1:
            return self._at(point[1:], values[:width])
        i = min(max(bisect_right(marks, point[0]) - 1, 0), len(marks) - 2)
        low, high = (self._at(point[1:], values[j * width : (j + 1) * width]) for j in (i, i + 1))
        return low + (high - low) * (point[0] - marks[i]) / (marks[i + 1] - marks[i])


@dataclass(frozen=True, slots=True)
class Transition:
    """Internal energy of a pin's rise and fall, in pJ, in a part ``weight`` of all cases; ``related`` is the input that
    causes it, none at inputs."""

    weight: float
    related: str
    tables: tuple[Table, ...]

    def both_pj(self, slew_ns: float, load_pf: float) -> float:
        """A rise and a fall together."""
        return sum(table.at(slew_ns, load_pf) for table in self.tables)


@dataclass(frozen=True, slots=True)
class CellPower:
    """One cell of a library. ``transitions`` are by pin; of a clock pin, those that change no state."""

    cell: str
    volts: float
    leakage_nw: float
    transitions: Mapping[str, tuple[Transition, ...]]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    clocks: Mapping[str, float]
    """clock pins, and their capacitance in pF"""

    def input_pj(self, pin: str, slew_ns: float) -> float:
        """Per transition of an input, beside what its output does."""
        return self._mean_pj(pin, {"": slew_ns}, 0.0)

    def output_pj(self, pin: str, slews_ns: Mapping[str, float], load_pf: float) -> float:
        """Per transition of an output: half of C V^2 for its load, and what is taken inside; all inputs are taken to
        cause it equally often."""
        return SWITCHED * load_pf * self.volts**2 + self._mean_pj(pin, slews_ns, load_pf)

    def clock_pj(self, slew_ns: float) -> float:
        """Per clock cycle in which nothing else changes: a rise and a fall inside, and the charge of the pin itself."""
        inside = sum(2 * self._mean_pj(pin, {"": slew_ns}, 0.0) for pin in self.clocks)
        return inside + sum(self.clocks.values()) * self.volts**2

    def _mean_pj(self, pin: str, slews_ns: Mapping[str, float], load_pf: float) -> float:
        """The mean of rise and fall."""
        return sum(
            way.weight * way.both_pj(slews_ns.get(way.related, 0.0), load_pf) / 2 for way in self.transitions[pin]
        )


@dataclass(frozen=True, slots=True)
class _Units:
    """One file's factors to V, pF, ns, pJ and nW, and the axes of its tables' templates."""

    volts: float
    pf: float
    ns: float
    nw: float
    templates: Mapping[str, tuple[str, ...]]

    def table(self, group: Group) -> Table:
        axes = []
        for i, name in enumerate(self.templates.get(group.name, ())):
            scale = self.pf if name == _LOAD else self.ns
            axes.append((name, tuple(scale * mark for mark in group.numbers(f"index_{i + 1}"))))
        return Table(tuple(axes), tuple(self.pf * value for value in group.numbers("values")))


def cell_powers(library: Library, cells: Collection[str]) -> dict[str, CellPower]:
    """The energies of ``cells``, all of them in ``library``.

    Raises SynthesisError for a library without tables of internal power.
    """
    found, has_tables = {}, False
    for head, bodies in library_texts(library):
        has_tables = has_tables or any("internal_power" in body for body in bodies.values())
        units = _units(library, head)
        for cell in sorted(set(cells) & bodies.keys()):
            found[cell] = _cell_power(cell, read_groups(bodies[cell]), units)
    if not has_tables:
        raise SynthesisError(f"the library {library.name} has no internal_power in any cell, so no energy can be told")
    return found


def _units(library: Library, head: str) -> _Units:
    top = read_groups(head)
    stated = next(top.all("library"), top)
    templates = {
        group.name: tuple(axis for i in (1, 2) if (axis := group.attributes.get(f"variable_{i}")))
        for kind in ("power_lut_template", "lu_table_template")
        for group in stated.all(kind)
    }
    if "nom_voltage" not in stated.attributes:
        raise SynthesisError(f"the library {library.name} has no nom_voltage, so no energy can be told")
    return _Units(
        volts=float(stated.attributes["nom_voltage"]),
        pf=_unit(stated.attributes.get("capacitive_load_unit", "1,pf"), "f", 1e-12),
        ns=library.time_unit_ns,
        nw=_unit(stated.attributes.get("leakage_power_unit", "1nW"), "w", 1e-9),
        templates=templates,
    )


def _unit(text: str, letter: str, base: float) -> float:
    """The factor to ``base`` of a number with its unit, ``100pW`` or ``1,"pf"``."""
    match = re.search(rf"([\d.]+)[\s,\"]*([a-z]?){letter}", text.lower())
    scales = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0}
    return float(match[1]) * scales[match[2]] / base if match else 1.0


def _cell_power(cell: str, body: Group, units: _Units) -> CellPower:
    pins = {pin.name: pin for pin in body.all("pin")}
    inputs = tuple(name for name, pin in pins.items() if pin.attributes.get("direction") == "input")
    outputs = tuple(name for name, pin in pins.items() if pin.attributes.get("direction") == "output")
    every = _states(body, inputs, {name: pins[name].attributes.get("function", "") for name in outputs})
    grounds = {pin.name for pin in body.all("pg_pin") if pin.attributes.get("pg_type") in _GROUNDS}
    clocked = {signal for ff in body.all("ff") for signal in condition(ff.attributes["clocked_on"]).signals}
    clocks = {name: units.pf * float(pins[name].attributes["capacitance"]) for name in inputs if name in clocked}
    still = _still(body, every)
    return CellPower(
        cell=cell,
        volts=units.volts,
        leakage_nw=units.nw * _leakage(body, every, grounds),
        transitions={
            name: tuple(_transitions(pins[name], still if name in clocks else every, grounds, units))
            for name in (*inputs, *outputs)
        },
        inputs=tuple(name for name in inputs if name not in clocks),
        outputs=outputs,
        clocks=clocks,
    )


def _states(body: Group, inputs: Sequence[str], functions: Mapping[str, str]) -> list[dict[str, int]]:
    """All values of the inputs and of what the cell keeps, with the outputs that follow."""
    kept, derived = [], {}
    for group in (*body.all("ff"), *body.all("latch")):
        name, inverse = (word.strip(' "') for word in group.name.split(","))
        kept.append(name)
        derived[inverse] = condition(f"!{name}")
    derived |= {name: condition(text) for name, text in functions.items() if text}
    return list(states([*inputs, *kept], derived))


def _still(body: Group, every: Sequence[dict[str, int]]) -> list[dict[str, int]]:
    """The states in which a clock edge changes nothing, and nothing is set or cleared; all if that is not said."""
    for ff in body.all("ff"):
        name = ff.name.split(",")[0].strip(' "')
        if following := ff.attributes.get("next_state"):
            then = condition(following)
            forced = [condition(ff.attributes[key]) for key in ("clear", "preset") if key in ff.attributes]
            known = [state for state in every if then.signals <= state.keys()]
            every = [s for s in known if then.holds(s) == s[name] and not any(f.holds(s) for f in forced)] or every
    return list(every)


def _leakage(body: Group, every: Sequence[Mapping[str, int]], grounds: Collection[str]) -> float:
    groups = [group for group in body.all("leakage_power") if group.attributes.get("related_pg_pin") not in grounds]
    weighted = list(_weights(groups, every))
    if not weighted:
        return float(body.attributes.get("cell_leakage_power", 0))
    return sum(weight * float(group.attributes["value"]) for weight, group in weighted) / sum(w for w, _ in weighted)


def _transitions(
    pin: Group, among: Sequence[Mapping[str, int]], grounds: Collection[str], units: _Units
) -> Iterator[Transition]:
    """Of a pin, by the input behind it; what holds under conditions is weighed by how often they do."""
    groups = [group for group in pin.all("internal_power") if group.attributes.get("related_pg_pin") not in grounds]
    keyed = [((g.attributes.get("related_pin", "").strip(), g.attributes.get("related_pg_pin", "")), g) for g in groups]
    causes = {cause for (cause, _), _ in keyed}
    for key in dict.fromkeys(key for key, _ in keyed):
        weighted = list(_weights([group for its, group in keyed if its == key], among))
        # an output that moved did so in some case, an input may move without a cost
        whole = sum(weight for weight, _ in weighted) if key[0] else 1.0
        for weight, group in weighted:
            tables = [units.table(table) for kind in ("rise_power", "fall_power") for table in group.all(kind)]
            yield Transition(weight / whole / len(causes), key[0], tuple(tables))


def _weights(groups: Sequence[Group], among: Sequence[Mapping[str, int]]) -> Iterator[tuple[float, Group]]:
    """How often each group holds: those with a condition by it, the others in what is left of each supply's cases."""
    left: dict[str, float] = {}
    plain = []
    for group in groups:
        supply = group.attributes.get("related_pg_pin", "")
        if "when" in group.attributes:
            weight = share(_when(group), among)
            left[supply] = left.get(supply, 1.0) - weight
            if weight:
                yield weight, group
        else:
            plain.append((supply, group))
    for supply, group in plain:
        if (weight := left.get(supply, 1.0)) > 1e-9:
            yield weight, group


def _when(group: Group) -> Condition:
    return condition(group.attributes["when"])
