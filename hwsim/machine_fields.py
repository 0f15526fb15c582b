"""The flat table of fields that describes a machine beside its engine: defaults, presets, and how texts are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from fractions import Fraction

from hwsim.attention import VECTOR_UNIT
from hwsim.errors import SpecError, nearest
from hwsim.spec import parse_bool, parse_int
from hwsim.table_work import Precompute
from hwsim.workload.operator import Movement

ENGINE_WIDE = "engine"
ONE_ROW = "row"
NO_TECHNOLOGY = "none"
UNITS = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 10**3, "MB": 10**6, "GB": 10**9}


def parse_size(text: str) -> int:
    """Bytes of ``65536``, ``64KiB`` or ``1.5MiB``; ValueError for anything else or a fraction of a byte."""
    number = text.rstrip("BKMGik ").strip()
    size = Fraction(number) * UNITS[text[len(number) :].strip()]
    if size.denominator != 1:
        raise ValueError(text)
    return int(size)


def _width(text: str) -> int | str:
    return ENGINE_WIDE if text == ENGINE_WIDE else parse_int(text)


def _lanes(text: str) -> int | str:
    return ONE_ROW if text == ONE_ROW else parse_int(text)


def _takes(read: Callable[[str], object], takes: str) -> dict[str, object]:
    """How a field is read from text, and how to say what it takes."""
    return {"read": read, "takes": takes}


_SIZE = _takes(parse_size, "a size such as 65536, 64KiB or 1.5MiB")
_WIDTH = _takes(_width, f"a whole number or {ENGINE_WIDE!r} (as wide as the engine's own ports)")
_NUMBER = _takes(float, "a number")
_ATTENTION = _takes(
    str, f"{VECTOR_UNIT!r} or an engine; where its text has commas, a machine takes it from a .toml file"
)
_TECHNOLOGY = _takes(str, f"{NO_TECHNOLOGY!r}, a name that `hwsim technologies` lists, or a .json file")
_LANES = _takes(_lanes, f"a whole number or {ONE_ROW!r} (one row of the array)")


@dataclass(frozen=True, slots=True)
class MachineFields:
    """Every field of a machine beside its engine, with its default: an edge device with one LPDDR4X-3200 channel.

    With a technology, ``clock_ghz`` is by default the fastest clock of the engine in it."""

    scratchpad_a_bytes: int = field(default=256 << 10, metadata=_SIZE)
    scratchpad_b_bytes: int = field(default=256 << 10, metadata=_SIZE)
    scratchpad_c_bytes: int = field(default=256 << 10, metadata=_SIZE)
    scratchpad_a_port_bytes_per_cycle: int | str = field(default=ENGINE_WIDE, metadata=_WIDTH)
    scratchpad_b_port_bytes_per_cycle: int | str = field(default=ENGINE_WIDE, metadata=_WIDTH)
    scratchpad_c_port_bytes_per_cycle: int | str = field(default=ENGINE_WIDE, metadata=_WIDTH)
    buffers: int = field(default=2, metadata=_takes(parse_int, "1 or 2"))
    dram_gb_per_s: float = field(default=25.6, metadata=_NUMBER)
    dram_latency_ns: float = field(default=100.0, metadata=_NUMBER)
    technology: str = field(default=NO_TECHNOLOGY, metadata=_TECHNOLOGY)
    clock_ghz: float = field(default=1.0, metadata=_NUMBER)
    vector_lanes: int | str = field(default=ONE_ROW, metadata=_LANES)
    prefetch: bool = field(default=False, metadata=_takes(parse_bool, "true or false"))
    attention: str = field(default=VECTOR_UNIT, metadata=_ATTENTION)
    precompute: Precompute = field(
        default=Precompute.FUSED, metadata=_takes(Precompute, "one of " + ", ".join(x.value for x in Precompute))
    )
    movement: Movement = field(
        default=Movement.UNIQUE, metadata=_takes(Movement, "one of " + ", ".join(x.value for x in Movement))
    )


MACHINE_FIELDS = {f.name: f for f in fields(MachineFields)}

MACHINES: dict[str, str] = {
    "edge": "",
    "micro": "scratchpad_a_bytes=32KiB,scratchpad_b_bytes=32KiB,scratchpad_c_bytes=32KiB,dram_gb_per_s=1.6",
    "mobile": "scratchpad_a_bytes=1MiB,scratchpad_b_bytes=1MiB,scratchpad_c_bytes=1MiB,dram_gb_per_s=51.2",
    "server": "scratchpad_a_bytes=8MiB,scratchpad_b_bytes=8MiB,scratchpad_c_bytes=8MiB,dram_gb_per_s=460",
}
"""Presets: a name and the fields that differ from the defaults.

``edge`` is the default; ``micro`` has one 16-bit DDR3-800 chip, ``mobile`` a 64-bit LPDDR5-6400 channel,
``server`` one HBM2E stack of 3.6 Gb/s pins.
"""


def read_field(name: str, value: object) -> object:
    """The value of a field, text or typed; raises SpecError for an unknown field or a wrong value."""
    if name not in MACHINE_FIELDS:
        known = ", ".join(MACHINE_FIELDS)
        raise SpecError(f"a machine has no field {name!r}{nearest(name, MACHINE_FIELDS)}; its fields are {known}")
    metadata = MACHINE_FIELDS[name].metadata
    text = str(value).lower() if isinstance(value, bool) else str(getattr(value, "value", value))
    try:
        return metadata["read"](text)
    except (KeyError, ValueError, ZeroDivisionError):
        raise SpecError(f"a machine's {name}={text} is not {metadata['takes']}") from None
