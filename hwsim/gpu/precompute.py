"""Where the tables of a LUT array are made, and how much work that is."""

from __future__ import annotations

from enum import Enum

from hwsim.gpu.unit import MatrixUnit
from hwsim.lut import precompute_redundancy


class Precompute(Enum):
    """Who makes the tables (LUT Tensor Core, 3.1.1 and 3.3.2)."""

    NONE = "none"
    """nobody: activations are read as they are and tables cost nothing, as in the traces of the paper's artifact"""
    NAIVE = "naive"
    """each unit its own, in the product's kernel: every table again for every ``share`` columns"""
    SEPARATE = "separate"
    """a kernel of its own reads activations and writes tables"""
    FUSED = "fused"
    """the kernel that makes the activations writes tables in their place"""

    @property
    def stores_tables(self) -> bool:
        """Whether products read tables instead of activations."""
        return self in (Precompute.SEPARATE, Precompute.FUSED)


def table_ops(unit: MatrixUnit, activations: int) -> float:
    """Operations that make the tables of so many activations once: all additions, and one scaling of each entry."""
    tables = unit.tables
    return activations / tables.group * (tables.additions + tables.entries) if tables else 0.0


def made_in_the_product(unit: MatrixUnit, activations: int, n: int) -> float:
    """The same where every ``share`` of n columns make tables of their own."""
    return table_ops(unit, activations) * precompute_redundancy(n, unit.share)
