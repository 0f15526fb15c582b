"""What a network mapper decides: the order of steps, an address for each stay of each buffer, and every transfer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import Any, TypeVar

from hwsim.errors import ProgramError, nearest
from hwsim.plan_reading import check_keys, read_table, read_value

E = TypeVar("E", bound=Enum)


class TransferKind(Enum):
    """Which way a buffer moves, and whether it must."""

    LOAD = "load"
    """DRAM to scratchpad, the first time: compulsory"""
    STORE = "store"
    """scratchpad to DRAM, of what is handed out: compulsory"""
    SPILL = "spill"
    """scratchpad to DRAM, so that it can come back"""
    RETRIEVE = "retrieve"
    """DRAM to scratchpad, again"""

    @property
    def compulsory(self) -> bool:
        return self in (TransferKind.LOAD, TransferKind.STORE)


class Status(Enum):
    """What is known of a plan. OPTIMAL: its bytes equal a proven lower bound for every order that was allowed."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, slots=True)
class Stay:
    """``tensor`` lies at [offset, offset + size) during the steps [start, end) of the plan's order."""

    tensor: str
    offset: int
    size: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """``bytes`` of ``tensor`` at a step: LOAD and RETRIEVE before it computes, SPILL and STORE after."""

    tensor: str
    step: int
    kind: TransferKind
    bytes: int


@dataclass(frozen=True)
class MemoryPlan:
    """One scheme's plan for one scratchpad of ``budget_bytes``.

    ``order`` names steps of the memory graph; a step that is repeated stands again. Two stays overlap in time and
    address only where a step works in place: there both cover the step, at the same offset. ``bound_bytes`` is a
    proven lower bound on the objective (0 if nothing better is known).
    """

    scheme: str
    workload: str
    budget_bytes: int
    order: tuple[str, ...]
    stays: tuple[Stay, ...]
    transfers: tuple[Transfer, ...]
    status: Status = Status.FEASIBLE
    bound_bytes: int = 0

    def moved(self, *kinds: TransferKind) -> int:
        """Bytes of all transfers of these kinds."""
        return sum(transfer.bytes for transfer in self.transfers if transfer.kind in kinds)

    @property
    def objective_bytes(self) -> int:
        """Spills and retrieves: the bytes that a larger scratchpad would not move (COSMA Eq. 12)."""
        return self.moved(TransferKind.SPILL, TransferKind.RETRIEVE)

    @property
    def height_bytes(self) -> int:
        """The highest address in use, plus one."""
        return max((stay.offset + stay.size for stay in self.stays), default=0)

    def to_json(self) -> dict[str, Any]:
        """A plain value for ``json.dump``."""
        return {
            "scheme": self.scheme,
            "workload": self.workload,
            "budget_bytes": self.budget_bytes,
            "status": self.status.value,
            "objective_bytes": self.objective_bytes,
            "bound_bytes": self.bound_bytes,
            "order": list(self.order),
            "placements": [asdict(stay) for stay in self.stays],
            "transfers": [{**asdict(transfer), "kind": transfer.kind.value} for transfer in self.transfers],
        }

    @classmethod
    def from_json(cls, value: object, where: str = "plan") -> MemoryPlan:
        """The plan that ``to_json`` wrote; raises ProgramError naming ``where`` and the key."""
        table = read_table(value, where)
        order = read_value(table, "order", list, where)
        return cls(
            read_value(table, "scheme", str, where),
            read_value(table, "workload", str, where),
            read_value(table, "budget_bytes", int, where),
            tuple(str(name) for name in order),
            tuple(_stay(x, f"{where}: placements[{i}]") for i, x in _items(table, "placements", where)),
            tuple(_transfer(x, f"{where}: transfers[{i}]") for i, x in _items(table, "transfers", where)),
            _one_of(Status, table, "status", where),
            read_value(table, "bound_bytes", int, where),
        )


def _items(table: dict[str, Any], key: str, where: str) -> list[tuple[int, object]]:
    return list(enumerate(read_value(table, key, list, where)))


def _stay(value: object, where: str) -> Stay:
    table = _row(value, Stay, where)
    return Stay(
        read_value(table, "tensor", str, where), *(read_value(table, f.name, int, where) for f in fields(Stay)[1:])
    )


def _transfer(value: object, where: str) -> Transfer:
    table = _row(value, Transfer, where)
    tensor, step = read_value(table, "tensor", str, where), read_value(table, "step", int, where)
    return Transfer(tensor, step, _one_of(TransferKind, table, "kind", where), read_value(table, "bytes", int, where))


def _row(value: object, kind: type, where: str) -> dict[str, Any]:
    table = read_table(value, where)
    check_keys(table, (f.name for f in fields(kind)), where)
    return table


def _one_of(kind: type[E], table: dict[str, Any], key: str, where: str) -> E:
    text = read_value(table, key, str, where)
    known = [member.value for member in kind]
    if text not in known:
        raise ProgramError(f"{where}: {key} is {text!r}{nearest(text, known)}; allowed are {', '.join(known)}")
    return kind(text)
