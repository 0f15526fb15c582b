"""Fields after the name of an ONNX graph: its symbolic dimensions, and how convolutions move their input."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hwsim.errors import SpecError
from hwsim.spec import read_fields
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Movement

MOVEMENT = "movement"


def onnx_workload(path: Path, fields: Mapping[str, object]) -> Workload:
    """Read an ONNX file; ``movement=unique|expanded`` is a field, every other one is a symbolic dimension."""
    from hwsim.workload.onnx_import.load import load_onnx  # imports onnx, which most workloads do not need

    movement = movement_of(str(path), {key: value for key, value in fields.items() if key == MOVEMENT})
    dims = {key: _length(path, key, value) for key, value in fields.items() if key != MOVEMENT}
    return load_onnx(path, dims, movement)


def movement_of(what: str, fields: Mapping[str, object]) -> Movement:
    """The field ``movement`` of ``fields``, which may hold no other; by default Movement.UNIQUE."""
    movement: Movement = read_fields(what, fields, {MOVEMENT: Movement.UNIQUE}).get(MOVEMENT, Movement.UNIQUE)
    return movement


def _length(path: Path, key: str, value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise SpecError(f"{path}: {key}={value} is not a whole number") from None
