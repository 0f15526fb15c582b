"""How wide a network's tensors lie in memory when this engine runs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hwsim.engine import Engine
from hwsim.formats import FloatFormat, Format, IntFormat
from hwsim.table_work import Precompute, TableWork
from hwsim.tiles.demand import bytes_of
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Operator, Product
from hwsim.workload.tensor import Role


@dataclass(frozen=True)
class Storage:
    """Element widths of every tensor of ``workload`` on ``engine``.

    An operand of a product lies in the product's format, or in the engine's where the product leaves it open. A result
    lies in the engine's activation format, to which it is requantised, unless the product has formats of its own: then
    the graph is quantised, and says itself what its tensors are. Elsewhere integers keep their format; floats and what
    the workload leaves open lie in the engine's activation format, constants of vector work that are floats in its
    accumulator's.
    What the network makes is never narrower than activations, also as the second operand of a product. With ``tables``
    the engine's products read tables of their activations: ``bits`` are still those of the activations.
    """

    workload: Workload
    engine: Engine
    tables: TableWork | None = None

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

    def _bits_alone(self, format: Format | None) -> int:
        return format.bits if isinstance(format, IntFormat) else self.engine.mac.a.bits

    def a_bits(self, product: Product) -> int:
        return (product.gemm.a or self.engine.mac.a).bits

    def b_bits(self, product: Product) -> int:
        if product.gemm.w is not None or self.has_constant_b(product):
            return (product.gemm.w or self.engine.mac.w).bits
        return max(self.engine.mac.w.bits, self.engine.mac.a.bits)

    def has_constant_b(self, product: Product) -> bool:
        """Whether B is there before the network runs, as weights are."""
        return self.workload.tensors[product.b].role is Role.PARAMETER

    def on_engine(self, product: Product) -> bool:
        """Whether the engine computes it, and not what stands beside it for products of two activations."""
        return self.engine.multiplies_activations or self.has_constant_b(product)

    def read_bits(self, product: Product) -> int:
        """Bits in which an element of A is read: tables where they are stored."""
        stored = self.tables is not None and self.tables.stored and self.on_engine(product)
        return self.tables.bits if stored and self.tables else self.a_bits(product)

    def written_bits(self, tensor: str) -> int:
        """Bits in which the maker of a tensor writes an element: tables, and the element too if others read it."""
        made = self._made(tensor)
        if made is None:
            return self.bits[tensor]
        alone = all(self._looks_up(reader, tensor) for reader in self._readers(tensor))
        handed_on = self.workload.tensors[tensor].role is Role.OUTPUT
        return made.bits + (0 if alone and not handed_on else self.bits[tensor])

    def written_bytes(self, tensor: str) -> int:
        """Bytes that the maker of a tensor writes."""
        return bytes_of(self.workload.tensors[tensor].elements, self.written_bits(tensor))

    def table_operations(self, tensor: str) -> int:
        """What making a tensor's tables adds to the vector work of its maker."""
        made = self._made(tensor)
        return made.operations(self.workload.tensors[tensor].elements) if made else 0

    def _made(self, tensor: str) -> TableWork | None:
        """The tables that the maker of a tensor makes of it."""
        fused = self.tables is not None and self.tables.how is Precompute.FUSED
        read = fused and any(self._looks_up(reader, tensor) for reader in self._readers(tensor))
        return self.tables if read else None

    def _looks_up(self, operator: Operator, tensor: str) -> bool:
        product = operator.product
        return product is not None and self.on_engine(product) and tensor == self._viewed.get(product.a, product.a)

    def _readers(self, tensor: str) -> tuple[Operator, ...]:
        """Who reads a tensor, also under the names that views give it."""
        names = [tensor, *(name for name, source in self._viewed.items() if source == tensor)]
        return tuple(x for name in names for x in self.workload.consumers[name] if x.kind is not Kind.VIEW)

    @cached_property
    def _viewed(self) -> dict[str, str]:
        """The tensor behind each view."""
        found: dict[str, str] = {}
        for operator in self.workload.operators:
            if operator.kind is Kind.VIEW and operator.inputs:
                source = operator.inputs[0]
                found |= dict.fromkeys(operator.outputs, found.get(source, source))
        return found

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
        return self.engine.mac.acc.bits if isinstance(format, FloatFormat) else self._bits_alone(format)
