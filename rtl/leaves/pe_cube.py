"""The PE of the three-dimensional cube: both operands march, in two directions, and sums in the third."""

from __future__ import annotations

from hwsim.inventory import Leaf
from rtl.leaves.datapaths import Datapath, joined
from rtl.leaves.operands import Operands
from rtl.leaves.wiring import input_port, output_port, registered


def pe_cube(leaf: Leaf, mac: Datapath) -> None:
    """``psum <= psum_in + a_reg * b_reg``."""
    operands = Operands.of(leaf)
    a_reg = registered("a_reg", input_port("a", operands.a_bits))
    b_reg = registered("b_reg", input_port("b", operands.w_bits))
    psum_in = mac.rows_of(input_port("psum_in", len(mac.endings) * leaf["acc_bits"]))
    psum = registered("psum_reg", joined(mac.add_product(psum_in, a_reg, b_reg, operands, False)))
    output_port("a_out", a_reg)
    output_port("b_out", b_reg)
    output_port("psum", psum)
