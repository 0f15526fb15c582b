"""Grow a workload operator by operator: a tensor is declared where it enters or is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hwsim.errors import WorkloadError
from hwsim.formats import Format
from hwsim.gemm import Gemm
from hwsim.workload.contraction import matmul
from hwsim.workload.geometry import Geometry
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Movement, Operator, Product
from hwsim.workload.tensor import Role, Tensor


class WorkloadBuilder:
    """Collects tensors and operators in an order in which they can run; ``build`` checks the whole."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._tensors: dict[str, Tensor] = {}
        self._operators: list[Operator] = []

    def tensor(self, name: str, shape: tuple[int, ...], format: Format | None, role: Role = Role.ACTIVATION) -> str:
        """Declare a tensor once and return its name; raises WorkloadError if the name is taken."""
        if name in self._tensors:
            raise WorkloadError(f"{self.name}: two tensors are named {name!r}")
        self._tensors[name] = Tensor(name, shape, format, role)
        return name

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def __getitem__(self, name: str) -> Tensor:
        return self._tensors[name]

    def add(self, operator: Operator) -> None:
        self._operators.append(operator)

    def build(self, assumptions: Iterable[str] = ()) -> Workload:
        """The checked workload; an activation that no operator reads is handed outside."""
        read = {name for operator in self._operators for name in operator.inputs}
        tensors = {
            name: replace(tensor, role=Role.OUTPUT) if tensor.role is Role.ACTIVATION and name not in read else tensor
            for name, tensor in self._tensors.items()
        }
        return Workload(self.name, tuple(self._operators), tensors, tuple(assumptions))


def add_standalone_product(
    builder: WorkloadBuilder,
    name: str,
    op: str,
    gemm: Gemm,
    geometry: Geometry,
    shapes: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]],
    movement: Movement = Movement.UNIQUE,
) -> None:
    """Add a product that reads an input A and a parameter B of its own and hands C outside.

    ``shapes`` are those of the three tensors; C has the format of A.
    """
    a = builder.tensor(f"{name}.a", shapes[0], gemm.a, Role.INPUT)
    b = builder.tensor(f"{name}.w", shapes[1], gemm.w, Role.PARAMETER)
    c = builder.tensor(f"{name}.c", shapes[2], gemm.a, Role.OUTPUT)
    elements = geometry.unique_elements if movement is Movement.UNIQUE else geometry.expanded_elements
    product = Product(gemm, a, b, c, *elements, geometry=geometry)
    builder.add(Operator(name, op, Kind.PRODUCT, (a, b), (c,), product))


def add_standalone_gemm(builder: WorkloadBuilder, name: str, gemm: Gemm) -> None:
    """Add a plain product with operands of its own: A (batch, m, k), B (batch, k, n); no batch axis for one product."""
    stack = (gemm.batch,) if gemm.batch > 1 else ()
    shapes = (*stack, gemm.m, gemm.k), (*stack, gemm.k, gemm.n), (*stack, gemm.m, gemm.n)
    add_standalone_product(builder, name, "Gemm", gemm, matmul(shapes[0], shapes[1], fold_b=False), shapes)
