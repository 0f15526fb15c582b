"""The PE of the weight- and input-stationary systolic arrays: one operand rests, the other marches, sums pass down."""

from __future__ import annotations

import pyrtl

from hwsim.inventory import Leaf
from rtl.leaves.datapaths import Datapath, joined
from rtl.leaves.operands import Operands
from rtl.leaves.wiring import held, input_port, output_port, registered


def pe_ws(leaf: Leaf, mac: Datapath) -> None:
    """``psum <= psum_in + a_reg * w``; ``w`` is the load chain itself, with overlap=1 the last of three registers.

    A MAC that encodes one operand encodes ``a_reg``, or what rests with a_rests=1.
    """
    operands = Operands.of(leaf)
    a_reg = registered("a_reg", input_port("a", operands.a_bits))
    w = double_buffered(operands.w_bits) if leaf["overlap"] else load_chain(operands.w_bits)
    psum_in = mac.rows_of(input_port("psum_in", len(mac.endings) * leaf["acc_bits"]))
    if dict(leaf.parameters).get("a_rests"):
        after = mac.add_product(psum_in, w, a_reg, operands.exchanged, False)
    else:
        after = mac.add_product(psum_in, a_reg, w, operands, False)
    psum = registered("psum_reg", joined(after))
    output_port("a_out", a_reg)
    output_port("psum", psum)


def load_chain(bits: int) -> pyrtl.WireVector:
    """The register that takes its neighbour's value while ``load`` is high; ``w_out`` goes to the next PE."""
    chain = held("chain", input_port("w", bits), input_port("load"))
    output_port("w_out", chain)
    return chain


def double_buffered(bits: int) -> pyrtl.WireVector:
    """Chain, ``next_w`` (taken with ``load_last``) and the weight in use (taken with the marching ``first``)."""
    w_in, first = input_port("w", bits), input_port("first")
    chain = held("chain", w_in, input_port("load"))
    next_w = held("next_w", w_in, input_port("load_last"))
    output_port("w_out", chain)
    output_port("first_out", registered("first_reg", first))
    return held("w_reg", next_w, first)
