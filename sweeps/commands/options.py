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


def whole(text: str | int) -> int:
    """A whole number as an option has it; raises BadParameter, which names the option."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a whole number") from None


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
