"""The leaves of arrays for low-bit weights with float activations; their twins are in `hwsim.arrays.low_bit.floating`.

Pins are those of the integer leaves, so that the arrays connect both in one way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.hardware_floats import FloatLayout
from hwsim.inventory import Leaf
from hwsim.lut.plans import half_plan, subset_plan
from rtl.leaves.arithmetic import add, fit
from rtl.leaves.floating.bits import leading_zeros, only_if, shifted_left, signed_bits
from rtl.leaves.floating.dot_products import entries_of, tree_sum
from rtl.leaves.floating.units import fp_add, fp_converted, fp_moved, fp_multiply, fp_negated
from rtl.leaves.wiring import input_port, output_port, register, registered


def layout_named(leaf: Leaf, prefix: str) -> FloatLayout:
    """The layout of which a leaf was told under ``prefix`` (`hwsim.arrays.low_bit.float_leaves.widths`)."""
    return FloatLayout(leaf[f"{prefix}_exp"], leaf[f"{prefix}_frac"], bool(leaf[f"{prefix}_inf"]))


def fp_table_builder(leaf: Leaf) -> None:
    """``entries`` of the group ``a``: the additions of the plan on activations in the format of the entries."""
    taken, out, group = layout_named(leaf, "a"), layout_named(leaf, "out"), leaf["group"]
    plan = (subset_plan if leaf["subset"] else half_plan)(group)
    a = [_converted(x, taken, out) for x in _lanes("a", group, taken.bits)]
    made = [pyrtl.Const(0, out.bits) if x is None else x for x in entries_of(a, plan, out)]
    output_port("entries", pyrtl.concat_list(made) if len(made) > 1 else made[0])


def fp_dequantiser(leaf: Leaf) -> None:
    """``q`` is the weight ``d`` as a float, which holds it exactly; of one bit 0 is -1 and 1 is +1."""
    d, out = input_port("d", leaf["bits"]), layout_named(leaf, "out")
    output_port("q", _sign(d, out) if len(d) == 1 else _whole(d, out))


def _sign(d: Wire, out: FloatLayout) -> Wire:
    return pyrtl.concat(~d, pyrtl.Const(out.bias << out.fraction_bits, out.magnitude_bits))


def _whole(d: Wire, out: FloatLayout) -> Wire:
    """Nothing is rounded, and nothing too large: the format holds every weight."""
    negative, bits, width = d[-1], len(d), out.exponent_bits
    magnitude = add(d ^ negative.sign_extended(bits), negative.zero_extended(bits))
    zeros = leading_zeros(magnitude)
    exponent = (pyrtl.Const(out.bias + bits - 1, width) - zeros.zero_extended(width)).truncate(width)
    below = shifted_left(magnitude, zeros)[:-1]  # a last bit that the format has no place for is 0
    missing = out.fraction_bits - len(below)
    fraction = pyrtl.concat(below, pyrtl.Const(0, missing)) if missing > 0 else below[-out.fraction_bits :]
    return pyrtl.concat(negative, only_if(pyrtl.rtl_any(*magnitude), pyrtl.concat(exponent, fraction)))


def fp_row_correction(leaf: Leaf) -> None:
    """``correction <= (first ? 0 : correction) + entries`` while ``load``; half of them, or minus them."""
    given, acc = layout_named(leaf, "a"), layout_named(leaf, "acc")
    total = tree_sum(_lanes("entries", leaf["tables"], given.bits), given)
    if leaf["negative"]:
        total = fp_negated(total, pyrtl.Const(1, 1))
    term = _converted(total, given, acc)
    if leaf["halved"]:
        term = fp_moved(term, pyrtl.Const(1, 1), (-1, 0), acc)
    correction = register("correction_reg", acc.bits)
    after = fp_add(only_if(~input_port("first"), correction), term, acc)
    correction.next <<= pyrtl.select(input_port("load"), after, correction)
    output_port("correction", correction)


def pe_lut_fp(leaf: Leaf) -> None:
    """Looks up an entry of each half table; the highest bit of a word turns its sign."""
    _unit(leaf, [_signed_entry(table, word) for table, word in _groups(leaf, leaf["lanes"] // leaf["tables"] - 1)])


def _signed_entry(table: Sequence[Wire], word: Wire) -> Wire:
    return fp_negated(table[0] if len(word) == 1 else pyrtl.mux(word[:-1], *table), word[-1])


def pe_subset_fp(leaf: Leaf) -> None:
    """Looks up an entry of each conventional table."""
    _unit(leaf, [pyrtl.mux(word, *table) for table, word in _groups(leaf, leaf["lanes"] // leaf["tables"])])


def _groups(leaf: Leaf, select_bits: int) -> list[tuple[list[Wire], Wire]]:
    """Entries and word of every group."""
    entries, tables = 1 << select_bits, leaf["tables"]
    shared = _lanes("shared", tables * entries, layout_named(leaf, "a").bits)
    words = _lanes("words", tables, leaf["lanes"] // tables)
    return [(shared[t * entries : (t + 1) * entries], word) for t, word in enumerate(words)]


def pe_bit_serial_fp(leaf: Leaf) -> None:
    """Each activation gated by its bit; with one-bit weights negated where it is 0."""
    group, one_bit = leaf["lanes"] // leaf["tables"], leaf["w_bits"] == 1
    shared = _lanes("shared", leaf["lanes"], layout_named(leaf, "a").bits)
    words = _lanes("words", leaf["tables"], group)
    bits = [word[group - 1 - j] for word in words for j in range(group)]
    _unit(leaf, [fp_negated(x, ~bit) if one_bit else only_if(bit, x) for x, bit in zip(shared, bits, strict=True)])


def pe_dequant_fp(leaf: Leaf) -> None:
    """Each activation times its weight, both in one format, rounded to that of the sum."""
    taken, acc = layout_named(leaf, "a"), layout_named(leaf, "acc")
    shared, words = (_lanes(name, leaf["lanes"], taken.bits) for name in ("shared", "words"))
    products = [fp_multiply(a, w, taken, acc) for a, w in zip(shared, words, strict=True)]
    _accumulate(leaf, tree_sum(products, acc), acc)


def _unit(leaf: Leaf, terms: Sequence[Wire]) -> None:
    """The tree over a plane's terms, its sign, format and exponent, and the sum."""
    given, acc = layout_named(leaf, "a"), layout_named(leaf, "acc")
    total = tree_sum(terms, given)
    if leaf["top"]:
        total = fp_negated(total, input_port("top"))
    _accumulate(leaf, _placed(_converted(total, given, acc), leaf, acc), acc)


def _placed(term: Wire, leaf: Leaf, acc: FloatLayout) -> Wire:
    """Times 2**plane, and of plane 0 half of it or twice."""
    lowest, planes = leaf["halves"].bit_length() - 2, leaf["w_bits"]
    if planes == 1:
        return fp_moved(term, pyrtl.Const(lowest, 2, signed=True), (lowest, lowest), acc) if lowest else term
    plane_bits = (planes - 1).bit_length()
    highest = (1 << plane_bits) - 1 + lowest
    bits = signed_bits(lowest, highest)
    plane = fit(input_port("plane", plane_bits), bits, signed=False)
    places = add(plane, pyrtl.Const(lowest, bits, signed=True)) if lowest else plane
    return fp_moved(term, places, (lowest, highest), acc)


def _accumulate(leaf: Leaf, term: Wire, acc: FloatLayout) -> None:
    """``sum <= (first ? 0 : sum) + term`` when valid; piped=1 has a register before the addition."""
    if leaf["corrected"]:
        term = pyrtl.select(input_port("correct"), input_port("correction", acc.bits), term)
    if leaf["piped"]:
        term = registered("term_reg", term)
    first = input_port("first")
    kept = register("sum_reg", acc.bits)
    kept.next <<= pyrtl.select(input_port("valid"), fp_add(only_if(~first, kept), term, acc), kept)
    output_port("c", kept)


def _converted(x: Wire, given: FloatLayout, out: FloatLayout) -> Wire:
    return x if given == out else fp_converted(x, given, out)


def _lanes(name: str, lanes: int, bits: int) -> list[Wire]:
    """An input of ``lanes`` groups of ``bits`` bits, the first in its lowest bits."""
    bus = input_port(name, lanes * bits)
    return [bus[i * bits : (i + 1) * bits] for i in range(lanes)]


LOW_BIT_FLOATING: dict[str, Callable[[Leaf], None]] = {
    "fp_dequantiser": fp_dequantiser,
    "fp_row_correction": fp_row_correction,
    "fp_table_builder": fp_table_builder,
    "pe_bit_serial_fp": pe_bit_serial_fp,
    "pe_dequant_fp": pe_dequant_fp,
    "pe_lut_fp": pe_lut_fp,
    "pe_subset_fp": pe_subset_fp,
}
"""Kind of leaf -> what lays its wires into PyRTL's working block."""
