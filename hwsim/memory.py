"""The memories of a machine: a scratchpad for each operand and one DRAM channel."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hwsim.errors import SpecError


@dataclass(frozen=True, slots=True)
class Scratchpad:
    """On-chip memory of one operand.

    ``port_bytes_per_cycle`` is the engine's side of it; the DRAM side has a port of its own, as fast as the channel.
    ``buffers`` is how many tiles it holds at once: 2 (one works while the next is loaded) or 1.
    """

    size_bytes: int
    port_bytes_per_cycle: int
    buffers: int = 2

    def __post_init__(self) -> None:
        for name in ("size_bytes", "port_bytes_per_cycle"):
            if getattr(self, name) < 1:
                raise SpecError(f"a scratchpad's {name} must be at least 1, not {getattr(self, name)}")
        if self.buffers not in (1, 2):
            raise SpecError(f"a scratchpad has 1 or 2 buffers, not {self.buffers}")


@dataclass(frozen=True, slots=True)
class Dram:
    """One off-chip channel, shared by loads and stores; 1 GB is 10**9 bytes."""

    bandwidth_gb_per_s: float
    latency_ns: float

    def __post_init__(self) -> None:
        if not 0 < self.bandwidth_gb_per_s < float("inf"):
            raise SpecError(f"a DRAM's bandwidth_gb_per_s must be above 0, not {self.bandwidth_gb_per_s}")
        if not 0 <= self.latency_ns < float("inf"):
            raise SpecError(f"a DRAM's latency_ns must be 0 or more, not {self.latency_ns}")

    def channel(self, clock_ghz: float) -> Channel:
        """This memory as an engine with the given clock sees it."""
        clock = exact(clock_ghz)
        latency = exact(self.latency_ns) * clock
        return Channel(exact(self.bandwidth_gb_per_s) / clock, -(-latency.numerator // latency.denominator))


@dataclass(frozen=True, slots=True)
class Channel:
    """A DRAM in clock cycles: exact bytes per cycle, and cycles from the end of a transfer to the use of its data."""

    bytes_per_cycle: Fraction
    latency_cycles: int

    def cycles(self, size_bytes: int) -> int:
        """Cycles for which a transfer of ``size_bytes`` holds the channel: ceil(bytes / bytes_per_cycle)."""
        return -(-size_bytes * self.bytes_per_cycle.denominator // self.bytes_per_cycle.numerator)


def exact(value: float) -> Fraction:
    """The decimal number that was written, e.g. 25.6 as 128/5: rounding up must not see binary dust."""
    return Fraction(str(value))
