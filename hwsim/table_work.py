"""Tables that come through an engine's port: how wide they lie, and what the vector unit does to make them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hwsim.arrays.base import ceil_div
from hwsim.arrays.low_bit import LowBitArray
from hwsim.engine import Engine
from hwsim.workload.operator import Product


class Precompute(Enum):
    """When the vector unit makes the tables of an engine that takes them (LUT Tensor Core, 3.1.1 and 3.3.2)."""

    NAIVE = "naive"
    """in the product, of the activations that it reads: again for every fold of columns"""
    SEPARATE = "separate"
    """in an operator of its own, which reads activations and writes tables"""
    FUSED = "fused"
    """in the operator that makes the activations, which writes tables in their place"""


@dataclass(frozen=True, slots=True)
class TableWork:
    """Tables of ``group`` activations: ``entries`` of ``entry_bits`` bits each, made with ``table_operations``:
    additions, and a scaling of each entry where entries are quantised.

    ``columns`` share a table in the engine, ``activation_bits`` is the width of what the tables are made of.
    """

    how: Precompute
    group: int
    entries: int
    entry_bits: int
    table_operations: int
    columns: int
    activation_bits: int

    @property
    def stored(self) -> bool:
        """Whether products read tables from memory, not activations."""
        return self.how is not Precompute.NAIVE

    @property
    def table_bits(self) -> int:
        """Bits of a table, full or ragged: the array takes all entries of either."""
        return self.entries * self.entry_bits

    @property
    def inflation(self) -> float:
        """Bits of a table over those of its activations."""
        return self.table_bits / (self.group * self.activation_bits)

    def tables(self, product: Product) -> int:
        """Tables of A for one member of the batch: of ``group`` consecutive entries of each of its m rows, or of what
        is left at the end of the row; rows of a convolution are those of its im2col matrix."""
        return product.gemm.m * int(ceil_div(product.gemm.k, self.group))

    def repeats(self, n: int) -> int:
        """How often a product with n columns makes each of its tables."""
        return int(ceil_div(n, self.columns)) if self.how is Precompute.NAIVE else 1

    def sentence(self) -> str:
        """What a report says of them."""
        where = {
            Precompute.NAIVE: "in each product, again for every fold of columns",
            Precompute.SEPARATE: "in operators of their own, which read activations and write tables",
            Precompute.FUSED: "in the operators that make the activations, which write tables in their place",
        }[self.how]
        return (
            f"the vector unit makes the tables {where}: {self.table_operations} operations for {self.group} "
            f"activations, {self.inflation:g} times their bits"
        )


def table_work(engine: Engine, how: Precompute) -> TableWork | None:
    """The tables that ``engine`` takes through its port; None if it takes activations."""
    if not isinstance(engine.array, LowBitArray):
        return None
    structure = engine.array.structure(engine.mac)
    plan = structure.unit.plan
    if plan is None or not structure.takes_tables:
        return None
    entries, entry = structure.given
    scaled = entries if engine.array.quantised else 0
    work = len(plan.additions) + scaled
    return TableWork(how, structure.unit.group, entries, entry.bits, work, structure.n, engine.mac.a.bits)
