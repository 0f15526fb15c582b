"""Numbers and verdicts of a row of claims, in words for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.text import Text

from sweeps.reproduce.tolerance import Kind, Value
from sweeps.reproduce.verdict import Row, Verdict

STYLES = {
    Verdict.REPRODUCED: "green",
    Verdict.DIRECTION_ONLY: "yellow",
    Verdict.NOT_REPRODUCED: "red",
    Verdict.NOT_CHECKABLE: "dim",
}


def counts(rows: Sequence[Row]) -> str:
    """How many rows have which verdict."""
    found = Counter(row.outcome for row in rows)
    return ", ".join(f"{found[verdict]} {verdict.value}" for verdict in Verdict if found[verdict])


def verdicts(rows: Sequence[Row]) -> Text:
    """The one verdict of all rows, or how many have which."""
    worst = max((row.outcome for row in rows), key=list(Verdict).index)
    words = {row.verdict for row in rows}
    return verdict(words.pop() if len(words) == 1 else counts(rows), worst)


def verdict(words: str, outcome: Verdict) -> Text:
    return Text(words, style=STYLES[outcome])


def figures(row: Row) -> tuple[str, str, str, str]:
    """Published, ours, deviation and tolerance of a row."""
    return with_unit(number(row.published), row), computed(row.ours), deviation(row), tolerance(row)


def computed(value: Value | None) -> str:
    """Four digits of a computed number."""
    if type(value) is float:
        return f"{value:#.4g}".rstrip(".")
    return "–" if value is None else number(value)


def with_unit(text: str, row: Row) -> str:
    return f"{text} {row.unit}" if row.unit else text


def number(value: Value) -> str:
    """Six digits of a number at most, all of a whole one; yes or no of a truth value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value) if isinstance(value, int) else f"{value:.6g}"


def deviation(row: Row) -> str:
    """Signed, in per cent where it is relative."""
    if row.deviation is None:
        return "–"
    if row.tolerance_kind in (Kind.RELATIVE.value, Kind.DIRECTION.value):
        return f"{100 * row.deviation:+.2f} %"
    return "0" if row.deviation == 0 else f"{row.deviation:+.2g}"


def tolerance(row: Row) -> str:
    """What a deviation may be."""
    if row.tolerance_kind is None:
        return "–"
    if row.tolerance is None or row.tolerance_kind == Kind.EXACT.value:
        return row.tolerance_kind
    return f"±{100 * row.tolerance:.3g} %" if row.tolerance_kind == Kind.RELATIVE.value else f"±{row.tolerance:g}"
