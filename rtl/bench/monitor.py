"""Reads every output port after a clock edge."""

from __future__ import annotations

from typing import Any

from hwsim.ports import Port


class Monitor:
    """Samples at the falling edge: the registers have settled, and the inputs of this edge still stand."""

    def __init__(self, dut: Any, outputs: tuple[Port, ...]) -> None:
        self._buses = {port.name: getattr(dut, port.name) for port in outputs}

    def sample(self) -> dict[str, str]:
        """The buses as texts of 0, 1, X and Z, most significant bit first."""
        return {name: str(bus.value).upper() for name, bus in self._buses.items()}


def boundary_problem(dut: Any, ports: tuple[Port, ...]) -> str:
    """One sentence on the first port that the design lacks or has in another width, or nothing."""
    for name, width_bits in [("clk", 1), ("rst", 1), *((port.name, port.width_bits) for port in ports)]:
        bus = getattr(dut, name, None)
        if bus is None:
            return f"the module {dut._name} has no port {name}"
        if (has := len(getattr(bus, "value", "0"))) != width_bits:
            return f"the port {name} of {dut._name} is {has} bits wide, not {width_bits}"
    return ""
