"""The command line ``hwsim``: a file of commands per subject; heavy imports wait for the command that needs them."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from sweeps.commands.bit_serial import bit_serial
from sweeps.commands.busy import busy
from sweeps.commands.catalogue import engines, technologies, workloads
from sweeps.commands.encodings import encodings
from sweeps.commands.failure import SentenceGroup
from sweeps.commands.gates import gates
from sweeps.commands.llm import llm
from sweeps.commands.lut_error import lut_error
from sweeps.commands.map import map_workload
from sweeps.commands.nest import nest
from sweeps.commands.pack import pack
from sweeps.commands.report import report
from sweeps.commands.reproduce import reproduce
from sweeps.commands.simulation import simulate
from sweeps.commands.study import export, sweep
from sweeps.commands.tile import tile
from sweeps.release import release

app = typer.Typer(
    name="hwsim",
    help="Simulate tensor engines, emit and verify their Verilog, and explore machines.\n\n"
    "Exit codes: 0, or 1 if the answer is bad, or 2 if the question is.",
    cls=SentenceGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"hwsim {release()}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """The help of the whole stands above."""


app.command()(engines)
app.command()(workloads)
app.command()(technologies)
app.command()(encodings)
app.command()(nest)
app.command()(bit_serial)
app.command()(busy)
app.command()(reproduce)
app.command()(simulate)
app.command()(tile)
app.command(name="map")(map_workload)
app.command()(llm)
app.command()(lut_error)
app.command()(pack)
app.add_typer(gates, name="rtl")
app.command()(sweep)
app.command()(report)
app.command()(export)


def main() -> None:
    """The console script; where the terminal lacks a character, a question mark stands for it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
