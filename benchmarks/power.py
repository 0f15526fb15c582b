"""How the energy of a PE settles with the length of a run, the size of the engine and the draw, and what it takes.

    python benchmarks/power.py [ENGINE]

Area, timing and power of the engine are made without any cache; the other runs share the netlists.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from time import perf_counter

import hwsim
from rtl.synthesis import energy as of_engines
from rtl.synthesis.cache import NO_CACHE, default_cache
from rtl.synthesis.energy import EngineEnergy, Glitches, engine_energy
from rtl.synthesis.engine_cost import engine_cost
from rtl.synthesis.liberty import default_library
from rtl.synthesis.power.operands import DEFAULT_OPERANDS, Drawn
from rtl.synthesis.recipe import Recipe

ENGINE = "systolic-os:rows=4,cols=4"
CYCLES = (24, 48, 96, 192, 384)
SEEDS = (1, 2, 3)


def cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def all_of_it(spec: str) -> str:
    """Seconds for area, timing and power of everything in the engine."""
    engine, library, recipe = hwsim.load_engine(spec), default_library(), Recipe()
    cpu, wall = cpu_seconds(), perf_counter()
    engine_cost(engine, library, recipe, NO_CACHE)
    between = cpu_seconds()
    engine_energy(engine, library, recipe, DEFAULT_OPERANDS, NO_CACHE)
    return (
        f"area and timing {between - cpu:.1f}, power {cpu_seconds() - between:.1f} CPU seconds; "
        f"{perf_counter() - wall:.1f} s in all"
    )


def measured(spec: str, operands: Drawn) -> EngineEnergy:
    return engine_energy(hwsim.load_engine(spec), default_library(), Recipe(), operands, default_cache())


def row(spec: str, operands: Drawn) -> str:
    found = measured(spec, operands)
    pe = max(found.leaves, key=lambda leaf: leaf.switching_pj[Glitches.ZERO_DELAY])
    shown = " | ".join(f"{pe.switching_pj[glitches]:.2f}" for glitches in Glitches)
    return f"| {found.simulated.spec.split(',overlap')[0]} | {operands.cycles} | {operands.seed} | {shown} |"


def main(spec: str) -> None:
    print(all_of_it(spec))
    print("| simulated | cycles | seed | " + " | ".join(f"{glitches.value}, pJ" for glitches in Glitches) + " |")
    print("|---|---:|---:|" + "---:|" * len(Glitches))
    for cycles in CYCLES:
        print(row(spec, replace(DEFAULT_OPERANDS, cycles=cycles)), flush=True)
    for seed in SEEDS:
        print(row(spec, replace(DEFAULT_OPERANDS, seed=seed)), flush=True)
    of_engines.SHORT_SIDES = (4,)
    print(row(spec, replace(DEFAULT_OPERANDS, cycles=4 * DEFAULT_OPERANDS.cycles)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else ENGINE)
