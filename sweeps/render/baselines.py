"""The tables of ``hwsim rtl baselines``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rtl.synthesis.power.replay import Glitches
from rtl.synthesis.serial_pes import Scope
from sweeps.render.synthesis import provenance

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from rtl.synthesis.liberty import Library
    from rtl.synthesis.recipe import Recipe
    from rtl.synthesis.serial_energy import PeEnergy
    from rtl.synthesis.serial_pes import PeCost, Ratio


def print_baselines(
    console: Console,
    costs: Sequence[PeCost],
    energies: Sequence[PeEnergy],
    ratios: Sequence[Ratio],
    library: Library,
    recipe: Recipe,
) -> None:
    """A row for each PE and scope, then the published ratios beside ours, then what the figures come from."""
    from rich.table import Table

    table = Table(title=f"PEs in {library.name}, {recipe}")
    for heading in ("PE", "counted"):
        table.add_column(heading, overflow="fold")
    for heading in ("area um2", "longest path ns", "MACs per cycle", "GOPS", "TOPS/mm2"):
        table.add_column(heading, justify="right", no_wrap=True)
    for cost in costs:
        for scope, figures in cost.figures.items():
            shown = [f"{figures.area_um2:,.1f}", f"{figures.delay_ns:.3f}", f"{figures.macs_per_cycle:.3f}"]
            shown += [f"{figures.gops:.3f}", f"{figures.tops_per_mm2:.5f}"]
            table.add_row(cost.name if scope is Scope.PE else "", scope.value, *shown)
    console.print(table)
    if energies:
        console.print(_energy_table(costs, energies))
    if ratios:
        console.print(_ratio_table(ratios))
    console.print("operations are dense-equivalent, two per MAC; INT8, normal operands of sigma 24.4")
    console.print(provenance(library))


def _energy_table(costs: Sequence[PeCost], energies: Sequence[PeEnergy]) -> Table:
    from rich.table import Table

    table = Table(title="pJ per MAC at the clock of the row, by glitch model")
    for heading in ("PE", "counted"):
        table.add_column(heading)
    for model in Glitches:
        table.add_column(model.value, justify="right")
    for cost, energy in zip(costs, energies, strict=True):
        for scope, models in energy.switching_pj.items():
            shown = [f"{energy.pj_per_mac(scope, model, cost.figures[scope]):.2f}" for model in models]
            table.add_row(cost.name if scope is Scope.PE else "", scope.value, *shown)
    return table


def _ratio_table(ratios: Sequence[Ratio]) -> Table:
    from rich.table import Table

    table = Table(title="area efficiency of a PE over another's")
    for heading in ("PE", "over"):
        table.add_column(heading)
    for heading in ("published", *(scope.value for scope in Scope)):
        table.add_column(heading, justify="right")
    for ratio in ratios:
        ours = [f"{ratio.ours[scope]:.2f}" for scope in Scope]
        table.add_row(ratio.pe, ratio.over, f"{ratio.published:.2f}", *ours)
    return table
