"""A point: one machine, one network and how to ask; its digest names everything that decides the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hwsim.engine import Engine, make_engine
from hwsim.errors import HwsimError, SpecError
from hwsim.machine import Machine, make_machine
from hwsim.machine_fields import NO_TECHNOLOGY
from hwsim.technology.loading import digest_of_technology
from sweeps.canonical import code_version, digest
from sweeps.plan_settings import MAPPER_FIELDS, Buffers

Fields = tuple[tuple[str, object], ...]

NAMES_OF_NETWORK = frozenset({"workload", "dims", "source"})
"""Fields that say where a network comes from; its content decides, not they."""


@dataclass(frozen=True, slots=True)
class Network:
    """A workload as a study names it: ``text``, a file of which lies in ``folder``, ``dims`` for its symbolic
    dimensions."""

    text: str
    dims: tuple[tuple[str, int], ...] = ()
    folder: str = ""

    @property
    def source(self) -> str:
        """What the loader takes."""
        return str(Path(self.folder) / self.text) if self.folder else self.text


@dataclass(frozen=True)
class Point:
    """``engine`` holds every field of array and MAC (``mac`` too), ``machine`` the fields that the study sets;
    ``content`` is the digest of the network itself, wherever it came from."""

    array: str
    engine: Fields
    machine: Fields
    network: Network
    content: str
    depth: str
    plan_objective: str
    plan_buffers: str = Buffers.MACHINE.value

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the fields, the network's content and the code that computes."""
        decides = {name: value for name, value in self.fields.items() if name not in NAMES_OF_NETWORK}
        return digest({**decides, **self._figures, "content": self.content, "version": code_version()})

    @property
    def _figures(self) -> dict[str, str]:
        """What a technology says, by its digest: a file of the same name may change."""
        named = dict(self.machine).get("technology", NO_TECHNOLOGY)
        try:
            return {} if named == NO_TECHNOLOGY else {"figures": digest_of_technology(str(named))}
        except SpecError:
            return {}  # there is none: the run says why

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the point is, as JSON holds it."""
        return {
            "array": self.array,
            "engine": dict(self.engine),
            "machine": dict(self.machine),
            "workload": self.network.text,
            "dims": dict(self.network.dims),
            "source": self.network.source,
            "depth": self.depth,
            **self.mapper,
        }

    @property
    def mapper(self) -> dict[str, str]:
        """The fields of the mapper, by name."""
        return {name: getattr(self, name) for name in MAPPER_FIELDS}

    @property
    def values(self) -> dict[str, Any]:
        """What constraints and tables see of the point before it runs."""
        own = {"workload": self.network.text, "array": self.array}
        return {**own, **dict(self.engine), **dict(self.machine), **self.mapper}

    @property
    def values_of_machine(self) -> dict[str, Any]:
        """``values`` and what the machine alone decides; raises SpecError if there is no such machine."""
        return {**self.values, **sizes_of(self.make_machine())}

    def make_engine(self) -> Engine:
        """Raises SpecError if these fields do not fit together."""
        return make_engine(self.array, dict(self.engine))

    def make_machine(self) -> Machine:
        """Raises SpecError if these fields do not fit together."""
        return make_machine(self.make_engine(), dict(self.machine))


def sizes_of(machine: Machine) -> dict[str, int | float]:
    """The metrics that need no run."""
    return {
        "pe_count": machine.engine.pe_count,
        "operand_bits": machine.engine.operand_bits,
        "scratchpad_bytes": machine.a.size_bytes + machine.b.size_bytes + machine.c.size_bytes,
        "clock_ghz": machine.clock_ghz,
    }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a point: a report (JSON form) and its summary, or one sentence that says why there is none."""

    point: Point
    seconds: float
    report: Mapping[str, Any] | None = None
    summary: Mapping[str, Any] | None = None
    error: str | None = None


def failure(point: Point, seconds: float, error: Exception) -> Outcome:
    """The outcome of a point that raised: what hwsim says of it, or the name of the fault and what it says.

    A fault of one point must not end a sweep; when it is mended the point runs again, for the code is in its digest.
    """
    said = str(error) if isinstance(error, HwsimError) else f"{type(error).__name__}: {error}"
    return Outcome(point, seconds, error=said)
