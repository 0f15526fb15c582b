"""``hwsim rtl power``: energy per operation of an engine's gates, by two models of glitches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweeps.commands.failure import ANSWER_IS_BAD
from sweeps.commands.printing import Json, console, print_json
from sweeps.commands.synthesis import (
    DEFAULT_ADDER,
    DEFAULT_COVER,
    DEFAULT_OPERANDS,
    AdderName,
    CoverName,
    EngineArgument,
    LibertyFiles,
    NoBooth,
    NoCache,
    cache_for,
    library_of,
    provenance_facts,
    recipe_facts,
    recipe_of,
)

if TYPE_CHECKING:
    from rtl.synthesis.energy import EngineEnergy


def power(
    engine: EngineArgument,
    liberty: LibertyFiles = None,
    operands: Annotated[
        str, typer.Option("--operands", help="normal:sigma=S, uniform, zeros, or an .npz file with a and w.")
    ] = DEFAULT_OPERANDS,
    clock_ns: Annotated[
        float | None,
        typer.Option("--clock-ns", help="The period to aim at, and to leak for; the longest path without it."),
    ] = None,
    adder: AdderName = DEFAULT_ADDER,
    cover: CoverName = DEFAULT_COVER,
    no_booth: NoBooth = False,
    no_cache: NoCache = False,
    json: Json = False,
) -> None:
    """Energy per multiply-accumulate and operation: static, clock and switching, with glitches and without.

    Exit code 1: the period of --clock-ns is not met.
    """
    from hwsim.engine import load_engine
    from rtl.synthesis.energy import engine_energy
    from rtl.synthesis.engine_cost import engine_cost
    from rtl.synthesis.power.operands import read_source

    source, loaded, recipe = read_source(operands), load_engine(engine), recipe_of(adder, cover, no_booth, clock_ns)
    library, cache = library_of(liberty), cache_for(no_cache)
    cost = engine_cost(loaded, library, recipe, cache)
    energy = engine_energy(loaded, library, recipe, source, cache)
    period_ns = cost.worst.delay_ns if clock_ns is None else clock_ns
    if json:
        print_json(energy_facts(energy, period_ns, cost.met))
    else:
        from sweeps.render.power import print_energy

        print_energy(console(), energy, period_ns, cost.met)
    raise typer.Exit(0 if cost.met else ANSWER_IS_BAD)


def energy_facts(energy: EngineEnergy, period_ns: float, met: bool) -> dict[str, Any]:
    """Everything that the table says, and where it comes from."""
    from rtl.synthesis.energy import ASSUMPTIONS, OPERATIONS_PER_MAC, Glitches

    return {
        "engine": energy.engine.spec,
        **provenance_facts(energy.library),
        "recipe": recipe_facts(energy.recipe),
        "operands": energy.operands,
        "clock_ns": period_ns,
        "met": met,
        "simulated": {
            "engine": energy.simulated.spec,
            "cycles": energy.cycles,
            "active_cycles": energy.active_cycles,
        },
        "macs_per_cycle": energy.macs_per_cycle,
        "operations_per_mac": OPERATIONS_PER_MAC,
        "pj_per_mac": {g.value: energy.pj_per_mac(g, period_ns) for g in Glitches},
        "pj_per_operation": {g.value: energy.pj_per_operation(g, period_ns) for g in Glitches},
        "static_pj_per_mac": energy.static_pj(period_ns) / energy.macs_per_cycle,
        "clock_pj_per_mac": energy.clock_pj / energy.macs_per_cycle,
        "switching_pj_per_mac": {g.value: energy.switching_pj(g) / energy.macs_per_cycle for g in Glitches},
        "leaves": [
            {
                "leaf": leaf.leaf.name,
                "kind": leaf.leaf.kind,
                "count": count,
                "leakage_nw": leaf.leakage_nw,
                "clock_pj": leaf.clock_pj,
                "switching_pj": {g.value: leaf.switching_pj[g] for g in Glitches},
                "measured": leaf.measured.name,
            }
            for leaf, count in zip(energy.leaves, energy.counts, strict=True)
        ],
        "assumptions": list(ASSUMPTIONS),
    }
