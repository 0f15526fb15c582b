"""Puts one clock edge's operands and framing bits on the input ports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cocotb.triggers import FallingEdge

from hwsim.ports import Port


class DataDriver:
    """Drives packed buses at falling edges, so that they are stable long before the rising edge that takes them."""

    def __init__(self, dut: Any, inputs: tuple[Port, ...]) -> None:
        self._clk, self._rst = dut.clk, dut.rst
        self._buses = {port.name: getattr(dut, port.name) for port in inputs}
        self._idle = {port.name: "0" * port.width_bits for port in inputs}
        self._driven: dict[str, str] = {}

    async def reset(self) -> None:
        """Hold reset over one rising edge, with idle inputs; a design that needs more has a register without reset."""
        self._rst.value = 1
        self.drive(self._idle)
        await FallingEdge(self._clk)
        self._rst.value = 0

    def drive(self, values: Mapping[str, str]) -> None:
        """Write what changed: a write costs the simulator more than this comparison costs Python."""
        for name, text in values.items():
            if self._driven.get(name) != text:
                self._buses[name].value = text
                self._driven[name] = text
