"""From an operator's geometry to the one matrix product that an engine is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.formats import INT32, Format, IntFormat
from hwsim.gemm import Gemm
from hwsim.workload.geometry import Geometry
from hwsim.workload.operator import Movement, Product

STORED = (
    "what is left to the engine's formats lies in that of its activations, but for weights of products in that of its "
    "weights"
)
"""What a workload without formats of its own says of its tensors."""


@dataclass(frozen=True, slots=True)
class ProductFormats:
    """Formats of A and B; None is "the engine's" (a float network is costed in the formats of the engine)."""

    a: Format | None = None
    w: Format | None = None

    @property
    def acc(self) -> Format | None:
        """Sums of integer products are int32, as ONNX has them."""
        return INT32 if isinstance(self.a, IntFormat) and isinstance(self.w, IntFormat) else None


def lower(
    geometry: Geometry,
    a: str,
    b: str,
    c: str,
    formats: ProductFormats | None = None,
    movement: Movement = Movement.UNIQUE,
) -> Product:
    """The product of ``geometry`` with tensors ``a`` and ``b`` as operands and ``c`` as result.

    ``movement`` says what a pass over an im2col matrix moves: the distinct elements beneath it, or the matrix.
    """
    formats = formats or ProductFormats()
    m, n, k, batch = geometry.sides
    elements = geometry.unique_elements if movement is Movement.UNIQUE else geometry.expanded_elements
    a_shared, b_shared = geometry.shared
    return Product(
        Gemm(m, n, k, formats.a, formats.w, formats.acc, batch),
        a,
        b,
        c,
        *elements,
        a_shared=a_shared,
        b_shared=b_shared,
        geometry=geometry,
    )
