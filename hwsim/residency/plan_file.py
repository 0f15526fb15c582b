"""A file of memory plans: what was asked, the plan that answers it, and the plans of the baselines beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from hwsim.errors import HwsimError, ProgramError
from hwsim.plan_reading import check_format, check_keys, read_json, read_table, read_value
from hwsim.residency.account import Account
from hwsim.residency.check import check_plan
from hwsim.residency.graph import MemoryGraph
from hwsim.residency.plan import MemoryPlan
from hwsim.residency.tiled import TiledStep, tile_steps

FORMAT = "hwsim-memory-plans"
VERSION = 1
KEYS = (
    "format", "version", "workload", "source", "dims", "account", "budget_bytes", "least_budget_bytes",
    "peak_budget_bytes", "peak_is_proven", "compulsory_bytes", "assumptions", "tiled", "plans", "failures",
)  # fmt: skip


@dataclass(frozen=True)
class MemoryPlans:
    """``plans`` by scheme, the answer first; ``failures`` are baselines without a plan, with the reason.

    ``source`` and ``dims`` are how the workload was asked for. ``least_budget_bytes`` is M_R, ``peak_budget_bytes``
    M_P: the least known peak of an order that moves nothing twice, the least of all if ``peak_is_proven``. ``tiled``
    are the steps that work tile by tile, in a scratchpad below M_R.
    """

    workload: str
    source: str
    dims: Mapping[str, int]
    account: Account
    budget_bytes: int
    least_budget_bytes: int
    peak_budget_bytes: int
    peak_is_proven: bool
    compulsory_bytes: int
    assumptions: tuple[str, ...]
    plans: Mapping[str, MemoryPlan]
    failures: Mapping[str, str] = field(default_factory=dict)
    tiled: tuple[TiledStep, ...] = ()

    @property
    def answer(self) -> MemoryPlan:
        """The mapper's own plan."""
        return next(iter(self.plans.values()))

    def check(self, graph: MemoryGraph) -> None:
        """Walk every plan; raises ProgramError for the first thing that cannot happen."""
        if self.compulsory_bytes != graph.compulsory_bytes:
            raise ProgramError(
                f"the plans are of a network whose compulsory bytes are {self.compulsory_bytes}; "
                f"{graph.name} has {graph.compulsory_bytes}"
            )
        tiled = tile_steps(graph, self.tiled)
        for plan in self.plans.values():
            check_plan(tiled, plan)

    def to_json(self) -> dict[str, Any]:
        """A plain value for ``json.dump``."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "workload": self.workload,
            "source": self.source,
            "dims": dict(self.dims),
            "account": asdict(self.account),
            "budget_bytes": self.budget_bytes,
            "least_budget_bytes": self.least_budget_bytes,
            "peak_budget_bytes": self.peak_budget_bytes,
            "peak_is_proven": self.peak_is_proven,
            "compulsory_bytes": self.compulsory_bytes,
            "assumptions": list(self.assumptions),
            "tiled": [asdict(step) for step in self.tiled],
            "plans": {scheme: plan.to_json() for scheme, plan in self.plans.items()},
            "failures": dict(self.failures),
        }

    @classmethod
    def from_json(cls, value: object, where: str = "plans") -> MemoryPlans:
        """The plans that ``to_json`` wrote; raises ProgramError naming ``where`` and the key."""
        table = read_table(value, where)
        check_format(table, FORMAT, VERSION, where)
        check_keys(table, KEYS, where)
        texts, numbers = ("workload", "source"), ("budget_bytes", "least_budget_bytes", "peak_budget_bytes")
        return cls(
            **{key: read_value(table, key, str, where) for key in texts},
            **{key: read_value(table, key, int, where) for key in (*numbers, "compulsory_bytes")},
            dims=_named(table, "dims", int, where),
            account=_account(read_value(table, "account", dict, where), f"{where}: account"),
            peak_is_proven=read_value(table, "peak_is_proven", bool, where),
            assumptions=tuple(str(line) for line in read_value(table, "assumptions", list, where)),
            plans=_plans(read_value(table, "plans", dict, where), read_value(table, "workload", str, where), where),
            failures=_named(table, "failures", str, where),
            tiled=tuple(
                _tiled(x, f"{where}: tiled[{i}]") for i, x in enumerate(read_value(table, "tiled", list, where))
            ),
        )

    def text(self) -> str:
        """The file."""
        return json.dumps(self.to_json(), indent=1) + "\n"


def load_memory_plans(path: str | Path) -> MemoryPlans:
    """Read a file of memory plans; raises ProgramError naming the file."""
    return MemoryPlans.from_json(read_json(path), str(path))


def is_memory_plans(value: object) -> bool:
    """Whether a JSON document says that it holds memory plans."""
    return isinstance(value, dict) and value.get("format") == FORMAT


def _tiled(value: object, where: str) -> TiledStep:
    table = read_table(value, where)
    check_keys(table, (f.name for f in fields(TiledStep)), where)
    room = read_value(table, "room_bytes", int, where)
    return TiledStep(read_value(table, "step", str, where), _named(table, "streamed", int, where), room)


def _named(table: dict[str, Any], key: str, kind: type, where: str) -> dict[str, Any]:
    entries = read_value(table, key, dict, where)
    return {name: read_value(entries, name, kind, f"{where}: {key}") for name in entries}


def _account(table: dict[str, Any], where: str) -> Account:
    known = {f.name: type(f.default) for f in fields(Account)}
    check_keys(table, known, where)
    try:
        return Account(**{key: read_value(table, key, kind, where) for key, kind in known.items()})
    except ProgramError:
        raise
    except HwsimError as error:
        raise ProgramError(f"{where}: {error}") from None


def _plans(table: dict[str, Any], workload: str, where: str) -> dict[str, MemoryPlan]:
    if not table:
        raise ProgramError(f"{where}: plans is empty; it needs at least one")
    found = {}
    for scheme, value in table.items():
        plan = MemoryPlan.from_json(value, f"{where}: plans.{scheme}")
        if plan.scheme != scheme:
            raise ProgramError(f"{where}: plans.{scheme}: the plan's scheme is {plan.scheme!r}")
        if plan.workload != workload:
            raise ProgramError(
                f"{where}: plans.{scheme}: the plan is of {plan.workload!r}, and the file of {workload!r}"
            )
        found[scheme] = plan
    return found
