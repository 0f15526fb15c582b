"""The ports of arrays for low-bit weights.

Lanes of ``a``: row, group, element of the group (or entry of its table). Lanes of ``b``: column, group, and where
weights are taken whole, element.
"""

from __future__ import annotations

from hwsim.arrays.low_bit.structure import Structure
from hwsim.ports import BIT, Direction, Port


def low_bit_ports(structure: Structure) -> tuple[Port, ...]:
    """Inputs first. ``valid`` frames the edges of a fold, ``first`` and ``last`` its ends."""
    unit, (given, format) = structure.unit, structure.given
    outputs = structure.m * structure.n
    return (
        Port("a", Direction.INPUT, structure.m * structure.tables * given, format),
        Port("b", Direction.INPUT, structure.n * structure.tables * unit.words, unit.word),
        Port("valid", Direction.INPUT, 1, BIT),
        Port("first", Direction.INPUT, 1, BIT),
        Port("last", Direction.INPUT, 1, BIT),
        Port("c", Direction.OUTPUT, outputs, unit.mac.acc),
        Port("c_valid", Direction.OUTPUT, outputs, BIT),
    )
