"""What arrays for low-bit weights are made of; counts of additions are those of the plans that make the values."""

from __future__ import annotations

from hwsim.arrays.leaves import Counted, counted, delay
from hwsim.arrays.low_bit import float_leaves
from hwsim.arrays.low_bit.floating import FloatUnit
from hwsim.arrays.low_bit.structure import Structure
from hwsim.arrays.low_bit.units import SubsetTable
from hwsim.inventory import Inventory, Leaf


def low_bit_inventory(structure: Structure) -> Inventory:
    """Everything between the ports of the engine."""
    return counted(
        (pe(structure), structure.m * structure.n),
        *_tables(structure),
        (dequantiser(structure), int(structure.unit.dequantised) * structure.n * structure.step),
        *_registers(structure),
        *_correction(structure),
        *_control(structure),
    )


def _tables(structure: Structure) -> list[Counted]:
    made, unit = structure.m * structure.blocks * structure.tables, structure.unit
    if isinstance(unit, FloatUnit) and unit.converted:
        return [(float_leaves.converter(unit), made * unit.group)]
    return [(table_builder(structure), made)] if structure.plan is not None else []


def _registers(structure: Structure) -> list[Counted]:
    if not structure.operand_registers:
        return []
    return [
        (shared_register(structure), structure.m * structure.blocks * structure.tables),
        (weight_register(structure), structure.n * structure.tables),
        (delay(flag_bits(structure), 1), 1),
    ]


def _correction(structure: Structure) -> list[Counted]:
    return [(row_correction(structure), structure.m)] if structure.corrected else []


def _control(structure: Structure) -> list[Counted]:
    return [
        (plane_control(structure), 1),
        (delay(TERM_FLAGS, 1), int(structure.term_register)),
        (Leaf.of("done_flag"), 1),
    ]


TERM_FLAGS = 3
"""valid, first and last, which accompany a term."""


def flag_bits(structure: Structure) -> int:
    """Bits of what the control says of an edge: valid, first, last, the number of the plane and whether it is the top
    one; where sums are corrected, load and correct."""
    return TERM_FLAGS + 2 * int(structure.corrected) + int(structure.unit.top_negative) + structure.plane_bits


def pe(structure: Structure) -> Leaf:
    """Look-up or products, adder tree over groups, shift, adder, and the sum."""
    unit = structure.unit
    if isinstance(unit, FloatUnit):
        return float_leaves.pe(structure, unit)
    return Leaf.of(
        unit.kind,
        a_bits=unit.entry.bits,
        a_signed=int(unit.entry.signed),
        w_bits=unit.weight.bits,
        acc_bits=unit.mac.acc.bits,
        sum_bits=unit.sum_bits,
        lanes=structure.step,
        tables=structure.tables,
        planes=unit.planes,
        shift=unit.base_shift,
        top=int(unit.top_negative),
        corrected=int(structure.corrected),
        piped=int(structure.term_register),
    )


def table_builder(structure: Structure) -> Leaf:
    """The additions of the plan: activations in, entries out, no register."""
    unit = structure.unit
    if isinstance(unit, FloatUnit):
        return float_leaves.table_builder(unit)
    return Leaf.of(
        "table_builder",
        group=unit.group,
        bits=unit.mac.a.bits,
        signed=int(unit.mac.a.signed),
        entry_bits=unit.entry.bits,
        subset=int(isinstance(unit, SubsetTable)),
    )


def shared_register(structure: Structure) -> Leaf:
    """A table, or the activations of a group, for as long as a step takes."""
    unit = structure.unit
    return Leaf.of("held_register", bits=unit.entries * unit.entry.bits)


def weight_register(structure: Structure) -> Leaf:
    """The weights of one group and column."""
    unit = structure.unit
    return Leaf.of("operand_register", bits=unit.words * (unit.weight if unit.dequantised else unit.word).bits)


def dequantiser(structure: Structure) -> Leaf:
    """A weight in the format of the multipliers."""
    unit = structure.unit
    if isinstance(unit, FloatUnit):
        return float_leaves.dequantiser(unit)
    return Leaf.of("dequantiser", bits=unit.word.bits, whole_bits=unit.weight.bits)


def row_correction(structure: Structure) -> Leaf:
    """Adds one entry of every table of a row, step by step."""
    unit = structure.unit
    if isinstance(unit, FloatUnit):
        return float_leaves.row_correction(structure, unit)
    assert unit.correction is not None
    return Leaf.of(
        "row_correction",
        entry_bits=unit.entry.bits,
        tables=structure.tables,
        sum_bits=unit.sum_bits,
        negative=int(unit.correction.negative),
    )


def plane_control(structure: Structure) -> Leaf:
    """Which plane is at work, whether it is the first of its step, and whether sums are corrected."""
    unit = structure.unit
    return Leaf.of("plane_control", planes=unit.planes, corrected=int(structure.corrected), top=int(unit.top_negative))
