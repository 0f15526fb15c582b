"""Nets that reach many leaves: how far each goes in the whole engine, and the buffer trees that it takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial

from hwsim.ports import Direction
from rtl.netlist import CLOCK, RESET, AnyModule, Cell, Module
from rtl.synthesis.liberty import FANOUT, Library

Bit = tuple[str, int]
"""A wire's name and one of its bits."""
BEHIND = "behind_buffers"
"""The instance of a leaf behind its buffers."""
Entry = tuple[str, str]
"""A kind of leaf and one of its input ports."""


@dataclass(frozen=True, slots=True)
class Reach:
    """``nets`` counts nets between leaves by the input bits of leaves that they reach; ``farthest`` is the widest of
    those that come in at a port of a kind of leaf. Clock and reset are not among them."""

    nets: Mapping[int, int]
    farthest: Mapping[Entry, int]

    @property
    def buffers(self) -> int:
        """Buffers of all trees."""
        return sum(count * sum(tree_levels(reached)) for reached, count in self.nets.items())

    @property
    def depths(self) -> Mapping[Entry, int]:
        """Levels of the deepest tree before each port, of those with any."""
        deep = {entry: len(tree_levels(reached)) for entry, reached in self.farthest.items()}
        return {entry: depth for entry, depth in deep.items() if depth}


def tree_levels(reached: int) -> list[int]:
    """Buffers of each level of a tree, the last level first: none drives more than FANOUT inputs, nor does the leaf
    before the first level."""
    levels: list[int] = []
    while reached > FANOUT:
        reached = -(-reached // FANOUT)
        levels.append(reached)
    return levels


def reach_of(top: AnyModule) -> Reach:
    """How far the nets of a hierarchy go; a module that is placed many times is opened once."""
    nets, farthest = Counter[int](), dict[Entry, int]()
    known: Groups = {}
    closed: Groups = {}
    _open(top, known, closed)
    for group, count in [*_everywhere(top, closed).items(), *((group, 1) for group in known[id(top)])]:
        nets[group.reached] += count
        for entry in group.entries:
            farthest[entry] = max(group.reached, farthest.get(entry, 0))
    return Reach(dict(sorted(nets.items())), dict(sorted(farthest.items())))


@dataclass(frozen=True, slots=True)
class _Group:
    """One net of a module: its bits of ports, and what it reaches inside."""

    ports: tuple[Bit, ...]
    reached: int
    entries: frozenset[Entry]


@dataclass
class _Nets:
    """The bits of one module, joined to nets."""

    parent: dict[Bit, Bit] = field(default_factory=dict)
    reached: Counter[Bit] = field(default_factory=Counter)
    entries: dict[Bit, frozenset[Entry]] = field(default_factory=dict)

    def find(self, bit: Bit) -> Bit:
        while (above := self.parent.setdefault(bit, bit)) != bit:
            bit = above
        return bit

    def join(self, bits: Iterable[Bit], reached: int, entries: frozenset[Entry]) -> None:
        root, *others = (self.find(bit) for bit in bits)
        for other in others:
            if other != root:
                self.parent[other] = root
                reached += self.reached.pop(other, 0)
                entries |= self.entries.pop(other, frozenset())
        self.reached[root] += reached
        if not entries <= (there := self.entries.get(root, frozenset())):
            self.entries[root] = there | entries

    def groups(self, ports: frozenset[str]) -> tuple[_Group, ...]:
        outside: dict[Bit, list[Bit]] = {}
        for bit in list(self.parent):
            members = outside.setdefault(self.find(bit), [])
            members += [bit] if bit[0] in ports else []
        return tuple(
            _Group(tuple(bits), self.reached[root], self.entries.get(root, frozenset()))
            for root, bits in outside.items()
        )


Groups = dict[int, tuple[_Group, ...]]
"""By the identity of their module."""


def _open(module: AnyModule, known: Groups, closed: Groups) -> None:
    """Note the nets of ``module`` that reach its ports in ``known``, and those that do not in ``closed``."""
    if id(module) in known:
        return
    if isinstance(module, Cell):
        known[id(module)] = _inputs(module)
        return
    for instance in module.instances:
        _open(instance.module, known, closed)
    groups = _joined(module, known).groups(frozenset(pin.name for pin in module.pins))
    known[id(module)] = tuple(group for group in groups if group.ports)
    closed[id(module)] = tuple(group for group in groups if not group.ports)


def _inputs(cell: Cell) -> tuple[_Group, ...]:
    inputs = [pin for pin in cell.pins if pin.direction is Direction.INPUT]
    entries = {pin.name: frozenset({(cell.leaf.kind, pin.name)}) for pin in inputs}
    return tuple(_Group(((pin.name, i),), 1, entries[pin.name]) for pin in inputs for i in range(pin.width_bits))


def _joined(module: Module, known: Groups) -> _Nets:
    """The nets of a module whose instances are known."""
    nets, widths = _Nets(), {pin.name: pin.width_bits for pin in module.pins}
    widths |= {bus.name: bus.width_bits for bus in module.wires}
    read = lru_cache(maxsize=None)(partial(bits_of, widths=widths))
    for instance in module.instances:
        groups = known[id(instance.module)]
        wired = {port: read(instance.connections[port].text) for group in groups for port, _ in group.ports}
        for group in groups:
            if bits := [bit for port, i in group.ports if (bit := wired[port][i])]:
                nets.join(bits, group.reached, group.entries)
    for target, source in module.assigns:
        for x, y in zip(read(target.text), read(source.text), strict=True):
            if x and y:
                nets.join((x, y), 0, frozenset())
    return nets


def _everywhere(top: AnyModule, closed: Groups) -> Counter[_Group]:
    """The nets inside of all modules, as often as the modules are placed."""
    found: Counter[_Group] = Counter()
    level: Counter[int] = Counter({id(top): 1})
    modules: dict[int, AnyModule] = {id(top): top}
    while level:
        below: Counter[int] = Counter()
        for key, count in level.items():
            module = modules[key]
            for group in closed.get(key, ()):
                found[group] += count
            for instance in module.instances if isinstance(module, Module) else ():
                modules[id(instance.module)] = instance.module
                below[id(instance.module)] += count
        level = below
    return found


_PIECE = re.compile(r"\s*(?:(\d+)'d(\d+)|(\d+)\{|(\{)|(\})|(,)|([A-Za-z_]\w*)(?:\[(\d+)(?::(\d+))?\])?)")


def bits_of(text: str, widths: Mapping[str, int]) -> list[Bit | None]:
    """The bits of a net's expression, the lowest first; None for those of constants."""
    stack: list[tuple[int, list[list[Bit | None]]]] = [(1, [])]
    for match in _PIECE.finditer(text):
        constant, _, times, opened, shut, _, name, high, low = match.groups()
        if constant:
            stack[-1][1].append([None] * int(constant))
        elif times or opened:
            stack.append((int(times or 1), []))
        elif shut:
            count, pieces = stack.pop()
            stack[-1][1].append([bit for piece in reversed(pieces) for bit in piece] * count)
        elif name:
            top = int(high) if high else widths[name] - 1
            bottom = int(low) if low else (top if high else 0)
            stack[-1][1].append([(name, i) for i in range(bottom, top + 1)])
    return [bit for piece in reversed(stack[0][1]) for bit in piece]


def behind_buffers(cell: Cell, netlist: str, depths: Mapping[Entry, int], library: Library) -> str:
    """A leaf's netlist with a chain of buffers before each input that a tree reaches, as long as the tree is deep.

    Every buffer drives FANOUT inputs; those that lead nowhere stand for the tree's other branches.
    """
    at = {pin.name: depths.get((cell.leaf.kind, pin.name), 0) for pin in cell.pins if pin.direction is Direction.INPUT}
    if not any(at.values()):
        return netlist
    inner = f"{cell.name}_alone"
    inside = re.sub(rf"\bmodule {re.escape(cell.name)}\b", f"module {inner}", netlist, count=1)
    ports = [(CLOCK, "input", 1), (RESET, "input", 1)] if cell.clocked else []
    ports += [
        (pin.name, "input" if pin.direction is Direction.INPUT else "output", pin.width_bits) for pin in cell.pins
    ]
    lines = [f"module {cell.name} ({', '.join(name for name, _, _ in ports)});"]
    lines += [f"  {way} {f'[{width - 1}:0] ' if width > 1 else ''}{name};" for name, way, width in ports]
    for pin in cell.pins:
        if depth := at.get(pin.name):
            lines += _chain(pin.name, pin.width_bits, depth, library)
    wired = (f".{name}({f'{name}_tree{at[name]}' if at.get(name) else name})" for name, _, _ in ports)
    return f"{inside}\n" + "\n".join([*lines, f"  {inner} {BEHIND} ({', '.join(wired)});", "endmodule", ""])


def _chain(name: str, width: int, depth: int, library: Library) -> list[str]:
    """Buffers from ``name`` to ``name``_tree``depth``, for each bit."""
    into, out_of = library.buffer_pins
    lines, span = [], f"[{width - 1}:0] " if width > 1 else ""
    for level in range(1, depth + 1):
        before, after = (name if level == 1 else f"{name}_tree{level - 1}"), f"{name}_tree{level}"
        lines += [f"  wire {span}{after};"]
        for i in range(width):
            bit = f"[{i}]" if width > 1 else ""
            lines += [f"  {library.buffer} {after}_{i} (.{into}({before}{bit}), .{out_of}({after}{bit}));"]
            lines += [f"  {library.buffer} {after}_{i}_load{n} (.{into}({after}{bit}));" for n in range(1, FANOUT)]
    return lines
