"""The data path of sparse columns: sparse encoder, operand latch, PE, second register, SIMD lane (HPCA 2025)."""

from __future__ import annotations

from functools import reduce
from operator import or_

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.bitweight.columns import Tree
from hwsim.bitweight.digit_sums import DigitSum
from hwsim.formats import IntFormat, counting
from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import add
from rtl.leaves.compressors import above, compress_addends, multiple, shifted
from rtl.leaves.wiring import held, input_port, output_port, register, registered


def sparse_encoder(leaf: Leaf) -> None:
    """Takes the digits of a group while ``take`` is high, and shows those other than zero, one per cycle, lowest first.

    ``few`` says that none is left after this cycle. An empty group shows a cycle without ``enable``. registered=1 shows
    index, select and enable one edge later.
    """
    group, take = leaf["group"], input_port("take")
    codes = held("codes", input_port("select_of_group", 2 * group), take)
    pending = register("pending", group)
    lowest = _lowest(pending)
    rest = pending & ~lowest
    pending.next <<= pyrtl.select(take, input_port("enable_of_group", group), rest)
    bits = counting(group).bits
    shown = {
        "index": _or([pyrtl.Const(i, bits) & lowest[i].sign_extended(bits) for i in range(group)]),
        "select": _or([codes[2 * i : 2 * i + 2] & lowest[i].sign_extended(2) for i in range(group)]),
        "enable": _or(list(pending)),
    }
    for name, value in shown.items():
        output_port(name, registered(f"{name}_reg", value) if leaf["registered"] else value)
    output_port("few", ~_or(list(rest)))


def operand_latch(leaf: Leaf) -> None:
    """The operands of a group, taken while ``take`` is high; ``q`` is the one at ``index``."""
    bits, inputs = leaf["bits"], leaf["inputs"]
    words = held("words", input_port("d", bits * inputs), input_port("take"))
    index = input_port("index", counting(inputs).bits)
    choices = [words[i * bits : (i + 1) * bits] for i in range(inputs)]
    output_port("q", pyrtl.mux(index, *choices, *[choices[-1]] * ((1 << len(index)) - inputs)))


def pe_slice(leaf: Leaf) -> None:
    """``(sum, carry) <= compress(selected multiples, clear ? 0 : (sum, carry))`` behind operand registers.

    Without a digit in any lane the pair stays, or is zero if ``clear`` begins a new sum: it does not take what the
    tree makes of nothing, which is worth zero but has bits.
    """
    lanes, bits = leaf["lanes"], leaf["pair_bits"]
    w = registered("w_reg", input_port("w", lanes * leaf["w_bits"]))
    select = registered("select_reg", input_port("select", 2 * lanes))
    enable = registered("enable_reg", input_port("enable", lanes))
    clear = input_port("clear")
    pair = register("sum_reg", bits), register("carry_reg", bits)
    kept = [row & ~clear.sign_extended(bits) for row in pair]
    controls = [_multiplied(leaf, select[2 * i : 2 * i + 2], enable[i]) for i in range(lanes)]
    words = [w[i * leaf["w_bits"] : (i + 1) * leaf["w_bits"]] for i in range(lanes)]
    multiples = [multiple(b, *control, bool(leaf["w_signed"])) for b, control in zip(words, controls, strict=True)]
    terms = slice_sum(leaf)
    rows = [
        *(above(row, addend.low) for row, addend in zip(kept, terms.addends, strict=False)),
        *(c[2] for c in controls),
    ]
    any_digit = _or(list(enable))
    after_pair = compress_addends([*rows, *multiples], terms.addends, bits, terms.tree)
    for name, row, begun, after in zip(("sum", "carry"), pair, kept, after_pair, strict=True):
        row.next <<= pyrtl.select(any_digit, after, begun)
        output_port(name, row)


def slice_sum(leaf: Leaf) -> DigitSum:
    """The tree of a PE, which keeps its pair."""
    plain, places = IntFormat(leaf["w_bits"], bool(leaf["w_signed"])), (0,) * leaf["lanes"]
    return DigitSum(leaf["pair_bits"], 2, places, plain, leaf["largest_digit"], looped=True, tree=Tree.of_leaf(leaf))


def _multiplied(leaf: Leaf, select: Wire, enable: Wire) -> tuple[Wire, Wire | None, Wire]:
    """Whether a digit takes its operand once, or twice, and whether it is negative; digits up to 1 have codes 01 and
    11, and their lower bit is not read."""
    if leaf["largest_digit"] == 1:
        return enable, None, select[1] & enable
    return select[0] & enable, ~select[0] & enable, ~(select[1] ^ select[0]) & enable


def hold_pair(leaf: Leaf) -> None:
    """A link of the chain by which finished pairs leave: it takes its PE's pair, or what the link above holds."""
    take = input_port("take")
    for name in ("sum", "carry"):
        above = input_port(f"above_{name}", leaf["bits"])
        taken = pyrtl.select(take, input_port(name, leaf["bits"]), above)
        output_port(f"held_{name}", registered(f"held_{name}_reg", taken))


def simd_lane(leaf: Leaf) -> None:
    """``word <= take ? sum + carry : 0``, then ``c = c_in + (word << radix_bits * bw)``."""
    bits, acc_bits = leaf["pair_bits"], leaf["acc_bits"]
    resolved = add(input_port("sum", bits), input_port("carry", bits))
    word = registered("word", resolved & input_port("take").sign_extended(bits))
    bw = input_port("bw", counting(leaf["digits"]).bits)
    places = [shifted(word, leaf["radix_bits"] * i, acc_bits) for i in range(leaf["digits"])]
    weighed = pyrtl.mux(bw, *places, *[places[-1]] * ((1 << len(bw)) - len(places)))
    output_port("c", add(input_port("c_in", acc_bits), weighed))


def _lowest(bits: Wire) -> Wire:
    """One-hot: the lowest bit that is set."""
    below: Wire = pyrtl.Const(0, 1)
    found = []
    for bit in bits:
        found.append(bit & ~below)
        below = below | bit
    return pyrtl.concat_list(found)


def _or(terms: list[Wire]) -> Wire:
    return reduce(or_, terms)
