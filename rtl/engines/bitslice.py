"""Gates of sparse columns: a column module as often as there are columns, and the barrier at which they wait."""

from __future__ import annotations

from hwsim.arrays.bitslice import Bitslice
from hwsim.arrays.bitslice.leaves import barrier
from hwsim.errors import SpecError
from hwsim.sparse_columns.rule import Barrier
from rtl.engines.bitslice_column import OF_ENGINE, SHARED, column
from rtl.engines.parts import EngineNetlist
from rtl.netlist import Bus, Module, Net


def bitslice(n: EngineNetlist, array: Bitslice) -> Module:
    """The top module: every port but ``busy`` in equal parts, one for each column.

    Raises SpecError where empty groups cost nothing: no gates look ahead over any number of them in no time.
    """
    layout, columns = array.layout(n.mac), array.columns
    if not layout.mac.empty_group_cycles:
        raise SpecError(
            "empty_group_cycles=0 has no gates: a sparse encoder would look past any number of empty groups at once"
        )
    awaits = layout.mac.barrier is not Barrier.K
    arrived, module = n.wire("arrived", columns), column(n, layout)
    met, waiting = n.wire("met" if awaits else "unused_met", 1), n.wire("unused_waiting" if awaits else "waiting", 1)
    for i in range(columns):
        pins = {name: _part(bus, name, columns, i) for name, bus in n.ports.items() if name != OF_ENGINE}
        pins["arrived"] = arrived[i]
        if awaits:
            pins |= {"met": met.net, "busy": n.wire(f"unused_busy_{i}" if i else "first_busy", 1).net}
        n.place(f"column_{i}", module, pins)
    gate = {"arrived": arrived.net, "met": met.net, "waiting": waiting.net}
    n.place("columns_barrier", n.cells[barrier(columns)], gate)
    n.assign(n.ports[OF_ENGINE].net, Bus("first_busy", 1, 1).net if awaits else waiting.net)
    return n.build()


def _part(bus: Bus, name: str, columns: int, i: int) -> Net:
    """What column i has of a port."""
    if name in SHARED:
        return bus.net
    each = bus.lanes // columns
    return bus.span(i * each, each)
