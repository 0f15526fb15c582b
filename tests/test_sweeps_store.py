"""The store: what was put is there, and nothing foreign is ever overwritten."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from hwsim.errors import SpecError
from small_study import STUDY
from sweeps.enumeration import points
from sweeps.metrics import METRICS
from sweeps.point import Outcome, Point
from sweeps.record import Record, pack
from sweeps.store import Asked, Store
from sweeps.store_file import FILE_NAME, create
from sweeps.store_schema import MIGRATIONS
from sweeps.study import parse_study

POINTS = list(points(parse_study(STUDY, "small.toml"), lambda network: "content"))
ASKED = Asked("digest", "1", seed=3)
SUMMARY = {metric.name: 7 for metric in METRICS}


def done(point: Point, cycles: int = 7) -> Outcome:
    return Outcome(point, 0.5, {"total_cycles": cycles, "layers": [{"name": "é"}]}, {**SUMMARY, "total_cycles": cycles})


def failed(point: Point) -> Outcome:
    return Outcome(point, 0.5, error="it does not fit")


def filled(folder: Path) -> Path:
    """A store with three of the points; its file, the log folded in."""
    with Store.create_or_open(folder) as store:
        store.begin(ASKED, "small.toml", STUDY)
        store.propose(POINTS)
        store.end(len(POINTS))
        for outcome in (done(POINTS[0]), failed(POINTS[1]), done(POINTS[5], 9)):
            store.put_outcome(outcome, ASKED)
    path = folder / FILE_NAME
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def test_what_was_put_is_there_when_opened_again(tmp_path: Path) -> None:
    filled(tmp_path)
    with Store.open(tmp_path) as store:
        rows = list(store.rows())
        assert store.finished() == {POINTS[i].digest for i in (0, 1, 5)}
        assert store.report(POINTS[5].digest) == {"total_cycles": 9, "layers": [{"name": "é"}]}
        assert store.study_text() == ("small.toml", STUDY)
    assert [row.digest for row in rows] == [point.digest for point in POINTS]
    assert [row.position for row in rows if row.done] == [0, 1, 5]
    assert rows[0].summary == SUMMARY
    assert (rows[1].error, rows[1].summary) == ("it does not fit", None)
    assert rows[2].fields == POINTS[2].fields


def test_outcomes_stay_when_the_study_changes(tmp_path: Path) -> None:
    filled(tmp_path)
    with Store.create_or_open(tmp_path) as store:
        store.begin(Asked("other", "1"), "other.toml", STUDY)
        store.propose(POINTS[4:6])
        rows = list(store.rows())
        assert [(row.digest, row.done) for row in rows] == [(POINTS[4].digest, False), (POINTS[5].digest, True)]
        assert len(store.finished()) == 3


def test_a_store_is_in_wal_mode_and_bears_its_mark_and_schema(tmp_path: Path) -> None:
    connection = sqlite3.connect(filled(tmp_path))
    pragmas = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "application_id")]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    assert pragmas == ["wal", int.from_bytes(b"hwsm", "big")]
    assert version == len(MIGRATIONS)


def test_every_row_says_who_asked_for_it_and_how_long_it_took(tmp_path: Path) -> None:
    connection = sqlite3.connect(filled(tmp_path))
    rows = connection.execute("SELECT study, version, seed, seconds FROM outcome").fetchall()
    connection.close()
    assert rows == [("digest", "1", 3, 0.5)] * 3


def test_records_are_stored_together_or_not_at_all(tmp_path: Path) -> None:
    filled(tmp_path)
    with Store.open(tmp_path) as store:
        broken = Record(POINTS[3].digest, 0.5)  # neither a report nor an error, which the schema refuses
        with pytest.raises(SpecError, match=r"cannot be written \(CHECK constraint failed"):
            store.put([pack(done(POINTS[2])), broken], ASKED)
        assert store.finished() == {POINTS[i].digest for i in (0, 1, 5)}


def test_known_outcomes_are_those_of_the_points_asked_for(tmp_path: Path) -> None:
    filled(tmp_path)
    with Store.open(tmp_path) as store:
        found = store.known(POINTS[:4])
        assert set(found) == {POINTS[0].digest, POINTS[1].digest}
        assert found[POINTS[0].digest] == Outcome(POINTS[0], 0.5, summary=SUMMARY)
        assert found[POINTS[1].digest] == failed(POINTS[1])
        assert store.known([]) == {}


def test_a_study_that_has_fewer_points_than_before_has_only_those(tmp_path: Path) -> None:
    filled(tmp_path)
    with Store.open(tmp_path) as store:
        store.begin(ASKED, "small.toml", STUDY)
        assert len(list(store.rows())) == len(POINTS), "the same study, by the same code, keeps its points"
        store.propose(POINTS[:2])
        store.propose(POINTS[4:6], start=2)
        store.end(4)
        assert [row.digest for row in store.rows()] == [POINTS[i].digest for i in (0, 1, 4, 5)]
        store.begin(Asked("digest", "2"), "small.toml", STUDY)
        assert list(store.rows()) == [], "other code makes other points"


def test_a_store_of_an_older_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    """The file was written by the hwsim that knew schema 1, with the outcomes of ``filled``."""
    path = tmp_path / FILE_NAME
    shutil.copy(Path(__file__).parent / "data" / "store_schema_1.sqlite", path)
    with Store.open(tmp_path) as store:
        rows = [row for row in store.rows() if row.done]
        assert [row.position for row in rows] == [0, 1, 5]
        assert (rows[0].summary or {})["total_cycles"] == 7
        assert rows[1].error == "it does not fit"
        assert store.report(rows[2].digest) == {"total_cycles": 9, "layers": [{"name": "é"}]}
        assert store.study_text() == ("small.toml", STUDY)
        store.put_outcome(done(POINTS[2]), ASKED)
    fresh = filled(tmp_path / "fresh")
    assert shape_of(path) == shape_of(fresh)
    connection = sqlite3.connect(path)
    assert sorted(connection.execute("SELECT seed FROM outcome")) == [(0,), (0,), (0,), (3,)]
    connection.close()


def shape_of(path: Path) -> tuple[object, list[object]]:
    """The schema's number, and the tables with their columns."""
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    columns = [(name, connection.execute(f"PRAGMA table_info({name})").fetchall()) for name in sorted(tables)]
    version = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return version, columns


def test_a_migration_that_fails_leaves_the_old_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / FILE_NAME
    shutil.copy(Path(__file__).parent / "data" / "store_schema_1.sqlite", path)
    before = shape_of(path)
    monkeypatch.setattr("sweeps.store_schema.MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE study (id)",)))
    with pytest.raises(
        SpecError, match=r"cannot be read as a store of hwsim \(table study already exists\); it was left"
    ):
        Store.open(tmp_path)
    assert shape_of(path) == before


def test_a_point_that_is_not_stored_has_no_report(tmp_path: Path) -> None:
    filled(tmp_path)
    with (
        Store.open(tmp_path) as store,
        pytest.raises(SpecError, match=f"^no report is stored for point {POINTS[1].digest[:12]}$"),
    ):
        store.report(POINTS[1].digest)


def refused(folder: Path, message: str) -> None:
    """The file is refused with ``message`` by both ways of opening, and not a byte of it changes."""
    path = folder / FILE_NAME
    before = path.read_bytes()
    for way in (Store.open, Store.create_or_open):
        with pytest.raises(SpecError, match=f"^{re.escape(str(path))} {message}$"):
            way(folder)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00 but no more", bytes(8192)])
def test_a_foreign_file_is_refused_and_left(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    refused(tmp_path, r"(is not a store of hwsim|cannot be read as a store of hwsim \(.*\)); it was left as it is")


def test_another_programs_database_is_refused_and_left(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("CREATE TABLE outcome (digest TEXT)")
    connection.commit()
    connection.close()
    refused(tmp_path, "is not a store of hwsim; it was left as it is")


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.8, 0.99])
def test_a_truncated_store_is_refused_and_left(tmp_path: Path, share: float) -> None:
    path = filled(tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    refused(
        tmp_path,
        r"(is damaged \(.*\)|is not a store of hwsim|cannot be read as a store of hwsim \(.*\)); it was left as it is",
    )


def test_a_newer_schema_is_refused_and_left(tmp_path: Path) -> None:
    connection = sqlite3.connect(filled(tmp_path))
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    known = len(MIGRATIONS)
    refused(tmp_path, f"has schema {known + 1}, this hwsim knows up to {known}; use the hwsim that wrote it")


def test_a_folder_without_a_store_is_named(tmp_path: Path) -> None:
    message = f"{tmp_path}: no sweep was stored here ({FILE_NAME} is missing)"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        Store.open(tmp_path)


def test_a_draft_left_by_a_killed_process_is_no_store(tmp_path: Path) -> None:
    (tmp_path / ".draft-killed").mkdir()
    (tmp_path / ".draft-killed" / FILE_NAME).write_bytes(b"half")
    filled(tmp_path)
    with Store.open(tmp_path) as store:
        assert len(store.finished()) == 3


def test_a_second_process_that_makes_the_store_does_not_replace_the_first(tmp_path: Path) -> None:
    path = filled(tmp_path)
    create(path)
    with Store.open(tmp_path) as store:
        assert len(store.finished()) == 3
    assert list(tmp_path.glob(".draft*")) == []


def test_where_no_links_are_the_store_is_moved_into_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", no_links)
    filled(tmp_path)
    with Store.open(tmp_path) as store:
        assert len(store.finished()) == 3


def test_a_full_disk_is_a_sentence_and_what_was_stored_stays(tmp_path: Path) -> None:
    path = filled(tmp_path)
    with Store.open(tmp_path) as store:
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count = {pages}")
        message = f"{path} cannot be written (database or disk is full); what was stored before stays"
        with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
            store.put_outcome(Outcome(POINTS[2], 0.5, error="long " * pages * 4096), ASKED)
    with Store.open(tmp_path) as store:
        assert {POINTS[i].digest for i in (0, 1, 5)} <= store.finished()


def test_a_folder_that_cannot_be_written_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path)
    monkeypatch.setattr("os.access", lambda *_: False)  # root, who may run this test, may write everywhere
    with Store.open(tmp_path) as store:
        assert len(store.finished()) == 3
        message = f"{path} cannot be written (attempt to write a readonly database); what was stored before stays"
        with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
            store.put_outcome(done(POINTS[2]), ASKED)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / FILE_NAME
    message = f"{path} cannot be made ({tmp_path / 'file'}: File exists)"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        Store.create_or_open(tmp_path / "file")
