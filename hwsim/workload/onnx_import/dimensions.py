"""Symbolic dimensions: set from outside, or refused by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from onnx import ModelProto, TensorShapeProto, TypeProto, ValueInfoProto

from hwsim.errors import WorkloadError, nearest

Dimension = TensorShapeProto.Dimension


def set_dimensions(model: ModelProto, dims: Mapping[str, int]) -> None:
    """Write ``dims`` into the model's inputs, in place.

    An unnamed dynamic dimension goes by ``INPUT.AXIS``. Raises WorkloadError for a dimension that stays dynamic, for
    one below 1 or from 2**31 up, and for a name in ``dims`` that the model does not have.
    """
    symbols = {name: wrong for value in graph_inputs(model) for name, wrong in _symbols(value)}
    for name, length in dims.items():
        if name not in symbols:
            raise WorkloadError(f"there is no symbolic dimension {name!r}{nearest(name, symbols)}; {_listed(symbols)}")
        if length < 1:
            raise WorkloadError(f"the dimension {name!r} must be at least 1, not {length}")
        if length >= 2**31:  # ONNX counts elements in 64 bits
            raise WorkloadError(f"the dimension {name!r} must be below 2**31, not {length}")
    if missing := [name for name in symbols if name not in dims]:
        options = " ".join(f"--dim {name}=N" for name in missing)
        raise WorkloadError(f"{symbols[missing[0]]}: set it with {options}")
    for value in graph_inputs(model):
        fill(value, dims)


def graph_inputs(model: ModelProto) -> list[ValueInfoProto]:
    """The inputs that a run must supply: those without an initializer."""
    given = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in given]


def fill(value: ValueInfoProto, dims: Mapping[str, int]) -> None:
    """Replace the symbolic dimensions of ``value`` that ``dims`` sets."""
    for axis, dimension in enumerate(value.type.tensor_type.shape.dim):
        name = dimension.dim_param or f"{value.name}.{axis}"
        if _is_open(dimension) and name in dims:
            dimension.dim_value = dims[name]


def static_shape(kind: TypeProto) -> tuple[int, ...] | None:
    """The shape of a tensor type, or None if any of it is unknown."""
    if not kind.HasField("tensor_type") or not kind.tensor_type.HasField("shape"):
        return None
    sides = kind.tensor_type.shape.dim
    known = all(side.HasField("dim_value") and side.dim_value >= 0 for side in sides)
    return tuple(side.dim_value for side in sides) if known else None


def _is_open(dimension: Dimension) -> bool:
    """Whether an input's dimension must be set: it has no length, or 0 or -1, which some exporters write for any."""
    return not dimension.HasField("dim_value") or dimension.dim_value < 1


def _symbols(value: ValueInfoProto) -> Iterator[tuple[str, str]]:
    """(dimension's name, what is wrong without a length) of each dynamic dimension of an input."""
    if not value.type.HasField("tensor_type"):
        raise WorkloadError(f"input {value.name!r} is not a tensor; only tensors are supported")
    if not value.type.tensor_type.HasField("shape"):
        raise WorkloadError(f"input {value.name!r} has no shape; every input must have one")
    for axis, dimension in enumerate(value.type.tensor_type.shape.dim):
        if _is_open(dimension):
            length = (
                f"the dimension {dimension.dim_value}" if dimension.HasField("dim_value") else "a symbolic dimension"
            )
            yield dimension.dim_param or f"{value.name}.{axis}", f"input {value.name!r} has {length}"


def _listed(symbols: Mapping[str, str]) -> str:
    return f"the model has {', '.join(map(repr, symbols))}" if symbols else "the model has none"
