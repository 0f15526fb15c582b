"""The runs of COSMA's networks for the terminal: a row for each network, setting and budget."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from sweeps.reproduce.cosma.runs import Run


def print_runs(console: Console, runs: Sequence[Run]) -> None:
    """Budgets, our bytes with bound, status and seconds, and the bytes of every baseline; - where one finds no plan."""
    baselines = list(runs[0].baseline_bytes)
    grid = Table(title="bytes beyond the compulsory ones; our plan, its proven bound, and every baseline")
    grid.add_column("network, setting, budget", overflow="fold")
    for heading in ("steps", "scratchpad B", "ours B", "bound B", "status", "s", *baselines):
        grid.add_column(heading, justify="right", overflow="fold")
    for run in runs:
        theirs = (run.baseline_bytes[name] for name in baselines)
        grid.add_row(
            run.case.text,
            str(run.steps),
            f"{run.budget_bytes:,}",
            f"{run.objective_bytes:,}",
            f"{run.bound_bytes:,}",
            run.status,
            f"{run.solve_seconds:.2f}",
            *("-" if moved is None else f"{moved:,}" for moved in theirs),
        )
    console.print(grid)
