"""Claims beside ours for the terminal: a table per section, a line per series, and every miss by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from sweeps.render.reproduce_costs import library_grid
from sweeps.render.reproduce_words import counts, figures, number, verdict, verdicts, with_unit
from sweeps.render.terminal import WIDE
from sweeps.reproduce.claim import Origin
from sweeps.reproduce.tolerance import Kind
from sweeps.reproduce.verdict import Row, Verdict

COLUMNS = ("claim", "from", "published", "ours", "deviation", "tolerance", "verdict")
COLUMNS_NARROW = ("claim", "from", "published", "ours", "verdict")
FIGURES = ("published", "ours", "deviation", "tolerance")
WIDTHS: dict[str, dict[str, Any]] = {
    "claim": {"min_width": 20},
    "published": {"max_width": 20},
    "ours": {"max_width": 20},
    "verdict": {"max_width": 22},
}
ORIGINS = {
    Origin.ABSTRACT: "abstract",
    Origin.NOTES: "reading notes by a third party",
    Origin.REPOSITORY: "the authors' repository",
    Origin.MEASURED: "independent measurement",
    Origin.DERIVED: "independent derivation",
}


def print_rows(console: Console, title: str, rows: Sequence[Row]) -> None:
    """Everything, in the order of the claims; then what is not reproduced, and how many there are of what."""
    console.print(Text(title, style="bold"))
    console.print(Text(f"from: {legend(rows)}"))
    columns = COLUMNS if console.width >= WIDE else COLUMNS_NARROW
    for section, found in groupby(rows, lambda row: row.section):
        of_section = list(found)
        if any(row.library for row in of_section):
            console.print(library_grid(section, of_section, console.width >= WIDE))
            continue
        grid, said = _grid(section, columns), ""
        for line in _lines(of_section):
            _add(grid, columns, _cells(line, note=line[0].note if line[0].note != said else ""))
            said = line[0].note
        console.print(grid)
    if missed := [row for row in rows if row.outcome is Verdict.NOT_REPRODUCED]:
        grid = _grid("Not reproduced, number by number", columns)
        for row in missed:
            _add(grid, columns, (Text(row.claim), row.origin, *figures(row), verdict(row.verdict, row.outcome)))
        console.print(grid)
    for sentence in summary(rows):
        console.print(Text(sentence))


def _add(grid: Grid, columns: Sequence[str], cells: Sequence[Text | str]) -> None:
    """One line, of which a narrow terminal shows less."""
    grid.add_row(*(cell for name, cell in zip(COLUMNS, cells, strict=True) if name in columns))


def legend(rows: Sequence[Row]) -> str:
    """The letters in use, and who says what they mark."""
    used = {row.origin for row in rows}
    return "; ".join(f"{origin.value} {words}" for origin, words in ORIGINS.items() if origin.value in used)


def summary(rows: Sequence[Row]) -> tuple[str, ...]:
    """How many numbers have which verdict: of the authors, and of independent checks."""
    of_authors = [row for row in rows if row.of_the_authors]
    checks = [row for row in rows if not row.of_the_authors]
    parts = ((of_authors, "published by the authors"), (checks, "independent checks"))
    return tuple(f"{len(part)} {words}: {counts(part)}" for part, words in parts if part)


def _grid(title: str, columns: Sequence[str]) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    for name in columns:
        grid.add_column(name, justify="right" if name in FIGURES else "left", **WIDTHS.get(name, {}))
    return grid


def _lines(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows of each line: a series, or one number of it where only the direction is compared."""
    for _, series in groupby(rows, lambda row: row.series):
        line = list(series)
        yield from [[row] for row in line] if line[0].tolerance_kind == Kind.DIRECTION.value else [line]


def _cells(series: Sequence[Row], note: str) -> tuple[Text | str, ...]:
    """One line: of a series with several numbers, that which deviates most."""
    worst = max(series, key=_badness)
    name = Text(series[0].series)
    shown = figures(worst)
    if len(series) == 1:
        name.append(f": {worst.point}" if worst.point else "")
    elif worst.outcome is Verdict.NOT_CHECKABLE:
        name.append(f": {' / '.join(row.point for row in series)}")
        shown = (with_unit(" / ".join(number(row.published) for row in series), worst), *shown[1:])
    elif not any(row.deviation for row in series):
        shown = (f"{len(series)} values", "the same", *shown[2:])
    else:
        name.append(f" ({len(series)} numbers; worst: {worst.point})")
    if note:
        name.append(f"\n{note}", style="dim")
    return name, " ".join(sorted({row.origin for row in series})), *shown, verdicts(series)


def _badness(row: Row) -> tuple[bool, float]:
    missed = row.outcome is Verdict.NOT_REPRODUCED
    return missed, float("inf") if row.deviation is None else abs(row.deviation) / (row.tolerance or 1)
