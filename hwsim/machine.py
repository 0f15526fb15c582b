"""A machine: an engine, the memories around it, a clock, and the flat table of fields that describes them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from hwsim.engine import Engine
from hwsim.errors import SpecError, nearest
from hwsim.memory import Channel, Dram, Scratchpad
from hwsim.ports import RESULTS
from hwsim.spec import parse_bool, parse_int, split_inline
from hwsim.tiles.tiling import Operand
from hwsim.workload.operator import Movement

ENGINE_WIDE = "engine"
ONE_ROW = "row"
UNITS = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 10**3, "MB": 10**6, "GB": 10**9}
_PORTS_OF = {Operand.A: {"a"}, Operand.B: {"b", "w"}, Operand.C: {*RESULTS, "c_in"}}


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
_LANES = _takes(_lanes, f"a whole number or {ONE_ROW!r} (one row of the array)")


@dataclass(frozen=True, slots=True)
class MachineFields:
    """Every field of a machine beside its engine, with its default: an edge device with one LPDDR4X-3200 channel."""

    scratchpad_a_bytes: int = field(default=256 << 10, metadata=_SIZE)
    scratchpad_b_bytes: int = field(default=256 << 10, metadata=_SIZE)
    scratchpad_c_bytes: int = field(default=256 << 10, metadata=_SIZE)
    scratchpad_a_port_bytes_per_cycle: int | str = field(default=ENGINE_WIDE, metadata=_WIDTH)
    scratchpad_b_port_bytes_per_cycle: int | str = field(default=ENGINE_WIDE, metadata=_WIDTH)
    scratchpad_c_port_bytes_per_cycle: int | str = field(default=ENGINE_WIDE, metadata=_WIDTH)
    buffers: int = field(default=2, metadata=_takes(parse_int, "1 or 2"))
    dram_gb_per_s: float = field(default=25.6, metadata=_NUMBER)
    dram_latency_ns: float = field(default=100.0, metadata=_NUMBER)
    clock_ghz: float = field(default=1.0, metadata=_NUMBER)
    vector_lanes: int | str = field(default=ONE_ROW, metadata=_LANES)
    prefetch: bool = field(default=False, metadata=_takes(parse_bool, "true or false"))
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


@dataclass(frozen=True)
class Machine:
    """An engine with a scratchpad for each operand, one DRAM channel, and a vector unit for what is no product."""

    engine: Engine
    a: Scratchpad
    b: Scratchpad
    c: Scratchpad
    dram: Dram
    clock_ghz: float = 1.0
    vector_lanes: int | None = None
    prefetch: bool = False
    movement: Movement = Movement.UNIQUE

    def __post_init__(self) -> None:
        if not 0 < self.clock_ghz < float("inf"):
            raise SpecError(f"a machine's clock_ghz must be above 0, not {self.clock_ghz}")
        if self.vector_lanes is not None and self.vector_lanes < 1:
            raise SpecError(f"a machine's vector_lanes must be at least 1, not {self.vector_lanes}")

    def scratchpad(self, operand: Operand) -> Scratchpad:
        scratchpad: Scratchpad = getattr(self, operand.value)
        return scratchpad

    @property
    def buffers(self) -> int:
        """Depth of the tile pipeline: all three operands must be double buffered for tiles to overlap."""
        return min(self.a.buffers, self.b.buffers, self.c.buffers)

    def with_buffers(self, buffers: int) -> Machine:
        """This machine with so many buffers for each operand in the same scratchpads."""
        if all(self.scratchpad(x).buffers == buffers for x in Operand):
            return self
        a, b, c = (replace(self.scratchpad(x), buffers=buffers) for x in Operand)
        return replace(self, a=a, b=b, c=c)

    @cached_property
    def lanes(self) -> int:
        """Elements per cycle of the vector unit."""
        return self.vector_lanes or row_of(self.engine)

    @cached_property
    def takes_sums(self) -> bool:
        """Whether the engine has a port through which it takes sums, and adds to them itself."""
        return any(port.name == "c_in" for port in self.engine.ports)

    @cached_property
    def additions_left(self) -> int:
        """Operations of the vector unit on every result that the engine leaves unadded."""
        return self.engine.additions_left

    @cached_property
    def channel(self) -> Channel:
        """The DRAM in cycles of this machine's clock."""
        return self.dram.channel(self.clock_ghz)

    @property
    def fields(self) -> dict[str, object]:
        """The flat description from which ``make_machine`` makes this machine again (if all buffers are alike)."""
        return {
            **{f"scratchpad_{x.value}_bytes": self.scratchpad(x).size_bytes for x in Operand},
            **{f"scratchpad_{x.value}_port_bytes_per_cycle": self.scratchpad(x).port_bytes_per_cycle for x in Operand},
            "buffers": self.buffers,
            "dram_gb_per_s": self.dram.bandwidth_gb_per_s,
            "dram_latency_ns": self.dram.latency_ns,
            "clock_ghz": self.clock_ghz,
            "vector_lanes": self.lanes,
            "prefetch": self.prefetch,
            "movement": self.movement.value,
        }


def row_of(engine: Engine) -> int:
    """PEs in one row of the array: the results that leave together."""
    limits = engine.limits
    return limits.n or limits.m or limits.k or 1


def port_width(engine: Engine, operand: Operand) -> int:
    """Bytes per cycle that the engine's own ports take and give for this operand: a scratchpad port of this width
    never holds up an engine that has gates."""
    bits = sum(port.width_bits for port in engine.ports if port.name in _PORTS_OF[operand])
    if bits == 0:
        raise SpecError(
            f"{engine.spec} has no port for operand {operand.value}; "
            f"give the machine scratchpad_{operand.value}_port_bytes_per_cycle"
        )
    return -(-bits // 8)


def make_machine(engine: Engine, given: Mapping[str, object]) -> Machine:
    """Build a machine from its engine and fields (text or typed); what is not given has its default.

    Raises SpecError for an unknown field, with the nearest known one, and for a value that cannot be.
    """
    read: dict[str, Any] = {name: _read(name, value) for name, value in given.items()}
    values = MachineFields(**read)
    pads = {}
    for operand in Operand:
        width = getattr(values, f"scratchpad_{operand.value}_port_bytes_per_cycle")
        pads[operand.value] = _scratchpad(
            operand,
            getattr(values, f"scratchpad_{operand.value}_bytes"),
            port_width(engine, operand) if width == ENGINE_WIDE else width,
            values.buffers,
        )
    return Machine(
        engine=engine,
        **pads,
        dram=Dram(values.dram_gb_per_s, values.dram_latency_ns),
        clock_ghz=values.clock_ghz,
        vector_lanes=None if isinstance(values.vector_lanes, str) else values.vector_lanes,
        prefetch=values.prefetch,
        movement=values.movement,
    )


def _scratchpad(operand: Operand, size: int, width: int, buffers: int) -> Scratchpad:
    try:
        return Scratchpad(size, width, buffers)
    except SpecError as error:
        raise SpecError(f"scratchpad {operand.value}: {error}") from None


def _read(name: str, value: object) -> object:
    if name not in MACHINE_FIELDS:
        known = ", ".join(MACHINE_FIELDS)
        raise SpecError(f"a machine has no field {name!r}{nearest(name, MACHINE_FIELDS)}; its fields are {known}")
    metadata = MACHINE_FIELDS[name].metadata
    text = str(value).lower() if isinstance(value, bool) else str(getattr(value, "value", value))
    try:
        return metadata["read"](text)
    except (KeyError, ValueError, ZeroDivisionError):
        raise SpecError(f"a machine's {name}={text} is not {metadata['takes']}") from None


def load_machine(text: str | Path | None, engine: Engine) -> Machine:
    """Return the machine that ``text`` describes around ``engine``; None is the preset ``edge``.

    ``text`` is a preset, an inline form (``edge:dram_gb_per_s=51.2``, or the fields alone after a colon), or the path
    of a ``.toml`` file whose keys are fields, and ``machine`` the preset that they start from.
    """
    if text is None:
        return make_machine(engine, {})
    if str(text).endswith(".toml"):
        return _from_toml(Path(text), engine)
    name, given = split_inline(str(text))
    return _from_preset(name or "edge", given, engine)


def _from_preset(name: str, given: Mapping[str, object], engine: Engine) -> Machine:
    if name not in MACHINES:
        raise SpecError(f"unknown machine {name!r}{nearest(name, MACHINES)}; machines are {', '.join(MACHINES)}")
    return make_machine(engine, {**split_inline(f"{name}:{MACHINES[name]}")[1], **given})


def _from_toml(path: Path, engine: Engine) -> Machine:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: {error}") from None
    try:
        return _from_preset(str(table.pop("machine", "edge")), table, engine)
    except SpecError as error:
        raise SpecError(f"{path}: {error}") from None
