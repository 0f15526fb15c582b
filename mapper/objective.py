"""What a tiling is chosen for."""

from __future__ import annotations

from enum import Enum


class Objective(Enum):
    """The quantity that is least in the chosen tiling."""

    DRAM_BYTES = "dram_bytes"
    """bytes over the DRAM channel; among equals, cycles"""
    LATENCY = "latency"
    """cycles; among equals, bytes"""
    ENERGY = "energy"
    """energy of bytes through DRAM and scratchpads (hwsim.memory_energy); among equals, cycles"""
