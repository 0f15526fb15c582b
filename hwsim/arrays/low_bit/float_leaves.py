"""What arrays for low-bit weights are made of when their activations are floats: units, builders, corrections."""

from __future__ import annotations

from hwsim.arrays.low_bit.floating import FloatUnit
from hwsim.arrays.low_bit.structure import Structure
from hwsim.arrays.low_bit.units import SubsetTable
from hwsim.hardware_floats import FloatLayout
from hwsim.inventory import Leaf


def widths(prefix: str, layout: FloatLayout) -> dict[str, int]:
    """What a leaf is told of a layout; short, because a leaf with two of them bears all this in its name."""
    return {
        f"{prefix}_exp": layout.exponent_bits,
        f"{prefix}_frac": layout.fraction_bits,
        f"{prefix}_inf": int(layout.infinities),
    }


def pe(structure: Structure, unit: FloatUnit) -> Leaf:
    """Look-up or products, adder tree, exponent, adder, and the sum; plane 0 counts ``halves`` / 2."""
    return Leaf.of(
        unit.kind,
        **widths("a", unit.entry.layout),
        **widths("acc", unit.acc.layout),
        w_bits=unit.weight.bits,
        lanes=structure.step,
        tables=structure.tables,
        halves=1 if unit.halved else 2 << unit.base_shift,
        top=int(unit.top_negative),
        corrected=int(structure.corrected),
        piped=int(structure.term_register),
    )


def table_builder(unit: FloatUnit) -> Leaf:
    """Converters of the activations and the additions of the plan, no register."""
    return Leaf.of(
        "fp_table_builder",
        group=unit.group,
        subset=int(isinstance(unit, SubsetTable)),
        **widths("a", unit.taken.layout),
        **widths("out", unit.entry.layout),
    )


def converter(unit: FloatUnit) -> Leaf:
    """An activation in the format of the entries."""
    return Leaf.of("fp_converter", **unit.taken.layout.parameters(), **unit.entry.layout.parameters("out_"))


def dequantiser(unit: FloatUnit) -> Leaf:
    """A weight as a float in the activations' format."""
    return Leaf.of("fp_dequantiser", bits=unit.word.bits, **widths("out", unit.taken.layout))


def row_correction(structure: Structure, unit: FloatUnit) -> Leaf:
    """Adds one entry of every table of a row, or half of it, step by step."""
    assert unit.correction is not None
    return Leaf.of(
        "fp_row_correction",
        **widths("a", unit.entry.layout),
        **widths("acc", unit.acc.layout),
        tables=structure.tables,
        negative=int(unit.correction.negative),
        halved=int(unit.halved),
    )
