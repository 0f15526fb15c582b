"""How the finished pairs of a column reach its SIMD lanes: directly, or one after the other down chains."""

from __future__ import annotations

from hwsim.arrays.bitslice import leaves
from hwsim.arrays.bitslice.layout import SliceLayout
from hwsim.inventory import Leaf
from rtl.engines.chains import flowing, links
from rtl.engines.parts import PartNetlist
from rtl.netlist import Bus, Net, concat, zeros


def direct_drain(n: PartNetlist, layout: SliceLayout, pins: dict[str, Bus], clear: Net, bw: Net) -> None:
    """A SIMD lane for every PE takes the pair at the edge at which the next sum begins."""
    resolved = _resolved(n, clear, bw)
    for r in range(layout.rows):
        _simd(n, layout, pins, r, {"sum": pins["sum"][r], "carry": pins["carry"][r], "take": clear}, resolved)
    _valid(n, pins, resolved)


def chained_drain(n: PartNetlist, layout: SliceLayout, pins: dict[str, Bus], clear: Net, bw: Net) -> None:
    """PEs keep finished pairs in a second register, which form chains; a flag per link says how far they have come."""
    chain, bits = layout.chain, layout.mac.pair.bits
    foot = n.wire("leaving", 1)
    for i, (above, flag) in enumerate(links(n, "flag", zeros(1), chain, end=foot)):
        n.place(f"flag_register_{i}", n.cells[Leaf.of("drain_flag")], {"set": clear, "above": above, "flag": flag.net})
    held_bw = n.wire("held_bw", 1, layout.bw_format.bits)
    register = n.cells[Leaf.of("held_register", bits=layout.bw_format.bits)]
    n.place("bw_register", register, {"d": bw, "enable": clear, "q": held_bw.net})
    resolved = _resolved(n, foot.net, held_bw.net)
    for lane in range(layout.simd_lanes):
        feet = {name: n.wire(f"{name}_{lane}_foot", 1, bits) for name in ("sum", "carry")}
        rows = {name: flowing(n, f"{name}_{lane}", zeros(bits), chain, end=bus) for name, bus in feet.items()}
        for i in range(chain):
            r = lane * chain + i
            own = {name: pins[name][r] for name in ("sum", "carry")}
            passed = {f"above_{name}": rows[name][i][f"{name}_{lane}_in"] for name in rows}
            passed |= {f"held_{name}": rows[name][i][f"{name}_{lane}"] for name in rows}
            n.place(f"hold_{r}", n.cells[Leaf.of("hold_pair", bits=bits)], {"take": clear, **own, **passed})
        pair = {name: bus.net for name, bus in feet.items()}
        _simd(n, layout, pins, lane, {**pair, "take": foot.net}, resolved)
    _valid(n, pins, resolved)


def _resolved(n: PartNetlist, taken: Net, bw: Net) -> Bus:
    """Whether a SIMD lane has resolved a pair, and of which bit-weight: one edge after it took it."""
    both = concat([taken, bw])
    return n.delay("resolved", both, 1, both.width_bits)


def _simd(
    n: PartNetlist, layout: SliceLayout, pins: dict[str, Bus], i: int, pair: dict[str, Net], resolved: Bus
) -> None:
    sums = {"c_in": pins["c_in"][i], "c": pins["c"][i], "bw": resolved.span(1, layout.bw_format.bits)}
    n.place(f"simd_{i}", n.cells[leaves.simd_lane(layout)], {**pair, **sums})


def _valid(n: PartNetlist, pins: dict[str, Bus], resolved: Bus) -> None:
    n.assign(pins["c_valid"].net, concat([resolved[0]] * pins["c_valid"].lanes))
