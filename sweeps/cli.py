"""The command line ``hwsim``: a file of commands per subject; heavy imports wait for the command that needs them."""

from __future__ import annotations

import sys
from io import TextIOWrapper

import typer

from sweeps.commands.bit_serial import bit_serial
from sweeps.commands.catalogue import engines, workloads
from sweeps.commands.encodings import encodings
from sweeps.commands.failure import SentenceGroup
from sweeps.commands.gates import gates
from sweeps.commands.simulation import simulate
from sweeps.commands.study import export, report, sweep

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
app.command()(engines)
app.command()(workloads)
app.command()(encodings)
app.command()(bit_serial)
app.command()(simulate)
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
