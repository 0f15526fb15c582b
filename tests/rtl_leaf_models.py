"""What each kind of leaf does in one clock cycle, in plain integers: the other half of the leaf tests.

A model takes the registers (0 after reset), the values on the input pins and the leaf; it gives the values on the
output pins before the edge and the registers after it. Pins and registers hold unsigned bit patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from column_oracle import pair_after
from hwsim.bitweight.columns import Tree
from hwsim.bitweight.digit_sums import DigitSum
from hwsim.encodings.booth import Booth
from hwsim.formats import IntFormat
from hwsim.inventory import Leaf
from rtl_low_bit_models import LOW_BIT_MODELS

Values = Mapping[str, int]
Model = Callable[[Values, Values, Leaf], tuple[Mapping[str, int | None], dict[str, int]]]
"""An output of None means nothing at this edge, and may be anything."""


def number(pattern: int, bits: int, signed: int) -> int:
    return pattern - (1 << bits) if signed and pattern >> (bits - 1) else pattern


def product(a: int, w: int, leaf: Leaf) -> int:
    return number(a, leaf["a_bits"], leaf["a_signed"]) * number(w, leaf["w_bits"], leaf["w_signed"])


def wrapped(value: int, bits: int) -> int:
    return value % (1 << bits)


def booth_digits(value: int, bits: int, signed: int) -> list[int]:
    """Radix-4 digits of a number, lowest first, from windows of three bits."""
    windows = [(value << 1 >> 2 * i) & 7 for i in range((bits + 2 - signed) // 2)]
    return [(window & 1) + (window >> 1 & 1) - 2 * (window >> 2) for window in windows]


def compressed(rows: list[int], bits: int) -> tuple[int, int]:
    """A pair made by layers of full adders, three neighbours at a time."""
    while len(rows) > 2:
        kept = rows[len(rows) - len(rows) % 3 :]
        layer = []
        for x, y, z in zip(rows[0:-2:3], rows[1:-1:3], rows[2::3], strict=False):
            layer += [x ^ y ^ z, wrapped((x & y | x & z | y & z) << 1, bits)]
        rows = layer + kept
    return rows[0], rows[1] if len(rows) == 2 else 0


def partial_products(a: int, w: int, leaf: Leaf) -> list[int]:
    """Digit times the other operand, lowest digit first; what is encoded is ``a``, or ``w`` where a rests."""
    (x, encoded), (y, other) = operands(a, w, leaf)
    return [digit * number(y, *other) for digit in booth_digits(number(x, *encoded), *encoded)]


def operands(a: int, w: int, leaf: Leaf) -> tuple[tuple[int, tuple[int, int]], tuple[int, tuple[int, int]]]:
    """What is encoded and what is not, each with its bits and sign."""
    found = (a, (leaf["a_bits"], leaf["a_signed"])), (w, (leaf["w_bits"], leaf["w_signed"]))
    return found[::-1] if dict(leaf.parameters).get("a_rests") else found


def joined(rows: list[int], bits: int) -> int:
    """One bus of all rows, the first in its lowest bits."""
    return sum(wrapped(row, bits) << place * bits for place, row in enumerate(rows))


def parted(bus: int, bits: int, count: int) -> list[int]:
    return [wrapped(bus >> place * bits, bits) for place in range(count)]


def keeps_pairs(leaf: Leaf) -> bool:
    return leaf.kind.endswith("_opt1")


def total(acc: int, a: int, w: int, leaf: Leaf) -> int:
    """A sum after one more product; a pair has its carry in the upper half."""
    bits = leaf["acc_bits"]
    if not keeps_pairs(leaf):
        return wrapped(acc + product(a, w, leaf), bits)
    looped = leaf.kind.startswith(("pe_os", "pe_matrix"))
    return joined(list(product_pair(parted(acc, bits, 2), a, w, leaf, bits, looped)), bits)


def product_pair(kept: list[int], a: int, w: int, leaf: Leaf, bits: int, looped: bool) -> tuple[int, int]:
    """A pair after one more product."""
    (x, encoded), (y, other) = operands(a, w, leaf)
    formats = (IntFormat(width, bool(signed)) for width, signed in (encoded, other))
    terms = DigitSum.of_product(Booth(), *formats, bits, len(kept), looped, Tree.of_leaf(leaf))
    digits = booth_digits(number(x, *encoded), *encoded)
    return pair_after(terms, kept, digits, [number(y, *other)] * len(digits))


def shown(acc: int, leaf: Leaf) -> dict[str, int]:
    bits = leaf["acc_bits"]
    return dict(zip(("c_sum", "c_carry"), parted(acc, bits, 2), strict=True)) if keeps_pairs(leaf) else {"c": acc}


def pe_os(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    outputs = {f"{name}_out": reg[name] for name in ("a", "b", "valid", "first", "last")} | {"done": reg["done"]}
    after = {name: pin[name] for name in ("a", "b", "valid", "first", "last")}
    after["acc"] = reg["acc"]
    if reg["valid"]:
        base = 0 if reg["first"] else reg["acc"]
        after["acc"] = total(base, reg["a"], reg["b"], leaf)
    after["done"] = reg["valid"] & reg["last"]
    if not leaf["drain"]:
        return outputs | shown(reg["acc"], leaf), after
    if reg["done"]:
        moved = {"result": reg["acc"], "result_valid": 1, "waiting": 1}
    elif reg["waiting"] and not pin["start"]:
        moved = {name: reg[name] for name in ("result", "result_valid", "waiting")}
    else:
        moved = {"result": pin["result_in"], "result_valid": pin["result_valid_in"], "waiting": 0}
    return outputs | {"result": reg["result"], "result_valid": reg["result_valid"]}, after | moved


def pe_ws(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    chain = pin["w"] if pin["load"] else reg["chain"]
    resting = reg["w"] if leaf["overlap"] else reg["chain"]
    psum = total(pin["psum_in"], reg["a"], resting, leaf)
    outputs = {"a_out": reg["a"], "psum": reg["psum"], "w_out": reg["chain"]}
    after = {"a": pin["a"], "psum": psum, "chain": chain}
    if leaf["overlap"]:
        outputs["first_out"] = reg["first"]
        after["first"] = pin["first"]
        after["next"] = pin["w"] if pin["load_last"] else reg["next"]
        after["w"] = reg["next"] if pin["first"] else reg["w"]
    return outputs, after


def pe_cube(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    psum = total(pin["psum_in"], reg["a"], reg["b"], leaf)
    outputs = {"a_out": reg["a"], "b_out": reg["b"], "psum": reg["psum"]}
    return outputs, {"a": pin["a"], "b": pin["b"], "psum": psum}


def pe_matrix(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    acc = reg["acc"]
    if pin["valid"]:
        acc = total(0 if pin["first"] else acc, pin["a"], pin["b"], leaf)
    if not leaf["drain"]:
        return shown(reg["acc"], leaf), {"acc": acc}
    result = reg["acc"] if pin["done"] else pin["result_in"]
    return {"result": reg["result"]}, {"acc": acc, "result": result}


def product_of(a: int, w: int, leaf: Leaf) -> int:
    """What a tree's multiplier hands on: the product, its pair, or its partial products."""
    if leaf.kind == "tree_multiplier_opt1":
        bits = leaf["sum_bits"]
        return joined(list(product_pair([], a, w, leaf, bits, looped=False)), bits)
    if leaf.kind == "tree_multiplier_opt2":
        return joined(partial_products(a, w, leaf), leaf["pp_bits"])
    return wrapped(product(a, w, leaf), leaf["a_bits"] + leaf["w_bits"])


def tree_multiplier(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    resting = reg["w"] if leaf["overlap"] else reg["chain"]
    after = {
        "chain": pin["w"] if pin["load"] else reg["chain"],
        "product": product_of(pin["a"], resting, leaf),
    }
    if leaf["overlap"]:
        after["w"] = reg["chain"] if pin["first"] else reg["w"]
    return {"w_out": reg["chain"], "product": reg["product"]}, after


def tree_compressor(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    bits = leaf["bits"]
    rows = [*parted(pin["x"], bits, 2), *parted(pin["y"], bits, 2)]
    return {"pair": reg["pair"]}, {"pair": joined(list(compressed(rows, bits)), bits)}


def tree_bit_weights(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    bits = leaf["digit_bits"]
    halves = parted(pin["pairs"], bits, 2 * leaf["digits"])
    words = [number(wrapped(x + y, bits), bits, 1) for x, y in zip(halves[::2], halves[1::2], strict=True)]
    total = wrapped(sum(word * 4**place for place, word in enumerate(words)), leaf["sum_bits"])
    return ({"sum": reg["sum"]}, {"sum": total}) if leaf["registered"] else ({"sum": total}, {})


def tree_adder(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"sum": reg["sum"]}, {"sum": wrapped(pin["x"] + pin["y"], leaf["bits"])}


def accumulate_adder(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"c": wrapped(pin["psum"] + pin["c_in"], leaf["acc_bits"])}, {}


def accumulate_pair(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    bits = leaf["acc_bits"]
    return {"c": wrapped(pin["psum"] + (pin["psum"] >> bits) + pin["c_in"], bits)}, {}


def resolve_adder(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    bits = leaf["bits"]
    return {"word": wrapped(pin["pair"] + (pin["pair"] >> bits), bits)}, {}


def delay(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    stages = leaf["stages"]
    after = {"1": pin["d"]} | {str(i + 1): reg[str(i)] for i in range(1, stages)}
    return {"q": reg[str(stages)]}, after


def operand_register(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"q": reg["q"]}, {"q": pin["d"]}


def done_flag(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"done": reg["done"]}, {"done": pin["valid"] & pin["last"]}


def drain_flag(reg: Values, pin: Values, leaf: Leaf) -> tuple[dict[str, int], dict[str, int]]:
    return {"flag": reg["flag"]}, {"flag": pin["set"] | pin["above"]}


MODELS: dict[str, Model] = {
    "accumulate_adder": accumulate_adder,
    "accumulate_pair": accumulate_pair,
    "delay": delay,
    "done_flag": done_flag,
    "drain_flag": drain_flag,
    "operand_register": operand_register,
    "resolve_adder": resolve_adder,
    "tree_adder": tree_adder,
    "tree_bit_weights": tree_bit_weights,
    "tree_compressor": tree_compressor,
}
PES = {"pe_cube": pe_cube, "pe_matrix": pe_matrix, "pe_os": pe_os, "pe_ws": pe_ws}
PE_MACS = ("", "_booth", "_fused", "_opt1")
TREE_MACS = ("", "_booth", "_opt1", "_opt2")
MODELS |= {f"{role}{mac}": model for role, model in PES.items() for mac in PE_MACS}
MODELS |= {f"tree_multiplier{mac}": tree_multiplier for mac in TREE_MACS}
MODELS |= LOW_BIT_MODELS
