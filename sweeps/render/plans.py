"""A network under several memory plans, for the terminal: what each moves and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid

from sweeps.render.numbers import moved

Report = Mapping[str, Any]


def print_plans(console: Console, report: Report) -> None:
    """The transfers of the plan by kind, and all plans beside each other."""
    console.print(_transfers(report))
    console.print(_plans(report))


def _transfers(report: Report) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, title="transfers of the memory plan", title_justify="left", title_style="dim")
    for name in ("kind", "count", "cycles", "DRAM"):
        grid.add_column(name, justify="left" if name == "kind" else "right")
    for kind in dict.fromkeys(move["kind"] for move in report["transfers"]):
        moves = [move for move in report["transfers"] if move["kind"] == kind]
        cycles, size = (sum(move[key] for move in moves) for key in ("cycles", "bytes"))
        grid.add_row(kind, str(len(moves)), f"{cycles:,}", moved(size))
    return grid


def _plans(report: Report) -> Grid:
    """``slower`` is against the infinite scratchpad, the last row."""
    plans = report["plans"]
    least = list(plans.values())[-1]["total_cycles"]
    grid = Grid(box=SIMPLE_HEAD, title="memory plans", title_justify="left", title_style="dim")
    for name in ("plan", "total cycles", "transfers", "slower", "DRAM", "spilled and retrieved"):
        grid.add_column(name, justify="left" if name == "plan" else "right")
    for scheme, row in plans.items():
        slower = f"{100 * (row['total_cycles'] / least - 1):.2f} %" if least else "–"
        cells = (f"{row['total_cycles']:,}", f"{row['transfer_cycles']:,}", slower)
        grid.add_row(scheme, *cells, f"{row['dram_bytes']:,}", f"{row['objective_bytes']:,}")
    return grid
