"""Two studies beside each other: the sentence that compares them says what their tables hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_pages import small
from small_study import STUDY
from sweeps.render.compare import comparison
from sweeps.render.labels import Labels
from sweeps.render.numbers import short
from sweeps.table import Entry, Table


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Table, Table]:
    other = STUDY.replace("[1.6, 25.6]", "12.8").replace('"small"', '"other"').replace('"cube"', '"adder-tree"')
    other = other.replace("p = {from=2, to=6, step=2}", "k = [4, 8]\nn = [4, 8]")
    found = [small(tmp_path_factory.mktemp("study"), text).table for text in (STUDY, other)]
    return found[0], found[1]


def best(table: Table) -> Entry:
    return min(table.entries, key=lambda e: (e.values["total_cycles"], e.position))


def pair(entry: Entry) -> tuple[int, int]:
    return entry.values["total_cycles"], entry.values["pe_count"]


def test_the_best_and_the_lasting_designs_are_those_of_the_tables(both: tuple[Table, Table]) -> None:
    every = [pair(entry) for table in both for entry in table.entries]
    lasting = [
        sum(not any(o[0] <= p[0] and o[1] <= p[1] and o != p for o in every) for p in map(pair, table.entries))
        for table in both
    ]
    order = sorted(both, key=lambda table: best(table).values["total_cycles"])
    values = [best(table).values["total_cycles"] for table in order]
    names = [f"`{Labels(t.entries).engine(best(t))}` ({t.study.name})" for t in order]
    assert comparison(*both) == (
        f"On gemms.toml the best total cycles is {short('total_cycles', values[0])}, of {names[0]}, "
        f"{values[0] / values[1]:.3g} times the {short('total_cycles', values[1])} of {names[1]}. Of both together, "
        f"{lasting[0]} designs of small and {lasting[1]} of other are on the front of total cycles against PEs."
    )


def test_a_study_beside_itself_is_equal(both: tuple[Table, Table]) -> None:
    table = both[0]
    said = comparison(table, table)
    assert said.startswith(
        f"On gemms.toml the best total cycles of both is {short('total_cycles', pair(best(table))[0])}: "
    )
    assert f"{len(table.front)} designs of small and {len(table.front)} of small" in said


def test_studies_of_different_networks_are_not_compared(both: tuple[Table, Table]) -> None:
    one, other = both
    away = replace(other, entries=tuple(replace(e, fields={**e.fields, "workload": "else"}) for e in other.entries))
    assert comparison(one, away) == "small and other share no network with results for both: nothing to compare."
