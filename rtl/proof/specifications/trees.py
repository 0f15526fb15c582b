"""The leaves of a multiplier-adder tree."""

from __future__ import annotations

from rtl.proof.specification import AFTER, Specification, signed_word, whole
from rtl.proof.specifications.pes import product


def tree_multiplier(spec: Specification) -> None:
    """A word of the exact product."""
    bits = spec.leaf["a_bits"] + spec.leaf["w_bits"]
    term = _ports(spec, bits, bits)
    spec.register("product_reg", bits, term, adds=True)


def tree_multiplier_opt1(spec: Specification) -> None:
    """A pair that is worth the product."""
    bits = spec.leaf["sum_bits"]
    term = _ports(spec, bits, 2 * bits)
    found = f"product_reg{AFTER}[{bits - 1}:0] + product_reg{AFTER}[{2 * bits - 1}:{bits}]"
    spec.equal("product_reg", bits, found, f"rst ? {bits}'d0 : {term}", adds=True)


def tree_multiplier_opt2(spec: Specification) -> None:
    """Each Booth digit of ``a`` times ``w``, where digit i is a[2i] + a[2i-1] - 2 a[2i+1]."""
    leaf = spec.leaf
    bits, digits = leaf["pp_bits"], (leaf["a_bits"] + 2 - leaf["a_signed"]) // 2
    _ports(spec, bits * digits, bits * digits)
    spec.wire("extended", leaf["a_bits"] + 4, signed_word("a", leaf["a_signed"]), signed=True)
    windows = spec.wire("windows", leaf["a_bits"] + 5, "{extended, 1'b0}")
    for i in range(digits):
        below, middle, upper = (f"{{1'b0, {windows}[{2 * i + j}]}}" for j in range(3))
        digit = spec.wire(f"digit_{i}", 3, f"{below} + {middle} - ({upper} << 1)", signed=True)
        made = spec.wire(f"row_{i}", bits, f"{digit} * {signed_word(_resting(spec), leaf['w_signed'])}", signed=True)
        found = f"product_reg{AFTER}[{(i + 1) * bits - 1}:{i * bits}]"
        spec.equal(f"product_reg[{i}]", bits, found, f"rst ? {bits}'d0 : {made}", adds=True)


def _resting(spec: Specification) -> str:
    return "w_reg" if spec.leaf["overlap"] else "chain"


def _ports(spec: Specification, bits: int, product_bits: int) -> str:
    """What all multipliers have; the exact product in ``bits`` bits."""
    leaf = spec.leaf
    spec.output("w_out", leaf["w_bits"], "chain")
    spec.register("chain", leaf["w_bits"], "load ? w : chain")
    if leaf["overlap"]:
        spec.register("w_reg", leaf["w_bits"], "first ? chain : w_reg")
    spec.output("product", product_bits, "product_reg")
    spec.cases.append(whole("rst", 1))
    return product(spec, "a", _resting(spec), bits)


def tree_adder(spec: Specification) -> None:
    """One sum, an edge later."""
    bits = spec.leaf["bits"]
    spec.output("sum", bits, "sum_reg")
    spec.cases.append(whole("rst", 1))
    spec.register("sum_reg", bits, "x + y", adds=True)


def tree_compressor(spec: Specification) -> None:
    """A pair that is worth two pairs, an edge later."""
    bits = spec.leaf["bits"]
    spec.output("pair", 2 * bits, "pair_reg")
    spec.cases.append(whole("rst", 1))
    found, x, y = (f"{name}[{bits - 1}:0] + {name}[{2 * bits - 1}:{bits}]" for name in (f"pair_reg{AFTER}", "x", "y"))
    spec.equal("pair_reg", bits, found, f"rst ? {bits}'d0 : {x} + {y}", adds=True)


def tree_bit_weights(spec: Specification) -> None:
    """The words of all digits, each at its bit-weight."""
    leaf, words = spec.leaf, []
    bits, sum_bits = leaf["digit_bits"], leaf["sum_bits"]
    for i in range(leaf["digits"]):
        low = 2 * i * bits
        total = f"pairs[{low + bits - 1}:{low}] + pairs[{low + 2 * bits - 1}:{low + bits}]"
        word = spec.wire(f"word_{i}", bits, total, signed=True)
        words.append(spec.wire(f"weighed_{i}", sum_bits, f"{word} * {4**i}" if i else word, signed=True))
    total = spec.wire("total", sum_bits, " + ".join(words))
    spec.cases += [whole("rst", 1)] if leaf["registered"] else []
    if leaf["registered"]:
        spec.output("sum", sum_bits, "sum_reg")
        spec.register("sum_reg", sum_bits, total, adds=True)
    else:
        spec.output("sum", sum_bits, total, adds=True)


TREES = {
    each.__name__: each
    for each in (
        tree_adder,
        tree_bit_weights,
        tree_compressor,
        tree_multiplier,
        tree_multiplier_opt1,
        tree_multiplier_opt2,
    )
} | {"tree_multiplier_booth": tree_multiplier}
"""Kind of leaf -> what says its specification."""
