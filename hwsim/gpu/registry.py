"""GPUs by their text: ``a100:unit=lut,times=4,w_bits=2,a=int8``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from hwsim.errors import SpecError, nearest
from hwsim.floats import FP16
from hwsim.gpu.description import GPUS, Gpu
from hwsim.gpu.unit import MatrixUnit, UnitKind
from hwsim.spec import field_text, read_fields, split_inline

UNIT_FIELDS: Mapping[str, object] = {f.name: f.default for f in fields(MatrixUnit)}
LUT_W_BITS = 2
"""Bits of a weight where the units are LUT arrays and nothing else is said; tensor cores take those of activations."""


@dataclass(frozen=True, slots=True)
class GpuMachine:
    """A GPU with its matrix units; ``text`` is its inline form."""

    text: str
    gpu: Gpu
    unit: MatrixUnit


def load_gpu(text: str) -> GpuMachine:
    """Return the machine of a preset and fields: those of the GPU and those of its matrix unit, in any order.

    Raises SpecError for an unknown preset or field, with the nearest known one, and for a value that cannot be.
    """
    name, given = split_inline(text)
    if name not in GPUS:
        raise SpecError(f"unknown gpu {name!r}{nearest(name, GPUS)}; gpus are {', '.join(GPUS)}")
    values = read_fields(name, given, {**UNIT_FIELDS, **gpu_fields(GPUS[name])})
    of_unit = {key: value for key, value in values.items() if key in UNIT_FIELDS}
    is_lut = of_unit.get("unit") is UnitKind.LUT
    of_unit.setdefault("w_bits", LUT_W_BITS if is_lut else of_unit.get("a", FP16).bits)
    gpu = replace(GPUS[name], **{key: value for key, value in values.items() if key not in UNIT_FIELDS})
    return _checked(text, gpu, of_unit)


def _checked(text: str, gpu: Gpu, of_unit: Mapping[str, Any]) -> GpuMachine:
    try:
        unit = MatrixUnit(**of_unit)
        unit.macs_per_cycle(gpu)
    except SpecError as error:
        raise SpecError(f"{text}: {error}") from None
    return GpuMachine(text, gpu, unit)


def gpu_fields(gpu: Gpu) -> dict[str, object]:
    """The fields of a GPU and their values."""
    return {field.name: getattr(gpu, field.name) for field in fields(gpu)}


def unit_fields(unit: MatrixUnit) -> dict[str, str]:
    """The fields of a matrix unit as the inline form writes them."""
    return {name: field_text(getattr(unit, name)) for name in UNIT_FIELDS}
