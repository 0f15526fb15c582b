"""The units of arrays for low-bit weights with float activations, as compositions of float units."""

from __future__ import annotations

from collections.abc import Callable

from hwsim.hardware_floats import FloatLayout
from rtl.proof.specification import Specification
from rtl.proof.specifications.floats import Units, layout_named


def unit(spec: Specification) -> None:
    """The sum after a plane of a unit of an array."""
    units, leaf = Units(spec), spec.leaf
    given, acc = layout_named(leaf, "a"), layout_named(leaf, "acc")
    term = _TERMS[leaf.kind](units, given)
    if leaf.kind == "pe_dequant_fp":
        a, w = (units.lanes(name, leaf["lanes"], given.bits) for name in ("shared", "words"))
        term = units.summed([units.multiplied(x, y, given, acc) for x, y in zip(a, w, strict=True)], acc)
    else:
        term = units.negated(term, "top", given) if leaf["top"] else term
        lowest = leaf["halves"].bit_length() - 2
        term = units.converted(term, given, acc)
        plane = "$signed({1'b0, plane})" if leaf["w_bits"] > 1 else "12'sd0"
        term = units.moved(term, f"{plane} + ({lowest})", acc) if leaf["w_bits"] > 1 or lowest else term
    if leaf["corrected"]:
        term = spec.wire("term", acc.bits, f"correct ? correction : {term}")
    if leaf["piped"]:
        spec.register("term_reg", acc.bits, term)
        term = "term_reg"
    after = units.added(units.gated("sum_reg", "!first", acc), term, acc)
    spec.register("sum_reg", acc.bits, f"valid ? {after} : sum_reg")
    spec.output("c", acc.bits, "sum_reg")


def _looked_up(units: Units, given: FloatLayout, select_bits: int) -> list[tuple[str, str]]:
    """An entry of every table by the low bits of its word, and the word's highest bit."""
    leaf, entries = units.spec.leaf, 1 << select_bits
    group, found = leaf["lanes"] // leaf["tables"], []
    for t in range(leaf["tables"]):
        table = [
            units.spec.wire(f"entry_{t}_{i}", given.bits, f"shared >> {(t * entries + i) * given.bits}")
            for i in range(entries)
        ]
        word = units.spec.wire(f"word_{t}", group, f"words >> {t * group}")
        found.append((units.chosen(table, f"{word} & {entries - 1}", given), f"{word}[{group - 1}]"))
    return found


def _half_entries(units: Units, given: FloatLayout) -> str:
    group = units.spec.leaf["lanes"] // units.spec.leaf["tables"]
    return units.summed([units.negated(x, top, given) for x, top in _looked_up(units, given, group - 1)], given)


def _subset_entries(units: Units, given: FloatLayout) -> str:
    group = units.spec.leaf["lanes"] // units.spec.leaf["tables"]
    return units.summed([x for x, _ in _looked_up(units, given, group)], given)


def _bits(units: Units, given: FloatLayout) -> str:
    leaf, group, terms = units.spec.leaf, units.spec.leaf["lanes"] // units.spec.leaf["tables"], []
    for lane, x in enumerate(units.lanes("shared", leaf["lanes"], given.bits)):
        table, place = divmod(lane, group)
        bit = f"words[{table * group + group - 1 - place}]"
        terms.append(units.negated(x, f"!{bit}", given) if leaf["w_bits"] == 1 else units.gated(x, bit, given))
    return units.summed(terms, given)


_TERMS: dict[str, Callable[[Units, FloatLayout], str]] = {
    "pe_bit_serial_fp": _bits,
    "pe_dequant_fp": lambda units, given: "",
    "pe_lut_fp": _half_entries,
    "pe_subset_fp": _subset_entries,
}

FLOAT_UNITS = dict.fromkeys(_TERMS, unit)
"""Kind of leaf -> what says its specification."""
