"""Nets, ports, instances and modules as values: a structural netlist that is checked while it is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from hwsim.ports import Direction
from rtl.names import check_name

CLOCK, RESET = "clk", "rst"


@dataclass(frozen=True, slots=True)
class Net:
    """A driven expression, a piece of one or several wires, ``width_bits`` wide."""

    text: str
    width_bits: int


@dataclass(frozen=True, slots=True)
class Bus:
    """A named wire of ``lanes`` equal groups; lane i occupies bits [i*bits, (i+1)*bits)."""

    name: str
    lanes: int
    bits: int

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.lanes < 1 or self.bits < 1:
            raise SpecError(f"wire {self.name} has {self.lanes} lanes of {self.bits} bits; both are at least 1")

    @property
    def width_bits(self) -> int:
        return self.lanes * self.bits

    @property
    def net(self) -> Net:
        return Net(self.name, self.width_bits)

    def __getitem__(self, lane: int) -> Net:
        """The net of one lane."""
        return self.span(lane, 1)

    def span(self, first: int, lanes: int) -> Net:
        """The net of ``lanes`` neighbouring lanes from ``first``."""
        if not 0 <= first < first + lanes <= self.lanes:
            raise SpecError(f"wire {self.name} has lanes 0 to {self.lanes - 1}, not {first} to {first + lanes - 1}")
        return self._slice(first * self.bits, lanes * self.bits)

    def fit(self, lane: int, bits: int, signed: bool) -> Net:
        """One lane in ``bits`` bits: extended by its sign (or zeros), or cut to its low bits."""
        if bits <= self.bits:
            return self._slice(lane * self.bits, bits)
        missing = bits - self.bits
        sign = self._slice((lane + 1) * self.bits - 1, 1)
        high = Net(f"{{{missing}{{{sign.text}}}}}", missing) if signed else zeros(missing)
        return concat([self[lane], high])

    def _slice(self, low: int, width: int) -> Net:
        if width == self.width_bits:
            return self.net
        index = f"{low}" if width == 1 else f"{low + width - 1}:{low}"
        return Net(f"{self.name}[{index}]", width)


def concat(nets: Sequence[Net]) -> Net:
    """One net of all ``nets``, the first in the lowest bits."""
    if len(nets) == 1:
        return nets[0]
    return Net("{" + ", ".join(net.text for net in reversed(nets)) + "}", sum(net.width_bits for net in nets))


def zeros(width_bits: int) -> Net:
    """A constant zero."""
    return Net(f"{width_bits}'d0", width_bits)


@dataclass(frozen=True, slots=True)
class Pin:
    """A port of a module: a bundle of wires with a direction."""

    name: str
    direction: Direction
    width_bits: int


@dataclass(frozen=True)
class Cell:
    """A leaf as a module: its ports and its finished text."""

    leaf: Leaf
    pins: tuple[Pin, ...]
    clocked: bool
    text: str = field(repr=False)

    @property
    def name(self) -> str:
        return check_name(self.leaf.name)


@dataclass(frozen=True)
class Instance:
    """One module placed inside another: port name -> net, every port exactly once."""

    name: str
    module: Cell | Module
    connections: Mapping[str, Net]

    def __post_init__(self) -> None:
        check_name(self.name)
        pins = {pin.name: pin for pin in self.module.pins}
        if set(pins) != set(self.connections):
            wrong = sorted(set(pins) ^ set(self.connections))
            raise SpecError(f"{self.name} of {self.module.name}: ports {', '.join(wrong)} are missing or unknown")
        for port, net in self.connections.items():
            if net.width_bits != pins[port].width_bits:
                raise SpecError(
                    f"{self.name} of {self.module.name}: port {port} has {pins[port].width_bits} bits, "
                    f"{net.text} has {net.width_bits}"
                )


@dataclass(frozen=True)
class Module:
    """A module of wires and instances alone: all logic is in the cells."""

    name: str
    pins: tuple[Pin, ...]
    wires: tuple[Bus, ...]
    instances: tuple[Instance, ...]
    assigns: tuple[tuple[Net, Net], ...] = ()
    comment: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)
        taken = {CLOCK, RESET}
        for name in [*(p.name for p in self.pins), *(w.name for w in self.wires), *(i.name for i in self.instances)]:
            if name in taken:
                raise SpecError(f"module {self.name}: the name {name} is used twice")
            taken.add(name)
        for target, source in self.assigns:
            if target.width_bits != source.width_bits:
                raise SpecError(
                    f"module {self.name}: {target.text} has {target.width_bits} bits, "
                    f"{source.text} has {source.width_bits}"
                )

    @property
    def clocked(self) -> bool:
        """Whether anything in it keeps state; only then it has ``clk`` and ``rst``."""
        return any(instance.module.clocked for instance in self.instances)


AnyModule = Cell | Module


class Netlist:
    """A module in the making: declare, place, connect, then ``build``."""

    def __init__(self, name: str, comment: str = "") -> None:
        self.name, self._comment = name, comment
        self._pins: list[Pin] = []
        self._wires: list[Bus] = []
        self._instances: list[Instance] = []
        self._assigns: list[tuple[Net, Net]] = []

    def pin(self, name: str, direction: Direction, lanes: int, bits: int) -> Bus:
        bus = Bus(name, lanes, bits)
        self._pins.append(Pin(name, direction, bus.width_bits))
        return bus

    def input(self, name: str, lanes: int, bits: int = 1) -> Bus:
        return self.pin(name, Direction.INPUT, lanes, bits)

    def output(self, name: str, lanes: int, bits: int = 1) -> Bus:
        return self.pin(name, Direction.OUTPUT, lanes, bits)

    def wire(self, name: str, lanes: int, bits: int = 1) -> Bus:
        bus = Bus(name, lanes, bits)
        self._wires.append(bus)
        return bus

    def place(self, name: str, module: AnyModule, connections: Mapping[str, Net]) -> None:
        """Instantiate ``module``; clock and reset are connected by themselves."""
        self._instances.append(Instance(name, module, connections))

    def place_all(self, name: str, module: AnyModule, connections: Sequence[Mapping[str, Net]]) -> None:
        """Instantiate ``module`` once for every element of ``connections``, as ``<name>_0``, ``<name>_1``, ..."""
        for i, connection in enumerate(connections):
            self.place(f"{name}_{i}", module, connection)

    def assign(self, target: Net, source: Net) -> None:
        self._assigns.append((target, source))

    def build(self) -> Module:
        return Module(
            self.name,
            tuple(self._pins),
            tuple(self._wires),
            tuple(self._instances),
            tuple(self._assigns),
            self._comment,
        )
