"""Claims that what gates cost answers: a line for each number, with a column for every cell library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.table import Table as Grid
from rich.text import Text

from sweeps.render.reproduce_words import computed, number, tolerance, verdicts, with_unit
from sweeps.reproduce.costs.libraries import LIBRARIES
from sweeps.reproduce.verdict import Row

INDENT = "   "


def library_grid(title: str, rows: Sequence[Row], wide: bool) -> Grid:
    """All ``rows`` of a section; below a number, dim, the numbers beside it. Narrow terminals have no tolerances."""
    grid = Grid(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    grid.add_column("claim", min_width=20)
    grid.add_column("from")
    grid.add_column("published", justify="right", max_width=20)
    for library in LIBRARIES:
        grid.add_column(library, justify="right", max_width=14)
    for name in ("tolerance", "verdict") if wide else ("verdict",):
        grid.add_column(name, justify="right" if name == "tolerance" else "left", max_width=24)
    said = ""
    for line in _lines(rows):
        note = line[0].note if line[0].note != said else ""
        said = line[0].note
        for cells in _cells(line, note):
            grid.add_row(*(cells if wide else (*cells[:-2], cells[-1])))
    return grid


def _lines(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows of one number, one for each library."""
    for _, found in groupby(rows, lambda row: (row.series, row.point)):
        yield list(found)


def _cells(line: Sequence[Row], note: str) -> Iterator[tuple[Text | str, ...]]:
    """The number itself, then what is to be read beside it."""
    first, by_library = line[0], {row.library: row for row in line}
    name = Text(f"{first.series}: {first.point}" if first.point else first.series)
    if note:
        name.append(f"\n{note}", style="dim")
    ours = [computed(by_library[library].ours) if library in by_library else "–" for library in LIBRARIES]
    said = next((tolerance(row) for row in line if row.tolerance_kind), "–")
    yield name, first.origin, with_unit(number(first.published), first), *ours, said, verdicts(line)
    for what in dict.fromkeys(key for row in line for key in row.beside):
        beside = [by_library[library].beside.get(what) if library in by_library else None for library in LIBRARIES]
        shown = [Text("" if value is None else computed(value), style="dim") for value in beside]
        yield Text(f"{INDENT}{what}", style="dim"), "", "", *shown, "", ""
