"""The schema of a store, step by step: how an empty file becomes one, and an older file the present one."""

from __future__ import annotations

import sqlite3

APPLICATION_ID = 0x6877736D
"""What SQLite's header says the file is: ``hwsm``."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE study (id INTEGER PRIMARY KEY CHECK (id = 0), digest TEXT NOT NULL, origin TEXT NOT NULL,"
        " text TEXT NOT NULL)",
        "CREATE TABLE point (position INTEGER PRIMARY KEY, digest TEXT NOT NULL, fields TEXT NOT NULL)",
        "CREATE TABLE outcome (digest TEXT PRIMARY KEY, study TEXT NOT NULL, version TEXT NOT NULL,"
        " seconds REAL NOT NULL, error TEXT, summary TEXT, report BLOB,"
        " CHECK ((error IS NULL) = (report IS NOT NULL)))",
    ),
    (
        "ALTER TABLE study ADD COLUMN version TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE outcome ADD COLUMN seed INTEGER NOT NULL DEFAULT 0",
    ),
    (
        "CREATE TABLE verdict (key TEXT PRIMARY KEY, engine TEXT NOT NULL, verified TEXT NOT NULL,"
        " passed INTEGER NOT NULL, said TEXT NOT NULL, version TEXT NOT NULL)",
    ),
)
"""Step i brings a file of schema i to schema i + 1. Schema 1 knew grids alone, whose seed is 0."""


def version_of(connection: sqlite3.Connection) -> int:
    """The schema that the file has; 0 for an empty one."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the present schema, in one transaction: it has the old schema or the new one, nothing between.

    Of two processes that open an old file at once, the second waits and finds nothing left to do.
    """
    if version_of(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in MIGRATIONS[version_of(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={len(MIGRATIONS)}")
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
