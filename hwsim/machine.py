"""A machine: an engine, the memories around it, a clock, made of a flat description."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import floor
from pathlib import Path
from typing import Any

from hwsim.arrays.base import Limits
from hwsim.attention import VECTOR_UNIT, attention_engine
from hwsim.engine import Engine
from hwsim.errors import SpecError, nearest
from hwsim.machine_fields import ENGINE_WIDE, MACHINES, NO_TECHNOLOGY, MachineFields, read_field
from hwsim.memory import Channel, Dram, Scratchpad
from hwsim.ports import RESULTS
from hwsim.spec import split_inline
from hwsim.table_work import Precompute, TableWork, table_work
from hwsim.technology import EngineFigures, Technology, engine_figures, load_technology
from hwsim.tiles.tiling import Operand
from hwsim.workload.operator import Movement

_PORTS_OF = {Operand.A: {"a"}, Operand.B: {"b", "w"}, Operand.C: {*RESULTS, "c_in"}}


@dataclass(frozen=True)
class Machine:
    """An engine with a scratchpad for each operand, one DRAM channel, and a vector unit for what is no product.

    ``attention`` names what computes products of two activations where the engine's weights are narrower than those,
    and ``beside`` is that engine on the same memories (None where it is not needed); ``precompute`` says when tables
    are made for an engine that takes them.
    """

    engine: Engine
    a: Scratchpad
    b: Scratchpad
    c: Scratchpad
    dram: Dram
    clock_ghz: float = 1.0
    vector_lanes: int | None = None
    prefetch: bool = False
    movement: Movement = Movement.UNIQUE
    attention: str = VECTOR_UNIT
    beside: Machine | None = None
    precompute: Precompute = Precompute.FUSED
    technology: Technology | None = None

    def __post_init__(self) -> None:
        if not 0 < self.clock_ghz < float("inf"):
            raise SpecError(f"a machine's clock_ghz must be above 0, not {self.clock_ghz}")
        if self.vector_lanes is not None and self.vector_lanes < 1:
            raise SpecError(f"a machine's vector_lanes must be at least 1, not {self.vector_lanes}")
        if self.precompute is not Precompute.FUSED and self.tables is None:
            raise SpecError(
                f"precompute={self.precompute.value} makes tables outside of the engine, and {self.engine.spec} takes "
                "none; lut with precompute=fused does"
            )

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
    def figures(self) -> EngineFigures | None:
        """What the engine takes in the technology, if one is chosen; raises SpecError for one that it does not know."""
        return None if self.technology is None else engine_figures(self.technology, self.engine)

    @property
    def fmax_ghz(self) -> float | None:
        """The fastest clock of the engine in its technology, rounded down to 0.1 MHz."""
        return None if self.figures is None else floor(1e4 * self.figures.clock_ghz) / 1e4

    @cached_property
    def lanes(self) -> int:
        """Elements per cycle of the vector unit."""
        return self.vector_lanes or row_of(self.engine)

    @cached_property
    def tables(self) -> TableWork | None:
        """The tables that the vector unit makes for the engine, if it takes any."""
        return table_work(self.engine, self.precompute)

    @cached_property
    def tile_limits(self) -> Limits:
        """Of what a tile holds whole numbers: folds of the engine, and tables where they lie in memory."""
        limits, tables = self.engine.limits, self.tables
        return replace(limits, k=tables.group) if tables is not None and tables.stored else limits

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
            "technology": NO_TECHNOLOGY if self.technology is None else self.technology.origin,
            "clock_ghz": self.clock_ghz,
            "vector_lanes": self.lanes,
            "prefetch": self.prefetch,
            "attention": self.attention,
            "precompute": self.precompute.value,
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
    read: dict[str, Any] = {name: read_field(name, value) for name, value in given.items()}
    values = MachineFields(**read)
    beside = _beside(engine, values, given)
    served = [engine, beside.engine] if beside else [engine]
    pads: dict[str, Any] = {}
    for operand in Operand:
        width = getattr(values, f"scratchpad_{operand.value}_port_bytes_per_cycle")
        pads[operand.value] = _scratchpad(
            operand,
            getattr(values, f"scratchpad_{operand.value}_bytes"),
            max(port_width(each, operand) for each in served) if width == ENGINE_WIDE else width,
            values.buffers,
        )
    machine = Machine(
        engine=engine,
        **pads,
        dram=Dram(values.dram_gb_per_s, values.dram_latency_ns),
        vector_lanes=None if isinstance(values.vector_lanes, str) else values.vector_lanes,
        prefetch=values.prefetch,
        movement=values.movement,
        attention=values.attention,
        precompute=values.precompute,
        technology=None if values.technology == NO_TECHNOLOGY else load_technology(values.technology),
    )
    clock = values.clock_ghz if "clock_ghz" in given else machine.fmax_ghz or values.clock_ghz
    beside = replace(beside, **pads, clock_ghz=clock) if beside else None
    return replace(machine, clock_ghz=clock, beside=beside)


def _beside(engine: Engine, values: MachineFields, given: Mapping[str, object]) -> Machine | None:
    """The same fields around what computes products of two activations."""
    if engine.multiplies_activations:
        return None
    lanes = values.vector_lanes if isinstance(values.vector_lanes, int) else row_of(engine)
    other = attention_engine(values.attention, engine, lanes)
    kept = {name: value for name, value in given.items() if name not in ("attention", "precompute", "vector_lanes")}
    return make_machine(other, {"clock_ghz": values.clock_ghz, **kept, "vector_lanes": lanes})


def _scratchpad(operand: Operand, size: int, width: int, buffers: int) -> Scratchpad:
    try:
        return Scratchpad(size, width, buffers)
    except SpecError as error:
        raise SpecError(f"scratchpad {operand.value}: {error}") from None


def load_machine(text: str | Path | None, engine: Engine, technology: str | None = None) -> Machine:
    """Return the machine that ``text`` describes around ``engine``; None is the preset ``edge``.

    ``technology``, if given, is one of its fields, and takes the place of the one that ``text`` may have.

    ``text`` is a preset, an inline form (``edge:dram_gb_per_s=51.2``, or the fields alone after a colon), or the path
    of a ``.toml`` file whose keys are fields, and ``machine`` the preset that they start from.
    """
    chosen = {} if technology is None else {"technology": technology}
    if text is None:
        return make_machine(engine, chosen)
    if str(text).endswith(".toml"):
        return _from_toml(Path(text), engine, chosen)
    name, given = split_inline(str(text))
    return _from_preset(name or "edge", {**given, **chosen}, engine)


def _from_preset(name: str, given: Mapping[str, object], engine: Engine) -> Machine:
    if name not in MACHINES:
        raise SpecError(f"unknown machine {name!r}{nearest(name, MACHINES)}; machines are {', '.join(MACHINES)}")
    return make_machine(engine, {**split_inline(f"{name}:{MACHINES[name]}")[1], **given})


def _from_toml(path: Path, engine: Engine, chosen: Mapping[str, object]) -> Machine:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: {error}") from None
    try:
        return _from_preset(str(table.pop("machine", "edge")), {**table, **chosen}, engine)
    except SpecError as error:
        raise SpecError(f"{path}: {error}") from None
