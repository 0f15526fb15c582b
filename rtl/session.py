"""The quarantine of PyRTL: its working block and name counters are process-wide, and only this file touches them.

Without it the same circuit built twice gets two texts, because the counters behind ``tmp0``, ``const_0`` and the
memory names run on. Inside ``fresh_block`` they start at zero; afterwards the caller's own PyRTL session continues
where it was, so that no name of his can collide.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pyrtl

Counters = tuple[object, object, object]


def _counters() -> Counters:
    return pyrtl.wire._wvIndexer, pyrtl.wire._constIndexer, pyrtl.memory._memIndex


def _restore(counters: Counters) -> None:
    pyrtl.wire._wvIndexer, pyrtl.wire._constIndexer, pyrtl.memory._memIndex = counters


@contextmanager
def fresh_block() -> Iterator[pyrtl.Block]:
    """Yield an empty working block with all name counters at zero; restore block and counters at the end."""
    counters = _counters()
    block = pyrtl.Block()
    pyrtl.wire._reset_wire_indexers()
    pyrtl.memory._reset_memory_indexer()
    try:
        with pyrtl.set_working_block(block, no_sanity_check=True):
            yield block
    finally:
        _restore(counters)


def block_verilog(block: pyrtl.Block, module_name: str) -> str:
    """Return the Verilog module of ``block``, with a synchronous reset ``rst`` that clears every register.

    A block without registers gets neither ``clk`` nor ``rst``.
    """
    text = StringIO()
    clocked = has_registers(block)
    pyrtl.output_to_verilog(text, add_reset=clocked, block=block, module_name=module_name)
    lines = text.getvalue().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("module "))
    body = "\n".join(line.rstrip() for line in lines[first:]).rstrip() + "\n"
    if not clocked:  # PyRTL gives every module a clock
        body = body.replace("(clk, ", "(", 1).replace("    input clk;\n", "", 1)
    return body


def has_registers(block: pyrtl.Block) -> bool:
    """Whether ``block`` keeps state from one clock edge to the next."""
    return bool(block.wirevector_subset(pyrtl.Register))
