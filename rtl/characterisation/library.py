"""A technology from a cell library: leaves mapped and timed, engines timed and simulated, two at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib import metadata
from multiprocessing import get_context
from threading import Thread
from time import sleep
from typing import TypeVar

from hwsim.engine import Engine, load_engine
from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from hwsim.technology.figures import CharacterisedEngine, LeafFigures, Switching
from hwsim.technology.keys import engine_key
from hwsim.technology.provenance import Provenance
from hwsim.technology.technology import Technology
from rtl.leaves import build_cell
from rtl.synthesis.cache import Cache
from rtl.synthesis.energy import Glitches, LeafEnergy, engine_energy
from rtl.synthesis.engine_cost import engine_cost
from rtl.synthesis.errors import SynthesisError
from rtl.synthesis.leaf_cost import WORKERS, leaf_costs, tool_versions
from rtl.synthesis.liberty import Library
from rtl.synthesis.power.operands import read_source
from rtl.synthesis.power.pins import pin_energies
from rtl.synthesis.recipe import Recipe

Result = TypeVar("Result")

NO_OPERANDS = "none: energies were not simulated"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a Liberty file does not say of itself: the name it goes by, its node, and where it comes from."""

    name: str
    node_nm: float
    source: str
    licence: str


KNOWN: tuple[tuple[str, Identity], ...] = (
    ("osu018", Identity("osu018", 180, "Debian package qflow-tech-osu018, osu018_stdcells.lib", "GPL")),
    ("sky130_fd_sc_hd", Identity("sky130", 130, "OpenSTA examples, sky130hd_tt", "Apache-2.0")),
    ("sg13g2", Identity("sg13g2", 130, "IHP Open PDK, ihp-sg13g2 sg13g2_stdcell_typ_1p20V_25C", "Apache-2.0")),
    ("asap7", Identity("asap7", 7, "lambdapdk, ASAP7 asap7sc7p5t RVT TT NLDM (predictive)", "BSD-3-Clause")),
)
"""Beginning of a library's name -> what it is."""


def identity_of(library: Library) -> Identity | None:
    """What is known of a library by its name."""
    return next((identity for beginning, identity in KNOWN if library.name.startswith(beginning)), None)


Watch = Callable[[str, int, int], None]
"""Called with what is done (its name, or why an engine has no energies), how many are, and of how many."""


@dataclass(frozen=True, slots=True)
class Task:
    """How leaves and engines are measured, as processes of their own are told it; ``floats`` are simulated too, which
    takes minutes for each engine."""

    library: Library
    recipe: Recipe
    cache: Cache
    operands: str | None
    floats: bool = False


def characterise(
    engines: Sequence[Engine],
    further: Sequence[Leaf],
    library: Library,
    recipe: Recipe,
    cache: Cache,
    identity: Identity,
    operands: str | None,
    floats: bool = False,
    watch: Watch = lambda name, done, total: None,
) -> Technology:
    """Figures of every leaf of ``engines`` and of the leaves ``further``, and of the engines themselves.

    ``operands`` are what is multiplied while switching is counted; without them energies stay unknown, and those of
    float engines without ``floats``. What ``cache``
    has is not measured again. Raises MissingToolError without the tools, SynthesisError for what cannot be mapped.
    """
    task = Task(library, recipe, cache, operands, floats)
    leaves = list(dict.fromkeys([*(leaf for engine in engines for leaf, _ in engine.inventory()), *further]))
    total, done = len(leaves) + len(engines), 0
    with ProcessPoolExecutor(WORKERS, get_context("spawn"), _end_with_parent) as pool:
        mapped = {pool.submit(_leaf, task, leaf): leaf.name for leaf in leaves}
        costs: dict[str, LeafFigures] = {}
        for name, figures in _finished(mapped):
            costs[name], done = figures, done + 1
            watch(name, done, total)
        measured = {pool.submit(_engine, task, engine.spec): engine.spec for engine in engines}
        found: dict[str, CharacterisedEngine] = {}
        for name, (one, complaint) in _finished(measured):
            found[name], done = one, done + 1
            watch(complaint or name, done, total)
    voltage, celsius = _corner(library)
    return Technology(
        name=identity.name,
        node_nm=identity.node_nm,
        voltage_v=voltage,
        temperature_c=celsius,
        corner=library.corner,
        provenance=_provenance(task, identity),
        leaves=tuple(costs[leaf.name] for leaf in sorted(leaves)),
        engines=tuple(found[spec] for spec in sorted(found)),
    )


def _end_with_parent() -> None:
    """A worker whose parent was killed ends too, whatever it works on."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            sleep(1)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _finished(futures: dict[Future[Result], str]) -> Iterator[tuple[str, Result]]:
    """Names and results as they come; what is still to do is given up with the first error."""
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def _leaf(task: Task, leaf: Leaf) -> LeafFigures:
    (cost,) = leaf_costs([leaf], task.library, task.recipe, task.cache)
    delay = cost.worst.delay_ns if cost.worst else 0.0
    leakage = clock = None
    if task.operands is not None:
        energies = pin_energies(cost, build_cell(leaf).clocked, task.library, task.cache)
        leakage, clock = _digits(energies.leakage_nw), _digits(energies.clock_pj)
    digest = sha256(cost.mapped.netlist.encode()).hexdigest()[:16]
    return LeafFigures(leaf, _digits(cost.area_um2), delay, leakage, clock, digest)


def _engine(task: Task, spec: str) -> tuple[CharacterisedEngine, str]:
    """The engine, and why it has no energies if they cannot be told: its area and clock stand without them."""
    engine = load_engine(spec)
    cost = engine_cost(engine, task.library, task.recipe, task.cache)
    where = cost.worst_leaf.leaf.name if cost.worst_leaf else cost.timed.spec
    path = f"{cost.worst.start} to {cost.worst.end} in {where}"
    plain = CharacterisedEngine(
        engine.spec, engine_key(engine), cost.worst.delay_ns, path, _digits(1 / engine.passes), None
    )
    if task.operands is None:
        return plain, ""
    if engine.mac.floating and not task.floats:
        return plain, f"no energies of {spec}: floats are simulated where the engine is named (--engine)"
    try:
        energy = engine_energy(engine, task.library, task.recipe, read_source(task.operands), task.cache)
    except (SynthesisError, SpecError) as error:
        return plain, f"no energies of {spec}: {error}"
    rate = _digits(energy.macs_per_cycle / engine.pe_count)
    return replace(plain, macs_per_pe_cycle=rate, switching={x.leaf: _switching(x) for x in energy.leaves}), ""


def _switching(energy: LeafEnergy) -> Switching:
    taken = energy.switching_pj
    return Switching(_digits(taken[Glitches.ZERO_DELAY]), _digits(taken[Glitches.UNIT_DELAY]))


def _digits(value: float) -> float:
    """Six significant digits, more than any figure has."""
    return float(f"{value:.6g}")


def _corner(library: Library) -> tuple[float, float]:
    """Volts and degrees Celsius."""
    try:
        voltage, celsius = (float(part.split()[0]) for part in library.corner.split(","))
    except ValueError:
        raise SpecError(f"{library.name} says no nominal voltage and temperature, but {library.corner!r}") from None
    return voltage, celsius


def _provenance(task: Task, identity: Identity) -> Provenance:
    return Provenance(
        library=task.library.name,
        digest=task.library.digest,
        source=identity.source,
        licence=identity.licence,
        tools=dict(tool_versions()),
        recipe=str(task.recipe),
        operands=task.operands or NO_OPERANDS,
        date=datetime.now(UTC).date().isoformat(),
        hwsim=metadata.version("hwsim"),
    )
