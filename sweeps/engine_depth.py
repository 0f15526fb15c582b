"""The depth ``engine``: engines alone, thousands at once, by closed forms over all products of a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter
from typing import Any

from hwsim.arrays.base import COUNTABLE
from hwsim.design_space import cycles_of
from hwsim.engine import Engine
from hwsim.errors import SpecError
from hwsim.gemm import Gemm, Shapes
from hwsim.machine import Machine
from hwsim.run_cost import ENGINE, NO_COST, SCOPES, RunCost
from hwsim.storage import Storage
from hwsim.workload.graph import Workload
from sweeps.metrics import summarise
from sweeps.point import Network, Outcome, Point, failure, sizes_of

ENGINE_DEPTH = "engine"
"""Beside the depths of a simulation: no memories, no plan, no operator that is no product."""

ASSUMPTIONS = (
    "the engine alone: operands are always there, and results are always taken",
    "what is no matrix product is not counted",
)


@dataclass(frozen=True)
class Products:
    """The products of a network: their names, their sides, and each distinct product once."""

    workload: Workload
    names: tuple[str, ...]
    gemms: tuple[Gemm, ...]

    @classmethod
    def of(cls, workload: Workload) -> Products:
        found = [(operator.name, product.gemm) for operator, product in workload.products]
        return cls(workload, tuple(name for name, _ in found), tuple(gemm for _, gemm in found))

    @cached_property
    def macs(self) -> int:
        return sum(gemm.macs for gemm in self.gemms)

    def shapes(self) -> Shapes:
        return Shapes.of(*([getattr(gemm, side) for gemm in self.gemms] for side in ("m", "n", "k", "batch")))

    def check(self, engine: Engine) -> None:
        """Raise SpecError, naming the layer, for a product that the engine cannot compute."""
        storage = Storage(self.workload, engine)
        for operator, product in self.workload.products:
            said = f"{self.workload.name}: layer {operator.name!r}"
            if not storage.on_engine(product):
                raise SpecError(f"{said} multiplies two activations, and {engine.spec} alone does not")
            try:
                engine.check(product.gemm)
            except SpecError as error:
                raise SpecError(f"{said}: {error}") from None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A point that can be answered: where it stands among those asked, and its machine."""

    place: int
    point: Point
    machine: Machine


def evaluate_together(points: Sequence[Point], networks: Mapping[Network, Workload]) -> list[Outcome]:
    """The outcomes of ``points``, all of the depth ``engine``, in their order.

    ``networks`` has every network of the points. A point that fails does not touch the others.
    """
    begin = perf_counter()
    outcomes: list[Outcome | None] = [None] * len(points)
    by_network: dict[Network, list[_Asked]] = {}
    checked: set[object] = set()
    products = {network: Products.of(workload) for network, workload in networks.items()}
    for place, point in enumerate(points):
        try:
            asked = _Asked(place, point, point.make_machine())
            _check(asked, products[point.network], checked)
        except Exception as error:
            outcomes[place] = failure(point, 0.0, error)
        else:
            by_network.setdefault(point.network, []).append(asked)
    for network, answered in by_network.items():
        for asked, outcome in zip(answered, _outcomes(answered, products[network]), strict=True):
            outcomes[asked.place] = outcome
    each = (perf_counter() - begin) / max(len(points), 1)
    return [replace(outcome, seconds=each) for outcome in outcomes if outcome is not None]


def _check(asked: _Asked, products: Products, checked: set[object]) -> None:
    """Raise what ``Products.check`` raises; engines with equal MACs in one kind of array pass or fail alike."""
    engine = asked.machine.engine
    alike = asked.point.network, type(engine.array), engine.mac
    if alike not in checked:
        products.check(engine)
        checked.add(alike)


def _outcomes(asked: Sequence[_Asked], products: Products) -> list[Outcome]:
    """The outcome of each; where all together cannot be answered, one by one."""
    try:
        reports = _reports(asked, products)
        summaries = [{**summarise(report), **sizes_of(one.machine)} for one, report in zip(asked, reports, strict=True)]
    except Exception as error:
        if len(asked) == 1:
            return [failure(asked[0].point, 0.0, error)]
        return [outcome for one in asked for outcome in _outcomes([one], products)]
    return [
        Outcome(one.point, 0.0, report, summary) for one, report, summary in zip(asked, reports, summaries, strict=True)
    ]


def _reports(asked: Sequence[_Asked], products: Products) -> list[dict[str, Any]]:
    """One report for each, without its layers: those of a design that is looked at are made by ``layers_of``."""
    cycles = cycles_of([one.machine.engine for one in asked], products.shapes())
    if cycles.size and int(cycles.max()) * cycles.shape[1] >= COUNTABLE:
        cycles = cycles.astype(object)  # sums that an int64 may not hold
    totals = cycles.sum(axis=1)
    return [_report(one.machine, products, int(total)) for one, total in zip(asked, totals, strict=True)]


def _report(machine: Machine, products: Products, cycles: int) -> dict[str, Any]:
    engine = machine.engine
    return {
        "workload": products.workload.name,
        "engine": engine.spec,
        "depth": ENGINE_DEPTH,
        "pe_count": engine.pe_count,
        "total_cycles": cycles,
        "compute_cycles": cycles,
        "stall_cycles": {},
        "macs": products.macs,
        "utilization": products.macs * engine.passes / (engine.pe_count * cycles) if cycles else 0.0,
        "clock_ghz": machine.clock_ghz,
        "dram_bytes": None,
        **_cost(machine, products.macs, cycles),
        "assumptions": [*ASSUMPTIONS, *(machine.figures.notes if machine.figures else ())],
        "layers": [],
    }


def _cost(machine: Machine, macs: int, cycles: int) -> Mapping[str, object]:
    """What the engine alone takes in its technology: its area, and the energy of its leaves over the cycles."""
    if machine.technology is None or machine.figures is None or not cycles:
        return NO_COST
    figures, time_ns = machine.figures, cycles / machine.clock_ghz
    cost = RunCost(
        machine.technology.origin,
        {f"{ENGINE}.{kind}": area for kind, area in figures.areas_um2.items()},
        _parts(figures.energy_pj(macs, cycles, time_ns, unit_delay=False)),
        _parts(figures.energy_pj(macs, cycles, time_ns, unit_delay=True)),
        figures.notes,
    )
    said = cost.to_json(2e-3 * macs / time_ns, 1e-6 * time_ns)
    return {**said, **{name: _array_alone(said[name]) for name in ("tops_per_mm2", "tops_per_watt")}}


def _parts(energies: Mapping[str, float] | None) -> Mapping[str, float] | None:
    return None if energies is None else {f"{ENGINE}.{part}": energy for part, energy in energies.items()}


def _array_alone(by_scope: object) -> Mapping[str, float] | None:
    """A rate without the scopes that have memories in them: there are none here."""
    return {SCOPES[0]: by_scope[SCOPES[0]]} if isinstance(by_scope, Mapping) else None


def report_of(machine: Machine, workload: Workload) -> dict[str, Any]:
    """The report of one design, with its layers: `hwsim simulate --depth engine`.

    Raises SpecError for a product that the engine cannot compute.
    """
    products = Products.of(workload)
    products.check(machine.engine)
    layers = layers_of(machine, workload)
    report = _report(machine, products, sum(layer["total_cycles"] for layer in layers))
    return {**report, "layers": layers, "other_operators": []}


def layers_of(machine: Machine, workload: Workload) -> list[dict[str, Any]]:
    """The layers of one design, as the report of a simulation has them, with what this depth knows of them."""
    engine, products = machine.engine, Products.of(workload)
    cycles = cycles_of([engine], products.shapes())[0].tolist()
    return [
        {
            "name": name,
            "engine": engine.spec,
            **{side: getattr(gemm, side) for side in ("m", "n", "k", "batch")},
            "macs": gemm.macs,
            "compute_cycles": count,
            "total_cycles": count,
            "stall_cycles": {},
            "utilization": gemm.macs * engine.passes / (engine.pe_count * count),
            "dram_bytes": None,
        }
        for name, gemm, count in zip(products.names, products.gemms, cycles, strict=True)
    ]
