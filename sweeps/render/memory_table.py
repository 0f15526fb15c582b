"""A memory plan for the terminal: budgets, the answer, and each baseline beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

Answer = Mapping[str, Any]


def print_answer(console: Console, answer: Answer) -> None:
    """The JSON form of an answer, heaviest facts first."""
    console.print()
    console.print(
        Text.assemble(
            (answer["workload"], "bold"), " in a scratchpad of ", (_bytes(answer["budget_bytes"]), "bold cyan")
        )
    )
    console.print(_facts(answer))
    console.print(_schemes(answer))
    for scheme, reason in answer["failures"].items():
        console.print(Text(f"{scheme}: {reason}", style="yellow"))
    for line in answer["assumptions"]:
        console.print(Text(f"· {line}", style="dim"))


def _facts(answer: Answer) -> Grid:
    peak = _bytes(answer["budgets"]["M_P"]) + ("" if answer["peak_is_proven"] else " (no less is known)")
    grid = Grid.grid(padding=(0, 3))
    rows = (
        (("status", answer["status"]), ("spilled and retrieved", _bytes(answer["objective_bytes"]))),
        (("proven bound", _bytes(answer["bound_bytes"])), ("gap", _gap(answer["gap"]))),
        (("M_R, least that runs", _bytes(answer["budgets"]["M_R"])), ("M_P, least without spills", peak)),
        (("compulsory", _bytes(answer["compulsory_bytes"])), ("solved in", f"{answer['solve_seconds']:.2f} s")),
    )  # fmt: skip
    for pairs in rows:
        grid.add_row(*(Text.assemble((f"{name} ", "dim"), (value, "bold")) for name, value in pairs))
    return grid


def _schemes(answer: Answer) -> Grid:
    """Ours first; a ratio says how many of our bytes stand beside one of the baseline's."""
    grid = Grid(box=SIMPLE_HEAD)
    grid.add_column("scheme")
    for name in ("spilled and retrieved", "with compulsory", "ours / theirs"):
        grid.add_column(name, justify="right")
    ours = answer["objective_bytes"]
    rows = {"hwsim": ours, **answer["baseline_bytes"]}
    for scheme, moved in rows.items():
        total = "–" if moved is None else f"{moved + answer['compulsory_bytes']:,}"
        ratio = "" if scheme == "hwsim" else _ratio(ours, moved)
        grid.add_row(scheme, "no plan" if moved is None else f"{moved:,}", total, ratio)
    return grid


def _ratio(ours: int | None, theirs: int | None) -> str:
    if ours is None or theirs is None:
        return "–"
    if theirs == 0:
        return "1.000" if ours == 0 else "–"
    return f"{ours / theirs:.3f}"


def _gap(gap: float | None) -> str:
    return "–" if gap is None else f"{100 * gap:.2f} %"


def _bytes(value: int | None) -> str:
    return "–" if value is None else f"{value:,} B"
