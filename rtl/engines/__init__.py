"""Engines as gates, one file per array; a new one is a function of its netlist and one entry in BUILDERS."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from hwsim.engine import Engine
from hwsim.errors import SpecError
from rtl.engines.adder_tree import adder_tree
from rtl.engines.bitslice import bitslice
from rtl.engines.cube import cube
from rtl.engines.low_bit import low_bit
from rtl.engines.matrix_2d import matrix_2d
from rtl.engines.parts import EngineNetlist
from rtl.engines.systolic_os import systolic_os
from rtl.engines.systolic_ws import systolic_is, systolic_ws
from rtl.netlist import Module

BUILDERS: dict[str, Callable[[EngineNetlist, Any], Module]] = {
    "adder-tree": adder_tree,
    "bit-serial-add": low_bit,
    "bitslice": bitslice,
    "cube": cube,
    "dequant-mac": low_bit,
    "lut": low_bit,
    "lut-conventional": low_bit,
    "matrix-2d": matrix_2d,
    "systolic-is": systolic_is,
    "systolic-os": systolic_os,
    "systolic-ws": systolic_ws,
    "unpu": low_bit,
}
"""Name of an array -> what lays its rows, delays and wires."""


LONGEST_NAME = 96
"""Characters of a top module's name: with its parts' names behind it, Verilator takes no more than 127."""


def top_name(engine: Engine) -> str:
    """The name of the top module: the engine's canonical inline form, made a Verilog name, a long one by its digest."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", engine.spec)
    if len(name) <= LONGEST_NAME:
        return name
    digest = sha256(engine.spec.encode()).hexdigest()[:16]
    return f"{name[: LONGEST_NAME - len(digest) - 1]}_{digest}"


def build_top(engine: Engine) -> Module:
    """The top module of ``engine``: ``clk``, ``rst`` and exactly its ports.

    Raises SpecError for an array that BUILDERS lacks.
    """
    if engine.array.name not in BUILDERS:
        raise SpecError(f"{engine.array.name} has no gates; arrays with gates are {', '.join(BUILDERS)}")
    return BUILDERS[engine.array.name](EngineNetlist(engine, top_name(engine)), engine.array)


__all__ = ["BUILDERS", "build_top", "top_name"]
