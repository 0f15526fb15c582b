"""Options that several commands share, and how their texts are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

Workload = Annotated[
    str,
    typer.Option(
        "--workload", "-w", help="A library name (resnet50, gpt2-small:seq=1024) or a file (.onnx, .csv, .toml, .json)."
    ),
]
EngineText = Annotated[
    str, typer.Option("--engine", "-e", help="A preset, an inline form (systolic-os:rows=32,cols=32) or a .toml file.")
]
Machine = Annotated[
    str | None,
    typer.Option(
        "--machine", "-m", help="A preset (edge, micro, mobile, server), fields (:dram_gb_per_s=51.2) or a .toml file."
    ),
]
Dims = Annotated[
    list[str] | None, typer.Option("--dim", help="Size of a symbolic dimension, NAME=N; may be given again.")
]
DepthText = Annotated[str, typer.Option("--depth", help="closed, count or step; engine: it alone, without memories.")]


TechnologyText = Annotated[
    str | None,
    typer.Option(
        "--technology", "-t", help="A name that `hwsim technologies` lists, or a .json file of `rtl characterise`."
    ),
]
ScaleTo = Annotated[
    str | None,
    typer.Option("--scale-to", help="Scale areas and energies to another process: NM@VOLTS, as 7@0.7."),
]


def whole(text: str | int) -> int:
    """A whole number as an option has it; raises BadParameter, which names the option."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a whole number") from None


def read_technology(name: str | None, scale_to: str | None) -> str | None:
    """The text of a technology, scaled if asked; raises SpecError for anything but ``NM@VOLTS``."""
    from hwsim.errors import SpecError

    if scale_to is None:
        return name
    node, _, volts = scale_to.partition("@")
    if name is None:
        raise SpecError(f"--scale-to {scale_to} scales a technology, and --technology names none")
    if not node or not volts:
        raise SpecError(f"--scale-to {scale_to!r} is not of the form NM@VOLTS, as 7@0.7")
    return f"{name}:node_nm={node},voltage_v={volts}"


def read_dims(texts: Sequence[str] | None) -> dict[str, int]:
    """``["batch=1"]`` as ``{"batch": 1}``; raises SpecError for anything else."""
    from hwsim.errors import SpecError

    dims: dict[str, int] = {}
    for text in texts or ():
        name, _, size = text.partition("=")
        if not name or not size.isdecimal() or int(size) < 1:
            raise SpecError(f"--dim {text!r} is not of the form NAME=N with a whole number N of at least 1")
        if name in dims:
            raise SpecError(f"--dim gives {name!r} twice")
        dims[name] = int(size)
    return dims
