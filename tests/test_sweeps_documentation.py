"""Pages that are printed from the registries are up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.render.reference import engine_page, engine_tables, workload_page, workload_tables

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize(
    ("name", "command", "page"),
    [("engines.md", "engines", engine_page()), ("workload_library.md", "workloads", workload_page())],
)
def test_printed_pages_are_up_to_date(name: str, command: str, page: str) -> None:
    assert (DOCS / name).read_text() == page, f"run: hwsim {command} --markdown > docs/{name}"


def test_every_table_has_rows_as_wide_as_its_head() -> None:
    for table in (*engine_tables(), *workload_tables()):
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}
        assert len(table.markdown().splitlines()) == len(table.rows) + 2
