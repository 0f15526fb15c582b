"""Tables of studies and registries for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from sweeps.design_table import weighted_table
from sweeps.metrics import BY_NAME
from sweeps.point import Point
from sweeps.render.answer import answer
from sweeps.render.labels import Labels
from sweeps.render.numbers import short
from sweeps.render.reference import Catalogue
from sweeps.table import Table

SHOWN = ("total_cycles", "runtime_us", "pe_count", "utilization", "stall_cycles", "dram_bytes")
SHOWN_NARROW = ("total_cycles", "pe_count", "utilization", "dram_bytes")
WIDE = 110
MOST_ROWS = 40
MOST_FAILURES = 5


def print_table(console: Console, table: Table, store: str) -> None:
    """The answer, the front, what failed, and what to do next."""
    console.print()
    console.print(Text(table.study.question, style="bold"))
    ranked = weighted_table(table) or table
    for sentence in filter(None, answer(ranked)):
        console.print(marked(sentence))
    if ranked.front:
        console.print(_front(ranked, SHOWN if console.width >= WIDE else SHOWN_NARROW))
    labels = Labels(table.entries)
    for entry in table.failed[:MOST_FAILURES]:
        console.print(Text(f"failed: {labels.place(entry)}: {entry.error}", style="red"))
    if len(table.failed) > MOST_FAILURES:
        console.print(Text(f"and {len(table.failed) - MOST_FAILURES} more failures", style="red"))
    console.print(f"{_counts(table, len(ranked.front))}; see them all with [bold]hwsim report {store}[/]")


def marked(sentence: str) -> Text:
    """Backticks as colour."""
    text = Text()
    for i, part in enumerate(sentence.split("`")):
        text.append(part, style="cyan" if i % 2 else "")
    return text


def _counts(table: Table, on_front: int) -> str:
    ran = sum(entry.ran for entry in table.entries)
    failed = f", {len(table.failed)} failed" if table.failed else ""
    return f"{ran} of {len(table.entries)} points done{failed}, {on_front} on the front"


def _front(table: Table, shown: Sequence[str]) -> Grid:
    """The front, best first objective on top."""
    labels = Labels(table.entries)
    machine = [n for n in table.entries[0].fields["machine"] if len({e.values.get(n) for e in table.entries}) > 1]
    names = list(dict.fromkeys([*table.study.objectives, *shown]))
    many = len({entry.workload for entry in table.entries}) > 1
    grid = Grid(
        box=SIMPLE_HEAD,
        title=f"The front: {' against '.join(BY_NAME[n].noun for n in table.study.objectives)}",
    )
    for title in ["design", *(["network"] if many else [])]:
        grid.add_column(title, no_wrap=True)
    for name in [*machine, *names]:
        grid.add_column(
            BY_NAME[name].noun if name in BY_NAME else name.replace("_", " "), justify="right", no_wrap=True
        )
    first, direction = next(iter(table.study.objectives.items()))
    for entry in sorted(table.front, key=lambda e: direction.cost(e.values[first]))[:MOST_ROWS]:
        head = [labels.engine(entry), *([entry.workload] if many else [])]
        grid.add_row(*head, *(short(name, entry.values.get(name)) for name in [*machine, *names]))
    return grid


def print_points(console: Console, points: Sequence[Point]) -> None:
    """Points that have not run, one line each."""
    for point in points:
        fields = ",".join(f"{name}={short(name, value)}" for name, value in (*point.engine, *point.machine))
        console.print(Text(f"  {point.network.text}  {point.array}:{fields}"), soft_wrap=True)


def print_catalogue(console: Console, tables: Sequence[Catalogue]) -> None:
    """Tables of the registries."""
    for table in tables:
        grid = Grid(box=SIMPLE_HEAD, title=table.title, title_justify="left", title_style="bold")
        for i, column in enumerate(table.columns):
            grid.add_column(column.lower(), style="cyan" if i == 0 else "", no_wrap=i == 0)
        for row in table.rows:
            grid.add_row(*(Text(cell) for cell in row))
        console.print(grid)
