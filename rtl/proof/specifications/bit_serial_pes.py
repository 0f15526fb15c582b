"""PEs of bit-serial designs: the sum is the sum before plus what a cycle issues, each digit times its operand.

With piped=1 a register before the sum holds what it is named after, modulo its width, which holds all values of it.
Numbers of lanes, places and slices beyond the last mean nothing.
"""

from __future__ import annotations

from hwsim.formats import counting
from rtl.proof.specification import AFTER, Span, Specification, signed_word, whole


def pe_stripes(spec: Specification) -> None:
    """The operands of B whose bit is set; the top column of signed operands counts negatively."""
    leaf = spec.leaf
    _begins(spec, b=leaf["lanes"] * leaf["b_bits"])
    top = f"index_reg == {leaf['digits'] - 1}" if leaf["a_signed"] else "1'b0"
    words = _words(spec, leaf["lanes"], "column_reg")
    _column(spec, words, _late(spec, "top", 1, top))
    spec.cases += [whole("top_piped", 1)] if leaf["piped"] else []


def pe_bitwave(spec: Specification) -> None:
    """The operands of B whose bit is set, each with the sign of its weight."""
    lanes = spec.leaf["lanes"]
    _begins(spec, b=lanes * spec.leaf["b_bits"], negative=lanes)
    words = _words(spec, lanes, "column_reg", "negative_reg")
    turned = [
        spec.wire(f"turned_{i}", _word_bits(spec) + 1, f"negative_reg[{i}] ? -{word} : {word}", signed=True)
        for i, word in enumerate(words)
    ]
    _column(spec, turned, "1'b0")


def _column(spec: Specification, words: list[str], negative: str) -> None:
    """Plus or minus the total of the words whose bit of the column is set, times 2**index."""
    leaf, lanes = spec.leaf, spec.leaf["lanes"]
    place_bits, bits = counting(leaf["digits"]).bits, _word_bits(spec) + lanes.bit_length()
    _issued(spec, column=lanes, index=place_bits)
    chosen = [
        spec.wire(f"chosen_{i}", bits, f"column_reg[{i}] ? {word} : 1'sd0", signed=True) for i, word in enumerate(words)
    ]
    total = _late(spec, "total", bits, " + ".join(chosen), adds=True)
    place = _late(spec, "place", place_bits, "index_reg")
    spec.cases.append(whole("place_piped" if leaf["piped"] else "index_reg", place_bits))
    moved = spec.wire("moved", leaf["acc_bits"], f"{_extended(spec, total)} << {place}")
    _accumulates(spec, f"({negative} ? -{moved} : {moved})", _within(place, place_bits, leaf["digits"]))


def pe_pragmatic(spec: Specification) -> None:
    """Each operand of B with a sign, times 2**exponent. A pair before the sum is worth the total.

    Of an exponent beyond the last, which means nothing, there is what a term's width holds.
    """
    leaf, lanes = spec.leaf, spec.leaf["lanes"]
    bits = counting(leaf["exponents"]).bits
    term_bits = _word_bits(spec) + leaf["exponents"] - 1
    total_bits = term_bits + lanes.bit_length() if leaf["piped"] else leaf["acc_bits"]
    _begins(spec, b=lanes * leaf["b_bits"])
    _issued(spec, enable=lanes, negative=lanes, exponent=lanes * bits)
    words, terms = _words(spec, lanes, "enable_reg", "negative_reg", exponent_reg=bits), []
    for i, word in enumerate(words):
        exponent = spec.wire(f"exponent_{i}", bits, f"exponent_reg >> {i * bits}")
        long = spec.wire(f"long_{i}", term_bits, word, signed=True)
        moved = spec.wire(f"moved_{i}", term_bits, f"{long} << {exponent}", signed=True)
        wide = spec.wire(f"wide_{i}", total_bits, moved, signed=True)
        of_sign = f"(negative_reg[{i}] ? -{wide} : {wide})"
        terms.append(spec.wire(f"term_{i}", total_bits, f"enable_reg[{i}] ? {of_sign} : 1'sd0", signed=True))
    total = spec.wire("total_is", total_bits, " + ".join(terms), signed=True)
    if leaf["piped"]:
        found = f"total_piped{AFTER} + carry_piped{AFTER}"
        spec.equal("total_piped", total_bits, found, f"rst ? {total_bits}'d0 : {total}", adds=True)
        total = spec.wire("total_late", total_bits, "total_piped + carry_piped", signed=True)
    _accumulates(spec, _extended(spec, total))


def pe_bitlet(spec: Specification) -> None:
    """For each place the operand of B that its index names, with the sign of its weight, times 2**place."""
    leaf, group, digits = spec.leaf, spec.leaf["group"], spec.leaf["digits"]
    index_bits, bits = counting(group).bits, _word_bits(spec)
    _begins(spec, b=group * leaf["b_bits"], negative=group)
    _issued(spec, index=digits * index_bits, enable=digits)
    words, placed, within = _words(spec, group, "negative_reg"), [], []
    spec.cases += [] if leaf["piped"] else [whole("enable_reg", digits), whole("index_reg", digits * index_bits)]
    turned = [
        spec.wire(f"turned_{i}", bits + 1, f"negative_reg[{i}] ? -{word} : {word}", signed=True)
        for i, word in enumerate(words)
    ]
    for place in range(digits):
        index = spec.wire(f"index_{place}", index_bits, f"index_reg >> {place * index_bits}")
        named = " : ".join(f"{index} == {i} ? {word}" for i, word in enumerate(turned))
        chosen = spec.wire(f"chosen_{place}", bits + 1, f"enable_reg[{place}] ? ({named} : 1'sd0) : 1'sd0", signed=True)
        if leaf["piped"]:
            after = _turned_word(spec, f"after_{place}", f"chosen_piped{AFTER}", place)
            where = _within(index, index_bits, group)
            spec.equal(f"chosen_piped[{place}]", bits + 1, after, f"rst ? {bits + 1}'d0 : {chosen}", where)
            chosen = _turned_word(spec, f"late_{place}", "chosen_piped", place)
            spec.operands.append((Span("chosen_piped", place * (bits + 1), bits + 1),))
        else:
            within.append(_within(index, index_bits, group))
        wide = spec.wire(f"wide_{place}", leaf["acc_bits"], chosen, signed=True)
        placed.append(spec.wire(f"placed_{place}", leaf["acc_bits"], f"{wide} << {place}"))
    _accumulates(spec, " + ".join(placed), " && ".join(filter(None, within)))


def _turned_word(spec: Specification, name: str, bus: str, place: int) -> str:
    """What a word with a sign above it is worth: plus or minus the word."""
    bits = _word_bits(spec)
    low = place * (bits + 1)
    word = spec.wire(f"{name}_word", bits, f"{bus}[{low + bits - 1}:{low}]", signed=True)
    wide = spec.wire(f"{name}_wide", bits + 1, word, signed=True)
    return f"({bus}[{low + bits}] ? -{wide} : {wide})"


def pe_sibia(spec: Specification) -> None:
    """The products of the slices of both operands, at the places of both."""
    leaf, lanes, bits, acc_bits = spec.leaf, spec.leaf["lanes"], spec.leaf["slice_bits"], spec.leaf["acc_bits"]
    place_bits = {side: counting(leaf[f"{side}_slices"]).bits for side in "ab"}
    total_bits, products, places, within = 2 * bits + (lanes - 1).bit_length(), [], [], []
    _begins(spec)
    _issued(spec, enable=1, **{f"{side}_slice": lanes * bits for side in "ab"})
    _issued(spec, **{f"{side}_index": place_bits[side] for side in "ab"})
    for i in range(lanes):
        a, b = (spec.wire(f"{side}_{i}", bits, f"{side}_slice_reg >> {i * bits}", signed=True) for side in "ab")
        products.append(spec.wire(f"product_{i}", total_bits, f"{a} * {b}", signed=True))
        spec.operands.append(tuple(Span(f"{side}_slice_reg", i * bits, bits) for side in "ab"))
    spec.cases.append(whole("enable_reg", 1))
    total = spec.wire("sum_of_products", total_bits, " + ".join(products))
    total = _late(spec, "total", total_bits, f"enable_reg ? {total} : {total_bits}'d0", adds=True)
    for side in "ab":
        name = f"{side}_place"
        place = _late(spec, name, place_bits[side], f"{side}_index_reg")
        spec.cases.append(whole(f"{name}_piped" if leaf["piped"] else f"{side}_index_reg", place_bits[side]))
        within.append(_within(place, place_bits[side], leaf[f"{side}_slices"]))
        places.append(place)
    distance = spec.wire("distance", 8, " + ".join(f"{leaf['radix_bits']} * {place}" for place in places))
    term = spec.wire("term", acc_bits, f"{_extended(spec, total)} << {distance}")
    _accumulates(spec, term, " && ".join(filter(None, within)))


def pe_laconic(spec: Specification) -> None:
    """Products of powers of two with signs, which before the sum are counted.

    With P places a negative term is the number -1 - 2**exponent of P bits. Of every place it is counted how many terms
    have a one there: the counts at their places, less 2**P - 1 for each negative term, are worth the total.
    """
    leaf, lanes, acc_bits = spec.leaf, spec.leaf["lanes"], spec.leaf["acc_bits"]
    places, bits = leaf["a_exponents"] + leaf["b_exponents"] - 1, lanes.bit_length()
    _begins(spec)
    for side in "ab":
        _issued(spec, **{f"{side}_enable": lanes, f"{side}_negative": lanes})
        _issued(spec, **{f"{side}_exponent": lanes * counting(leaf[f"{side}_exponents"]).bits})
    terms = [_power(spec, lane, places) for lane in range(lanes)]
    if not leaf["piped"]:
        _accumulates(spec, " + ".join(terms))
        return
    worth = [f"{acc_bits}'d0"]
    for place in range(places):
        count = " + ".join(f"{{{bits}'d0, ones_{lane}[{place}]}}" for lane in range(lanes))
        found = f"histogram_piped{AFTER}[{(place + 1) * bits - 1}:{place * bits}]"
        spec.equal(f"histogram_piped[{place}]", bits, found, f"rst ? {bits}'d0 : {count}", adds=True)
        late = spec.wire(f"count_{place}", acc_bits, f"histogram_piped[{(place + 1) * bits - 1}:{place * bits}]")
        worth.append(f"({late} << {place})")
    negatives = " + ".join(f"{{{bits}'d0, negative_{lane}}}" for lane in range(lanes))
    late = spec.wire("below_zero", acc_bits, _late(spec, "negatives", bits, negatives, adds=True))
    _accumulates(spec, f"{' + '.join(worth)} - (({late} << {places}) - {late})")


def _power(spec: Specification, lane: int, places: int) -> str:
    """The term of a lane, and that its ones and its sign are worth it; one beyond the last place is none."""
    acc_bits = spec.leaf["acc_bits"]
    exponents: list[str] = []
    operand: list[Span] = []
    for side in "ab":
        bits = counting(spec.leaf[f"{side}_exponents"]).bits
        exponents.append(spec.wire(f"{side}_exponent_{lane}", bits, f"{side}_exponent_reg >> {lane * bits}"))
        operand += [Span(f"{side}_{name}_reg", lane, 1) for name in ("enable", "negative")]
        operand.append(Span(f"{side}_exponent_reg", lane * bits, bits))
    spec.operands.append(tuple(operand))
    exponent = spec.wire(f"exponent_{lane}", 8, f"{exponents[0]} + {exponents[1]}")
    enable = spec.wire(f"enable_{lane}", 1, f"a_enable_reg[{lane}] && b_enable_reg[{lane}]")
    negative = spec.wire(f"negative_{lane}", 1, f"{enable} && (a_negative_reg[{lane}] != b_negative_reg[{lane}])")
    power = spec.wire(f"power_{lane}", places, f"{enable} ? {places}'d1 << {exponent} : {places}'d0")
    spec.wire(f"ones_{lane}", places, f"{negative} ? ~{power} : {power}")
    wide = spec.wire(f"wide_{lane}", acc_bits, power)
    term = spec.wire(f"term_{lane}", acc_bits, f"{negative} ? -{wide} : {wide}")
    if spec.leaf["piped"]:
        ones, sign = (
            spec.wire(f"counted_{lane}", acc_bits, f"ones_{lane}"),
            spec.wire(f"sign_{lane}", acc_bits, negative),
        )
        spec.equal(f"term of lane {lane}", acc_bits, f"{ones} - (({sign} << {places}) - {sign})", term)
    return term


def _word_bits(spec: Specification) -> int:
    """Of an operand of B with a sign."""
    return spec.leaf["b_bits"] + 1 - spec.leaf["b_signed"]


def _words(spec: Specification, count: int, *beside: str, **fields: int) -> list[str]:
    """The operands of B that rest, each with its sign; beside each the bits of registers that select or turn it."""
    bits = spec.leaf["b_bits"]
    for i in range(count):
        selecting = [*(Span(name, i, 1) for name in beside), *(Span(name, i * n, n) for name, n in fields.items())]
        spec.operands.append((Span("b_reg", i * bits, bits), *selecting))
        spec.wire(f"b_bits_{i}", bits, f"b_reg >> {i * bits}")
        spec.wire(f"b_{i}", _word_bits(spec), signed_word(f"b_bits_{i}", spec.leaf["b_signed"]), signed=True)
    return [f"b_{i}" for i in range(count)]


def _begins(spec: Specification, **resting: int) -> None:
    """``take`` goes before the first cycle of a group, in which ``first`` begins a sum, and comes what rests."""
    spec.register("take_reg", 1, "take")
    spec.register("first_reg", 1, "first && take_reg")
    for name, bits in resting.items():
        spec.register(f"{name}_reg", bits, f"take_reg ? {name} : {name}_reg")


def _issued(spec: Specification, **ports: int) -> None:
    """Ports that are new in every cycle."""
    for name, bits in ports.items():
        spec.register(f"{name}_reg", bits, name)


def _late(spec: Specification, name: str, bits: int, value: str, adds: bool = False) -> str:
    """A wire of a value, which a piped PE has in a register."""
    if spec.leaf["piped"]:
        spec.register(f"{name}_piped", bits, value, adds=adds)
        value = f"{name}_piped"
    return spec.wire(f"{name}_late", bits, value)


def _extended(spec: Specification, word: str) -> str:
    """A word in two's complement as wide as the sum."""
    return spec.wire(f"{word}_wide", spec.leaf["acc_bits"], f"$signed({word})", signed=True)


def _within(number: str, bits: int, count: int) -> str:
    """Whether a number of ``bits`` bits is one of ``count``, or the reset does not ask; nothing where it always is."""
    return "" if count == 1 << bits else f"(rst || {number} < {count})"


def _accumulates(spec: Specification, term: str, where: str = "") -> None:
    """The sum after the edge: the sum, or 0 with ``first``, plus a term as wide."""
    bits, first = spec.leaf["acc_bits"], "first_reg"
    if spec.leaf["piped"]:
        spec.register("first_piped", 1, "first_reg")
        first = "first_piped"
    spec.cases.append(whole("rst", 1))
    kept = spec.wire("kept", bits, f"{first} ? {bits}'d0 : acc")
    spec.equal("acc", bits, f"acc{AFTER}", f"rst ? {bits}'d0 : {kept} + {term}", where, adds=True)
    spec.output("c", bits, "acc")


BIT_SERIAL_PES = {
    each.__name__: each for each in (pe_bitlet, pe_bitwave, pe_laconic, pe_pragmatic, pe_sibia, pe_stripes)
}
"""Kind of leaf -> what says its specification."""
