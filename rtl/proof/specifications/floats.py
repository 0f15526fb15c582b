"""Floating-point leaves: units by tables of `hwsim.hardware_floats`, and what is made of units by instances of them.

A unit has no second description in Verilog: its table is the model's answer for every operand. A leaf that is made of
units is compared with a composition of theirs for all inputs at any format; the proofs of the units are its lemmas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from hwsim.hardware_floats import FloatLayout, add, add_exponent, convert, encode, multiply
from hwsim.inventory import Leaf
from hwsim.lut.plans import Term, half_plan, subset_plan
from rtl.proof.specification import MOST_TABLE_BITS, Span, Specification, Table
from rtl.proof.specifications.exact_sum import MOST_SUMMED_EXPONENT_BITS, rounded_sum

Values = Mapping[str, np.ndarray]


def layout_of(leaf: Leaf, prefix: str = "") -> FloatLayout:
    """Of a unit."""
    words = [leaf[f"{prefix}{name}"] for name in ("exp_bits", "frac_bits", "infinities")]
    return FloatLayout(words[0], words[1], bool(words[2]))


def layout_named(leaf: Leaf, prefix: str) -> FloatLayout:
    """Of a leaf of an array."""
    return FloatLayout(leaf[f"{prefix}_exp"], leaf[f"{prefix}_frac"], bool(leaf[f"{prefix}_inf"]))


def fp_adder(spec: Specification) -> None:
    """By its table; of operands too long for one, by the exact sum, for every pair of exponents."""
    layout = layout_of(spec.leaf)
    if 2 * layout.bits > MOST_TABLE_BITS and layout.exponent_bits <= MOST_SUMMED_EXPONENT_BITS:
        spec.output("z", layout.bits, rounded_sum(spec, layout))
        spec.cases += [Span(name, layout.fraction_bits, layout.exponent_bits) for name in ("x", "y")]
        return
    spec.tables.append(Table("z", lambda given: add(given["x"], given["y"], layout)))


def fp_multiplier(spec: Specification) -> None:
    layout, out = layout_of(spec.leaf), layout_of(spec.leaf, "out_")
    spec.tables.append(Table("z", lambda given: multiply(given["x"], given["y"], layout, out)))


def fp_converter(spec: Specification) -> None:
    layout, out = layout_of(spec.leaf), layout_of(spec.leaf, "out_")
    spec.tables.append(Table("z", lambda given: convert(given["x"], layout, out)))


def fp_exponent_adder(spec: Specification) -> None:
    """By its table, and where that is too long by its description."""
    layout, places = layout_of(spec.leaf), spec.leaf["places_bits"]
    if layout.bits + places > MOST_TABLE_BITS:
        spec.output("z", layout.bits, Units(spec).moved("x", "$signed({1'b0, places})", layout))
        return
    spec.tables.append(Table("z", lambda given: add_exponent(given["x"], given["places"], layout)))


def fp_negator(spec: Specification) -> None:
    bits = layout_of(spec.leaf).bits
    spec.output("z", bits, f"x ^ (negative << {bits - 1})")


def fp_dequantiser(spec: Specification) -> None:
    """The weight as a float; of one bit 2 d - 1."""
    leaf, out = spec.leaf, layout_named(spec.leaf, "out")
    bits, half = leaf["bits"], 1 << (leaf["bits"] - 1)

    def weights(given: Values) -> np.ndarray:
        d = given["d"]
        return encode((2 * d - 1 if bits == 1 else d - 2 * (d & half)).astype(np.float64), out)

    spec.tables.append(Table("q", weights))


class Units:
    """Instances of units in the claims of a leaf."""

    def __init__(self, spec: Specification) -> None:
        self.spec = spec

    def lanes(self, bus: str, count: int, bits: int) -> list[str]:
        """The words of a bus, the first in its lowest bits."""
        return [self.spec.wire(self._name(), bits, f"{bus} >> {i * bits}") for i in range(count)]

    def added(self, x: str, y: str, layout: FloatLayout) -> str:
        return self._placed(Leaf.of("fp_adder", **layout.parameters()), layout.bits, x=x, y=y)

    def multiplied(self, x: str, y: str, layout: FloatLayout, out: FloatLayout) -> str:
        unit = Leaf.of("fp_multiplier", **layout.parameters(), **out.parameters("out_"))
        return self._placed(unit, out.bits, x=x, y=y)

    def converted(self, x: str, layout: FloatLayout, out: FloatLayout) -> str:
        if layout == out:
            return x
        unit = Leaf.of("fp_converter", **layout.parameters(), **out.parameters("out_"))
        return self._placed(unit, out.bits, x=x)

    def negated(self, x: str, negative: str, layout: FloatLayout) -> str:
        return self.spec.wire(
            self._name(), layout.bits, f"{x} ^ (({negative}) ? {layout.bits}'d{1 << (layout.bits - 1)} : 0)"
        )

    def gated(self, x: str, bit: str, layout: FloatLayout) -> str:
        return self.spec.wire(self._name(), layout.bits, f"({bit}) ? {x} : {layout.bits}'d0")

    def chosen(self, of: Sequence[str], number: str, layout: FloatLayout) -> str:
        cases = " : ".join(f"({number}) == {i} ? {x}" for i, x in enumerate(of[:-1]))
        return self.spec.wire(self._name(), layout.bits, f"{cases} : {of[-1]}" if cases else of[0])

    def summed(self, terms: Sequence[str], layout: FloatLayout) -> str:
        """Neighbours first; an odd one waits for the next level."""
        level = list(terms)
        while len(level) > 1:
            pairs = [self.added(level[i], level[i + 1], layout) for i in range(0, len(level) - 1, 2)]
            level = pairs + level[2 * len(pairs) :]
        return level[0]

    def entries(self, a: Sequence[str], halved: bool, layout: FloatLayout) -> list[str]:
        """A table of a group by the additions of its plan."""
        plan, values = (half_plan if halved else subset_plan)(len(a)), list(a)

        def signed(term: Term) -> str:
            return self.negated(values[term.index], "1'b1", layout) if term.negative else values[term.index]

        for left, right in plan.additions:
            values.append(self.added(signed(left), signed(right), layout))
        return [f"{layout.bits}'d0" if term is None else signed(term) for term in plan.entries]

    def moved(self, x: str, places: str, layout: FloatLayout) -> str:
        """x * 2**places, of signed ``places`` of up to 10 bits: what gets too small is a zero of its sign."""
        name, bits = self._name(), layout.magnitude_bits
        exponent, fraction = layout.exponent_bits, layout.fraction_bits
        wide = bits + 12
        self.spec.wire(f"{name}_e", exponent, f"{x} >> {fraction}")
        self.spec.wire(f"{name}_f", fraction, x)
        special = f"{name}_e == {(1 << exponent) - 1}"
        nan = f"{special} && {name}_f {'!= 0' if layout.infinities else f'== {(1 << fraction) - 1}'}"
        infinite = f"{special} && {name}_f == 0" if layout.infinities else "1'b0"
        self.spec.wire(f"{name}_p", 12, places, signed=True)
        self.spec.wire(f"{name}_up", 14, f"$signed({{1'b0, {name}_e}}) + {name}_p", signed=True)
        self.spec.wire(f"{name}_m", wide, f"$signed({{{name}_up, {name}_f}})", signed=True)
        inside = f"({name}_up <= 0) ? {bits}'d0 : ({name}_m > {layout.largest}) ? {bits}'d{layout.overflow} : {name}_m"
        inside = f"({infinite}) ? {bits}'d{layout.overflow} : ({name}_e == 0) ? {bits}'d0 : {inside}"
        self.spec.wire(f"{name}_in", bits, inside)
        wanted = f"({nan}) ? {layout.bits}'d{layout.nan} : {{{x}[{bits}], {name}_in}}"
        return self.spec.wire(name, layout.bits, wanted)

    def _placed(self, unit: Leaf, bits: int, **pins: str) -> str:
        name = self._name()
        if unit not in self.spec.lemmas:
            self.spec.lemmas.append(unit)
        self.spec.wires.append(f"wire [{bits - 1}:0] {name};")
        wiring = ", ".join(f".{pin}({value})" for pin, value in pins.items())
        self.spec.wires.append(f"{unit.name} unit_{name} ({wiring}, .z({name}));")
        return name

    def _name(self) -> str:
        return f"made_{len(self.spec.wires)}"


def _psum(units: Units, term: str, acc: FloatLayout) -> None:
    spec = units.spec
    before = spec.wire("before", acc.bits, "first ? psum_in : psum_reg")
    spec.output("psum", acc.bits, "psum_reg")
    spec.register("psum_reg", acc.bits, units.added(before, term, acc))


def fp_mac_dot(spec: Specification) -> None:
    """Products, their tree, the sum."""
    units, layout, acc = Units(spec), layout_of(spec.leaf), layout_of(spec.leaf, "acc_")
    a, w = (units.lanes(name, spec.leaf["group"], layout.bits) for name in ("a", "w"))
    _psum(units, units.summed([units.multiplied(x, y, layout, acc) for x, y in zip(a, w, strict=True)], acc), acc)


def fp_add_dot(spec: Specification) -> None:
    """The activations whose bit is 1, their tree, sign and exponent, the sum."""
    units, layout = Units(spec), layout_of(spec.leaf)
    a = units.lanes("a", spec.leaf["group"], layout.bits)
    _shifted(units, units.summed([units.gated(x, f"w[{i}]", layout) for i, x in enumerate(a)], layout))


def fp_lut_unit(spec: Specification) -> None:
    """An entry, its sign and exponent, the sum."""
    units, layout = Units(spec), layout_of(spec.leaf)
    entries = units.lanes("entries", 1 << spec.leaf["select_bits"], layout.bits)
    _shifted(units, units.chosen(entries, "select", layout))


def _shifted(units: Units, term: str) -> None:
    layout, acc = layout_of(units.spec.leaf), layout_of(units.spec.leaf, "acc_")
    wide = units.converted(units.negated(term, "negative", layout), layout, acc)
    _psum(units, units.moved(wide, "$signed({1'b0, places})", acc), acc)


def fp_table(spec: Specification) -> None:
    """Entries that stay, all but a constant zero."""
    units, layout = Units(spec), layout_of(spec.leaf)
    a = units.lanes("a", spec.leaf["group"], layout.bits)
    kept = []
    for i, entry in enumerate(units.entries(a, bool(spec.leaf["halved"]), layout)):
        if f"entry{i}" in spec.registers:
            spec.register(f"entry{i}", layout.bits, f"load ? {entry} : entry{i}")
        kept.append(f"entry{i}" if f"entry{i}" in spec.registers else entry)
    spec.output("entries", layout.bits * len(kept), "{" + ", ".join(reversed(kept)) + "}")


def fp_table_builder(spec: Specification) -> None:
    """Entries of converted activations."""
    units, given, out = Units(spec), layout_named(spec.leaf, "a"), layout_named(spec.leaf, "out")
    a = [units.converted(x, given, out) for x in units.lanes("a", spec.leaf["group"], given.bits)]
    made = units.entries(a, not spec.leaf["subset"], out)
    spec.output("entries", out.bits * len(made), "{" + ", ".join(reversed(made)) + "}")


def fp_row_correction(spec: Specification) -> None:
    """The sum of an entry of each table, negated or halved, added up while ``load``."""
    units, leaf = Units(spec), spec.leaf
    given, acc = layout_named(leaf, "a"), layout_named(leaf, "acc")
    total = units.summed(units.lanes("entries", leaf["tables"], given.bits), given)
    total = units.negated(total, "1'b1", given) if leaf["negative"] else total
    term = units.converted(total, given, acc)
    term = units.moved(term, "-12'sd1", acc) if leaf["halved"] else term
    after = units.added(units.gated("correction_reg", "!first", acc), term, acc)
    spec.register("correction_reg", acc.bits, f"load ? {after} : correction_reg")
    spec.output("correction", acc.bits, "correction_reg")


FLOATS: dict[str, Callable[[Specification], None]] = {
    each.__name__: each
    for each in (
        fp_add_dot,
        fp_adder,
        fp_converter,
        fp_dequantiser,
        fp_exponent_adder,
        fp_lut_unit,
        fp_mac_dot,
        fp_multiplier,
        fp_negator,
        fp_row_correction,
        fp_table,
        fp_table_builder,
    )
}
"""Kind of leaf -> what says its specification."""
