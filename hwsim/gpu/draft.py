"""A kernel while it grows: an operator, and the elementwise work that is fused behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hwsim.gemm import Gemm
from hwsim.gpu.product import ProductKernel
from hwsim.gpu.stream import StreamKernel
from hwsim.gpu.unit import UnitShape


@dataclass(frozen=True, slots=True)
class Operands:
    """How a product's operands reach the matrix units: rate, shape of a step, bytes per element, capacity."""

    shape: UnitShape
    macs_per_cycle: int
    a_bytes: float
    b_bytes: float
    a_shared_bytes: float
    accumulator_bytes: int
    registers: int
    unpack_ops: int
    low_bit: bool


@dataclass(slots=True)
class Draft:
    """``result`` is the tensor that it hands on, of ``elements`` elements with ``result_bytes`` each.

    ``read_bytes`` are those of a stream's inputs, or of what a product reads beside A and B; ``touched`` are the
    tensors that are in the L2 after it, if they fit.
    """

    name: str
    op: str
    result: str
    elements: int
    result_bytes: float = 0.0
    gemm: Gemm | None = None
    operands: Operands | None = None
    a_resident: bool = False
    b_resident: bool = False
    read_bytes: float = 0.0
    resident_bytes: float = 0.0
    vector_ops: float = 0.0
    efficiency: float = 1.0
    precompute: bool = False
    fused: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    @property
    def is_product(self) -> bool:
        return self.gemm is not None

    def on_units(self) -> ProductKernel:
        """The kernel on the matrix units; only a product has one."""
        g, x = self.gemm, self.operands
        assert g is not None
        assert x is not None
        return ProductKernel(
            g.m, g.n, g.k, g.batch, x.shape, x.macs_per_cycle, x.a_bytes, x.b_bytes, self.result_bytes,
            x.a_shared_bytes, x.accumulator_bytes, x.registers, x.unpack_ops, self.a_resident, self.b_resident,
            self.read_bytes - self.resident_bytes, self.vector_ops,
        )  # fmt: skip

    def stream(self) -> StreamKernel | None:
        """The kernel without matrix units: everything that is no product with weights."""
        read, resident, ops = self.read_bytes, self.resident_bytes, self.vector_ops
        if self.gemm is not None and self.operands is not None:
            if self.operands.low_bit:
                return None
            a = self.gemm.batch * self.gemm.m * self.gemm.k * self.operands.a_bytes
            b = self.gemm.batch * self.gemm.n * self.gemm.k * self.operands.b_bytes
            read, ops = read + a + b, ops + self.gemm.macs
            resident += a * self.a_resident + b * self.b_resident
        return StreamKernel(read, self.elements * self.result_bytes, ops, resident, self.efficiency)
