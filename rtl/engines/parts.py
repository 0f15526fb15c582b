"""What the modules of all arrays are put together from: leaf cells, the engine's ports, delays and framing bits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hwsim.engine import Engine
from hwsim.inventory import Leaf
from rtl.engines.chains import Connections, flowing, lane, merged
from rtl.leaves import build_cell
from rtl.netlist import Bus, Cell, Net, Netlist, concat, zeros


class Cells:
    """The leaf cells of one engine, each built once; widths and signs come from the engine's inventory alone."""

    def __init__(self, engine: Engine) -> None:
        self._leaves = [leaf for leaf, _ in engine.inventory()]
        self._cells: dict[Leaf, Cell] = {}

    def __getitem__(self, leaf: Leaf) -> Cell:
        if leaf not in self._cells:
            self._cells[leaf] = build_cell(leaf)
        return self._cells[leaf]

    def only(self, role: str) -> Cell:
        """The cell of the one leaf in the inventory that plays this role, whatever MAC is inside."""
        (leaf,) = (leaf for leaf in self._leaves if f"{leaf.kind}_".startswith(f"{role}_"))
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
        self.mac = engine.mac
        self.ports = {p.name: self.pin(p.name, p.direction, p.lanes, p.format.bits) for p in engine.ports}

    def framing(self, *names: str) -> Connections:
        """The nets of these one-bit ports."""
        return {name: self.ports[name].net for name in names}

    @property
    def results(self) -> list[Bus]:
        """The ports that show sums as PEs keep them, a port for each row."""
        return [self.ports[f"c{ending}"] for ending in self.mac.sum_rows]

    def resolved_below(self, rows: int) -> list[Connections]:
        """A chain of results through ``rows`` rows with ``c`` below it, behind adders if the sums are pairs."""
        c = self.ports["c"]
        end = self.wire("drained_pairs", c.lanes, self.mac.sum_bits) if self.mac.keeps_pairs else c
        chain = flowing(self, "result", zeros(end.width_bits), rows, c.lanes, end)
        if self.mac.keeps_pairs:
            pairs: list[Connections] = [{"pair": end[i], "word": c[i]} for i in range(c.lanes)]
            self.place_all("resolve", self.cells.only("resolve_adder"), pairs)
        return chain

    def accumulated(self, sums: Iterable[Net]) -> None:
        """Drive every lane of ``c`` with a partial sum, a word or a pair, plus what the scratchpad holds."""
        lanes = lane([self.ports["c_in"], self.ports["c"]], self.ports["c"].lanes)
        psums: list[Connections] = [{"psum": psum} for psum in sums]
        self.place_all("accumulate", self.cells.only("accumulate"), merged(lanes, psums))

    def validated(self, stages: int, distances: Sequence[int]) -> None:
        """Drive lane i of ``c_valid`` with ``valid``, ``stages + distances[i]`` edges late, from one chain."""
        arrived = self.delayed("valid_0", self.ports["valid"].net, stages)
        taps = self.tapped("valid", {"valid": arrived}, max(distances) + 1)
        self.assign(self.ports["c_valid"].net, concat([taps[distance]["valid"] for distance in distances]))
