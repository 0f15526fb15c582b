"""The control of sparse columns: which group a lane takes, when a column goes on, and who waits for whom."""

from __future__ import annotations

from functools import reduce
from operator import and_

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.formats import counting
from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import add
from rtl.leaves.wiring import held, input_port, output_port, register, registered


def lane_control(leaf: Leaf) -> None:
    """Counts steps, turns and bit-weights of the group that is taken next; between parts it waits for ``advance``.

    A group is taken when the one at work is in its last cycle (``few``). address=1 shows the place of the group at work
    one edge late, and 0 without a group.
    """
    advance, few = input_port("advance"), input_port("few")
    running, busy = register("running"), register("busy")
    take = few & (running | advance)
    step = register("step_count", leaf["step_bits"])
    last_step = step == input_port("last_step", leaf["step_bits"])
    turn, last_turn = counter("turn", leaf["turns"], take & last_step)
    bw, _ = counter("bw", leaf["digits"], take & last_step & last_turn)
    step.next <<= pyrtl.select(take, next_count(step, last_step), step)
    running.next <<= pyrtl.select(take, ~last_step, running)
    busy.next <<= take | (busy & ~few)
    output_port("take", take)
    output_port("done", few & ~running)
    output_port("bw", bw)
    for name, count in [("step", step)] + ([("turn", turn)] if leaf["turns"] > 1 else []):
        output_port(f"next_{name}", count)
        if leaf["address"]:
            at_work = held(f"held_{name}", count, take)
            output_port(name, registered(f"{name}_address", at_work & busy.sign_extended(len(at_work))))


def column_control(leaf: Leaf) -> None:
    """A column's place in a fold: ``advance`` sends its lanes into the next part, ``finished`` ends a bit-weight.

    awaits=0: it goes on by itself, and ``arrived`` tells that it is at the end of the fold. awaits=1: it ``arrived`` at
    the end of a part, and goes on when all have (``met``). With a chain, a bit-weight ends no sooner than the finished
    sums of the one before have left.
    """
    start, fold = input_port("start"), register("fold")
    ended = fold & input_port("done")
    turn_go, bw_go = pyrtl.WireVector(1), pyrtl.WireVector(1)
    _, last_turn = counter("turn", leaf["turns"], turn_go)
    bw, last_bw = counter("bw", leaf["digits"], bw_go)
    if leaf["chain"] > 1:
        ended = ended & (~last_turn | _drained(leaf["chain"], start | bw_go))
    go = input_port("met") if leaf["awaits"] else ended
    final = go & last_turn & last_bw
    turn_go <<= go
    bw_go <<= go & last_turn
    fold.next <<= start | (fold & ~final)
    output_port("advance", start | (go & ~final))
    output_port("finished", bw_go)
    output_port("bw", bw)
    output_port("arrived", ended if leaf["awaits"] else ~fold | final)
    if leaf["awaits"]:
        output_port("busy", fold & ~final)


def _drained(chain: int, handed: Wire) -> Wire:
    """Whether ``chain`` cycles have passed since ``handed``."""
    left = register("left", counting(chain).bits)
    empty = left == 0
    one_less = add(left, pyrtl.Const((1 << len(left)) - 1, len(left)))
    left.next <<= pyrtl.select(handed, pyrtl.Const(chain - 1, len(left)), pyrtl.select(empty, left, one_less))
    return empty


def counter(name: str, values: int, go: Wire) -> tuple[Wire, Wire]:
    """A register that counts 0 to ``values`` - 1 and around, and whether it is at its last value."""
    if values == 1:
        return pyrtl.Const(0, 1), pyrtl.Const(1, 1)
    count = register(f"{name}_count", counting(values).bits)
    last = count == values - 1
    count.next <<= pyrtl.select(go, next_count(count, last), count)
    return count, last


def next_count(count: Wire, last: Wire) -> Wire:
    """One more, or 0 after the last."""
    return add(count, pyrtl.Const(1, len(count))) & ~last.sign_extended(len(count))


def barrier(leaf: Leaf) -> None:
    """Whether all have come (``met``), or somebody is awaited (``waiting``)."""
    met = reduce(and_, list(input_port("arrived", leaf["inputs"])))
    output_port("met", met)
    output_port("waiting", ~met)


def held_register(leaf: Leaf) -> None:
    """``q`` is ``d`` as it was at the last edge with ``enable``."""
    output_port("q", held("q_reg", input_port("d", leaf["bits"]), input_port("enable")))
