"""Memories: exact cycles of a transfer, and sizes that cannot be."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import SpecError
from hwsim.memory import Dram, Scratchpad


def test_per_cycle_values_follow_from_the_clock() -> None:
    channel = Dram(25.6, 100).channel(2.0)
    assert channel.bytes_per_cycle == Fraction(64, 5)
    assert channel.latency_cycles == 200


def test_latency_is_rounded_up_to_whole_cycles() -> None:
    assert Dram(1, 0.3).channel(1.0).latency_cycles == 1
    assert Dram(1, 0).channel(1.0).latency_cycles == 0


def test_decimal_bandwidths_have_no_binary_dust() -> None:
    assert Dram(0.1, 0).channel(1.0).cycles(3) == 30
    assert Dram(25.6, 0).channel(1.0).cycles(256) == 10


@given(st.integers(0, 10**9), st.floats(0.01, 1000), st.floats(1, 4))
def test_a_faster_channel_never_takes_longer(size: int, bandwidth: float, factor: float) -> None:
    slow, fast = Dram(bandwidth, 0).channel(1.0), Dram(bandwidth * factor, 0).channel(1.0)
    assert fast.cycles(size) <= slow.cycles(size)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Scratchpad(0, 1), "a scratchpad's size_bytes must be at least 1, not 0"),
        (lambda: Scratchpad(1, -4), "a scratchpad's port_bytes_per_cycle must be at least 1, not -4"),
        (lambda: Scratchpad(1, 1, 3), "a scratchpad has 1 or 2 buffers, not 3"),
        (lambda: Dram(0, 1), "a DRAM's bandwidth_gb_per_s must be above 0, not 0"),
        (lambda: Dram(float("nan"), 1), "a DRAM's bandwidth_gb_per_s must be above 0, not nan"),
        (lambda: Dram(1, -1), "a DRAM's latency_ns must be 0 or more, not -1"),
    ],
)
def test_memories_that_cannot_be(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        make()
