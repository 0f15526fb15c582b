"""Leaf modules, built in PyRTL: a new one is a function of its Leaf and one entry in LEAVES."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pyrtl

from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from hwsim.ports import Direction
from rtl.leaves.accumulate import accumulate_adder, accumulate_pair, resolve_adder
from rtl.leaves.bit_serial import BIT_SERIAL
from rtl.leaves.datapaths import DATAPATHS, Datapath
from rtl.leaves.encoders import ENCODERS
from rtl.leaves.floating import FLOATING
from rtl.leaves.low_bit import LOW_BIT
from rtl.leaves.low_bit_floating import LOW_BIT_FLOATING
from rtl.leaves.pe_cube import pe_cube
from rtl.leaves.pe_matrix import pe_matrix
from rtl.leaves.pe_os import pe_os
from rtl.leaves.pe_ws import pe_ws
from rtl.leaves.registers import delay, done_flag, drain_flag, operand_register
from rtl.leaves.slice_control import barrier, column_control, held_register, lane_control
from rtl.leaves.slices import hold_pair, operand_latch, pe_slice, simd_lane, sparse_encoder
from rtl.leaves.tree import (
    tree_adder,
    tree_bit_weights,
    tree_compressor,
    tree_multiplier,
    tree_multiplier_booth,
    tree_multiplier_opt1,
    tree_multiplier_opt2,
)
from rtl.names import check_name
from rtl.netlist import Cell, Pin
from rtl.session import block_verilog, fresh_block, has_registers

Builder = Callable[[Leaf], None]


def _with_each_mac(role: str, build: Callable[[Leaf, Datapath], None]) -> dict[str, Builder]:
    """The kinds of a PE: the role alone with the bit-parallel MAC inside, and followed by the name of any other."""
    kinds = {name: role if name == "parallel" else f"{role}_{name}" for name in DATAPATHS}
    return {kinds[name]: partial(_built, build, mac) for name, mac in DATAPATHS.items()}


def _built(build: Callable[[Leaf, Datapath], None], mac: Datapath, leaf: Leaf) -> None:
    build(leaf, mac)


LEAVES: dict[str, Builder] = {
    "accumulate_adder": accumulate_adder,
    **BIT_SERIAL,
    "barrier": barrier,
    "column_control": column_control,
    "accumulate_pair": accumulate_pair,
    "tree_bit_weights": tree_bit_weights,
    "delay": delay,
    "done_flag": done_flag,
    "drain_flag": drain_flag,
    **ENCODERS,
    **FLOATING,
    "held_register": held_register,
    "hold_pair": hold_pair,
    "lane_control": lane_control,
    **LOW_BIT,
    **LOW_BIT_FLOATING,
    "operand_latch": operand_latch,
    "operand_register": operand_register,
    **_with_each_mac("pe_cube", pe_cube),
    **_with_each_mac("pe_matrix", pe_matrix),
    **_with_each_mac("pe_os", pe_os),
    **_with_each_mac("pe_ws", pe_ws),
    "resolve_adder": resolve_adder,
    "pe_slice": pe_slice,
    "simd_lane": simd_lane,
    "sparse_encoder": sparse_encoder,
    "tree_adder": tree_adder,
    "tree_compressor": tree_compressor,
    "tree_multiplier": tree_multiplier,
    "tree_multiplier_booth": tree_multiplier_booth,
    "tree_multiplier_opt1": tree_multiplier_opt1,
    "tree_multiplier_opt2": tree_multiplier_opt2,
}
"""Kind of leaf -> what lays its wires into PyRTL's working block."""

WITHOUT_ENGINE = frozenset(FLOATING) - {"fp_converter"} | frozenset(BIT_SERIAL)
"""Kinds that no engine is made of: parts of float datapaths and PEs of the literature, which are tested and costed by
themselves."""


def build_cell(leaf: Leaf) -> Cell:
    """The module of ``leaf``: its ports in alphabetical order, inputs first, and its Verilog text.

    Raises SpecError for a kind that LEAVES lacks and for a leaf whose name Verilog does not allow.
    """
    if leaf.kind not in LEAVES:
        raise SpecError(f"leaf {leaf.kind!r} has no gates; leaves with gates are {', '.join(LEAVES)}")
    name = check_name(leaf.name)
    with fresh_block() as block:
        LEAVES[leaf.kind](leaf)
        pins = _pins(block, pyrtl.Input, Direction.INPUT) + _pins(block, pyrtl.Output, Direction.OUTPUT)
        return Cell(leaf, pins, has_registers(block), block_verilog(block, name))


def _pins(block: pyrtl.Block, kind: type, direction: Direction) -> tuple[Pin, ...]:
    wires = sorted(block.wirevector_subset(kind), key=lambda wire: str(wire.name))
    return tuple(Pin(wire.name, direction, len(wire)) for wire in wires)


__all__ = ["LEAVES", "WITHOUT_ENGINE", "build_cell"]
