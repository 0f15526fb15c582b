"""The file of a store: made whole or not at all, and nothing that is not one is ever written to."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hwsim.errors import SpecError
from sweeps.store_schema import APPLICATION_ID, MIGRATIONS, migrate, version_of

FILE_NAME = "study.sqlite"


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """What stands in the way of writing ``path`` (a full disk, a read-only folder, another writer) as a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise SpecError(f"{path} cannot be written ({error}); what was stored before stays") from None
    except OSError as error:
        raise SpecError(f"{path} cannot be made ({error.filename or path}: {error.strerror})") from None


def create(path: Path) -> None:
    """Make an empty store beside its place and put it there whole: a half-made file is never found, and of two
    processes that make one at the same time the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".draft-", dir=path.parent) as folder:
        draft = Path(folder) / path.name
        connection = sqlite3.connect(draft)
        migrate(connection)
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


def open_checked(path: Path) -> sqlite3.Connection:
    """Open the store ``path``; raises SpecError, and leaves the file as it is, if it is foreign, damaged or newer."""
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
    version = version_of(connection)
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
    migrate(connection)


def _is_cut(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is shorter than SQLite's header says; with a write-ahead log beside it, it may be."""
    if _log(path):
        return False
    sizes = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")]
    return path.stat().st_size < int(sizes[0]) * int(sizes[1])
