"""How much each axis changes each objective: the means are those of a search through all pairs of designs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log
from pathlib import Path

import pytest

from report_pages import large, small
from small_study import STUDY
from sweeps.plan_settings import MAPPER_FIELDS
from sweeps.sensitivity import sensitivities
from sweeps.table import Entry, Table


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    text = STUDY.replace('"rows == cols", ', "").replace(
        "[machine]", '[mapper]\nplan_objective=["dram_bytes","latency"]\n[machine]'
    )
    return small(tmp_path_factory.mktemp("study"), text).table


def flat(entry: Entry) -> dict[str, object]:
    fields = entry.fields
    return {"array": fields["array"], **fields["engine"], **fields["machine"], **{n: fields[n] for n in MAPPER_FIELDS}}


def alone(one: Entry, other: Entry, names: Sequence[str]) -> bool:
    """Whether two designs differ in nothing but ``names``."""
    a, b = flat(one), flat(other)
    return all(a.get(name) == b.get(name) for name in {*a, *b} - set(names))


def brute(entries: Sequence[Entry], axis: str, objective: str) -> tuple[int, float]:
    """Sets of designs that differ in ``axis`` alone, and the mean of their ratios, pair by pair."""
    names, left, ratios = axis.split(" = "), list(entries), []
    while left:
        group = [entry for entry in left if alone(left[0], entry, names)]
        left = [entry for entry in left if entry not in group]
        values = [entry.values[objective] for entry in group]
        if len({repr([flat(entry).get(name) for name in names]) for entry in group}) > 1:
            ratios.append(log(max(values) / min(values)))
    return len(ratios), exp(sum(ratios) / len(ratios))


def test_ratios_are_those_of_all_pairs(table: Table) -> None:
    found = sensitivities(table, "gemms.toml")
    assert {one.axis for one in found} == {"array", "rows", "cols", "p", "dram_gb_per_s", "plan_objective"}
    for one in found:
        for objective in table.study.objectives:
            sets, ratio = brute(table.entries, one.axis, objective)
            assert one.sets == sets
            assert one.ratios[objective] == pytest.approx(ratio, rel=1e-9)


def test_the_order_of_designs_does_not_matter(table: Table) -> None:
    turned = replace(table, entries=table.entries[::-1])
    ratios = [{s.axis: dict(s.ratios) for s in sensitivities(t, "gemms.toml")} for t in (table, turned)]
    assert {a: {n: pytest.approx(r) for n, r in found.items()} for a, found in ratios[0].items()} == ratios[1]


def test_fields_that_are_always_equal_are_one_axis(tmp_path: Path) -> None:
    found = sensitivities(small(tmp_path).table, "gemms.toml")
    assert {one.axis for one in found} == {"array", "cols = rows", "p", "dram_gb_per_s"}


def test_what_is_not_known_has_no_ratio(tmp_path: Path) -> None:
    table = large(tmp_path, 1000).table
    lost = replace(table, entries=tuple(replace(e, values={**e.values, "pe_count": None}) for e in table.entries))
    for one in sensitivities(lost, "gemms.toml"):
        assert set(one.ratios) == {"total_cycles"}


def test_a_study_of_one_design_has_no_axes(tmp_path: Path) -> None:
    table = large(tmp_path, 1).table
    assert sensitivities(table, "gemms.toml") == []
