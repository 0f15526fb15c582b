"""``hwsim tile``: the best tiling of each product of a network on one machine."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweeps.commands.options import Dims, EngineText, Machine, Workload, read_dims
from sweeps.commands.printing import Json, console, print_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hwsim.machine import Machine as Described
    from hwsim.workload.graph import Workload as Network
    from mapper.objective import Objective
    from mapper.tiling_search import Choice


def tile(
    workload: Workload,
    engine: EngineText,
    machine: Machine = None,
    objective: Annotated[
        str, typer.Option("--objective", help="What is least: dram_bytes, latency or energy.")
    ] = "dram_bytes",
    buffers: Annotated[
        str | None,
        typer.Option("--buffers", help="Tiles that a scratchpad holds: 1, 2, or 1,2 for the better of both."),
    ] = None,
    layer: Annotated[
        list[str] | None, typer.Option("--layer", help="A matrix product by its name; may be given again. All if none.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Save the tilings as a program for simulate --plan.")
    ] = None,
    dim: Dims = None,
    json: Json = False,
) -> None:
    """Tile the products of a network for an engine and its scratchpads: the least over a stated space."""
    from hwsim.engine import load_engine
    from hwsim.machine import load_machine
    from hwsim.workload.loader import load_workload
    from mapper.objective import Objective
    from mapper.planning import program_of, tile_products
    from sweeps.reading import one_of

    network = load_workload(workload, read_dims(dim))
    around = load_machine(machine, load_engine(engine))
    goal = Objective(one_of("--objective", objective, [known.value for known in Objective]))
    choices = tile_products(network, around, goal, _buffers(buffers, around))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        program_of(network, around, {name: choice.tiling for name, choice in choices.items()}).save(out)
    chosen = _chosen(choices, layer, network)
    if json:
        print_json(_json(network, around, goal, chosen))
        return
    from sweeps.render.tilings import print_tilings

    print_tilings(console(), network.name, around.engine.spec, goal.value, chosen)


def _buffers(text: str | None, machine: Described) -> tuple[int, ...]:
    """Numbers of buffers; by default one and as many as the machine has."""
    from sweeps.reading import one_of

    if text is None:
        return tuple(sorted({1, machine.buffers}))
    return {"1": (1,), "2": (2,), "1,2": (1, 2)}[one_of("--buffers", text, ["1", "2", "1,2"])]


def _chosen(choices: Mapping[str, Choice], layers: list[str] | None, network: Network) -> dict[str, Choice]:
    from hwsim.errors import WorkloadError, nearest

    for name in layers or ():
        if name not in choices:
            raise WorkloadError(f"{network.name} has no matrix product {name!r}{nearest(name, choices)}")
    return {name: choice for name, choice in choices.items() if not layers or name in layers}


def _json(network: Network, machine: Described, goal: Objective, choices: Mapping[str, Choice]) -> dict[str, Any]:
    from hwsim.memory_energy import ASSUMPTION

    return {
        "workload": network.name,
        "engine": machine.engine.spec,
        "machine": machine.fields,
        "objective": goal.value,
        "assumptions": [ASSUMPTION, *network.assumptions],
        "layers": [{"name": name, **asdict(choice)} for name, choice in choices.items()],
    }
