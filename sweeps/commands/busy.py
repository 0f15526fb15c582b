"""``hwsim busy``: how busy the columns of a sparse engine are, layer by layer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sweeps.commands.options import Dims, EngineText, Workload, read_dims
from sweeps.commands.printing import Json, console, print_json, write_text


def busy(
    workload: Workload,
    engine: EngineText,
    operands: Annotated[
        Path | None, typer.Option("--operands", help="An .npz with <layer>.a and <layer>.w; synthetic if not given.")
    ] = None,
    layer: Annotated[
        list[str] | None, typer.Option("--layer", help="A matrix product by its name; may be given again. All if none.")
    ] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="Draw the shares.")] = None,
    dim: Dims = None,
    json: Json = False,
) -> None:
    """Say how busy sparse columns are: the least busy, the mean and the busiest column, per layer of a network."""
    from hwsim.engine import load_engine
    from hwsim.layer_busy import network_busy
    from hwsim.workload.loader import load_workload

    found = network_busy(load_workload(workload, read_dims(dim)), load_engine(engine), operands, layer or ())
    if svg is not None:
        from sweeps.render.busy_plot import busy_plot

        write_text(svg, busy_plot(found))
    if json:
        print_json(found.to_json())
        return
    from sweeps.render.busy import print_busy

    print_busy(console(), found)
