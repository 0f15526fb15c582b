"""Bit-serial designs as modules: PEs that share B, with all that issues operands to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from hwsim.bit_serial import Bitlet, BitSerial, BitWave, Laconic, Pragmatic, Sibia, Stripes
from hwsim.bit_serial.parts import ACC_BITS, Parts, parts
from hwsim.bit_serial.registry import design_text
from hwsim.inventory import Leaf
from rtl.leaves import build_cell
from rtl.netlist import Bus, Cell, Module, Net, Netlist, concat


def build_design(design: BitSerial, acc_bits: int = ACC_BITS, piped: bool = True) -> Module:
    """``design.columns`` PEs, with ports ``a`` (columns x group operands), ``b`` (group), ``first``, ``take``, ``c``.

    While ``take`` is high the operands of the next group are on ``a``, and on ``b`` where B is issued too; in the cycle
    after it ``first`` says whether a new sum begins with that group, and ``b`` has the operands that rest in the PE.
    """
    n = _Parts(design, parts(design, acc_bits, piped))
    _ISSUE[type(design)](n)
    return n.build()


def result_cycles(piped: bool) -> int:
    """Cycles from the last digits of a group to its sum on ``c``: registers at the inputs, between, and the sum."""
    return 2 + piped


class _Parts(Netlist):
    """A design in the making: its ports are declared, and every part of it is placed by one call."""

    def __init__(self, design: BitSerial, parts: Parts) -> None:
        name = re.sub(r"[^A-Za-z0-9]+", "_", f"{design_text(design)}_{design.a}_{design.b}_{parts.pe['acc_bits']}")
        super().__init__(f"{name}_piped" if parts.pe["piped"] else name)
        self.design, self.parts, self._cells = design, parts, dict[Leaf, Cell]()
        self.columns, self.group = design.columns, design.group
        self.a = self.input("a", self.columns * self.group, design.a.bits)
        self.b = self.input("b", self.group, design.b.bits)
        self.first, self.take = self.input("first", 1), self.output("take", 1)
        self.c = self.output("c", self.columns, parts.pe["acc_bits"])

    def put(self, name: str, leaf: Leaf, connections: Mapping[str, Net]) -> None:
        if leaf not in self._cells:
            self._cells[leaf] = build_cell(leaf)
        self.place(name, self._cells[leaf], connections)

    def pe(self, column: int, issued: Mapping[str, Net]) -> None:
        shared = {"take": self.take.net, "first": self.first.net, "c": self.c[column]}
        self.put(
            f"pe_{column}", self.parts.pe, shared | ({"b": self.b.net} if self.parts.holds_b else {}) | dict(issued)
        )

    def barrier(self, few: list[Net]) -> None:
        waiting = self.wire("unused_waiting", 1).net
        self.put("barrier", self.parts.control, {"arrived": concat(few), "met": self.take.net, "waiting": waiting})

    def width(self, leaf: Leaf, port: str) -> int:
        if leaf not in self._cells:
            self._cells[leaf] = build_cell(leaf)
        return next(pin.width_bits for pin in self._cells[leaf].pins if pin.name == port)

    def operand(self, column: int, lane: int) -> Net:
        return self.a[column * self.group + lane]

    def recoded(self, column: int) -> tuple[Bus, Net]:
        """Magnitudes of a group of A, and its signs as late as B is."""
        (leaf, _), (late, _) = self.parts.recoders_of_a[0], self.parts.of_a[1]
        q = self.wire(f"magnitude_{column}", self.group, self.width(leaf, "q"))
        negative, signs = (self.wire(f"{name}_{column}", self.group) for name in ("negative", "late_negative"))
        for lane in range(self.group):
            pins = {"a": self.operand(column, lane), "q": q[lane], "negative": negative[lane]}
            self.put(f"recoder_{column}_{lane}", leaf, pins)
        self.put(f"signs_{column}", late, {"d": negative.net, "q": signs.net})
        return q, signs.net

    def wires(self, leaf: Leaf, suffix: str, ports: Mapping[str, str], lanes: int = 1) -> dict[str, Bus]:
        """A bus for each port of ``leaf``, one lane per instance."""
        return {port: self.wire(f"{name}_{suffix}", lanes, self.width(leaf, port)) for port, name in ports.items()}


def _columns(n: _Parts) -> None:
    """Stripes and BitWave: a sequencer for the columns of bits of each PE."""
    leaf, few = n.parts.of_a[0][0], []
    skips = bool(leaf["skips"])
    for i in range(n.columns):
        d, signs = n.recoded(i) if skips else (n.a, None)
        ports = {"column": "column", "index": "index", "few": "few"} | ({"enable": "unused_enable"} if skips else {})
        shown = n.wires(leaf, str(i), ports)
        given = d.net if skips else n.a.span(i * n.group, n.group)
        n.put(f"issue_{i}", leaf, {"take": n.take.net, "d": given, **{k: bus.net for k, bus in shown.items()}})
        n.pe(i, {k: shown[k].net for k in ("column", "index")} | ({"negative": signs} if signs else {}))
        few.append(shown["few"].net)
    n.barrier(few)


def _bitlet(n: _Parts) -> None:
    """A sequencer for the ones at each place."""
    (leaf, places), few = n.parts.of_a[0], []
    for i in range(n.columns):
        magnitudes, signs = n.recoded(i)
        shown = n.wires(leaf, str(i), {"index": "index", "enable": "enable", "few": "few"}, places)
        for place in range(places):
            ones = concat([_bit(magnitudes, lane, place) for lane in range(n.group)])
            pins = {"take": n.take.net, "column": ones, **{k: bus[place] for k, bus in shown.items()}}
            n.put(f"issue_{i}_{place}", leaf, pins)
        n.pe(i, {"index": shown["index"].net, "enable": shown["enable"].net, "negative": signs})
        few.append(shown["few"].net)
    n.barrier(few)


def _bit(bus: Bus, lane: int, place: int) -> Net:
    """One bit of a lane."""
    return Bus(bus.name, bus.width_bits, 1)[lane * bus.bits + place]


TERMS = {name: name for name in ("negative", "exponent", "enable", "few")}


def _pragmatic(n: _Parts) -> None:
    """A term sequencer for each lane."""
    leaf, few = n.parts.of_a[0][0], []
    for i in range(n.columns):
        shown = n.wires(leaf, str(i), TERMS, n.group)
        for lane in range(n.group):
            pins = {"a": n.operand(i, lane), "take": n.take.net, **{k: bus[lane] for k, bus in shown.items()}}
            n.put(f"issue_{i}_{lane}", leaf, pins)
        n.pe(i, {k: shown[k].net for k in ("negative", "exponent", "enable")})
        few.append(shown["few"].net)
    n.barrier(few)


def _laconic(n: _Parts) -> None:
    """Term sequencers for both operands of each lane: A begins again with every term of B."""
    of_a, of_b = n.parts.of_a[0][0], n.parts.of_b[0][0]
    step, shown_b = n.wire("step", n.group), n.wires(of_b, "b", TERMS, n.group)
    for lane in range(n.group):
        pins = {"a": n.b[lane], "take": n.take.net, "step": step[lane], **{k: bus[lane] for k, bus in shown_b.items()}}
        n.put(f"issue_b_{lane}", of_b, pins)
    columns = [n.wires(of_a, str(i), TERMS, n.group) for i in range(n.columns)]
    for i, shown in enumerate(columns):
        for lane in range(n.group):
            pins = {"a": n.operand(i, lane), "take": n.take.net, "again": step[lane]}
            n.put(f"issue_{i}_{lane}", of_a, pins | {k: bus[lane] for k, bus in shown.items()})
        issued = {f"{side}_{k}": terms[k].net for side, terms in (("a", shown), ("b", shown_b)) for k in TERMS}
        n.pe(i, {k: net for k, net in issued.items() if not k.endswith("few")})
    control = {f"a_{k}": concat([shown[k].net for shown in columns]) for k in ("few", "enable")}
    control |= {f"b_{k}": shown_b[k].net for k in ("few", "enable")}
    n.put("control", n.parts.control, control | {"step": step.net, "take": n.take.net})


def _sibia(n: _Parts) -> None:
    """Slices of A that are not zero, all slices of B for each of them."""
    of_a, of_b, slices = n.parts.of_a[0][0], n.parts.of_b[0][0], n.wire("b_slices", 1, n.width(n.parts.of_b[0][0], "d"))
    step, b_index, b_slice = n.wire("step", 1), n.wire("b_index", 1, n.width(of_b, "index")), None
    _sliced(n, "b", n.parts.recoders_of_b[0][0], [n.b[lane] for lane in range(n.group)], slices)
    b_slice = n.wire("b_slice", 1, n.width(of_b, "column"))
    pins = {"d": slices.net, "take": n.take.net, "index": b_index.net, "column": b_slice.net}
    n.put("issue_b", of_b, pins)
    columns = []
    for i in range(n.columns):
        a_slices = n.wire(f"a_slices_{i}", 1, n.width(of_a, "d"))
        _sliced(n, str(i), n.parts.recoders_of_a[0][0], [n.operand(i, lane) for lane in range(n.group)], a_slices)
        shown = n.wires(of_a, str(i), {name: name for name in ("column", "index", "enable", "few")})
        given = {"d": a_slices.net, "take": n.take.net, "step": step.net}
        n.put(f"issue_{i}", of_a, given | {k: bus.net for k, bus in shown.items()})
        of_pe = {"a_slice": shown["column"].net, "a_index": shown["index"].net, "enable": shown["enable"].net}
        n.pe(i, of_pe | {"b_slice": b_slice.net, "b_index": b_index.net})
        columns.append(shown)
    control = {k: concat([shown[k].net for shown in columns]) for k in ("few", "enable")}
    n.put("control", n.parts.control, control | {"index": b_index.net, "step": step.net, "take": n.take.net})


def _sliced(n: _Parts, name: str, leaf: Leaf, operands: list[Net], slices: Bus) -> None:
    lanes = Bus(slices.name, len(operands), slices.width_bits // len(operands))
    for lane, operand in enumerate(operands):
        n.put(f"recoder_{name}_{lane}", leaf, {"a": operand, "q": lanes[lane]})


_ISSUE: dict[type[BitSerial], Callable[[_Parts], None]] = {
    Stripes: _columns,
    Pragmatic: _pragmatic,
    Laconic: _laconic,
    Bitlet: _bitlet,
    Sibia: _sibia,
    BitWave: _columns,
}
