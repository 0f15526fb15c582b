"""Arrays for low-bit weights: what table lookup and its baselines share, from fields to registers and leaves."""

from hwsim.arrays.low_bit.array import LowBitArray, Pipeline, Registers
from hwsim.arrays.low_bit.structure import Structure

__all__ = ["LowBitArray", "Pipeline", "Registers", "Structure"]
