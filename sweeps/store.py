"""The store of a sweep: one SQLite file in which a finished point survives whatever happens to the process."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwsim.errors import SpecError
from sweeps.canonical import canonical_json
from sweeps.point import Outcome, Point
from sweeps.record import Record, pack, unpack_report
from sweeps.store_file import FILE_NAME, create, in_words, open_checked
from sweeps.store_schema import migrate
from sweeps.verdicts import FrontVerdict

ASKED_AT_ONCE = 500
"""Digests in one query; SQLite has a bound on them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What every row says of who asked for it: the study's digest, the code's version and the study's seed."""

    study: str
    version: str
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One point as stored: its fields, and its summary (flat, by name) or its error; both None if it has not run."""

    position: int
    digest: str
    fields: Mapping[str, Any]
    summary: Mapping[str, Any] | None
    error: str | None
    seconds: float | None

    @property
    def done(self) -> bool:
        return self.summary is not None or self.error is not None


class Store:
    """Outcomes by point digest, and the study that asked for them. One writer; readers at any time.

    WAL mode with ``synchronous=NORMAL``: what ``put`` returned from is there after the process is killed. (After a
    power failure the newest rows may be missing; the file stays whole, and the sweep runs them again.)
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path

    @classmethod
    def create_or_open(cls, folder: Path) -> Store:
        """Open the store in ``folder``, made if absent; raises SpecError for a file that is not one."""
        path = folder / FILE_NAME
        if not path.exists():
            with in_words(path):
                create(path)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open the store that stands in ``folder``; raises SpecError if there is none, or it is not one."""
        path = folder / FILE_NAME
        if not path.exists():
            raise SpecError(f"{folder}: no sweep was stored here ({FILE_NAME} is missing)")
        return cls(open_checked(path), path)

    @classmethod
    def in_memory(cls) -> Store:
        connection = sqlite3.connect(":memory:")
        migrate(connection)
        return cls(connection, Path(":memory:"))

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def begin(self, asked: Asked, origin: str, text: str) -> None:
        """Write down the study. Its points are kept if it is the one that stood here, by the same code; outcomes are
        kept in any case."""
        with in_words(self._path), self._db:
            before = self._db.execute("SELECT digest, version FROM study").fetchone()
            if before != (asked.study, asked.version):
                self._db.execute("DELETE FROM point")
            self._db.execute(
                "INSERT OR REPLACE INTO study (id, digest, version, origin, text) VALUES (0, ?, ?, ?, ?)",
                (asked.study, asked.version, origin, text),
            )

    def propose(self, points: Sequence[Point], start: int = 0) -> None:
        """Write down the points from position ``start`` on, in their order."""
        with in_words(self._path), self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO point VALUES (?, ?, ?)",
                ((start + i, p.digest, canonical_json(p.fields)) for i, p in enumerate(points)),
            )

    def end(self, count: int) -> None:
        """The study has ``count`` points in all: what stood behind them is no longer its own."""
        with in_words(self._path), self._db:
            self._db.execute("DELETE FROM point WHERE position >= ?", (count,))

    def study_text(self) -> tuple[str, str]:
        """Where the stored study came from, and its TOML."""
        row = self._db.execute("SELECT origin, text FROM study").fetchone()
        if row is None:
            raise SpecError("no study was written into this store; run `hwsim sweep` into it")
        return row[0], row[1]

    def put(self, records: Iterable[Record], asked: Asked) -> None:
        """Store records in one transaction; they are durable when this returns, all of them, or none after an error.

        Raises SpecError if the file cannot be written.
        """
        with in_words(self._path), self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO outcome (digest, study, version, seed, seconds, error, summary, report)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (r.digest, asked.study, asked.version, asked.seed, r.seconds, r.error, r.summary, r.report)
                    for r in records
                ),
            )

    def put_outcome(self, outcome: Outcome, asked: Asked) -> None:
        """Pack and store one outcome."""
        self.put([pack(outcome)], asked)

    def known(self, points: Sequence[Point]) -> dict[str, Outcome]:
        """Outcomes of those among ``points`` that need not run again, by digest; without their reports."""
        found = {}
        for first in range(0, len(points), ASKED_AT_ONCE):
            asked = {point.digest: point for point in points[first : first + ASKED_AT_ONCE]}
            marks = ",".join("?" * len(asked))
            query = f"SELECT digest, seconds, error, summary FROM outcome WHERE digest IN ({marks})"
            for digest, seconds, error, summary in self._db.execute(query, tuple(asked)):
                known = None if summary is None else json.loads(summary)
                found[digest] = Outcome(asked[digest], seconds, summary=known, error=error)
        return found

    def put_verdict(self, verdict: FrontVerdict) -> None:
        """Store what became of one engine's gates, in place of an older verdict."""
        found = (verdict.key, verdict.engine, verdict.verified, verdict.passed, verdict.said, verdict.version)
        with in_words(self._path), self._db:
            self._db.execute("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?)", found)

    def verdicts(self) -> Iterator[FrontVerdict]:
        """Every verdict that is stored, in the order of keys."""
        query = "SELECT key, engine, verified, passed, said, version FROM verdict ORDER BY key"
        for key, engine, verified, passed, said, version in self._db.execute(query):
            yield FrontVerdict(key, engine, verified, bool(passed), said, version)

    def finished(self) -> frozenset[str]:
        """Digests of the points that need not run again."""
        return frozenset(digest for (digest,) in self._db.execute("SELECT digest FROM outcome"))

    def rows(self) -> Iterator[Row]:
        """The points of the study in its order, with what is known of each."""
        query = (
            "SELECT position, point.digest, fields, summary, error, seconds"
            " FROM point LEFT JOIN outcome ON point.digest = outcome.digest ORDER BY position"
        )
        for position, digest, fields, summary, error, seconds in self._db.execute(query):
            known = None if summary is None else json.loads(summary)
            yield Row(position, digest, json.loads(fields), known, error, seconds)

    def report(self, digest: str) -> Mapping[str, Any]:
        """The whole report of one finished point, in its JSON form."""
        row = self._db.execute("SELECT report FROM outcome WHERE digest = ?", (digest,)).fetchone()
        if row is None or row[0] is None:
            raise SpecError(f"no report is stored for point {digest[:12]}")
        return unpack_report(row[0])
