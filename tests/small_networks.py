"""Small networks made by hand, for the tests of machine, simulation and mapper."""

from __future__ import annotations

from hwsim.formats import FLOATS, INT8, INT32, Format
from hwsim.gemm import Gemm
from hwsim.workload.building import WorkloadBuilder, add_standalone_gemm
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Operator, Product
from hwsim.workload.tensor import Role, Tensor

FP32 = FLOATS["fp32"]


def gemms(*products: Gemm) -> Workload:
    """Independent products named ``g0``, ``g1``, ..."""
    builder = WorkloadBuilder("gemms")
    for i, gemm in enumerate(products):
        add_standalone_gemm(builder, f"g{i}", gemm)
    return builder.build()


def chain(format: Format = FP32) -> Workload:
    """x -> first (with bias) -> relu -> second -> add (with x2) -> pool -> turn -> flat.

    first is 12 x 8 x 6, second 12 x 10 x 8.
    """
    sizes: dict[str, tuple[tuple[int, ...], Role]] = {
        "x": ((12, 6), Role.INPUT),
        "w1": ((6, 8), Role.PARAMETER),
        "bias": ((8,), Role.PARAMETER),
        "c1": ((12, 8), Role.ACTIVATION),
        "r1": ((12, 8), Role.ACTIVATION),
        "w2": ((8, 10), Role.PARAMETER),
        "c2": ((12, 10), Role.ACTIVATION),
        "x2": ((12, 10), Role.INPUT),
        "sum": ((12, 10), Role.ACTIVATION),
        "pooled": ((6, 5), Role.ACTIVATION),
        "turned": ((5, 6), Role.ACTIVATION),
        "y": ((30,), Role.OUTPUT),
    }
    tensors = {name: Tensor(name, shape, format, role) for name, (shape, role) in sizes.items()}
    open_formats = not isinstance(format, type(INT8))
    a, w, acc = (None, None, None) if open_formats else (INT8, INT8, INT32)
    first = Product(Gemm(12, 8, 6, a, w, acc), "x", "w1", "c1", 72, 48, 96)
    second = Product(Gemm(12, 10, 8, a, w, acc), "r1", "w2", "c2", 96, 80, 120)
    operators = (
        Operator("first", "Gemm", Kind.PRODUCT, ("x", "w1", "bias"), ("c1",), first, vector_ops=96),
        Operator("relu", "Relu", Kind.VECTOR, ("c1",), ("r1",), vector_ops=96),
        Operator("second", "MatMul", Kind.PRODUCT, ("r1", "w2"), ("c2",), second),
        Operator("add", "Add", Kind.VECTOR, ("c2", "x2"), ("sum",), vector_ops=120),
        Operator("pool", "MaxPool", Kind.VECTOR, ("sum",), ("pooled",), vector_ops=120),
        Operator("turn", "Transpose", Kind.MOVE, ("pooled",), ("turned",)),
        Operator("flat", "Reshape", Kind.VIEW, ("turned",), ("y",)),
    )
    return Workload("chain", operators, tensors, ("made by hand",))
