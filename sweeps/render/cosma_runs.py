"""The runs of COSMA's networks for the terminal: a row for each network, setting and budget."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from hwsim.residency import Status
from sweeps.reproduce.cosma.runs import Run


def print_runs(console: Console, runs: Sequence[Run]) -> None:
    """Budgets, our bytes with bound, status and seconds, and the bytes of every baseline; - where one finds no plan."""
    baselines = list(runs[0].baseline_bytes)
    title = "KiB beyond the compulsory ones: our plan, its proven bound, and every baseline"
    grid = Table(box=SIMPLE_HEAD, padding=(0, 0, 0, 1), title=title)
    grid.add_column("network, setting, budget", no_wrap=True)
    headings = ("steps", "scratchpad", "ours", "bound", "s", *(_heading(name) for name in baselines))
    for heading in headings:
        grid.add_column(heading, justify="right", overflow="fold")
    for run in runs:
        theirs = (run.baseline_bytes[name] for name in baselines)
        grid.add_row(
            run.case.text,
            str(run.steps),
            _kib(run.budget_bytes),
            _kib(run.objective_bytes),
            "=" if run.status == Status.OPTIMAL.value else _kib(run.bound_bytes),
            f"{run.solve_seconds:.1f}",
            *("-" if moved is None else _kib(moved) for moved in theirs),
        )
    console.print(grid)
    console.print("=: proven optimal; -: no plan; full byte counts are in --json")


def _heading(baseline: str) -> str:
    """Rule and order, a line each."""
    return baseline.removeprefix("arena+").replace("@", "\n")


def _kib(size_bytes: int) -> str:
    return f"{size_bytes / 1024:,.0f}"
