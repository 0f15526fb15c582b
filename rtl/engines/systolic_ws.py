"""Gates of the weight- and the input-stationary systolic array: one operand rests, the other marches, sums go down."""

from __future__ import annotations

from hwsim.arrays.systolic_is import SystolicIs
from hwsim.arrays.systolic_ws import SystolicWs
from rtl.engines.chains import Connections, flowing, lane, marching, merged
from rtl.engines.parts import EngineNetlist
from rtl.netlist import Bus, Module, zeros


def systolic_ws(n: EngineNetlist, array: SystolicWs) -> Module:
    """C = A @ B with B at rest: weights enter at ``w``, A streams in at ``a``."""
    return _stationary(n, array, n.ports["w"], n.ports["a"])


def systolic_is(n: EngineNetlist, array: SystolicIs) -> Module:
    """C^T = B^T @ A^T with A^T at rest: A enters at ``a``, B streams in at ``b``."""
    return _stationary(n, array, n.ports["a"], n.ports["b"])


def _stationary(n: EngineNetlist, array: SystolicWs | SystolicIs, resting: Bus, streaming: Bus) -> Module:
    """The top module: row r sees the stream r edges late, and with double buffering its loads too."""
    rows, cols = array.rows, array.cols
    sums = n.wire("sums", cols, n.mac.sum_bits)
    row = _row(n, cols, resting.bits, streaming.bits, array.overlap)
    stream = [{"a": late} for late in n.skewed("stream", streaming)]
    loads = _late_loads(n, resting, rows) if array.overlap else _common_loads(n, resting, rows)
    psums = flowing(n, "psum", zeros(sums.width_bits), rows, cols, sums)
    n.place_all("row", row, merged(stream, loads, psums))
    n.accumulated(sums[c] for c in range(cols))
    n.validated(stages=rows + 1, distances=range(cols))
    return n.build()


def _common_loads(n: EngineNetlist, resting: Bus, rows: int) -> list[Connections]:
    """All rows shift their chains together."""
    return [{"w": resting[r], **n.framing("load")} for r in range(rows)]


def _late_loads(n: EngineNetlist, resting: Bus, rows: int) -> list[Connections]:
    """Row r loads r edges late, so that the weights of the next tile follow the rows of this one."""
    weights = [{"w": late} for late in n.skewed("rest", resting)]
    loads = n.tapped("load", n.framing("load", "load_last"), rows)
    firsts = n.tapped("first", n.framing("first"), rows)
    return merged(weights, loads, firsts)


def _row(top: EngineNetlist, cols: int, w_bits: int, a_bits: int, overlap: bool) -> Module:
    """One row of PEs: the stream marches, weights shift along, sums pass through from above."""
    n, sum_bits = top.below("row"), top.mac.sum_bits
    marchers = [n.input("a", 1, a_bits), n.input("w", 1, w_bits)]
    shared = {"load": n.input("load", 1).net}
    if overlap:
        marchers.append(n.input("first", 1))
        shared["load_last"] = n.input("load_last", 1).net
    sums = lane([n.input("psum_in", cols, sum_bits), n.output("psum", cols, sum_bits)], cols)
    chains = [marching(n, bus.name, bus.net, cols) for bus in marchers]
    n.place_all("pe", n.cells.only("pe_ws"), merged(*chains, sums, [shared] * cols))
    return n.build()
