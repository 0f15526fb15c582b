"""The leaves of a multiplier-adder tree: multipliers with their resting weight, and what a level is made of."""

from __future__ import annotations

import pyrtl

from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import add, fit
from rtl.leaves.booth import compressed_product, partial_products, weighed
from rtl.leaves.compressors import compress
from rtl.leaves.datapaths import booth_product
from rtl.leaves.operands import Operands
from rtl.leaves.wiring import held, input_port, output_port, registered


def tree_multiplier(leaf: Leaf) -> None:
    """``product <= a * w``; ``w`` is the load chain itself, or with overlap=1 what ``first`` took from it."""
    operands, a, w = _operands(leaf)
    _product(operands.product(a, w))


def tree_multiplier_booth(leaf: Leaf) -> None:
    """The same from Booth partial products, a compressor tree and an adder."""
    operands, a, w = _operands(leaf)
    _product(booth_product(a, w, operands))


def tree_multiplier_opt1(leaf: Leaf) -> None:
    """``product`` is a pair of ``sum_bits`` each, the sum in its lower half: no adder."""
    operands, a, w = _operands(leaf)
    total, carry = compressed_product(a, w, operands, [], leaf["sum_bits"])
    _product(pyrtl.concat(carry, total))


def tree_multiplier_opt2(leaf: Leaf) -> None:
    """``product`` holds the partial products of ``pp_bits`` each, lowest digit in the lowest bits, none shifted."""
    operands, a, w = _operands(leaf)
    rows = partial_products(a, w, operands.a_signed, operands.w_signed)
    _product(pyrtl.concat_list([fit(row, leaf["pp_bits"], signed=True) for row in rows]))


def _operands(leaf: Leaf) -> tuple[Operands, pyrtl.WireVector, pyrtl.WireVector]:
    operands = Operands.of(leaf)
    chain = held("chain", input_port("w", operands.w_bits), input_port("load"))
    w = held("w_reg", chain, input_port("first")) if leaf["overlap"] else chain
    output_port("w_out", chain)
    return operands, input_port("a", operands.a_bits), w


def _product(product: pyrtl.WireVector) -> None:
    output_port("product", registered("product_reg", product))


def tree_adder(leaf: Leaf) -> None:
    """``sum <= x + y``, all of one width: the netlist extends what is narrower."""
    x, y = input_port("x", leaf["bits"]), input_port("y", leaf["bits"])
    output_port("sum", registered("sum_reg", add(x, y)))


def tree_compressor(leaf: Leaf) -> None:
    """``pair <= x + y`` of pairs, each with its sum in the lower half: two 3:2 layers."""
    bits = leaf["bits"]
    x, y = input_port("x", 2 * bits), input_port("y", 2 * bits)
    total, carry = compress([x[:bits], x[bits:], y[:bits], y[bits:]])
    output_port("pair", registered("pair_reg", pyrtl.concat(carry, total)))


def tree_bit_weights(leaf: Leaf) -> None:
    """``sum = total of (sum + carry) << weight`` over the pairs of all digits; ``registered``: one edge later.

    The pair of digit i begins at bit 2 * digit_bits * i. Its addition is narrow; one wide addition follows.
    """
    bits, sum_bits = leaf["digit_bits"], leaf["sum_bits"]
    pairs = input_port("pairs", 2 * bits * leaf["digits"])
    halves = [pairs[i * bits : (i + 1) * bits] for i in range(2 * leaf["digits"])]
    words = [add(total, carry) for total, carry in zip(halves[::2], halves[1::2], strict=True)]
    total = add(*compress(weighed(words, sum_bits)))
    output_port("sum", registered("sum_reg", total) if leaf["registered"] else total)
