"""Leaves that only remember: skew delays, operand registers and the flags of a drain."""

from __future__ import annotations

import pyrtl

from hwsim.inventory import Leaf
from rtl.leaves.wiring import input_port, output_port, register, registered


def delay(leaf: Leaf) -> None:
    """``q`` is ``d`` as it was ``stages`` edges ago; one shift register holds all stages, the youngest lowest."""
    bits, stages = leaf["bits"], leaf["stages"]
    d = input_port("d", bits)
    chain = register("chain", bits * stages)
    chain.next <<= d if stages == 1 else pyrtl.concat(chain[: bits * (stages - 1)], d)
    output_port("q", chain[bits * (stages - 1) :])


def operand_register(leaf: Leaf) -> None:
    """``q`` is ``d`` one edge later."""
    output_port("q", registered("q_reg", input_port("d", leaf["bits"])))


def done_flag(leaf: Leaf) -> None:
    """``done <= valid & last``."""
    output_port("done", registered("done_reg", input_port("valid") & input_port("last")))


def drain_flag(leaf: Leaf) -> None:
    """``flag <= set | above``: the valid bit of one row of a drain chain."""
    output_port("flag", registered("flag_reg", input_port("set") | input_port("above")))
