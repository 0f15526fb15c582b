"""The bit-serial designs that there are, and their inline form ``pragmatic:group=8,encoding=booth``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from hwsim.bit_serial.base import BitSerial
from hwsim.bit_serial.bitlet import Bitlet
from hwsim.bit_serial.bitwave import BitWave
from hwsim.bit_serial.laconic import Laconic
from hwsim.bit_serial.pragmatic import Pragmatic
from hwsim.bit_serial.sibia import Sibia
from hwsim.bit_serial.stripes import Stripes
from hwsim.encodings.base import Encoding
from hwsim.encodings.registry import parse_encoding
from hwsim.errors import SpecError, nearest
from hwsim.formats import INT8, Format
from hwsim.spec import field_text, read_fields, split_inline

BIT_SERIAL: tuple[type[BitSerial], ...] = (Stripes, Pragmatic, Laconic, Bitlet, Sibia, BitWave)


def default_fields(kind: type[BitSerial], format: Format = INT8) -> dict[str, Any]:
    """The fields of a design with their defaults, operands of ``format``; an encoding by its name."""
    defaults = {field.name: field.default for field in fields(kind)}
    plain = {name: value.name if isinstance(value, Encoding) else value for name, value in defaults.items()}
    return {**plain, "a": format, "b": format}


def parse_design(text: str, format: Format = INT8) -> BitSerial:
    """The design of an inline form, operands of ``format`` unless ``a`` or ``b`` are given.

    Raises SpecError with the nearest name for an unknown design, field or encoding.
    """
    name, given = split_inline(text)
    kinds = {kind.name: kind for kind in BIT_SERIAL}
    if name not in kinds:
        raise SpecError(f"unknown design {name!r}{nearest(name, kinds)}; the designs are {', '.join(kinds)}")
    defaults = default_fields(kinds[name], format)
    return kinds[name](**_encoded({**defaults, **read_fields(f"design {name!r}", given, defaults)}))


def design_text(design: BitSerial) -> str:
    """The inline form of a design: its name, and the fields that differ from their defaults but the formats."""
    plain = {field.name: getattr(design, field.name) for field in fields(design)}
    default = default_fields(type(design))
    told = {n: v.name if isinstance(v, Encoding) else v for n, v in plain.items() if n not in ("a", "b")}
    changed = [f"{name}={field_text(value)}" for name, value in told.items() if value != default[name]]
    return ":".join(filter(None, (design.name, ",".join(changed))))


def _encoded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: parse_encoding(value) if name == "encoding" else value for name, value in values.items()}
