"""How far a sweep is: a bar on a terminal, a short line now and then elsewhere."""

from __future__ import annotations

from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from sweeps.point import Outcome
from sweeps.runner import Progress as Watcher

SECONDS_BETWEEN_LINES = 5.0


class Bar:
    """One bar with points, rate, failures and the time left."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=40),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("[red]{task.fields[failures]}"),
            console=console,
        )
        self._task = TaskID(0)
        self._failed = self._done = 0
        self._start = monotonic()

    def begin(self, points: int, stored: int) -> None:
        self._task = self._bar.add_task("points", total=points, completed=stored, rate="", failures="")
        self._bar.start()
        self._start = monotonic()

    def step(self, outcome: Outcome) -> None:
        self._done += 1
        self._failed += outcome.error is not None
        rate = f"{self._done / max(monotonic() - self._start, 1e-9):.1f}/s"
        failures = f"{self._failed} failed" if self._failed else ""
        self._bar.update(self._task, advance=1, rate=rate, failures=failures)

    def end(self) -> None:
        self._bar.stop()


class Lines:
    """A line at the start, at the end, and every few seconds between."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._points = self._done = self._failed = 0
        self._said = monotonic()

    def begin(self, points: int, stored: int) -> None:
        self._points, self._done = points, stored
        self._say()

    def step(self, outcome: Outcome) -> None:
        self._done += 1
        self._failed += outcome.error is not None
        if monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._say()

    def end(self) -> None:
        self._say()

    def _say(self) -> None:
        self._said = monotonic()
        failures = f", {self._failed} failed" if self._failed else ""
        self._console.print(f"{self._done} of {self._points} points{failures}")


def progress_on(console: Console) -> Watcher:
    """What suits ``console``."""
    return Bar(console) if console.is_terminal else Lines(console)
