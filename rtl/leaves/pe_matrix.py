"""The PE of the broadcast matrix: operands come from shared registers, the sum stays."""

from __future__ import annotations

import pyrtl

from hwsim.inventory import Leaf
from rtl.leaves.datapaths import Datapath, joined
from rtl.leaves.operands import Operands
from rtl.leaves.wiring import input_port, output_port, registered


def pe_matrix(leaf: Leaf, mac: Datapath) -> None:
    """``acc <= (first ? 0 : acc) + a * b`` when valid; drain=1 adds ``result <= done ? acc : result_in``."""
    operands, acc_bits = Operands.of(leaf), leaf["acc_bits"]
    a, b = input_port("a", operands.a_bits), input_port("b", operands.w_bits)
    acc = mac.accumulators(acc_bits)
    mac.accumulate(acc, a, b, operands, input_port("first"), input_port("valid"))
    if leaf["drain"]:
        above = input_port("result_in", len(mac.endings) * acc_bits)
        output_port("result", registered("result_reg", pyrtl.select(input_port("done"), joined(acc), above)))
    else:
        mac.show(acc)
