"""How wide a network's tensors lie in memory when this engine runs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hwsim.engine import Engine
from hwsim.formats import FloatFormat, Format, IntFormat
from hwsim.table_work import Precompute, TableWork
from hwsim.tiles.demand import bytes_of
from hwsim.workload.contraction import Contraction
from hwsim.workload.convolution import Convolution
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

    def tables_read(self, product: Product) -> TableWork | None:
        """The tables that a product reads in place of A."""
        stored = self.tables is not None and self.tables.stored and self.on_engine(product)
        return self.tables if stored else None

    def written_bytes(self, tensor: str) -> int:
        """Bytes that the maker of a tensor writes: tables, and the elements too if others read them."""
        tables = self.tables_made(tensor)
        if self.tables is None or not tables:
            return self.tensor_bytes(tensor)
        alone = all(self._looks_up(reader, tensor) for reader in self._readers(tensor))
        handed_on = self.workload.tensors[tensor].role is Role.OUTPUT
        return bytes_of(tables, self.tables.table_bits) + (0 if alone and not handed_on else self.tensor_bytes(tensor))

    def table_operations(self, tensor: str) -> int:
        """What making a tensor's tables adds to the vector work of its maker."""
        return self.tables_made(tensor) * self.tables.table_operations if self.tables else 0

    def tables_made(self, tensor: str) -> int:
        """Tables that the maker of a tensor makes of it: each set of them once, however many products read it."""
        if self.tables is None or self.tables.how is not Precompute.FUSED:
            return 0
        found = (x.product for x in self._readers(tensor) if x.product and self._looks_up(x, tensor))
        sets = {table_set(product): product for product in found}
        return sum(self.tables.tables(x) * (1 if x.a_shared else x.gemm.batch) for x in sets.values())

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


def table_set(product: Product) -> object:
    """Equal for products that read the same tables of one tensor: their A has the same rows of the same entries."""
    gemm, geometry = product.gemm, product.geometry
    laid: object = None
    if isinstance(geometry, Convolution):
        laid = geometry.axes, geometry.groups
    elif isinstance(geometry, Contraction):
        laid = tuple("k" if axis in geometry.k else "m" for axis in geometry.a)
    return gemm.m, gemm.k, 1 if product.a_shared else gemm.batch, laid
