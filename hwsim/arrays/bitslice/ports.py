"""The ports of sparse columns: groups in, addresses out, operands in, and everything that a column knows to be watched.

Lane orders: column, then lane (or PE), then place in the group; the plain operand column, PE, lane (or place in the
group). If the weights are encoded, ``a`` and ``b`` change places, since ``a`` is always A's.
"""

from __future__ import annotations

from hwsim.arrays.bitslice.layout import SliceLayout
from hwsim.formats import IntFormat
from hwsim.ports import BIT, Direction, Port

SELECT = IntFormat(2, signed=False)
"""A select code of `hwsim.encodings.select`."""


def slice_ports(layout: SliceLayout) -> tuple[Port, ...]:
    """Inputs first. ``a`` (encoded) answers to ``next_step`` (and ``next_turn``), ``b`` to ``step``, ``turn`` and
    ``index``; where PEs choose among the operands of a group, ``b`` answers to ``next_step`` too."""
    columns, mac = layout.columns, layout.mac
    pes, lanes = columns * layout.rows, columns * mac.lanes
    simd, issuers = columns * layout.simd_lanes, issuing(layout)
    plain_lanes = pes * (mac.group if mac.encoders_in_pe else mac.lanes)
    return (
        Port(layout.encoded_port, Direction.INPUT, lanes * mac.group, layout.encoded),
        Port(layout.plain_port, Direction.INPUT, plain_lanes, layout.plain),
        Port("start", Direction.INPUT, 1, BIT),
        Port("last_step", Direction.INPUT, 1, layout.step_format),
        Port("c_in", Direction.INPUT, simd, mac.acc),
        Port("next_step", Direction.OUTPUT, lanes, layout.step_format),
        *_turn("next_turn", layout, lanes),
        *_address(layout, lanes),
        Port("index", Direction.OUTPUT, issuers, layout.index_format),
        Port("select", Direction.OUTPUT, issuers, SELECT),
        Port("enable", Direction.OUTPUT, issuers, BIT),
        Port("sum", Direction.OUTPUT, pes, mac.pair),
        Port("carry", Direction.OUTPUT, pes, mac.pair),
        Port("busy", Direction.OUTPUT, 1, BIT),
        Port("c", Direction.OUTPUT, simd, mac.acc),
        Port("c_valid", Direction.OUTPUT, simd, BIT),
    )


def issuing(layout: SliceLayout) -> int:
    """Sparse encoders: one per PE, or one per lane of a column."""
    return layout.columns * (layout.rows if layout.mac.encoders_in_pe else layout.mac.lanes)


def _address(layout: SliceLayout, lanes: int) -> tuple[Port, ...]:
    """Where the group at work lies, of which a digit is issued; not needed where the group's operands are at hand."""
    if layout.mac.encoders_in_pe:
        return ()
    return Port("step", Direction.OUTPUT, lanes, layout.step_format), *_turn("turn", layout, lanes)


def _turn(name: str, layout: SliceLayout, lanes: int) -> tuple[Port, ...]:
    return (Port(name, Direction.OUTPUT, lanes, layout.turn_format),) if layout.segments > 1 else ()
