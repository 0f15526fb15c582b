"""Rows of equal modules: what each one is connected to when values pass from one to the next, or come by lane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rtl.netlist import Bus, Net, Netlist

Connections = dict[str, Net]
"""Port name -> net, for one instance."""


def links(
    netlist: Netlist, name: str, head: Net, count: int, lanes: int = 1, end: Bus | None = None
) -> list[tuple[Net, Bus]]:
    """What each of ``count`` modules in a chain takes and gives: the first takes ``head``, the last one gives ``end``.

    Without an ``end`` nobody reads what the last one gives; its wire says so in its name, which lint honours.
    """
    given = [netlist.wire(f"{name}_{i}", lanes, head.width_bits // lanes) for i in range(1, count)]
    given.append(end if end is not None else netlist.wire(f"unused_{name}", lanes, head.width_bits // lanes))
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
