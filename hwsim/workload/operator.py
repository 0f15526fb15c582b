"""One node of a network: what it reads, what it makes, and the matrix product in it, if any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from hwsim.errors import WorkloadError
from hwsim.gemm import Gemm
from hwsim.workload.geometry import Geometry


class Kind(Enum):
    """What an operator costs."""

    PRODUCT = "product"
    """a matrix product for the engine"""
    VECTOR = "vector"
    """elementwise work, pools, norms: the vector unit"""
    MOVE = "move"
    """changes where elements lie (transpose, concat, slice): bytes, no arithmetic"""
    VIEW = "view"
    """changes only how elements are named (reshape, flatten): nothing"""


class Movement(Enum):
    """How much of an im2col matrix crosses the memory bus."""

    UNIQUE = "unique"
    """overlap between neighbouring output pixels stays on chip: a pass reads each element once"""
    EXPANDED = "expanded"
    """the im2col matrix itself is moved"""

    @property
    def assumption(self) -> str:
        """What a workload with convolutions says of it."""
        if self is Movement.UNIQUE:
            return "a pass over a convolution's input moves each element once (overlap of windows stays on chip)"
        return "a pass over a convolution's input moves its im2col matrix"


@dataclass(frozen=True, slots=True)
class Product:
    """A lowered operator: ``gemm``, and which tensors play A, B and C.

    ``a_elements`` is what one pass over A of one batch member moves, at most m * k (less under Movement.UNIQUE, where
    neighbouring windows share elements, or where padding supplies some); likewise ``b_elements`` and ``c_elements``.
    ``a_shared`` (``b_shared``) says that all batch members read the same A (B).
    ``geometry``, where the source tells it, is how the stored tensors become A, B and C; hwsim.workload.im2col runs it.
    """

    gemm: Gemm
    a: str
    b: str
    c: str
    a_elements: int
    b_elements: int
    c_elements: int
    a_shared: bool = False
    b_shared: bool = False
    geometry: Geometry | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        g = self.gemm
        for name, most in (("a", g.m * g.k), ("b", g.k * g.n), ("c", g.m * g.n)):
            elements = getattr(self, f"{name}_elements")
            if not 0 < elements <= most:
                raise WorkloadError(f"operand {name} of {g} has {elements} elements; allowed are 1 to {most}")


@dataclass(frozen=True, slots=True)
class Operator:
    """``op`` is the operator's name in its source (``Conv``, ``Relu``); ``vector_ops`` counts the elementary
    operations of a VECTOR operator (or those fused into a PRODUCT, such as a bias or a requantisation).
    ``elements_read`` says of which inputs it reads only so many elements: a gather reads the rows that it hands on."""

    name: str
    op: str
    kind: Kind
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    product: Product | None = None
    vector_ops: int = 0
    attributes: Mapping[str, object] = field(default_factory=dict)
    elements_read: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.kind is Kind.PRODUCT) != (self.product is not None):
            raise WorkloadError(f"operator {self.name!r}: a product operator, and no other, has a product")
        for tensor, elements in self.elements_read.items():
            if tensor not in self.inputs or elements < 0:
                raise WorkloadError(
                    f"operator {self.name!r} reads {elements} elements of {tensor!r}; "
                    f"it takes 0 or more, of {', '.join(self.inputs) or 'nothing'}"
                )
