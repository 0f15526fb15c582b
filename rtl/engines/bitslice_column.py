"""One column of PEs that share a row of the encoded operand: its control, its encoders, its PEs."""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.arrays.bitslice import leaves
from hwsim.arrays.bitslice.layout import SliceLayout
from hwsim.arrays.bitslice.ports import SELECT, slice_ports
from hwsim.sparse_columns.rule import Barrier
from rtl.engines.bitslice_drain import chained_drain, direct_drain
from rtl.engines.parts import EngineNetlist, PartNetlist
from rtl.netlist import Bus, Module, Net, concat

SHARED = ("start", "last_step")
"""Ports that all columns see whole; of every other one a column has its part."""
OF_ENGINE = "busy"
"""The port that no column has a part of."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """What the control of every lane of a column says, and what its sparse encoder answers."""

    take: Bus
    """it takes the next group at this edge"""
    done: Bus
    """nothing is left for it in this part of the fold"""
    bw: Bus
    """the bit-weight of the next group"""
    few: Bus
    """no digit of its group is left after this cycle"""


def column(top: EngineNetlist, layout: SliceLayout) -> Module:
    """Its pins: its part of the engine's ports, ``arrived``, and with a barrier inside folds ``met`` and ``busy``."""
    n, bw_bits = top.below("column"), layout.bw_format.bits
    pins = {
        port.name: n.pin(
            port.name,
            port.direction,
            port.lanes if port.name in SHARED else port.lanes // layout.columns,
            port.format.bits,
        )
        for port in slice_ports(layout)
        if port.name != OF_ENGINE
    }
    names = {"take": 1, "done": 1, "lane_bw": bw_bits, "few": 1}
    lanes = Lanes(*(n.wire(name, layout.mac.lanes, bits) for name, bits in names.items()))
    advance, late = _controlled(n, layout, pins, lanes)
    for i in range(layout.mac.lanes):
        _lane(n, layout, pins, lanes, advance, i)
    clear, late_bw = late[0], late.span(1, bw_bits)
    (_choosing_pes if layout.mac.encoders_in_pe else _sharing_pes)(n, layout, pins, lanes, clear)
    (direct_drain if layout.chain == 1 else chained_drain)(n, layout, pins, clear, late_bw)
    return n.build()


def _controlled(n: PartNetlist, layout: SliceLayout, pins: dict[str, Bus], lanes: Lanes) -> tuple[Net, Bus]:
    """Its ``advance``, and the end of a bit-weight with its number, as late as the pairs of the PEs are."""
    advance, finished, bw = n.wire("advance", 1), n.wire("finished", 1), n.wire("bw", 1, layout.bw_format.bits)
    control = {"start": pins["start"].net, "done": _all_done(n, lanes.done), "advance": advance.net}
    control |= {"finished": finished.net, "bw": bw.net, "arrived": n.output("arrived", 1).net}
    if layout.mac.barrier is not Barrier.K:
        control |= {"met": n.input("met", 1).net, "busy": n.output("busy", 1).net}
    n.place("control", n.cells[leaves.column_control(layout)], control)
    ended = concat([finished.net, bw.net])
    return advance.net, n.delay("late", ended, layout.sum_stages, ended.width_bits)


def _all_done(n: PartNetlist, done: Bus) -> Net:
    """Lanes share their pairs: all of them must be done with a bit-weight."""
    if done.lanes == 1:
        return done.net
    met, waiting = n.wire("all_done", 1), n.wire("unused_waiting", 1)
    pins = {"arrived": done.net, "met": met.net, "waiting": waiting.net}
    n.place("lanes_barrier", n.cells[leaves.barrier(done.lanes)], pins)
    return met.net


def _lane(n: PartNetlist, layout: SliceLayout, pins: dict[str, Bus], lanes: Lanes, advance: Net, i: int) -> None:
    """Which group a lane takes next, and where the one at work lies."""
    control = {"advance": advance, "few": lanes.few[i], "last_step": pins["last_step"].net}
    control |= {"take": lanes.take[i], "done": lanes.done[i], "bw": lanes.bw[i]}
    shown = {name: pins[name][i] for name in ("next_step", "next_turn", "step", "turn") if name in pins}
    n.place(f"lane_{i}", n.cells[leaves.lane_control(layout)], control | shown)


def issuer(above: PartNetlist, layout: SliceLayout) -> Module:
    """The encoders of a group and the sparse encoder behind them."""
    n, group = above.below("issuer"), layout.mac.group
    a, bw, take = n.input("a", group, layout.encoded.bits), n.input("bw", 1, layout.bw_format.bits), n.input("take", 1)
    select, enable = n.wire("digit_select", group, SELECT.bits), n.wire("digit_enable", group)
    for i in range(group):
        pins = {"a": a[i], "bw": bw.net, "select": select[i], "enable": enable[i]}
        n.place(f"encoder_{i}", n.cells[leaves.encoder(layout)], pins)
    shown = {name: n.output(name, 1, bits).net for name, bits in issued(layout).items()}
    digits = {"select": select.net, "enable": enable.net, "take": take.net}
    n.place("sparse", n.cells[leaves.sparse_encoder(layout)], _renamed(digits, "of_group") | shown)
    return n.build()


def _renamed(pins: dict[str, Net], suffix: str) -> dict[str, Net]:
    """Pins that share a name with an output bear a suffix."""
    return {name if name == "take" else f"{name}_{suffix}": net for name, net in pins.items()}


def issued(layout: SliceLayout) -> dict[str, int]:
    """What a sparse encoder shows, with bits."""
    return {"index": layout.index_format.bits, "select": SELECT.bits, "enable": 1, "few": 1}


def _sharing_pes(n: PartNetlist, layout: SliceLayout, pins: dict[str, Bus], lanes: Lanes, clear: Net) -> None:
    """One issuer per lane for all PEs of the column, each of which is fetched the operand of the digit."""
    module, group = issuer(n, layout), layout.mac.group
    for i in range(layout.mac.lanes):
        taken = {"a": pins[layout.encoded_port].span(i * group, group), "bw": lanes.bw[i], "take": lanes.take[i]}
        shown = {name: pins[name][i] for name in ("index", "select", "enable")}
        n.place(f"issuer_{i}", module, taken | shown | {"few": lanes.few[i]})
    for r in range(layout.rows):
        w = pins[layout.plain_port].span(r * layout.mac.lanes, layout.mac.lanes)
        shared = {"select": pins["select"].net, "enable": pins["enable"].net, "clear": clear}
        own = {"w": w, "sum": pins["sum"][r], "carry": pins["carry"][r]}
        n.place(f"pe_{r}", n.cells[leaves.pe_slice(layout)], shared | own)


def _choosing_pes(n: PartNetlist, layout: SliceLayout, pins: dict[str, Bus], lanes: Lanes, clear: Net) -> None:
    """Every PE has an issuer of its own; they all agree, and the first one's ``few`` sets the pace."""
    module, group = _choosing_pe(n, layout), layout.mac.group
    shared = {"a": pins[layout.encoded_port].net, "bw": lanes.bw.net, "take": lanes.take.net, "clear": clear}
    for r in range(layout.rows):
        own = {name: pins[name][r] for name in ("index", "select", "enable", "sum", "carry")}
        few = lanes.few.net if r == 0 else n.wire(f"unused_few_{r}", 1).net
        n.place(f"pe_{r}", module, shared | own | {"b": pins[layout.plain_port].span(r * group, group), "few": few})


def _choosing_pe(above: PartNetlist, layout: SliceLayout) -> Module:
    """A PE that encodes the group itself and chooses among the group's operands."""
    n, mac = above.below("pe"), layout.mac
    taken = {"a": n.input("a", mac.group, layout.encoded.bits), "bw": n.input("bw", 1, layout.bw_format.bits)}
    taken["take"] = n.input("take", 1)
    b, clear = n.input("b", mac.group, layout.plain.bits), n.input("clear", 1)
    shown = {name: n.output(name, 1, bits) for name, bits in issued(layout).items()}
    pair = {name: n.output(name, 1, mac.pair.bits).net for name in ("sum", "carry")}
    n.place("issuer", issuer(n, layout), {name: bus.net for name, bus in {**taken, **shown}.items()})
    w = n.wire("w", 1, layout.plain.bits).net
    latch = {"d": b.net, "take": taken["take"].net, "index": shown["index"].net, "q": w}
    n.place("latch", n.cells[leaves.operand_latch(layout)], latch)
    digit = {name: shown[name].net for name in ("select", "enable")}
    n.place("slice", n.cells[leaves.pe_slice(layout)], {"w": w, "clear": clear.net, **digit, **pair})
    return n.build()
