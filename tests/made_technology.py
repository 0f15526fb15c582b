"""A technology that nobody measured: figures by simple laws, so that sums and interpolation can be told beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from pathlib import Path

from hwsim.engine import Engine
from hwsim.inventory import Leaf
from hwsim.technology import Technology
from hwsim.technology.data_file import to_text
from hwsim.technology.figures import CharacterisedEngine, LeafFigures, Switching
from hwsim.technology.keys import engine_key, leaf_key
from hwsim.technology.provenance import Provenance

PROVENANCE = Provenance("cells", "0" * 64, "made up", "none", {"tool": "1"}, "a recipe", "operands", "2026-11-26", "1")
DELAY_NS, PERIOD_NS, LEAKAGE_NW, CLOCK_PJ = 0.5, 2.0, 3.0, 0.25
SWITCHING = Switching(1.5, 4.0)


def area(leaf: Leaf) -> float:
    """Proportional to bits, stages and inputs, which areas of registers are."""
    return 10.0 * prod(value for name, value in leaf.parameters if name in ("bits", "stages", "inputs"))


def leaf_figures(leaf: Leaf, simulated: bool = True) -> LeafFigures:
    leakage, clock = (LEAKAGE_NW * area(leaf), CLOCK_PJ * area(leaf)) if simulated else (None, None)
    return LeafFigures(leaf, area(leaf), DELAY_NS, leakage, clock, "0" * 16)


def characterised(engine: Engine, simulated: bool = True) -> CharacterisedEngine:
    leaves = [leaf for leaf, _ in engine.inventory()]
    switching = {leaf: SWITCHING.scaled(area(leaf)) for leaf in leaves} if simulated else None
    key, rate = engine_key(engine), 1 / engine.passes
    return CharacterisedEngine(engine.spec, key, PERIOD_NS, "one register to another", rate, switching)


def made(engines: Iterable[Engine], further: Iterable[Leaf] = (), simulated: bool = True) -> Technology:
    """Every leaf of ``engines`` and ``further``, whose names and parameters alone decide their figures."""
    measured = tuple(engines)
    leaves = sorted({leaf for engine in measured for leaf, _ in engine.inventory()} | set(further))
    assert len({leaf_key(leaf) for leaf in leaves}) == len(leaves)
    return Technology(
        name="made",
        node_nm=45,
        voltage_v=1.0,
        temperature_c=25.0,
        corner="1 V, 25 C",
        provenance=PROVENANCE,
        leaves=tuple(leaf_figures(leaf, simulated) for leaf in leaves),
        engines=tuple(characterised(engine, simulated) for engine in measured),
    )


def write(technology: Technology, folder: Path) -> Path:
    path = folder / f"{technology.name}.json"
    path.write_text(to_text(technology), "utf-8")
    return path
