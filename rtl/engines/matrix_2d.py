"""Gates of the broadcast matrix: one operand register per row and column, all PEs in step, and the drain."""

from __future__ import annotations

from hwsim.arrays.drain import Drain
from hwsim.arrays.matrix_2d import Matrix2d
from hwsim.inventory import Leaf
from rtl.engines.chains import Connections, lane, links, merged
from rtl.engines.parts import EngineNetlist
from rtl.netlist import Bus, Module, Net, concat, zeros

FLAGS = ("valid", "first", "last")


def matrix_2d(n: EngineNetlist, array: Matrix2d) -> Module:
    """The top module: operands and framing bits pass one register and reach every PE of their row or column."""
    rows, cols = array.rows, array.cols
    a, b = _registered(n, "a"), _registered(n, "b")
    flags = n.delay("flags", concat(list(n.framing(*FLAGS).values())), 1, len(FLAGS))
    valid, first, last = (flags[i] for i in range(len(FLAGS)))
    done = n.wire("done", 1)
    n.place("done_flag", n.cells[Leaf.of("done_flag")], {"valid": valid, "last": last, "done": done.net})
    drain = _column_drain if array.drain is Drain.COLUMN else _parallel_drain
    own: list[Connections] = [{"a": a[i], "b": b.net, "valid": valid, "first": first} for i in range(rows)]
    n.place_all("row", _row(n, array), merged(own, drain(n, rows, cols, done.net)))
    return n.build()


def _registered(n: EngineNetlist, name: str) -> Bus:
    """The lanes of a port behind operand registers."""
    port = n.ports[name]
    bus = n.wire(f"{name}_reg", port.lanes, port.bits)
    for i in range(port.lanes):
        n.register(f"{name}_register_{i}", port[i], bus[i])
    return bus


def _parallel_drain(n: EngineNetlist, rows: int, cols: int, done: Net) -> list[Connections]:
    """Every accumulator is a lane of ``c`` (of its rows); they are all done at the same edge."""
    n.assign(n.ports["c_valid"].net, concat([done] * (rows * cols)))
    return [{bus.name: bus.span(i * cols, cols) for bus in n.results} for i in range(rows)]


def _column_drain(n: EngineNetlist, rows: int, cols: int, done: Net) -> list[Connections]:
    """All results are captured at once and move down; one flag per row says how far they have come."""
    valid = n.wire("drained", 1)
    for i, (above, flag) in enumerate(links(n, "flag", zeros(1), rows, end=valid)):
        n.place(f"drain_flag_{i}", n.cells[Leaf.of("drain_flag")], {"set": done, "above": above, "flag": flag.net})
    n.assign(n.ports["c_valid"].net, concat([valid.net] * cols))
    return merged(n.resolved_below(rows), [{"done": done}] * rows)


def _row(top: EngineNetlist, array: Matrix2d) -> Module:
    """One row of PEs, which share A and the framing bits."""
    n, cols, sum_bits = top.below("row"), array.cols, top.mac.sum_bits
    shared = {"a": n.input("a", 1, top.ports["a"].bits).net} | {bit: n.input(bit, 1).net for bit in ("valid", "first")}
    lanes = [n.input("b", cols, top.ports["b"].bits)]
    if array.drain is Drain.COLUMN:
        shared["done"] = n.input("done", 1).net
        lanes += [n.input("result_in", cols, sum_bits), n.output("result", cols, sum_bits)]
    else:
        lanes += [n.output(bus.name, cols, bus.bits) for bus in top.results]
    n.place_all("pe", n.cells.only("pe_matrix"), merged([shared] * cols, lane(lanes, cols)))
    return n.build()
