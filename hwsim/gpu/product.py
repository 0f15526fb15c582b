"""What a product asks of the machine: sides, bytes per element where they cross each level, and work beside it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from hwsim.gpu.unit import UnitShape

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ProductKernel:
    """``batch`` products C(m, n) = A(m, k) @ B(k, n) in one kernel, and the elementwise work fused behind it.

    ``a_bytes`` are bytes per element of A in DRAM and L2, ``a_shared_bytes`` in shared memory (tables that are made in
    the kernel lie there alone); ``b_bytes`` and ``c_bytes`` likewise. ``macs_per_cycle`` is the rate of the matrix
    units of one SM, in steps of ``shape``; ``registers`` is their capacity over the GPU's own. ``b_ops`` are operations
    on every element of B that a thread block loads (unpacking). ``a_resident`` and ``b_resident``: the operand is in
    the L2 already. ``extra_bytes`` and ``vector_ops`` belong to what is fused.
    """

    m: int
    n: int
    k: int
    batch: int
    shape: UnitShape
    macs_per_cycle: int
    a_bytes: float
    b_bytes: float
    c_bytes: float
    a_shared_bytes: float
    accumulator_bytes: int
    registers: int = 1
    b_ops: float = 0.0
    a_resident: bool = False
    b_resident: bool = False
    extra_bytes: float = 0.0
    vector_ops: float = 0.0

    @property
    def macs(self) -> int:
        return self.m * self.n * self.k * self.batch

    @property
    def compulsory_bytes(self) -> float:
        """What no tiling and no cache can keep from the DRAM."""
        a = 0.0 if self.a_resident else self.m * self.k * self.a_bytes
        b = 0.0 if self.b_resident else self.n * self.k * self.b_bytes
        return self.batch * (a + b + self.m * self.n * self.c_bytes) + self.extra_bytes


class Columns:
    """Several products as columns (products, 1) of numbers, to be asked with all tiles at once."""

    def __init__(self, kernels: tuple[ProductKernel, ...]) -> None:
        plain = [f.name for f in fields(ProductKernel) if f.name != "shape"]
        rows = [[getattr(kernel, name) for name in plain] for kernel in kernels]
        table = np.array(rows, np.float64).reshape(len(kernels), len(plain))
        by_name: dict[str, Reals] = {name: table[:, [i]] for i, name in enumerate(plain)}
        self.m, self.n, self.k, self.batch = (by_name[name] for name in ("m", "n", "k", "batch"))
        self.a_bytes, self.b_bytes, self.c_bytes = (by_name[f"{x}_bytes"] for x in "abc")
        self.a_shared_bytes, self.accumulator_bytes = by_name["a_shared_bytes"], by_name["accumulator_bytes"]
        self.macs_per_cycle, self.registers = by_name["macs_per_cycle"], by_name["registers"]
        self.a_resident, self.b_resident = by_name["a_resident"], by_name["b_resident"]
        self.extra_bytes, self.vector_ops = by_name["extra_bytes"], by_name["vector_ops"]
        self.b_ops = by_name["b_ops"]
        shapes = [(kernel.shape.m, kernel.shape.n, kernel.shape.k) for kernel in kernels]
        sides = np.array(shapes, np.float64).reshape(len(kernels), 3)
        self.unit_m, self.unit_n, self.unit_k = (sides[:, [i]] for i in range(3))
