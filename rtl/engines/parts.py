"""What the gates of all arrays are put together from: leaf cells, the engine's ports, delays and chains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hwsim.engine import Engine
from hwsim.inventory import Leaf
from rtl.leaves import build_cell
from rtl.netlist import Bus, Cell, Net, Netlist, concat

Connections = dict[str, Net]


class Cells:
    """The leaf cells of one engine, each built once; widths and signs come from the engine's inventory alone."""

    def __init__(self, engine: Engine) -> None:
        self._leaves = [leaf for leaf, _ in engine.inventory()]
        self._cells: dict[Leaf, Cell] = {}

    def __getitem__(self, leaf: Leaf) -> Cell:
        if leaf not in self._cells:
            self._cells[leaf] = build_cell(leaf)
        return self._cells[leaf]

    def only(self, kind: str) -> Cell:
        """The cell of the one leaf of this kind in the inventory."""
        (leaf,) = (leaf for leaf in self._leaves if leaf.kind == kind)
        return self[leaf]


class PartNetlist(Netlist):
    """A module of an engine in the making, with the engine's cells at hand."""

    def __init__(self, name: str, cells: Cells, comment: str = "") -> None:
        super().__init__(name, comment)
        self.cells = cells

    def below(self, part: str) -> PartNetlist:
        """A module for this one to instantiate, named ``<this>_<part>``."""
        return PartNetlist(f"{self.name}_{part}", self.cells)

    def delayed(self, name: str, net: Net, stages: int) -> Net:
        """``net`` as it was ``stages`` edges ago, on a wire ``name``; no leaf where there is no delay."""
        return self.delay(name, net, stages).net if stages else net

    def delay(self, name: str, net: Net, stages: int, lanes: int = 1) -> Bus:
        """A new wire ``name`` that shows ``net`` as it was ``stages`` >= 1 edges ago."""
        late = self.wire(name, lanes, net.width_bits // lanes)
        cell = self.cells[Leaf.of("delay", bits=net.width_bits, stages=stages)]
        self.place(f"{name}_delay", cell, {"d": net, "q": late.net})
        return late

    def skewed(self, name: str, bus: Bus) -> list[Net]:
        """Lane i of ``bus``, i edges late."""
        return [self.delayed(f"{name}_late_{i}", bus[i], i) for i in range(bus.lanes)]

    def tapped(self, name: str, bits: Mapping[str, Net], taps: int) -> list[Connections]:
        """A bundle of framing bits behind a chain of single registers: element i has passed i of them."""
        passed = [dict(bits)]
        for i in range(1, taps):
            late = self.delay(f"{name}_{i}", concat(list(passed[-1].values())), 1, len(bits))
            passed.append({key: late[j] for j, key in enumerate(bits)})
        return passed

    def register(self, name: str, net: Net, q: Net) -> None:
        """Show ``net`` on ``q`` through an operand register."""
        self.place(name, self.cells[Leaf.of("operand_register", bits=net.width_bits)], {"d": net, "q": q})


class EngineNetlist(PartNetlist):
    """The top module of an engine in the making: its ports are declared."""

    def __init__(self, engine: Engine, name: str) -> None:
        comment = f"{engine.spec}, {engine.mac.a} x {engine.mac.w} -> {engine.mac.acc}"
        super().__init__(name, Cells(engine), comment)
        self.ports = {p.name: self.pin(p.name, p.direction, p.lanes, p.format.bits) for p in engine.ports}

    def framing(self, *names: str) -> Connections:
        """The nets of these one-bit ports."""
        return {name: self.ports[name].net for name in names}

    def accumulated(self, sums: Iterable[Net]) -> None:
        """Drive every lane of ``c`` with a partial sum plus what the scratchpad holds."""
        lanes = lane([self.ports["c_in"], self.ports["c"]], self.ports["c"].lanes)
        psums: list[Connections] = [{"psum": psum} for psum in sums]
        self.place_all("accumulate", self.cells.only("accumulate_adder"), merged(lanes, psums))

    def validated(self, stages: int, distances: Sequence[int]) -> None:
        """Drive lane i of ``c_valid`` with ``valid``, ``stages + distances[i]`` edges late, from one chain."""
        arrived = self.delayed("valid_0", self.ports["valid"].net, stages)
        taps = self.tapped("valid", {"valid": arrived}, max(distances) + 1)
        self.assign(self.ports["c_valid"].net, concat([taps[distance]["valid"] for distance in distances]))


def links(
    netlist: Netlist, name: str, head: Net, count: int, lanes: int = 1, end: Bus | None = None
) -> list[tuple[Net, Bus]]:
    """What each of ``count`` modules in a chain takes and gives: the first takes ``head``, the last one gives ``end``.

    Without an ``end`` nobody reads what the last one gives; its wire says so in its name, which lint honours.
    """
    given = [netlist.wire(f"{name}_{i}", lanes, head.width_bits // lanes) for i in range(1, count)]
    given.append(end or netlist.wire(f"unused_{name}", lanes, head.width_bits // lanes))
    return list(zip([head, *(bus.net for bus in given[:-1])], given, strict=True))


def marching(netlist: Netlist, name: str, head: Net, count: int, lanes: int = 1) -> list[Connections]:
    """Connections of ``count`` modules that hand ``name`` on, from port ``name`` to the next one by ``<name>_out``."""
    return [{name: taken, f"{name}_out": given.net} for taken, given in links(netlist, name, head, count, lanes)]


def flowing(
    netlist: Netlist, name: str, head: Net, count: int, lanes: int = 1, end: Bus | None = None
) -> list[Connections]:
    """Connections of ``count`` modules that hand ``name`` down, from port ``<name>_in`` to the next one by ``name``."""
    chain = links(netlist, name, head, count, lanes, end)
    return [{f"{name}_in": taken, name: given.net} for taken, given in chain]


def lane(buses: Iterable[Bus], count: int) -> list[Connections]:
    """Connections of ``count`` modules of which each has its own lane of every bus, at the port of the bus's name."""
    return [{bus.name: bus[i] for bus in buses} for i in range(count)]


def merged(*parts: Sequence[Connections]) -> list[Connections]:
    """The connections of several instances, gathered from several sources."""
    return [{port: net for part in group for port, net in part.items()} for group in zip(*parts, strict=True)]


def parallel_drain(n: EngineNetlist, rows: int, cols: int) -> list[Connections]:
    """Every accumulator is a lane of ``c``, with its ``done`` as valid bit."""
    c, c_valid = n.ports["c"], n.ports["c_valid"]
    return [{"c": c.span(i * cols, cols), "done": c_valid.span(i * cols, cols)} for i in range(rows)]
