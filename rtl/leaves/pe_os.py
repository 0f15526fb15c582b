"""The PE of the output-stationary systolic array: operands and flags march through, the sum stays."""

from __future__ import annotations

import pyrtl

from hwsim.inventory import Leaf
from rtl.leaves.datapaths import Datapath, joined
from rtl.leaves.operands import Operands
from rtl.leaves.wiring import input_port, output_port, register, registered


def pe_os(leaf: Leaf, mac: Datapath) -> None:
    """``acc <= (first ? 0 : acc) + a_reg * b_reg`` when valid; ``done`` marks the edge after the last product.

    drain=0: the accumulator is the output ``c``. drain=1: it is copied into the drain chain.
    """
    operands = Operands.of(leaf)
    a_reg = registered("a_reg", input_port("a", operands.a_bits))
    b_reg = registered("b_reg", input_port("b", operands.w_bits))
    valid, first, last = (registered(f"{flag}_reg", input_port(flag)) for flag in ("valid", "first", "last"))
    acc = mac.accumulators(leaf["acc_bits"])
    mac.accumulate(acc, a_reg, b_reg, operands, first, valid)
    done = registered("done_reg", valid & last)
    for name, value in (("a", a_reg), ("b", b_reg), ("valid", valid), ("first", first), ("last", last)):
        output_port(f"{name}_out", value)
    output_port("done", done)
    if leaf["drain"]:
        drain(joined(acc), done)
    else:
        mac.show(acc)


def drain(acc: pyrtl.WireVector, done: pyrtl.WireVector) -> None:
    """One link of a column's drain chain: capture the sum, wait for ``start``, then pass on what comes from above.

    ``done`` captures; a captured result waits until its column starts, so that older ones below can move on.
    """
    start, above, above_valid = input_port("start"), input_port("result_in", len(acc)), input_port("result_valid_in")
    result, result_valid, waiting = register("result_reg", len(acc)), register("result_valid_reg"), register("waiting")
    hold = waiting & ~start
    result.next <<= pyrtl.select(done, acc, pyrtl.select(hold, result, above))
    result_valid.next <<= done | pyrtl.select(hold, result_valid, above_valid)
    waiting.next <<= done | hold
    output_port("result", result)
    output_port("result_valid", result_valid)
