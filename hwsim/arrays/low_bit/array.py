"""Arrays for low-bit weights: rows of activations, columns of weights, sums that stay, bit planes in time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Limits, Matrix
from hwsim.arrays.low_bit.float_product import float_product
from hwsim.arrays.low_bit.floating import FloatUnit, floating
from hwsim.arrays.low_bit.leaves import low_bit_inventory
from hwsim.arrays.low_bit.ports import low_bit_ports
from hwsim.arrays.low_bit.stepping import run_low_bit
from hwsim.arrays.low_bit.structure import Structure
from hwsim.arrays.low_bit.unit_base import Unit
from hwsim.arrays.schedule import Schedule
from hwsim.arrays.scheduled import ScheduledArray
from hwsim.errors import SpecError
from hwsim.formats import IntFormat
from hwsim.gemm import Gemm, IntLike, Shapes
from hwsim.inventory import Inventory
from hwsim.lut.plans import check_group
from hwsim.macs.base import Mac
from hwsim.macs.low_bit import LowBitMac
from hwsim.ports import Beat, Port


class Registers(Enum):
    """Whether the registers of operands or tables and of weights are part of the engine."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class Pipeline(Enum):
    """Edges from a look-up to its sum: one, or two with a register between shift and addition."""

    ONE = "1"
    TWO = "2"


@dataclass(frozen=True, slots=True)
class LowBitArray(ScheduledArray):
    """``m`` x ``n`` sums; in one step each takes ``tables`` groups of ``k`` products, bit plane by bit plane."""

    m: int = 2
    n: int = 64
    k: int = 4
    tables: int = 1
    registers: Registers = Registers.INSIDE
    pipeline: Pipeline = Pipeline.ONE

    fold_order: ClassVar[str] = "mnk"
    stream_axis: ClassVar[str | None] = "k"
    houses: ClassVar[tuple[type[Mac], ...]] = (LowBitMac,)
    elementwise: ClassVar[tuple[str, ...]] = ("m", "n")
    unsaid: ClassVar[frozenset[str]] = frozenset({"tables", "registers", "pipeline", "precompute", "share", "entry"})

    @property
    def symmetric(self) -> bool:
        """Whether activations are declared without the lowest value of their format."""
        return False

    @property
    def quantised(self) -> bool:
        """Whether what the units take is quantised by the operator before, so that sums are integers."""
        return False

    def __post_init__(self) -> None:
        ScheduledArray.__post_init__(self)
        if self.makes_tables:
            check_group(self.k)

    @property
    def makes_tables(self) -> bool:
        """Whether rows share tables of sums, not the activations."""
        return True

    @property
    def sharing(self) -> int:
        """Columns that share one table, or one set of operand registers."""
        return self.n

    @property
    def builds_tables(self) -> bool:
        """Whether tables are made here, of activations that come through the port."""
        return self.makes_tables

    @abstractmethod
    def unit(self, mac: LowBitMac) -> Unit:
        """What a PE makes of a group."""

    def structure(self, mac: Mac) -> Structure:
        """Everything that ports, edges and leaves need to know."""
        if not isinstance(mac, LowBitMac):
            raise SpecError(f"mac={mac.name} has no place in {self.name}")
        unit = self.unit(mac)
        return Structure(
            self.m,
            self.n,
            self.tables,
            floating(unit) if mac.floating and not self.quantised else unit,
            self.sharing,
            builders=self.builds_tables,
            operand_registers=self.registers is Registers.INSIDE,
            term_register=self.pipeline is Pipeline.TWO,
        )

    def check_mac(self, mac: Mac) -> None:
        if isinstance(mac, LowBitMac) and mac.floating and not self.quantised:
            mac.float_sum()
        if self.symmetric and not mac.a.signed:
            raise SpecError(
                f"{self.name}: entry=symmetric leaves out the lowest value of signed integers, which a={mac.a} has not"
            )

    def exact(self, mac: Mac) -> bool:
        return not mac.floating

    def activation(self, mac: Mac) -> IntFormat:
        return self.structure(mac).unit.activation

    @property
    def limits(self) -> Limits:
        return Limits(m=self.m, n=self.n, k=None)

    @property
    def schedule(self) -> Schedule:
        """Folds follow each other without a gap: a table is replaced at the very edge that uses it last."""
        return Schedule(
            0, int(self.registers is Registers.INSIDE) + int(self.pipeline is Pipeline.TWO), 1, overlap=True
        )

    @property
    def pe_count(self) -> int:
        return self.m * self.n * self.k * self.tables

    def multipliers(self, mac: Mac) -> int:
        """One-bit products that one cycle can hold; of weights that are taken whole, products."""
        return self.m * self.n * self.structure(mac).step

    def passes(self, mac: Mac) -> int:
        return self.structure(mac).unit.planes

    def operand_bits(self, mac: Mac) -> int:
        """Bits of what the rows share, tables or activations, and of whole weights (ISCA 2025, equations 7 and 8)."""
        structure = self.structure(mac)
        unit = structure.unit
        shared = self.m * structure.blocks * self.tables * unit.entries * unit.entry.bits
        return shared + self.n * structure.step * unit.mac.w_bits

    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        return np.array([m * n * k])

    def stream_length(self, shapes: Gemm | Shapes, mac: Mac) -> IntLike:
        return self.structure(mac).edges(shapes.k)

    def activity(self, gemm: Gemm, mac: Mac) -> NDArray[np.int64]:
        """Products of an activation and a bit plane at every edge, those of padding left out."""
        structure = self.structure(mac)
        cycles = int(self.latency(Gemm(gemm.m, gemm.n, gemm.k), mac).expected)
        work = structure.step_sides(gemm.k).repeat(structure.unit.planes)
        active = np.zeros(cycles, np.int64)
        first = int(structure.operand_registers)
        for fold, start in zip(self.folds(gemm.m, gemm.n, gemm.k), self.starts(gemm, mac).tolist(), strict=True):
            outputs = (fold.m.stop - fold.m.start) * (fold.n.stop - fold.n.start)
            active[start + first : start + first + len(work)] += outputs * work
        return active

    def example_side(self, mac: Mac) -> int:
        """Two steps, the second one ragged."""
        return max(2 * self.structure(mac).step - 1, 1)

    def ports(self, mac: Mac) -> tuple[Port, ...]:
        return low_bit_ports(self.structure(mac))

    def inventory(self, mac: Mac) -> Inventory:
        return low_bit_inventory(self.structure(mac))

    def multiply(self, a: Matrix, b: Matrix, mac: Mac) -> Matrix:
        structure = self.structure(mac)
        if isinstance(structure.unit, FloatUnit):
            return float_product(a, b, structure, structure.unit)
        return ScheduledArray.multiply(self, a, b, mac)

    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
        folds = list(self.folds(gemm.m, gemm.n, gemm.k))
        return run_low_bit(a, b, self.structure(mac), folds, self.activity(gemm, mac))
