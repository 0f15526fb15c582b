"""The leaves of bit-serial designs in plain integers, with samples of each: what `rtl_leaf_models` is to the others.

Terms are whole numbers here: no histogram, no rows of a tree, no complements.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product as pairs

from hwsim.bit_serial import SignedSlices
from hwsim.encodings import ENCODINGS
from hwsim.formats import IntFormat, counting
from hwsim.inventory import Leaf
from rtl_leaf_models import Model, Values, number, parted, wrapped

Step = tuple[Mapping[str, int | None], dict[str, int]]


def begun(reg: Values, pin: Values, *rest: str) -> dict[str, int]:
    """The registers of a group's begin, and those that rest through it."""
    after = {"begins": pin["take"], "first": pin["first"] & reg["begins"]}
    return after | ({name: pin[name] for name in rest} if reg["begins"] else {})


def summed(reg: Values, after: dict[str, int], leaf: Leaf, term: int) -> Step:
    first = reg["first"]
    if leaf["piped"]:
        after |= {"term": term, "first_late": first}
        term, first = reg["term"], reg["first_late"]
    after["acc"] = wrapped((0 if first else reg["acc"]) + term, leaf["acc_bits"])
    return {"c": reg["acc"]}, after


def words_of_b(reg: Values, leaf: Leaf, count: int) -> list[int]:
    return [number(word, leaf["b_bits"], leaf["b_signed"]) for word in parted(reg["b"], leaf["b_bits"], count)]


def word_bits(leaf: Leaf) -> int:
    """Of an operand of B with a sign."""
    return leaf["b_bits"] + 1 - leaf["b_signed"]


def placed(value: int, place: int, bits: int, largest: int) -> int:
    """A word of ``bits`` bits times 2**place; places beyond the largest lose what does not fit."""
    width = bits + largest
    return number(wrapped(value << place, width), width, 1)


def issued(pin: Values, *names: str) -> dict[str, int]:
    return {name: pin[name] for name in names}


def pe_laconic(reg: Values, pin: Values, leaf: Leaf) -> Step:
    names = [f"{side}_{what}" for side in "ab" for what in ("enable", "negative", "exponent")]
    lanes, largest, term = leaf["lanes"], leaf["a_exponents"] + leaf["b_exponents"] - 2, 0
    bits = {side: counting(leaf[f"{side}_exponents"]).bits for side in "ab"}
    exponents = [parted(reg[f"{side}_exponent"], bits[side], lanes) for side in "ab"]
    for lane, exponent in enumerate(map(sum, zip(*exponents, strict=True))):
        if reg["a_enable"] & reg["b_enable"] & 1 << lane and exponent <= largest:
            negative = (reg["a_negative"] ^ reg["b_negative"]) >> lane & 1
            term += (-1) ** negative * 2**exponent
    return summed(reg, begun(reg, pin) | issued(pin, *names), leaf, term)


def pe_pragmatic(reg: Values, pin: Values, leaf: Leaf) -> Step:
    term, lanes, largest = 0, leaf["lanes"], leaf["exponents"] - 1
    exponents = parted(reg["exponent"], counting(leaf["exponents"]).bits, lanes)
    for lane, (word, exponent) in enumerate(zip(words_of_b(reg, leaf, lanes), exponents, strict=True)):
        if reg["enable"] >> lane & 1:
            moved = placed(word, exponent, word_bits(leaf), largest)
            term += -moved if reg["negative"] >> lane & 1 else moved
    return summed(reg, begun(reg, pin, "b") | issued(pin, "enable", "negative", "exponent"), leaf, term)


def pe_bitlet(reg: Values, pin: Values, leaf: Leaf) -> Step:
    term, group, digits = 0, leaf["group"], leaf["digits"]
    words = words_of_b(reg, leaf, group)
    for place, index in enumerate(parted(reg["index"], counting(group).bits, digits)):
        if reg["enable"] >> place & 1:
            i = min(index, group - 1)
            term += (-words[i] if reg["negative"] >> i & 1 else words[i]) << place
    return summed(reg, begun(reg, pin, "b", "negative") | issued(pin, "index", "enable"), leaf, term)


def column_total(reg: Values, leaf: Leaf, negative: int) -> int:
    words = words_of_b(reg, leaf, leaf["lanes"])
    bits = [(reg["column"] >> i & 1) * (-1 if negative >> i & 1 else 1) for i in range(leaf["lanes"])]
    total = sum(bit * word for bit, word in zip(bits, words, strict=True))
    width = word_bits(leaf) + counting(leaf["lanes"] + 1).bits
    return placed(total, reg["index"], width, leaf["digits"] - 1)


def pe_stripes(reg: Values, pin: Values, leaf: Leaf) -> Step:
    top = leaf["a_signed"] and reg["index"] == leaf["digits"] - 1
    term = column_total(reg, leaf, 0) * (-1 if top else 1)
    return summed(reg, begun(reg, pin, "b") | issued(pin, "column", "index"), leaf, term)


def pe_bitwave(reg: Values, pin: Values, leaf: Leaf) -> Step:
    term = column_total(reg, leaf, reg["negative"])
    return summed(reg, begun(reg, pin, "b", "negative") | issued(pin, "column", "index"), leaf, term)


def pe_sibia(reg: Values, pin: Values, leaf: Leaf) -> Step:
    bits, lanes = leaf["slice_bits"], leaf["lanes"]
    slices = [[number(x, bits, 1) for x in parted(reg[f"{side}_slice"], bits, lanes)] for side in "ab"]
    place = sum(min(reg[f"{side}_index"], leaf[f"{side}_slices"] - 1) for side in "ab")
    term = sum(a * b for a, b in zip(*slices, strict=True)) << leaf["radix_bits"] * place if reg["enable"] else 0
    names = ("enable", "a_slice", "b_slice", "a_index", "b_index")
    return summed(reg, begun(reg, pin) | issued(pin, *names), leaf, term)


def lowest(pending: int) -> int:
    return (pending & -pending).bit_length() - 1


def columns_of(bus: int, leaf: Leaf) -> list[int]:
    """The digits of all operands, one number for each place."""
    bits, digits = leaf["digit_bits"], leaf["digits"]
    operands = [parted(word, bits, digits) for word in parted(bus, bits * digits, leaf["group"])]
    return [sum(operand[place] << bits * i for i, operand in enumerate(operands)) for place in range(digits)]


def column_sequencer(reg: Values, pin: Values, leaf: Leaf) -> Step:
    pending, columns = reg["pending"], columns_of(reg["words"], leaf)
    rest = pending & (pending - 1) if pending else 0
    shown = {"index": lowest(pending), "column": columns[lowest(pending)]} if pending else {"index": 0, "column": 0}
    shown |= {"few": int(not rest)} | ({"enable": int(pending > 0)} if leaf["skips"] else {})
    if pin["take"]:
        taken = [not leaf["skips"] or column > 0 for column in columns_of(pin["d"], leaf)]
        return shown, {"words": pin["d"], "pending": sum(1 << i for i, there in enumerate(taken) if there)}
    return shown, {"pending": pending if leaf["steps"] and not pin["step"] else rest}


def ones_sequencer(reg: Values, pin: Values, leaf: Leaf) -> Step:
    pending = reg["pending"]
    rest = pending & (pending - 1) if pending else 0
    shown = {"index": lowest(pending) if pending else 0, "enable": int(pending > 0), "few": int(not rest)}
    return shown, {"pending": pin["column"] if pin["take"] else rest}


def slice_selector(reg: Values, pin: Values, leaf: Leaf) -> Step:
    column = columns_of(reg["words"], leaf)[min(pin["index"], leaf["digits"] - 1)]
    return {"column": column}, {"words": pin["d"]} if pin["take"] else {}


TERM_SEQUENCERS = {f"term_sequencer_{e.name.replace('-', '_')}": e for e in ENCODINGS if e.name != "ent"}


def term_sequencer(reg: Values, pin: Values, leaf: Leaf) -> Step:
    """Keeps the operand, not its digits."""
    encoding, fmt = TERM_SEQUENCERS[leaf.kind], IntFormat(leaf["bits"], bool(leaf["signed"]))
    pending = reg["pending"]
    rest = pending & (pending - 1) if pending else 0
    shown: dict[str, int | None] = {
        "enable": int(pending > 0),
        "few": int(not rest),
        "negative": None,
        "exponent": None,
    }
    if pending:
        digit = int(encoding.table(fmt)[reg["a"]][lowest(pending)])
        exponent = encoding.radix_bits * lowest(pending) + abs(digit) // 2
        shown |= {"negative": int(digit < 0), "exponent": exponent}
    if pin["take"]:
        return shown, {"a": pin["a"], "pending": _nonzero(leaf, pin["a"])}
    if leaf["repeats"] and pin["again"]:
        return shown, {"pending": _nonzero(leaf, reg["a"])}
    return shown, {"pending": pending if leaf["steps"] and not leaf["repeats"] and not pin["step"] else rest}


def _nonzero(leaf: Leaf, a: int) -> int:
    code = TERM_SEQUENCERS[leaf.kind].table(IntFormat(leaf["bits"], bool(leaf["signed"])))[a]
    return sum(1 << i for i, digit in enumerate(code.tolist()) if digit)


def laconic_control(reg: Values, pin: Values, leaf: Leaf) -> Step:
    lanes, step, done = leaf["lanes"], 0, True
    for lane in range(lanes):
        few, enable = (parted(pin[f"a_{name}"], lanes, leaf["columns"]) for name in ("few", "enable"))
        through = all(column >> lane & 1 for column in few)
        step |= through << lane
        left = any(column >> lane & 1 for column in enable) and pin["b_enable"] >> lane & 1
        done &= not left or bool(through and pin["b_few"] >> lane & 1)
    return {"step": step, "take": int(done)}, {}


def sibia_control(reg: Values, pin: Values, leaf: Leaf) -> Step:
    last = reg["index"] == leaf["digits"] - 1
    take = not pin["enable"] or (last and pin["few"] == (1 << leaf["columns"]) - 1)
    after = {"index": 0 if take or last else reg["index"] + 1}
    return {"index": reg["index"], "step": int(last), "take": int(take)}, after


def magnitude(reg: Values, pin: Values, leaf: Leaf) -> Step:
    value = number(pin["a"], leaf["bits"], leaf["signed"])
    return {"q": abs(value), "negative": int(value < 0)}, {}


def signed_slices(reg: Values, pin: Values, leaf: Leaf) -> Step:
    slices = SignedSlices().table(IntFormat(leaf["bits"], bool(leaf["signed"])))[pin["a"]].tolist()
    return {"q": sum(wrapped(x, 4) << 4 * i for i, x in enumerate(slices))}, {}


BIT_SERIAL_MODELS: dict[str, Model] = {
    "column_sequencer": column_sequencer,
    "laconic_control": laconic_control,
    "magnitude": magnitude,
    "ones_sequencer": ones_sequencer,
    "pe_bitlet": pe_bitlet,
    "pe_bitwave": pe_bitwave,
    "pe_laconic": pe_laconic,
    "pe_pragmatic": pe_pragmatic,
    "pe_sibia": pe_sibia,
    "pe_stripes": pe_stripes,
    "sibia_control": sibia_control,
    "signed_slices": signed_slices,
    "slice_selector": slice_selector,
    **dict.fromkeys(TERM_SEQUENCERS, term_sequencer),
}

WIDTHS = [{"acc_bits": bits, "piped": piped} for bits, piped in ((32, 1), (32, 0), (9, 1), (9, 0))]
HELD = [{"b_bits": bits, "b_signed": signed} for bits, signed in ((8, 1), (5, 0), (1, 1))]
PE_MODES = [{**held, **widths} for held, widths in zip(HELD + HELD[:1], WIDTHS, strict=True)]

BIT_SERIAL_SAMPLES = [
    *(
        Leaf.of("pe_laconic", lanes=lanes, a_exponents=a, b_exponents=b, **widths)
        for (lanes, a, b), widths in pairs(((16, 8, 8), (3, 5, 2), (1, 1, 1)), WIDTHS)
    ),
    *(
        Leaf.of("pe_pragmatic", lanes=lanes, exponents=exponents, **modes)
        for (lanes, exponents), modes in pairs(((16, 8), (3, 6), (1, 1)), PE_MODES)
    ),
    *(
        Leaf.of("pe_bitlet", group=group, digits=digits, **modes)
        for (group, digits), modes in pairs(((64, 8), (5, 3), (1, 1)), PE_MODES)
    ),
    *(
        Leaf.of("pe_stripes", lanes=lanes, digits=digits, a_signed=signed, **modes)
        for (lanes, digits, signed), modes in pairs(((16, 8, 1), (3, 5, 0), (1, 1, 1)), PE_MODES)
    ),
    *(
        Leaf.of("pe_bitwave", lanes=lanes, digits=digits, **modes)
        for (lanes, digits), modes in pairs(((8, 8), (3, 5), (1, 1)), PE_MODES)
    ),
    *(
        Leaf.of("pe_sibia", lanes=lanes, a_slices=a, b_slices=b, slice_bits=4, radix_bits=3, **widths)
        for (lanes, a, b), widths in pairs(((1, 3, 3), (4, 3, 2), (5, 1, 1)), WIDTHS)
    ),
    *(
        Leaf.of("column_sequencer", group=group, digits=digits, digit_bits=bits, skips=skips, steps=steps)
        for group, digits, bits in ((8, 8, 1), (3, 3, 4), (1, 1, 1))
        for skips, steps in pairs((0, 1), (0, 1))
    ),
    *(Leaf.of("ones_sequencer", group=group) for group in (64, 5, 1)),
    *(
        Leaf.of("slice_selector", group=group, digits=digits, digit_bits=bits)
        for group, digits, bits in ((1, 3, 4), (3, 4, 2), (2, 1, 1))
    ),
    *(
        Leaf.of(kind, bits=bits, signed=signed, repeats=repeats, steps=steps)
        for kind in TERM_SEQUENCERS
        for bits, signed in ((8, 1), (5, 0), (1, 1))
        for repeats, steps in ((0, 0), (1, 0), (0, 1))
    ),
    *(Leaf.of("laconic_control", lanes=lanes, columns=columns) for lanes, columns in ((16, 1), (3, 2), (1, 1))),
    *(Leaf.of("sibia_control", digits=digits, columns=columns) for digits, columns in ((3, 1), (4, 2), (1, 3))),
    *(
        Leaf.of(kind, bits=bits, signed=signed)
        for kind in ("magnitude", "signed_slices")
        for bits, signed in ((8, 1), (5, 0), (1, 1))
    ),
]  # fmt: skip
"""With parameters at their least, as they usually are, and off powers of two."""
