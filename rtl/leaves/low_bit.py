"""The leaves of arrays for low-bit weights: table builders, units, the control of planes, the correction of a row."""

from __future__ import annotations

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.inventory import Leaf
from hwsim.lut.plans import Term, half_plan, subset_plan
from rtl.leaves.arithmetic import add, fit, product
from rtl.leaves.slice_control import counter
from rtl.leaves.wiring import input_port, output_port, register, registered

Carried = tuple[Wire, Wire | None]
"""A signed word, and a bit of its lowest weight that is still to be added."""


def table_builder(leaf: Leaf) -> None:
    """The additions of the plan: ``a`` holds the group, ``entries`` the table, the first entry lowest.

    Each sum is a bit wider than its terms, up to an entry's width. The leading activation of a half table is negated
    once, so that every addition of the plan is one adder or subtractor.
    """
    group, bits, signed = leaf["group"], leaf["bits"], bool(leaf["signed"])
    plan = (subset_plan if leaf["subset"] else half_plan)(group)
    values = [_word(x, signed) for x in _parted(input_port("a", group * bits), bits)]
    flipped = [False] * group
    if not leaf["subset"]:
        values[0], flipped[0] = _difference(pyrtl.Const(0, 1), values[0], len(values[0]) + 1), True
    for left, right in plan.additions:
        (x, x_less), (y, y_less) = ((values[t.index], t.negative ^ flipped[t.index]) for t in (left, right))
        made = min(max(len(x), len(y)) + 1, leaf["entry_bits"])
        flipped.append(x_less and y_less)
        values.append(_sum(x, y, made) if x_less == y_less else _difference(*((y, x) if x_less else (x, y)), made))
    output_port("entries", pyrtl.concat_list([_entry(t, values, flipped, leaf["entry_bits"]) for t in plan.entries]))


def _entry(term: Term | None, values: list[Wire], flipped: list[bool], bits: int) -> Wire:
    if term is None:
        return pyrtl.Const(0, bits)
    assert term.negative == flipped[term.index]  # no entry of a plan is the negation of what was made
    return fit(values[term.index], bits, signed=True)


def _word(x: Wire, signed: bool) -> Wire:
    """With a sign."""
    return x if signed else x.zero_extended(len(x) + 1)


def _sum(x: Wire, y: Wire, bits: int) -> Wire:
    return add(fit(x, bits, signed=True), fit(y, bits, signed=True))


def _difference(x: Wire, y: Wire, bits: int) -> Wire:
    return (fit(x, bits, signed=True) - fit(y, bits, signed=True)).truncate(bits)


def _parted(bus: Wire, bits: int) -> list[Wire]:
    return [bus[low : low + bits] for low in range(0, len(bus), bits)]


def dequantiser(leaf: Leaf) -> None:
    """``q`` is the weight ``d`` in more bits; of one bit 0 is -1 and 1 is +1."""
    d, bits = input_port("d", leaf["bits"]), leaf["whole_bits"]
    output_port(
        "q", pyrtl.concat((~d).sign_extended(bits - 1), pyrtl.Const(1, 1)) if len(d) == 1 else fit(d, bits, True)
    )


def plane_control(leaf: Leaf) -> None:
    """Counts the planes of a step while ``valid``; ``load`` in the first one, ``top`` in the last one.

    corrected=1: ``last`` marks the edge after the last plane, which corrects the sums and is not counted.
    """
    valid = input_port("valid")
    correct = valid & input_port("last") if leaf["corrected"] else pyrtl.Const(0, 1)
    counted = valid & ~correct
    plane, top = counter("plane", leaf["planes"], counted)
    output_port("load", counted & (plane == 0))
    if leaf["planes"] > 1:
        output_port("plane", plane)
    if leaf["top"]:
        output_port("top", top)
    if leaf["corrected"]:
        output_port("correct", correct)


def row_correction(leaf: Leaf) -> None:
    """``correction <= (first ? 0 : correction) + entries`` while ``load``; negative=1 subtracts them."""
    entries, bits = input_port("entries", leaf["tables"] * leaf["entry_bits"]), leaf["sum_bits"]
    total, _ = _tree([(x, None) for x in _parted(entries, leaf["entry_bits"])])
    correction = register("correction_reg", bits)
    before = correction & ~input_port("first").sign_extended(bits)
    after = (_difference if leaf["negative"] else _sum)(before, total, bits)
    correction.next <<= pyrtl.select(input_port("load"), after, correction)
    output_port("correction", correction)


def pe_lut(leaf: Leaf) -> None:
    """Looks up an entry of each half table; the highest bit of a word negates it."""
    _unit(leaf, [_signed_entry(table, word) for table, word in _groups(leaf, (leaf["lanes"] // leaf["tables"]) - 1)])


def _signed_entry(table: Wire, word: Wire) -> Carried:
    number, negative = word[:-1] if len(word) > 1 else None, word[-1]
    entry = _chosen(table, number)
    return entry ^ negative.sign_extended(len(entry)), negative


def pe_subset(leaf: Leaf) -> None:
    """Looks up an entry of each conventional table."""
    _unit(leaf, [(_chosen(t, w), None) for t, w in _groups(leaf, leaf["lanes"] // leaf["tables"])])


def _groups(leaf: Leaf, select_bits: int) -> list[tuple[list[Wire], Wire]]:
    """Entries and word of every group."""
    entries, bits = 1 << select_bits, leaf["a_bits"]
    shared = _parted(input_port("shared", leaf["tables"] * entries * bits), bits)
    words = _parted(input_port("words", leaf["lanes"]), leaf["lanes"] // leaf["tables"])
    return [(shared[t * entries : (t + 1) * entries], word) for t, word in enumerate(words)]


def _chosen(entries: list[Wire], number: Wire | None) -> Wire:
    return entries[0] if number is None else pyrtl.mux(number, *entries)


def pe_bit_serial(leaf: Leaf) -> None:
    """Each activation and its bit; with one-bit weights each activation, negated where its bit is 0."""
    group = leaf["lanes"] // leaf["tables"]
    shared = [
        _word(x, bool(leaf["a_signed"]))
        for x in _parted(input_port("shared", leaf["lanes"] * leaf["a_bits"]), leaf["a_bits"])
    ]
    words = _parted(input_port("words", leaf["lanes"]), group)
    bits = [word[group - 1 - j] for word in words for j in range(group)]
    _unit(
        leaf, [_signed(x, bit) if leaf["w_bits"] == 1 else _gated(x, bit) for x, bit in zip(shared, bits, strict=True)]
    )


def _signed(x: Wire, bit: Wire) -> Carried:
    return x ^ (~bit).sign_extended(len(x)), ~bit


def _gated(x: Wire, bit: Wire) -> Carried:
    return x & bit.sign_extended(len(x)), None


def pe_dequant(leaf: Leaf) -> None:
    """Each activation times its weight."""
    shared = _parted(input_port("shared", leaf["lanes"] * leaf["a_bits"]), leaf["a_bits"])
    words = _parted(input_port("words", leaf["lanes"] * leaf["w_bits"]), leaf["w_bits"])
    _unit(leaf, [(product(a, w, bool(leaf["a_signed"]), True), None) for a, w in zip(shared, words, strict=True)])


def _unit(leaf: Leaf, terms: list[Carried]) -> None:
    """``sum <= (first ? 0 : sum) + (the terms << plane)`` when valid; ``c`` is the upper part of the sum.

    Minus a word is its complement plus 1: zeros that the shift brings in are complemented with it, and the 1 is the
    carry of the addition. piped=1 has a register before the addition, whose ``valid`` and ``first`` are an edge late.
    """
    bits = leaf["sum_bits"]
    total, carry = _tree(terms)
    if leaf["top"]:
        carry = input_port("top")
        total = total ^ carry.sign_extended(len(total))
    term = fit(_placed(total, carry, leaf), bits, signed=True)
    if leaf["corrected"]:
        correct = input_port("correct")
        term = pyrtl.select(correct, input_port("correction", bits), term)
        carry = None if carry is None else carry & ~correct
    if leaf["piped"]:
        term, carry = registered("term_reg", term), None if carry is None else registered("carry_reg", carry)
    kept = register("sum_reg", bits)
    after = _carried_sum(kept & ~input_port("first").sign_extended(bits), term, carry)
    kept.next <<= pyrtl.select(input_port("valid"), after, kept)
    output_port("c", kept[bits - leaf["acc_bits"] :])


def _placed(word: Wire, fill: Wire | None, leaf: Leaf) -> Wire:
    """``word`` shifted by the plane, a stage for each bit of its number; ``fill`` comes in from below."""
    low = pyrtl.Const(0, 1) if fill is None else fill
    if leaf["shift"]:
        word = pyrtl.concat(word, low.sign_extended(leaf["shift"]))
    if leaf["planes"] > 1:
        for i, far in enumerate(input_port("plane", (leaf["planes"] - 1).bit_length())):
            moved = pyrtl.concat(word, low.sign_extended(1 << i))
            word = pyrtl.select(far, moved, word.sign_extended(len(moved)))
    return word


def _tree(terms: list[Carried]) -> Carried:
    """The sum of all terms, neighbours first; every addition takes one bit that was still to be added."""
    while len(terms) > 1:
        pairs = [_joined(*pair) for pair in zip(terms[::2], terms[1::2], strict=False)]
        terms = pairs + terms[len(terms) - len(terms) % 2 :]
    return terms[0]


def _joined(left: Carried, right: Carried) -> Carried:
    (x, taken), (y, later) = left, right
    bits = max(len(x), len(y)) + 1
    return _carried_sum(fit(x, bits, signed=True), fit(y, bits, signed=True), taken), later


def _carried_sum(x: Wire, y: Wire, carry: Wire | None) -> Wire:
    """x + y + carry in one adder: the carry comes out of a lowest place of its own."""
    if carry is None:
        return add(x, y)
    return add(pyrtl.concat(x, pyrtl.Const(1, 1)), pyrtl.concat(y, carry))[1:]


LOW_BIT = {
    "dequantiser": dequantiser,
    "pe_bit_serial": pe_bit_serial,
    "pe_dequant": pe_dequant,
    "pe_lut": pe_lut,
    "pe_subset": pe_subset,
    "plane_control": plane_control,
    "row_correction": row_correction,
    "table_builder": table_builder,
}
