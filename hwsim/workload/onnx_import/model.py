"""An ONNX file as a light model: functions inlined, large weights reduced to their shapes, external data untouched."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from pathlib import Path

from onnx import ModelProto, TensorProto
from onnx.checker import ValidationError
from onnx.external_data_helper import load_external_data_for_tensor
from onnx.inliner import inline_local_functions

from hwsim.errors import WorkloadError

VALUE_LIMIT = 8192
"""Constants of up to this many elements keep their values: shapes, axes, scales and zero points."""

DATA_FIELDS = (
    "raw_data",
    "float_data",
    "int32_data",
    "int64_data",
    "double_data",
    "uint64_data",
    "string_data",
)


def read_model(path: Path) -> ModelProto:
    """Parse ``path``; raises WorkloadError if it cannot be read or is no ONNX model."""
    model = _parse(path)
    if model.graph.sparse_initializer:
        name = model.graph.sparse_initializer[0].values.name
        raise WorkloadError(f"the initializer {name!r} is sparse; only dense initializers are supported")
    for tensor in _constants(model):
        _lighten(tensor, path.parent)
    return inline_local_functions(model) if model.functions else model


def _parse(path: Path) -> ModelProto:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WorkloadError(f"the file cannot be read: {error.strerror}") from error
    model = ModelProto()
    try:
        model.ParseFromString(data)
    except Exception as error:  # DecodeError belongs to protobuf, which onnx does not hand on
        raise WorkloadError("the file is not an ONNX model (it is no protobuf message)") from error
    if not model.ir_version or not model.graph.node:
        raise WorkloadError("the file is not an ONNX model (it has no version or no nodes)")
    return model


def _constants(model: ModelProto) -> Iterator[TensorProto]:
    """Initializers and the values of Constant nodes."""
    yield from model.graph.initializer
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t


def _lighten(tensor: TensorProto, folder: Path) -> None:
    """Forget the value of ``tensor`` if it is large, or lies in a file that is not there; type and dimensions stay."""
    small = prod(tensor.dims) <= VALUE_LIMIT
    outside = tensor.data_location == TensorProto.EXTERNAL
    if not small or (outside and not _fetched(tensor, folder)):
        for name in (*DATA_FIELDS, "external_data", "data_location"):
            tensor.ClearField(name)


def _fetched(tensor: TensorProto, folder: Path) -> bool:
    """Whether the small external value of ``tensor`` could be read from ``folder``."""
    try:
        load_external_data_for_tensor(tensor, str(folder))
    except (OSError, ValueError, ValidationError):
        return False
    return True


def has_value(tensor: TensorProto) -> bool:
    """Whether ``tensor`` kept its value."""
    return not prod(tensor.dims) or any(getattr(tensor, name) for name in DATA_FIELDS)
