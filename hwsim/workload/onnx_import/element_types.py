"""ONNX element types as formats."""

from __future__ import annotations

from onnx import TensorProto

from hwsim.errors import WorkloadError
from hwsim.formats import FLOATS, INT8, INT16, INT32, INT64, UINT8, Format, IntFormat

FORMATS: dict[int, Format] = {
    TensorProto.FLOAT: FLOATS["fp32"],
    TensorProto.DOUBLE: FLOATS["fp64"],
    TensorProto.FLOAT16: FLOATS["fp16"],
    TensorProto.BFLOAT16: FLOATS["bf16"],
    TensorProto.FLOAT8E4M3FN: FLOATS["fp8e4m3"],
    TensorProto.FLOAT8E5M2: FLOATS["fp8e5m2"],
    TensorProto.INT4: IntFormat(4),
    TensorProto.UINT4: IntFormat(4, signed=False),
    TensorProto.INT8: INT8,
    TensorProto.UINT8: UINT8,
    TensorProto.INT16: INT16,
    TensorProto.UINT16: IntFormat(16, signed=False),
    TensorProto.INT32: INT32,
    TensorProto.UINT32: IntFormat(32, signed=False),
    TensorProto.INT64: INT64,
    # ONNX stores a truth value in a byte.
    TensorProto.BOOL: UINT8,
}


def format_of(tensor: str, element_type: int) -> Format:
    """The format of ``tensor``; raises WorkloadError for an element type without one (strings, complex, uint64)."""
    if element_type not in FORMATS:
        names = ", ".join(sorted(TensorProto.DataType.Name(known).lower() for known in FORMATS))
        given = TensorProto.DataType.Name(element_type).lower()
        raise WorkloadError(f"tensor {tensor!r}: the element type {given} is not supported; allowed are {names}")
    return FORMATS[element_type]
