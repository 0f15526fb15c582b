"""The table of ``hwsim rtl power``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rtl.synthesis.energy import ASSUMPTIONS, Glitches
from sweeps.render.synthesis import provenance

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from rtl.synthesis.energy import EngineEnergy


def print_energy(console: Console, energy: EngineEnergy, period_ns: float, met: bool) -> None:
    """A row for each leaf, then the whole by both models, and what the figures rest on."""
    console.print(_leaves(energy))
    for glitches in Glitches:
        console.print(_whole(energy, glitches, period_ns))
    console.print(
        f"simulated: {energy.simulated.spec} on {energy.operands}, equal to the step model at every edge: "
        f"{energy.cycles:,} cycles, {energy.active_cycles:,.1f} of them active"
    )
    for assumption in ASSUMPTIONS:
        console.print(assumption)
    if not met:
        console.print(f"the period of {period_ns:g} ns is not met")
    console.print(provenance(energy.library))


def _leaves(energy: EngineEnergy) -> Table:
    from rich.table import Table

    table = Table(title=f"{energy.engine.spec} in {energy.library.name}, {energy.recipe}; operands {energy.operands}")
    table.add_column("leaf", overflow="fold")
    for heading in ("count", "leakage nW", "clock pJ", *(f"{g.value} pJ" for g in Glitches), "simulated"):
        table.add_column(heading, justify="right", no_wrap=True)
    for leaf, count in zip(energy.leaves, energy.counts, strict=True):
        table.add_row(
            leaf.leaf.name,
            f"{count:,}",
            f"{leaf.leakage_nw:,.3g}",
            f"{leaf.clock_pj:,.4g}",
            *(f"{leaf.switching_pj[g]:,.4g}" for g in Glitches),
            "itself" if leaf.measured == leaf.leaf else "scaled",
        )
    return table


def _whole(energy: EngineEnergy, glitches: Glitches, period_ns: float) -> str:
    per_mac = 1 / energy.macs_per_cycle
    return (
        f"{glitches.value}: {energy.pj_per_mac(glitches, period_ns):.4g} pJ per MAC, "
        f"{energy.pj_per_operation(glitches, period_ns):.4g} pJ per operation: "
        f"static {per_mac * energy.static_pj(period_ns):.3g} at {period_ns:.4g} ns, "
        f"clock {per_mac * energy.clock_pj:.4g}, switching {per_mac * energy.switching_pj(glitches):.4g} pJ per MAC"
    )
