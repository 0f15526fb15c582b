"""Gates of the output-stationary systolic array: skewed operands, one row module R times, and its drain."""

from __future__ import annotations

from hwsim.arrays.drain import Drain
from hwsim.arrays.systolic_os import SystolicOs
from rtl.engines.chains import Connections, flowing, lane, marching, merged
from rtl.engines.parts import EngineNetlist
from rtl.netlist import Module, concat, zeros

FLAGS = ("valid", "first", "last")


def systolic_os(n: EngineNetlist, array: SystolicOs) -> Module:
    """The top module: row i of A and its flags i edges late, column j of B j edges late."""
    rows, cols = array.rows, array.cols
    draining = array.drain is Drain.COLUMN
    a = [{"a": late} for late in n.skewed("a", n.ports["a"])]
    flags = n.tapped("flags", n.framing(*FLAGS), rows)
    b = marching(n, "b", concat(n.skewed("b", n.ports["b"])), rows, cols)
    results = _column_drain(n, rows, cols) if draining else _parallel_drain(n, rows, cols)
    n.place_all("row", _row(n, cols, draining), merged(a, flags, b, results))
    return n.build()


def _parallel_drain(n: EngineNetlist, rows: int, cols: int) -> list[Connections]:
    """Every accumulator is a lane of ``c`` (of its rows), with its ``done`` as valid bit."""
    shown = [{bus.name: bus.span(i * cols, cols) for bus in n.results} for i in range(rows)]
    return merged(shown, [{"done": n.ports["c_valid"].span(i * cols, cols)} for i in range(rows)])


def _column_drain(n: EngineNetlist, rows: int, cols: int) -> list[Connections]:
    """Results pass down from row to row; a column starts one edge after its lowest sum stands."""
    done = [n.wire(f"unused_done_{i}", cols) for i in range(rows - 1)] + [n.wire("done", cols)]
    start = concat([n.delayed(f"start_{j}", done[-1][j], 1) for j in range(cols)])
    return merged(
        [{"start": start, "done": bus.net} for bus in done],
        n.resolved_below(rows),
        flowing(n, "result_valid", zeros(cols), rows, cols, n.ports["c_valid"]),
    )


def _row(top: EngineNetlist, cols: int, draining: bool) -> Module:
    """One row of PEs: A and the flags march from PE to PE, everything else has a lane per column."""
    n, b_bits, sum_bits = top.below("row"), top.ports["b"].bits, top.mac.sum_bits
    marchers = [n.input("a", 1, top.ports["a"].bits), *(n.input(flag, 1) for flag in FLAGS)]
    lanes = [n.input("b", cols, b_bits), n.output("b_out", cols, b_bits), n.output("done", cols)]
    if draining:
        lanes += [n.input("start", cols), n.input("result_in", cols, sum_bits), n.output("result", cols, sum_bits)]
        lanes += [n.input("result_valid_in", cols), n.output("result_valid", cols)]
    else:
        lanes += [n.output(bus.name, cols, bus.bits) for bus in top.results]
    chains = [marching(n, bus.name, bus.net, cols) for bus in marchers]
    n.place_all("pe", n.cells.only("pe_os"), merged(*chains, lane(lanes, cols)))
    return n.build()
