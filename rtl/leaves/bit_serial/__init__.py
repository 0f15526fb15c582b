"""Bit-serial designs of the literature in gates: their PEs, and what issues operands to them."""

from __future__ import annotations

from collections.abc import Callable

from hwsim.inventory import Leaf
from rtl.leaves.bit_serial.columns import pe_bitwave, pe_stripes
from rtl.leaves.bit_serial.control import laconic_control, sibia_control
from rtl.leaves.bit_serial.laconic import pe_laconic
from rtl.leaves.bit_serial.recoders import magnitude, signed_slices
from rtl.leaves.bit_serial.selecting import pe_bitlet, pe_pragmatic
from rtl.leaves.bit_serial.sequencers import column_sequencer, ones_sequencer, slice_selector
from rtl.leaves.bit_serial.slices import pe_sibia
from rtl.leaves.bit_serial.terms import TERM_SEQUENCERS

BIT_SERIAL: dict[str, Callable[[Leaf], None]] = {
    "column_sequencer": column_sequencer,
    "laconic_control": laconic_control,
    "magnitude": magnitude,
    "ones_sequencer": ones_sequencer,
    "pe_bitlet": pe_bitlet,
    "pe_bitwave": pe_bitwave,
    "pe_laconic": pe_laconic,
    "pe_pragmatic": pe_pragmatic,
    "pe_sibia": pe_sibia,
    "pe_stripes": pe_stripes,
    "sibia_control": sibia_control,
    "signed_slices": signed_slices,
    "slice_selector": slice_selector,
    **TERM_SEQUENCERS,
}
"""Kind of leaf -> what lays its wires into PyRTL's working block."""

__all__ = ["BIT_SERIAL"]
