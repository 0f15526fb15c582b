"""Specifications by kind of leaf; each is written from what the leaf is for, not from its gates."""

from __future__ import annotations

from collections.abc import Callable

from rtl.proof.specification import Specification
from rtl.proof.specifications.bit_serial import BIT_SERIAL
from rtl.proof.specifications.bit_serial_pes import BIT_SERIAL_PES
from rtl.proof.specifications.control import CONTROL
from rtl.proof.specifications.encoders import ENCODERS
from rtl.proof.specifications.float_units import FLOAT_UNITS
from rtl.proof.specifications.floats import FLOATS
from rtl.proof.specifications.low_bit import LOW_BIT
from rtl.proof.specifications.pes import PES
from rtl.proof.specifications.registers import REGISTERS
from rtl.proof.specifications.slices import SLICES
from rtl.proof.specifications.term_sequencers import TERM_SEQUENCERS
from rtl.proof.specifications.trees import TREES

SPECIFICATIONS: dict[str, Callable[[Specification], None]] = {
    **BIT_SERIAL,
    **BIT_SERIAL_PES,
    **CONTROL,
    **ENCODERS,
    **FLOATS,
    **FLOAT_UNITS,
    **LOW_BIT,
    **PES,
    **REGISTERS,
    **SLICES,
    **TERM_SEQUENCERS,
    **TREES,
}
"""Kind of leaf -> what says its specification."""

WITHOUT: dict[str, str] = {}
"""Kind of leaf -> why it has no specification; at present every kind has one."""
