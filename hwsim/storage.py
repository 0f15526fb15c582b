"""How wide a network's tensors lie in memory when this engine runs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hwsim.engine import Engine
from hwsim.formats import Format, IntFormat
from hwsim.tiles.demand import bytes_of
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Operator, Product
from hwsim.workload.tensor import Role


@dataclass(frozen=True)
class Storage:
    """Element widths of every tensor of ``workload`` on ``engine``.

    An operand of a product lies in the product's format, or in the engine's where the product leaves it open. A result
    lies in the engine's activation format, to which it is requantised, unless the product has formats of its own: then
    the graph is quantised, and says itself what its tensors are. Elsewhere integers keep their format; floating-point
    activations lie in the engine's activation format, floating-point constants of vector work in its accumulator's.
    """

    workload: Workload
    engine: Engine

    @cached_property
    def bits(self) -> dict[str, int]:
        """Bits of one element, by tensor."""
        found = {name: self._bits_alone(tensor.format) for name, tensor in self.workload.tensors.items()}
        for _, product in self.workload.products:
            if product.gemm.a is None:
                found[product.c] = self.engine.mac.a.bits
        for _, product in self.workload.products:
            found[product.b] = self.b_bits(product)
            found[product.a] = self.a_bits(product)
        return found

    def _bits_alone(self, format: Format) -> int:
        return format.bits if isinstance(format, IntFormat) else self.engine.mac.a.bits

    def a_bits(self, product: Product) -> int:
        return (product.gemm.a or self.engine.mac.a).bits

    def b_bits(self, product: Product) -> int:
        return (product.gemm.w or self.engine.mac.w).bits

    def acc_bits(self, product: Product) -> int:
        return (product.gemm.acc or self.engine.mac.acc).bits

    def tensor_bytes(self, tensor: str) -> int:
        """Bytes of a whole tensor."""
        return bytes_of(self.workload.tensors[tensor].elements, self.bits[tensor])

    def constant_bytes(self, tensor: str) -> int:
        """Bytes of a constant of vector work: a bias, a scale."""
        return bytes_of(self.workload.tensors[tensor].elements, self._constant_bits(tensor))

    def read_bytes(self, operator: Operator, tensor: str) -> int:
        """Bytes of an input that the operator reads; what it only moves lies as it does for everybody else."""
        of = self.workload.tensors[tensor]
        constant = of.role is Role.PARAMETER and operator.kind is not Kind.MOVE
        bits = self._constant_bits(tensor) if constant else self.bits[tensor]
        return bytes_of(operator.elements_read.get(tensor, of.elements), bits)

    def _constant_bits(self, tensor: str) -> int:
        format = self.workload.tensors[tensor].format
        return format.bits if isinstance(format, IntFormat) else self.engine.mac.acc.bits
