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
        self._task: TaskID | None = None
        self._pace = Pace()

    def begin(self, points: int, stored: int) -> None:
        if self._task is None:
            self._task = self._bar.add_task("points", rate="", failures="")
            self._bar.start()
        self._pace.begin(points, stored)
        self._bar.update(self._task, total=points, completed=stored)

    def step(self, outcome: Outcome) -> None:
        self._pace.step(outcome)
        if self._task is not None:
            self._bar.update(self._task, advance=1, rate=self._pace.rate, failures=self._pace.failures)

    def end(self) -> None:
        self._bar.stop()


class Lines:
    """A line at the start, at the end, and every few seconds between."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pace = Pace()
        self._said: float | None = None

    def begin(self, points: int, stored: int) -> None:
        self._pace.begin(points, stored)
        if self._said is None:
            self._say()

    def step(self, outcome: Outcome) -> None:
        self._pace.step(outcome)
        if self._said is None or monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._say()

    def end(self) -> None:
        self._say()

    def _say(self) -> None:
        self._said = monotonic()
        self._console.print(self._pace.line)


class Pace:
    """Points done, failed and to do, and how fast they come; a point counts for the rate if it ran now."""

    def __init__(self) -> None:
        self._points = self._done = self._failed = self._ran = 0
        self._start = monotonic()

    def begin(self, points: int, stored: int) -> None:
        if not self._ran:
            self._start = monotonic()
        self._points, self._done = points, stored

    def step(self, outcome: Outcome) -> None:
        self._ran += 1
        self._done += 1
        self._failed += outcome.error is not None

    @property
    def per_second(self) -> float:
        return self._ran / max(monotonic() - self._start, 1e-9)

    @property
    def rate(self) -> str:
        return f"{self.per_second:.1f}/s" if self._ran else ""

    @property
    def failures(self) -> str:
        return f"{self._failed} failed" if self._failed else ""

    @property
    def left(self) -> str:
        """The time that the rest takes at this rate."""
        if not self._ran or self._done >= self._points:
            return ""
        minutes, seconds = divmod(round((self._points - self._done) / self.per_second), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02} left"

    @property
    def line(self) -> str:
        return ", ".join(filter(None, [f"{self._done} of {self._points} points", self.rate, self.left, self.failures]))


def progress_on(console: Console) -> Watcher:
    """What suits ``console``."""
    return Bar(console) if console.is_terminal else Lines(console)
