"""``hwsim rtl baselines``: PEs of bit-serial designs of the literature beside bit-parallel MACs and OPT3 to OPT4E."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweeps.commands.printing import Json, console, print_json
from sweeps.commands.synthesis import (
    DEFAULT_ADDER,
    DEFAULT_COVER,
    AdderName,
    CoverName,
    LibertyFiles,
    NoCache,
    cache_for,
    library_of,
    provenance_facts,
    recipe_facts,
    recipe_of,
)

if TYPE_CHECKING:
    from rtl.synthesis.serial_energy import PeEnergy
    from rtl.synthesis.serial_pes import PeCost, Ratio


def baselines(
    pe: Annotated[
        list[str] | None,
        typer.Option(
            "--pe",
            help="parallel, booth, fused, opt3, opt4c, opt4e, or a bit-serial design with its fields, "
            "laconic:encoding=naf; may be given again. Default: all.",
        ),
    ] = None,
    liberty: LibertyFiles = None,
    adder: AdderName = DEFAULT_ADDER,
    cover: CoverName = DEFAULT_COVER,
    energy: Annotated[
        bool, typer.Option("--energy", help="Energy per MAC too, by both glitch models; takes minutes for large PEs.")
    ] = False,
    no_cache: NoCache = False,
    json: Json = False,
) -> None:
    """Area, delay, multiply-accumulates per cycle and TOPS/mm2 of PEs, alone and with what issues digits to them."""
    from rtl.synthesis.serial_energy import pe_energy
    from rtl.synthesis.serial_pes import EVERY_PE, pe_costs, ratios

    library, recipe = library_of(liberty), recipe_of(adder, cover, False, None)
    cache = cache_for(no_cache)
    costs = pe_costs(pe or EVERY_PE, library, recipe, cache)
    taken = [pe_energy(cost.name, library, recipe, cache) for cost in costs] if energy else []
    found = ratios(costs)
    if json:
        facts = {**provenance_facts(library), "recipe": recipe_facts(recipe)}
        told = {"pes": [_facts(cost) for cost in costs], "ratios": [_ratio_facts(ratio) for ratio in found]}
        energies = [_energy_facts(cost, pe) for cost, pe in zip(costs, taken, strict=bool(taken))]
        print_json({**facts, **told, **({"energy": energies} if taken else {})})
    else:
        from sweeps.render.baselines import print_baselines

        print_baselines(console(), costs, taken, found, library, recipe)


def _facts(cost: PeCost) -> dict[str, Any]:
    return {
        "pe": cost.name,
        "leaf": cost.leaf.name,
        "scopes": {
            scope.value: {
                "area_um2": figures.area_um2,
                "delay_ns": figures.delay_ns,
                "macs_per_cycle": figures.macs_per_cycle,
                "gops": figures.gops,
                "tops_per_mm2": figures.tops_per_mm2,
            }
            for scope, figures in cost.figures.items()
        },
    }


def _energy_facts(cost: PeCost, energy: PeEnergy) -> dict[str, Any]:
    """At the clock of each scope; scopes of which nothing is known are left out."""
    return {
        "pe": cost.name,
        "pj_per_mac": {
            scope.value: {model.value: energy.pj_per_mac(scope, model, cost.figures[scope]) for model in models}
            for scope, models in energy.switching_pj.items()
        },
    }


def _ratio_facts(ratio: Ratio) -> dict[str, Any]:
    ours = {scope.value: value for scope, value in ratio.ours.items()}
    return {"pe": ratio.pe, "over": ratio.over, "published": ratio.published, "ours": ours}
