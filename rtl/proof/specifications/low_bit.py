"""The leaves of arrays for low-bit weights."""

from __future__ import annotations

from rtl.proof.specification import AFTER, Span, Specification, signed_word, whole


def table_builder(spec: Specification) -> None:
    """Every entry by itself: the sum of a subset, or all activations with signs and the first one negative."""
    leaf, group = spec.leaf, spec.leaf["group"]
    bits, entry_bits = leaf["bits"], leaf["entry_bits"]
    a = [_word(spec, f"a_{j}", "a", j, bits, leaf["signed"], entry_bits) for j in range(group)]
    for w in range(1 << (group - (not leaf["subset"]))):
        if leaf["subset"]:
            wanted = " + ".join(x for j, x in enumerate(a) if w >> (group - 1 - j) & 1) or f"{entry_bits}'d0"
        else:
            signs = ["+" if w >> (group - 2 - j) & 1 else "-" for j in range(group - 1)]
            wanted = f"-{a[0]}" + "".join(f" {sign} {x}" for sign, x in zip(signs, a[1:], strict=True))
        found = f"entries[{(w + 1) * entry_bits - 1}:{w * entry_bits}]"
        spec.equal(f"entries[{w}]", entry_bits, found, wanted, adds=True)


def _word(spec: Specification, name: str, bus: str, place: int, bits: int, signed: int, wide: int) -> str:
    """One word of a bus, extended to ``wide`` bits."""
    narrow = spec.wire(f"{name}_narrow", bits, f"{bus} >> {place * bits}")
    return spec.wire(name, wide, signed_word(narrow, signed), signed=True)


def dequantiser(spec: Specification) -> None:
    """The weight; of one bit 2 d - 1."""
    bits = spec.leaf["whole_bits"]
    wanted = "d ? 1 : -1" if spec.leaf["bits"] == 1 else "$signed(d)"
    spec.output("q", bits, spec.wire("weight", bits, wanted, signed=True))


def row_correction(spec: Specification) -> None:
    """What it was, or zero with ``first``, plus or minus all entries."""
    leaf, bits = spec.leaf, spec.leaf["sum_bits"]
    entries = [_word(spec, f"entry_{i}", "entries", i, leaf["entry_bits"], 1, bits) for i in range(leaf["tables"])]
    spec.cases += [whole("rst", 1), whole("load", 1)]
    total = spec.wire("total", bits, " + ".join(entries))
    after = f"(first ? {bits}'d0 : correction_reg) {'-' if leaf['negative'] else '+'} {total}"
    spec.register("correction_reg", bits, f"load ? {after} : correction_reg", adds=True)
    spec.output("correction", bits, "correction_reg")


def unit(spec: Specification) -> None:
    """The sum after the terms of a plane at their bit-weight; piped=1 with the term in registers before."""
    leaf, bits = spec.leaf, spec.leaf["sum_bits"]
    total = spec.wire("total", bits, " + ".join(_TERMS[leaf.kind](spec)))
    plane_bits = (leaf["planes"] - 1).bit_length()
    signed = spec.wire("turned", bits, f"top ? -{total} : {total}" if leaf["top"] else total)
    places = f"plane + {leaf['shift']}" if leaf["planes"] > 1 else str(leaf["shift"])
    spec.wire("places", 8, places)
    term = spec.wire("placed", bits, f"{signed} << places")
    if leaf["corrected"]:
        term = spec.wire("term", bits, f"correct ? correction : {term}")
    spec.cases += [whole("rst", 1), whole("valid", 1)]
    spec.cases += [whole("correct", 1)] if leaf["corrected"] else []
    spec.cases += [whole("top", 1)] if leaf["top"] else []
    spec.cases += [whole("plane", plane_bits)] if leaf["planes"] > 1 else []
    if leaf["piped"]:
        carry, after = ("carry_reg", f"term_reg{AFTER} + carry_reg{AFTER}")
        if carry not in spec.registers:
            carry, after = "1'b0", f"term_reg{AFTER}"
        spec.equal("term_reg", bits, after, f"rst ? {bits}'d0 : {term}", adds=True)
        term = spec.wire("piped_term", bits, f"term_reg + {carry}")
    spec.register("sum_reg", bits, f"valid ? (first ? {bits}'d0 : sum_reg) + {term} : sum_reg", adds=True)
    spec.output("c", leaf["acc_bits"], f"sum_reg >> {bits - leaf['acc_bits']}")


def _words(spec: Specification) -> list[str]:
    """The weight bits of every group, the first activation's highest."""
    group = spec.leaf["lanes"] // spec.leaf["tables"]
    return [spec.wire(f"word_{t}", group, f"words >> {t * group}") for t in range(spec.leaf["tables"])]


def _looked_up(spec: Specification, select_bits: int) -> list[str]:
    """An entry of every table, by the low bits of its word."""
    leaf, entries = spec.leaf, 1 << select_bits
    found = []
    for t, word in enumerate(_words(spec)):
        names = [
            _word(spec, f"entry_{t}_{i}", "shared", t * entries + i, leaf["a_bits"], 1, leaf["sum_bits"])
            for i in range(entries)
        ]
        number = spec.wire(f"number_{t}", max(1, select_bits), f"{word} & {entries - 1}")
        chosen = " : ".join(f"{number} == {i} ? {name}" for i, name in enumerate(names))
        found.append(spec.wire(f"entry_{t}", leaf["sum_bits"], f"{chosen} : {names[-1]}", signed=True))
    return found


def _half_table_entries(spec: Specification) -> list[str]:
    group, bits = spec.leaf["lanes"] // spec.leaf["tables"], spec.leaf["sum_bits"]
    return [
        spec.wire(f"term_{t}", bits, f"word_{t}[{group - 1}] ? -{entry} : {entry}", signed=True)
        for t, entry in enumerate(_looked_up(spec, group - 1))
    ]


def _subset_table_entries(spec: Specification) -> list[str]:
    return _looked_up(spec, spec.leaf["lanes"] // spec.leaf["tables"])


def _gated(spec: Specification) -> list[str]:
    """Each activation where its bit is 1; with one-bit weights minus it where its bit is 0."""
    leaf, group, terms = spec.leaf, spec.leaf["lanes"] // spec.leaf["tables"], []
    words, bits = _words(spec), spec.leaf["sum_bits"]
    for lane in range(leaf["lanes"]):
        x = _word(spec, f"a_{lane}", "shared", lane, leaf["a_bits"], leaf["a_signed"], bits)
        table, place = divmod(lane, group)
        bit = f"{words[table]}[{group - 1 - place}]"
        other = f"-{x}" if leaf["w_bits"] == 1 else f"{bits}'sd0"
        terms.append(spec.wire(f"term_{lane}", bits, f"{bit} ? {x} : {other}", signed=True))
        spec.operands.append(
            (
                Span("shared", lane * leaf["a_bits"], leaf["a_bits"]),
                Span("words", table * group + group - 1 - place, 1),
            )
        )
    return terms


def _products(spec: Specification) -> list[str]:
    leaf, terms = spec.leaf, []
    a_bits, w_bits = leaf["a_bits"], leaf["w_bits"]
    for lane in range(leaf["lanes"]):
        exact = a_bits + w_bits + 2
        a = _word(spec, f"a_{lane}", "shared", lane, a_bits, leaf["a_signed"], a_bits + 1)
        w = _word(spec, f"w_{lane}", "words", lane, w_bits, 1, w_bits)
        made = spec.wire(f"product_{lane}", exact, f"{a} * {w}", signed=True)
        terms.append(spec.wire(f"term_{lane}", leaf["sum_bits"], made, signed=True))
        spec.operands.append((Span("shared", lane * a_bits, a_bits), Span("words", lane * w_bits, w_bits)))
    return terms


_TERMS = {
    "pe_bit_serial": _gated,
    "pe_dequant": _products,
    "pe_lut": _half_table_entries,
    "pe_subset": _subset_table_entries,
}

LOW_BIT = {each.__name__: each for each in (dequantiser, row_correction, table_builder)} | dict.fromkeys(_TERMS, unit)
"""Kind of leaf -> what says its specification."""
