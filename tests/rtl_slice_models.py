"""The leaves of sparse columns in plain integers, with samples of each: what `rtl_leaf_models` is to the other engines.

Where an output means nothing its model says None.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product as pairs

from column_oracle import pair_after
from hwsim.bitweight.columns import Tree
from hwsim.bitweight.digit_sums import DigitSum
from hwsim.encodings import ENCODINGS, Encoding
from hwsim.encodings.select import SELECTED_DIGITS
from hwsim.formats import IntFormat
from hwsim.inventory import Leaf
from rtl_leaf_models import Model, Values, number, wrapped

Step = tuple[Mapping[str, int | None], dict[str, int]]


def encoder_kind(encoding: Encoding) -> str:
    return f"encoder_{encoding.name.replace('-', '_')}"


OF_KIND = {encoder_kind(encoding): encoding for encoding in ENCODINGS}


def encoder(reg: Values, pin: Values, leaf: Leaf) -> Step:
    code = OF_KIND[leaf.kind].table(IntFormat(leaf["a_bits"], bool(leaf["a_signed"])))[pin["a"]].tolist()
    if pin["bw"] >= len(code):
        return {"select": None, "enable": None}, {}
    digit = code[pin["bw"]]
    return {"select": SELECTED_DIGITS.index(digit) if digit else None, "enable": int(digit != 0)}, {}


def sparse_encoder(reg: Values, pin: Values, leaf: Leaf) -> Step:
    places = [i for i in range(leaf["group"]) if reg["pending"] >> i & 1]
    if places:
        first = places[0]
        shown = {"index": first, "select": reg["codes"] >> 2 * first & 3, "enable": 1}
    else:
        shown = {"index": 0, "select": 0, "enable": 0}
    after = {"pending": sum(1 << i for i in places[1:]), "codes": reg["codes"]}
    if pin["take"]:
        after = {"pending": pin["enable_of_group"], "codes": pin["select_of_group"]}
    few = {"few": int(len(places) <= 1)}
    if leaf["registered"]:
        return {name: reg[name] for name in shown} | few, after | shown
    return shown | few, after


def operand_latch(reg: Values, pin: Values, leaf: Leaf) -> Step:
    bits, index = leaf["bits"], pin["index"]
    q = wrapped(reg["words"] >> bits * index, bits) if index < leaf["inputs"] else None
    return {"q": q}, {"words": pin["d"] if pin["take"] else reg["words"]}


def digit_of(leaf: Leaf, code: int) -> int:
    """Digits up to 1 have their sign in the upper bit of the code, and a lower bit of 1 that nobody reads."""
    return SELECTED_DIGITS[code if leaf["largest_digit"] > 1 else code | 1]


def pe_slice(reg: Values, pin: Values, leaf: Leaf) -> Step:
    lanes, bits = leaf["lanes"], leaf["pair_bits"]
    pair = {name: reg[name] for name in ("sum", "carry")}
    after = {name: pin[name] for name in ("w", "select", "enable")} | pair
    if pin["clear"]:
        after |= {"sum": 0, "carry": 0}
    if reg["enable"]:
        fmt, tree = IntFormat(leaf["w_bits"], bool(leaf["w_signed"])), Tree.of_leaf(leaf)
        terms = DigitSum(bits, 2, (0,) * lanes, fmt, leaf["largest_digit"], looped=True, tree=tree)
        enabled = [digit_of(leaf, reg["select"] >> 2 * i & 3) * (reg["enable"] >> i & 1) for i in range(lanes)]
        words = [number(wrapped(reg["w"] >> i * fmt.bits, fmt.bits), fmt.bits, leaf["w_signed"]) for i in range(lanes)]
        kept = [0, 0] if pin["clear"] else list(pair.values())
        after |= dict(zip(pair, pair_after(terms, kept, enabled, words), strict=True))
    return pair, after


def hold_pair(reg: Values, pin: Values, leaf: Leaf) -> Step:
    origin = "" if pin["take"] else "above_"
    held = {f"held_{name}": pin[origin + name] for name in ("sum", "carry")}
    return {name: reg[name] for name in held}, held


def simd_lane(reg: Values, pin: Values, leaf: Leaf) -> Step:
    bits = leaf["pair_bits"]
    after = {"word": wrapped(pin["sum"] + pin["carry"], bits) if pin["take"] else 0}
    if pin["bw"] >= leaf["digits"]:
        return {"c": None}, after
    weighed = number(reg["word"], bits, signed=1) * 2 ** (leaf["radix_bits"] * pin["bw"])
    return {"c": wrapped(pin["c_in"] + weighed, leaf["acc_bits"])}, after


def lane_control(reg: Values, pin: Values, leaf: Leaf) -> Step:
    take = pin["few"] and (reg["running"] or pin["advance"])
    counts = {"step": reg["step"], **({"turn": reg["turn"]} if leaf["turns"] > 1 else {})}
    outputs = {"take": int(take), "done": int(pin["few"] and not reg["running"]), "bw": reg["bw"]}
    outputs |= {f"next_{name}": count for name, count in counts.items()}
    after = {"busy": int(take or (reg["busy"] and not pin["few"]))}
    if take:
        after |= _next_group(reg, pin["last_step"], leaf)
    if leaf["address"]:
        outputs |= {name: reg[f"{name}_address"] for name in counts}
        after |= {f"{name}_address": reg[f"{name}_at_work"] if reg["busy"] else 0 for name in counts}
        after |= {f"{name}_at_work": count for name, count in counts.items() if take}
    return outputs, after


def _next_group(reg: Values, last_step: int, leaf: Leaf) -> dict[str, int]:
    """Steps within turns within bit-weights; the lane stops after the last step of a turn."""
    if reg["step"] != last_step:
        return {"step": wrapped(reg["step"] + 1, leaf["step_bits"]), "running": 1}
    turn = (reg["turn"] + 1) % leaf["turns"]
    return {"step": 0, "running": 0, "turn": turn, "bw": (reg["bw"] + (turn == 0)) % leaf["digits"]}


def column_control(reg: Values, pin: Values, leaf: Leaf) -> Step:
    last_turn, last_bw = reg["turn"] == leaf["turns"] - 1, reg["bw"] == leaf["digits"] - 1
    ended = bool(reg["fold"] and pin["done"] and not (last_turn and reg["left"]))
    go = bool(pin["met"]) if leaf["awaits"] else ended
    final, finished = go and last_turn and last_bw, go and last_turn
    outputs = {"advance": pin["start"] | (go and not final), "finished": finished, "bw": reg["bw"]}
    if leaf["awaits"]:
        outputs |= {"arrived": ended, "busy": reg["fold"] and not final}
    else:
        outputs["arrived"] = final or not reg["fold"]
    after = {
        "fold": pin["start"] or int(reg["fold"] and not final),
        "turn": (reg["turn"] + go) % leaf["turns"],
        "bw": (reg["bw"] + finished) % leaf["digits"],
        "left": leaf["chain"] - 1 if pin["start"] or finished else max(reg["left"] - 1, 0),
    }
    return {name: int(value) for name, value in outputs.items()}, after


def barrier(reg: Values, pin: Values, leaf: Leaf) -> Step:
    met = pin["arrived"] == (1 << leaf["inputs"]) - 1
    return {"met": int(met), "waiting": int(not met)}, {}


def held_register(reg: Values, pin: Values, leaf: Leaf) -> Step:
    return {"q": reg["q"]}, {"q": pin["d"]} if pin["enable"] else {}


SLICE_MODELS: dict[str, Model] = {
    "barrier": barrier,
    "column_control": column_control,
    **dict.fromkeys(OF_KIND, encoder),
    "held_register": held_register,
    "hold_pair": hold_pair,
    "lane_control": lane_control,
    "operand_latch": operand_latch,
    "pe_slice": pe_slice,
    "simd_lane": simd_lane,
    "sparse_encoder": sparse_encoder,
}

SLICE_SAMPLES = [
    *(Leaf.of(kind, a_bits=bits, a_signed=signed) for kind in OF_KIND for bits in (1, 5, 8) for signed in (0, 1)),
    *(Leaf.of("sparse_encoder", group=group, registered=late) for group in (1, 3, 4) for late in (0, 1)),
    *(Leaf.of("operand_latch", bits=bits, inputs=inputs) for bits, inputs in ((8, 4), (3, 3), (1, 1))),
    *(
        Leaf.of("pe_slice", w_bits=w, w_signed=signed, lanes=lanes, largest_digit=digit, pair_bits=bits)
        for w, lanes, bits in ((8, 1, 26), (8, 4, 26), (3, 2, 9), (6, 3, 4), (1, 1, 1))
        for signed, digit in pairs((0, 1), (1, 2))
    ),
    *(Leaf.of("hold_pair", bits=bits) for bits in (1, 26)),
    *(
        Leaf.of("simd_lane", pair_bits=pair, acc_bits=acc, radix_bits=radix, digits=digits)
        for pair, acc, radix, digits in ((26, 32, 2, 4), (26, 20, 2, 5), (9, 32, 1, 8), (4, 2, 1, 3), (1, 1, 2, 1))
    ),
    *(
        Leaf.of("lane_control", step_bits=bits, turns=turns, digits=digits, address=address)
        for bits, (turns, digits) in zip((1, 2, 2, 13), ((1, 1), (3, 4), (1, 8), (2, 3)), strict=True)
        for address in (0, 1)
    ),
    *(
        Leaf.of("column_control", turns=turns, digits=digits, chain=chain, awaits=awaits)
        for turns, digits in ((1, 1), (1, 4), (3, 4), (2, 8))
        for chain in (1, 3)
        for awaits in (0, 1)
    ),
    *(Leaf.of("barrier", inputs=inputs) for inputs in (1, 2, 5)),
    *(Leaf.of("held_register", bits=bits) for bits in (1, 3)),
]
"""With parameters at their least, as they usually are, and off powers of two."""
