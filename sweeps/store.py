"""The store of a sweep: one SQLite file in which a finished point survives whatever happens to the process."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hwsim.errors import SpecError
from sweeps.canonical import canonical_json
from sweeps.point import Outcome, Point

FILE_NAME = "study.sqlite"
APPLICATION_ID = 0x6877736D
"""What SQLite's header says the file is: ``hwsm``."""

MIGRATIONS = (
    """
    CREATE TABLE study (id INTEGER PRIMARY KEY CHECK (id = 0), digest TEXT NOT NULL, origin TEXT NOT NULL,
                        text TEXT NOT NULL);
    CREATE TABLE point (position INTEGER PRIMARY KEY, digest TEXT NOT NULL, fields TEXT NOT NULL);
    CREATE TABLE outcome (digest TEXT PRIMARY KEY, study TEXT NOT NULL, version TEXT NOT NULL, seconds REAL NOT NULL,
                          error TEXT, summary TEXT, report BLOB, CHECK ((error IS NULL) = (report IS NOT NULL)));
    """,
)
"""Step i brings a file of schema i to schema i + 1."""


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
            with _in_words(path):
                _create(path)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open the store that stands in ``folder``; raises SpecError if there is none, or it is not one."""
        path = folder / FILE_NAME
        if not path.exists():
            raise SpecError(f"{folder}: no sweep was stored here ({FILE_NAME} is missing)")
        return cls(_open_checked(path), path)

    @classmethod
    def in_memory(cls) -> Store:
        connection = sqlite3.connect(":memory:")
        _migrate(connection, 0)
        return cls(connection, Path(":memory:"))

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def begin(self, digest: str, origin: str, text: str, points: Iterable[Point]) -> None:
        """Write down the study and its points in order; outcomes that are there already stay."""
        with _in_words(self._path), self._db:
            self._db.execute("DELETE FROM point")
            self._db.execute("INSERT OR REPLACE INTO study VALUES (0, ?, ?, ?)", (digest, origin, text))
            self._db.executemany(
                "INSERT INTO point VALUES (?, ?, ?)",
                ((i, p.digest, canonical_json(p.fields)) for i, p in enumerate(points)),
            )

    def study_text(self) -> tuple[str, str]:
        """Where the stored study came from, and its TOML."""
        row = self._db.execute("SELECT origin, text FROM study").fetchone()
        if row is None:
            raise SpecError("no study was written into this store; run `hwsim sweep` into it")
        return row[0], row[1]

    def put(self, outcome: Outcome, study_digest: str, version: str) -> None:
        """Store one outcome; it is durable when this returns. Raises SpecError if the file cannot be written."""
        report, summary = None, None
        if outcome.report is not None:
            report = zlib.compress(canonical_json(outcome.report).encode(), level=6)
            summary = canonical_json(outcome.summary)
        with _in_words(self._path), self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?)",
                (outcome.point.digest, study_digest, version, outcome.seconds, outcome.error, summary, report),
            )

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
        report: Mapping[str, Any] = json.loads(zlib.decompress(row[0]))
        return report


def _create(path: Path) -> None:
    """Make an empty store beside its place and put it there whole: a half-made file is never found, and of two
    processes that make one at the same time the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".draft-", dir=path.parent) as folder:
        draft = Path(folder) / path.name
        connection = sqlite3.connect(draft)
        _migrate(connection, 0)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
        _put_in_place(draft, path)


def _put_in_place(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # a rename would replace what another process has put there meanwhile
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        draft.rename(path)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """What stands in the way of writing ``path`` (a full disk, a read-only folder, another writer) as a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise SpecError(f"{path} cannot be written ({error}); what was stored before stays") from None
    except OSError as error:
        raise SpecError(f"{path} cannot be made ({error.filename or path}: {error.strerror})") from None


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    for step in MIGRATIONS[version:]:
        version += 1
        connection.executescript(
            f"BEGIN; {step} PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={version}; COMMIT;"
        )


def _open_checked(path: Path) -> sqlite3.Connection:
    connection = None
    try:
        connection = _connect(path)
        _check(connection, path)
        connection.execute("PRAGMA synchronous=NORMAL")
    except (sqlite3.Error, SpecError) as error:
        if connection is not None:
            connection.close()
        if isinstance(error, SpecError):
            raise
        raise SpecError(f"{path} cannot be read as a store of hwsim ({error}); it was left as it is") from None
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file; from a folder that cannot be written it can still be read, if its log was folded in."""
    if os.access(path.parent, os.W_OK) or _log(path):
        return sqlite3.connect(path, timeout=30)
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _log(path: Path) -> bool:
    """Whether a write-ahead log with something in it lies beside the file."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise SpecError for a foreign, damaged or newer file; bring an older schema up to date."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise SpecError(f"{path} is not a store of hwsim; it was left as it is")
    if version > len(MIGRATIONS):
        raise SpecError(
            f"{path} has schema {version}, this hwsim knows up to {len(MIGRATIONS)}; use the hwsim that wrote it"
        )
    (sound,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if _is_cut(connection, path):
        sound = "its end is missing"
    if sound != "ok":
        raise SpecError(f"{path} is damaged ({' '.join(str(sound).split())}); it was left as it is")
    _migrate(connection, version)


def _is_cut(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is shorter than SQLite's header says; with a write-ahead log beside it, it may be."""
    if _log(path):
        return False
    sizes = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")]
    return path.stat().st_size < int(sizes[0]) * int(sizes[1])
