"""The two leaves of an adder tree: a multiplier with its resting weight, and a registered adder."""

from __future__ import annotations

from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import add
from rtl.leaves.operands import Operands
from rtl.leaves.wiring import held, input_port, output_port, registered


def tree_multiplier(leaf: Leaf) -> None:
    """``product <= a * w``; ``w`` is the load chain itself, or with overlap=1 what ``first`` took from it."""
    operands = Operands.of(leaf)
    chain = held("chain", input_port("w", operands.w_bits), input_port("load"))
    w = held("w_reg", chain, input_port("first")) if leaf["overlap"] else chain
    output_port("w_out", chain)
    output_port("product", registered("product_reg", operands.product(input_port("a", operands.a_bits), w)))


def tree_adder(leaf: Leaf) -> None:
    """``sum <= x + y``, all of one width: the netlist extends what is narrower."""
    x, y = input_port("x", leaf["bits"]), input_port("y", leaf["bits"])
    output_port("sum", registered("sum_reg", add(x, y)))
