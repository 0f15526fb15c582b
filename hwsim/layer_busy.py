"""How busy the columns of a sparse column engine are in every matrix product of a network."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from hwsim.arrays.bitslice import Bitslice
from hwsim.engine import Engine
from hwsim.errors import SpecError, nearest
from hwsim.jobs import Job, jobs_of
from hwsim.machine import Machine, make_machine
from hwsim.operands import SYNTHETIC, Operands, load_operands
from hwsim.sparse_columns import BusyColumns, busy_columns
from hwsim.workload.graph import Workload


@dataclass(frozen=True, slots=True)
class LayerBusy:
    """One product: its sides, and how busy the columns are."""

    name: str
    m: int
    n: int
    k: int
    batch: int
    columns: BusyColumns
    """of one pass over all folds of the encoded operand"""
    passes: int
    """times that the encoded operand is issued, for other columns of the plain one"""
    rows_filled: float
    """PEs of a column that hold a column of the plain operand, as a share"""
    synthetic: bool
    """whether the encoded operand is"""

    @property
    def folds(self) -> int:
        return self.columns.folds * self.passes

    @property
    def issue_cycles(self) -> int:
        """Of all folds up to their barriers; fill and drain are not in it."""
        return self.columns.cycles * self.passes

    @property
    def pes_filled(self) -> float:
        """PEs that hold a row of the encoded operand and a column of the plain one, as a share."""
        return self.columns.filled * self.rows_filled

    def to_json(self) -> dict[str, object]:
        columns = self.columns
        return {
            "name": self.name,
            "m": self.m,
            "n": self.n,
            "k": self.k,
            "batch": self.batch,
            "folds": self.folds,
            "issue_cycles": self.issue_cycles,
            "busy_min": columns.minimum,
            "busy_average": columns.average,
            "busy_max": columns.maximum,
            "lane_busy_average": columns.lane_average,
            "columns_filled": columns.filled,
            "pes_filled": self.pes_filled,
            "work_cycles_per_operand": columns.work_per_operand,
            "cycles_per_operand": columns.cycles_per_operand,
            "empty_group_share": columns.empty_share,
            "synthetic": self.synthetic,
        }


@dataclass(frozen=True, slots=True)
class NetworkBusy:
    """All layers asked for, in the network's order, and what the shares rest on."""

    workload: str
    engine: str
    lanes: int
    layers: tuple[LayerBusy, ...]
    assumptions: tuple[str, ...]

    @property
    def issue_cycles(self) -> int:
        return sum(layer.issue_cycles for layer in self.layers)

    def to_json(self) -> dict[str, object]:
        return {
            "workload": self.workload,
            "engine": self.engine,
            "issue_cycles": self.issue_cycles,
            "layers": [layer.to_json() for layer in self.layers],
            "assumptions": list(self.assumptions),
        }


def network_busy(
    workload: Workload,
    engine: Engine,
    operands: Operands | str | Path | None = None,
    layers: Collection[str] = (),
) -> NetworkBusy:
    """How busy the columns of ``engine`` are, layer by layer; ``layers`` are those asked for, all if there are none.

    ``operands`` are an ``.npz`` file or its arrays, synthetic where it has none. A layer asked for alone has the same
    synthetic operands as among all.
    Raises SpecError for an engine without sparse columns, a layer that the network lacks, a product that the engine
    cannot compute and operands that do not fit.
    """
    if not isinstance(engine.array, Bitslice):
        raise SpecError(f"only the columns of {Bitslice.name} wait for each other's digits, and {engine.spec} has none")
    if not isinstance(operands, Operands):
        operands = load_operands(operands) if operands else Operands()
    operands.check_keys(workload)
    jobs = _asked(workload, _numbered(workload, make_machine(engine, {})), layers)
    found = tuple(_layer(job, number, engine, engine.array, operands) for number, job in jobs)
    said = (*_assumptions(found), *workload.assumptions)
    return NetworkBusy(workload.name, engine.spec, engine.array.layout(engine.mac).rule.lanes, found, said)


def _numbered(workload: Workload, machine: Machine) -> dict[str, tuple[int, Job]]:
    """The products that the engine itself computes, with their numbers among all."""
    jobs = enumerate(jobs_of(workload, machine).values())
    return {job.name: (number, job) for number, job in jobs if job.machine is machine}


def _asked(workload: Workload, jobs: dict[str, tuple[int, Job]], layers: Collection[str]) -> list[tuple[int, Job]]:
    names = list(jobs)
    known = f"its {len(names)} are {names[0]} to {names[-1]}" if names else "it has none"
    for name in layers:
        if name not in jobs:
            raise SpecError(f"{workload.name} has no matrix product {name!r}{nearest(name, names)}; {known}")
    return [(number, job) for number, job in jobs.values() if not layers or job.name in layers]


def _layer(job: Job, number: int, engine: Engine, array: Bitslice, operands: Operands) -> LayerBusy:
    layout, demand = array.layout(engine.mac), job.demand
    role, plain = ("w", demand.m) if array.transposed else ("a", demand.n)
    given, synthetic = operands.one(job, (engine.mac.a, engine.mac.w), number, role)
    encoded = given.swapaxes(1, 2) if array.transposed else given
    again = -(-plain // array.rows)
    return LayerBusy(
        job.name,
        demand.m,
        demand.n,
        demand.k,
        demand.batch,
        busy_columns(encoded, layout.rule, layout.encoded),
        passes=again * (demand.batch // len(encoded)),
        rows_filled=plain / (again * array.rows),
        synthetic=synthetic,
    )


def _assumptions(layers: tuple[LayerBusy, ...]) -> Iterator[str]:
    yield "cycles are those in which digits are issued: fill, drain and memories are left out"
    names = [layer.name for layer in layers if layer.synthetic]
    if names:
        which = "all layers" if len(names) == len(layers) else ", ".join(names)
        yield f"the encoded operands of {which} are synthetic: {SYNTHETIC}"
