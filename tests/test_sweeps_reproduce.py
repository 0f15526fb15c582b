"""Claims beside ours: the laws of a verdict, the stored rows, and ``hwsim reproduce``."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import sweeps.reproduce.stored as stored_rows
from hwsim.errors import SpecError
from sweeps.cli import app
from sweeps.render.reproduce import COLUMNS, legend, summary
from sweeps.render.reproduce_words import number
from sweeps.reproduce.claim import Claim, Origin, Source, table, unchecked
from sweeps.reproduce.cosma import runs
from sweeps.reproduce.cosma.cases import Budget, Case, cases
from sweeps.reproduce.registry import SYSTEMS, find_system
from sweeps.reproduce.stored import FOLDER, Stored, code_digest, load, save
from sweeps.reproduce.system import Section, System, compute
from sweeps.reproduce.tolerance import DIRECTION, EXACT, Kind, Tolerance, Value, absolute, printed, relative, rounded
from sweeps.reproduce.verdict import Row, Verdict, answered, judge

PROMISED = ["claim", "source", "published", "ours", "deviation", "tolerance", "verdict"]
BY_NAME = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
SOURCE = Source(Origin.NOTES, "somewhere")

reals = st.floats(-1e6, 1e6, allow_nan=False)
positive = st.floats(1e-3, 1e3)
bounded = st.one_of(st.builds(absolute, positive), st.builds(relative, positive))
tolerances = st.one_of(bounded, st.just(EXACT), st.just(DIRECTION))


# The laws of a verdict.


@given(tolerances, st.one_of(reals, st.lists(st.integers(-99, 99), min_size=1).map(tuple)))
def test_what_is_published_is_reproduced_by_itself(tolerance: Tolerance, value: Value) -> None:
    numbers = value if isinstance(value, tuple) else (value,)
    assume(tolerance.kind in (Kind.EXACT, Kind.ABSOLUTE) or all(numbers))
    assert tolerance.deviation(value, value) == 0
    wanted = Verdict.DIRECTION_ONLY if tolerance is DIRECTION else Verdict.REPRODUCED
    assert judge(tolerance, value, value) is wanted


@given(bounded, st.integers(-(10**6), 10**6).filter(bool), st.floats(0, 2e3), st.booleans())
def test_reproduced_is_within_the_bound(tolerance: Tolerance, published: int, times: float, above: bool) -> None:
    """``times`` the bound away, on either side."""
    assume(not math.isclose(times, 1, rel_tol=1e-6))
    assert tolerance.bound is not None
    unit = tolerance.bound * (abs(published) if tolerance.kind is Kind.RELATIVE else 1)
    ours = published + (times if above else -times) * unit
    assume(abs(ours - published) > 1e-6 * abs(published) or times == 0)
    assert judge(tolerance, published, ours) is (Verdict.REPRODUCED if times < 1 else Verdict.NOT_REPRODUCED)


@pytest.mark.parametrize(("published", "ours"), [(1.71, 1.725), (2.27, 2.255), (0.3, 0.315)])
def test_the_bound_is_inside(published: float, ours: float) -> None:
    assert judge(absolute(0.015), published, ours) is Verdict.REPRODUCED
    assert judge(absolute(0.015), published, ours + (ours - published) * 1e-6) is Verdict.NOT_REPRODUCED


@given(bounded, reals, reals, st.floats(1, 10))
def test_a_larger_tolerance_never_loses_a_claim(
    tolerance: Tolerance, published: float, ours: float, times: float
) -> None:
    assert tolerance.bound is not None
    wider = Tolerance(tolerance.kind, tolerance.bound * times)
    if judge(tolerance, published, ours) is Verdict.REPRODUCED:
        assert judge(wider, published, ours) is Verdict.REPRODUCED


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_exact_is_equal(published: int, ours: int) -> None:
    assert (judge(EXACT, published, ours) is Verdict.REPRODUCED) == (published == ours)
    assert judge(EXACT, (published, 1), (ours, 1)) is judge(EXACT, published, ours)


@given(positive, positive)
def test_the_direction_is_the_side_of_one(published: float, ours: float) -> None:
    assert judge(DIRECTION, published, ours) is judge(DIRECTION, ours, published)
    if published != 1 != ours:
        agrees = (published - 1) * (ours - 1) > 0
        assert judge(DIRECTION, published, ours) is (Verdict.DIRECTION_ONLY if agrees else Verdict.NOT_REPRODUCED)


@given(tolerances, reals.filter(bool))
def test_what_cannot_be_compared_is_not_reproduced(tolerance: Tolerance, published: float) -> None:
    for ours in (math.nan, math.inf, "words", (1, 2)):
        assert tolerance.deviation(published, ours) is None
        assert judge(tolerance, published, ours) is Verdict.NOT_REPRODUCED
    assert judge(tolerance, "words", "words") is Verdict.REPRODUCED
    assert judge(tolerance, "words", published) is Verdict.NOT_REPRODUCED


def test_a_relative_deviation_from_nothing_is_none() -> None:
    assert relative(0.5).deviation(0, 0) is None
    assert judge(relative(0.5), 0.0, 0.0) is Verdict.NOT_REPRODUCED


@given(st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=1))
def test_numbers_that_belong_together_deviate_by_the_largest(pairs: list[tuple[int, int]]) -> None:
    published, ours = (tuple(side) for side in zip(*pairs, strict=True))
    found = EXACT.deviation(published, ours)
    assert found is not None
    assert abs(found) == max(abs(x - y) for x, y in pairs)


@pytest.mark.parametrize("digits", [0, 1, 3])
def test_printed_digits(digits: int) -> None:
    assert (printed(digits).bound, rounded(digits).bound) == (10.0**-digits, 0.5 * 10.0**-digits)


# What a claim and a system must be.


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: absolute(0.0), "a tolerance of kind absolute has no bound 0.0"),
        (lambda: relative(math.inf), "a tolerance of kind relative has no bound inf"),
        (lambda: Tolerance(Kind.EXACT, 1.0), "a tolerance of kind exact has no bound 1.0"),
        (lambda: Tolerance(Kind.DIRECTION, 1.0), "a tolerance of kind direction has no bound 1.0"),
        (lambda: Tolerance(Kind.ABSOLUTE, None), "a tolerance of kind absolute has no bound None"),
        (lambda: Claim("area", "PE", SOURCE, 1),
         "area: PE: a claim has a number of ours with a tolerance, or a reason why it has none"),
        (lambda: Claim("area", "", SOURCE, 1, EXACT, lambda: 1, "no"),
         "area: a claim has a number of ours with a tolerance, or a reason why it has none"),
        (lambda: Claim("area", "", SOURCE, 1, EXACT, why_not="no"),
         "area: a claim has a number of ours with a tolerance, or a reason why it has none"),
        (lambda: Claim("area", "", Source(Origin.NOTES, ""), 1, why_not="no"),
         "area: a claim says what is claimed, and where"),
        (lambda: System("x", "X", (Section("s", unchecked("area", SOURCE, "no", [("", 1), ("", 2)])),)),
         "x: two claims read 'area'"),
    ],
)  # fmt: skip
def test_what_cannot_exist_gets_one_sentence(make: object, sentence: str) -> None:
    with pytest.raises(SpecError) as raised:
        make()  # type: ignore[operator]
    assert str(raised.value) == sentence


@BY_NAME
def test_every_claim_says_where_it_stands(system: System) -> None:
    for section in system.sections:
        assert section.claims
        for claim in section.claims:
            independent = claim.source.place.startswith("independent")
            assert independent != claim.source.origin.of_the_authors, claim.text
            assert independent or "DOI 10." in claim.source.place, claim.text


def test_the_abstract_and_the_notes_stand_side_by_side_where_they_differ() -> None:
    claims = {claim.text: claim for section in find_system("bitweight").sections for claim in section.claims}
    for gain, by, array, pair in (
        ("area", "", "multiplier-adder tree", (1.56, 1.58)),
        ("area", "", "2D matrix", (1.44, 1.34)),
        ("energy", ", glitches zero-delay", "2D matrix", (1.20, 1.11)),
    ):
        both = [
            claims[f"gain in {gain} efficiency, {where}{by}: {array} [osu018]"]
            for where in ("abstract", "table of arrays")
        ]
        assert tuple(claim.published for claim in both) == pair
        assert [claim.source.origin for claim in both] == [Origin.ABSTRACT, Origin.NOTES]


# Rows, fresh and stored.


@pytest.fixture(scope="module")
def fresh() -> dict[str, tuple[Row, ...]]:
    """Claims of COSMA are computed from its stored runs, which a test of their own computes again in part."""
    runs.prime(runs.stored())
    return {system.name: compute(system) for system in SYSTEMS}


@BY_NAME
def test_stored_rows_are_what_is_computed(system: System, fresh: dict[str, tuple[Row, ...]]) -> None:
    stored = load(system.name)
    assert stored.system == system.name
    assert [row.claim for row in stored.rows] == [row.claim for row in fresh[system.name]], "run: make reproduce"
    for old, new in zip(stored.rows, fresh[system.name], strict=True):
        assert replace(old, ours=new.ours, deviation=new.deviation) == new, "run: make reproduce"
        for ours, computed in ((old.ours, new.ours), (old.deviation, new.deviation)):
            number_like = not (computed is None or isinstance(computed, str))
            near = pytest.approx(computed, rel=1e-9, abs=1e-9) if number_like else computed
            assert ours == near, f"{new.claim}; run: make reproduce"


@BY_NAME
def test_every_claim_has_its_row(system: System, fresh: dict[str, tuple[Row, ...]]) -> None:
    claims = [(section.title, claim) for section in system.sections for claim in section.claims]
    assert len(claims) == system.size == len(fresh[system.name])
    for (title, claim), row in zip(claims, fresh[system.name], strict=True):
        assert (row.claim, row.source, row.published, row.section) == (
            claim.text, claim.source.place, claim.published, title,
        )  # fmt: skip
        checked = row.outcome is not Verdict.NOT_CHECKABLE
        assert checked == (row.ours is not None) == (row.tolerance_kind is not None)
        assert checked <= (claim.why_not == "")
        assert checked or claim.library or row.verdict == f"not checkable here ({claim.why_not})"
        assert (row.tolerance is None) == (row.tolerance_kind in (None, "direction"))


@BY_NAME
def test_a_row_survives_json(system: System, fresh: dict[str, tuple[Row, ...]]) -> None:
    for row in fresh[system.name]:
        assert Row.of_record(json.loads(json.dumps(row.record(), allow_nan=False))) == row
        assert list(row.record())[:7] == PROMISED


def two_rows() -> tuple[Row, ...]:
    claims = (
        *table("sides", SOURCE, EXACT, [("", (1, 2), lambda: (1, 2))]),
        *unchecked("area", Source(Origin.MEASURED, "independent"), "needs synthesis", [("PE", 2.5)]),
    )
    return tuple(answered(claim, "all") for claim in claims)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = save("x", two_rows(), tmp_path)
    assert path == tmp_path / "x.json"
    found = load("x", tmp_path)
    assert found == Stored("x", code_digest("x"), two_rows())
    assert not found.stale
    assert replace(found, digest="other").stale
    assert len(path.read_text().splitlines()) == 2 + len(two_rows())


def test_the_file_of_the_package_is_as_it_was_saved(tmp_path: Path) -> None:
    for system in SYSTEMS:
        found = load(system.name)
        saved = save(system.name, found.rows, tmp_path).read_text()
        assert saved.replace(code_digest(system.name), found.digest) == (FOLDER / f"{system.name}.json").read_text()


def test_the_digest_is_that_of_models_their_data_and_claims() -> None:
    names = [name for name, _ in stored_rows._sources("bitweight")]
    assert len(names) == len(set(names))
    assert {
        "hwsim/encodings/ent.py",
        "hwsim/workload/library/configs/gpt2-small.toml",
        "reproduce/tolerance.py",
        "reproduce/bitweight/digits.py",
    } <= set(names)
    assert [name for name in names if name.endswith(".json")] == ["reproduce/results/synthesis.json"]


@pytest.mark.parametrize("text", ["", "[]", '{"system": "x"}', '{"system": "x", "digest": "", "rows": [{"claim": 1}]}'])
def test_stored_rows_that_cannot_be_read_get_one_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    with pytest.raises(SpecError) as absent:
        load("x", tmp_path)
    assert str(absent.value) == "no results of x are stored; --fresh computes them"
    path.write_text(text)
    with pytest.raises(SpecError) as unreadable:
        load("x", tmp_path)
    assert str(unreadable.value) == f"{path}: no stored results of x; --fresh computes them"


# The command.


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, ["reproduce", *words])


@BY_NAME
def test_the_command_prints_what_is_stored(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = load(system.name)
    monkeypatch.setattr(stored_rows, "code_digest", lambda system: stored.digest)
    result = invoke(system.name, "--json")
    missed = any(row.outcome is Verdict.NOT_REPRODUCED for row in stored.rows)
    assert (result.exit_code, result.stderr) == (int(missed), "")
    assert tuple(map(Row.of_record, json.loads(result.stdout))) == stored.rows


@BY_NAME
def test_the_table_names_every_section_and_every_miss(system: System) -> None:
    result = invoke(system.name)
    rows = load(system.name).rows
    words = " ".join(result.stdout.split())
    for text in (system.title, legend(rows), *{row.section for row in rows}, *summary(rows)):
        assert " ".join(text.split()) in words
    misses = [row for row in rows if row.outcome is Verdict.NOT_REPRODUCED]
    assert words.count("Not reproduced, number by number") == bool(misses)
    listed = result.stdout.partition("Not reproduced, number by number")[2]
    assert sum(line.rstrip().endswith("  not reproduced") for line in listed.splitlines()) == len(misses)
    assert all(column in result.stdout for column in COLUMNS)


def test_stale_rows_are_marked_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_rows, "code_digest", lambda system: "other")
    result = invoke("bitweight", "--json")
    assert result.stderr == (
        "hwsim: these results of bitweight are stale: they were stored by other code; --fresh computes them\n"
    )
    assert len(json.loads(result.stdout)) == len(load("bitweight").rows)


def test_fresh_rows_are_computed_and_nothing_is_written(
    fresh: dict[str, tuple[Row, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in FOLDER.iterdir() if path.is_file()}
    monkeypatch.setattr(stored_rows, "code_digest", lambda system: "other")
    result = invoke("bitweight", "--fresh", "--json")
    assert result.stderr == ""
    assert tuple(map(Row.of_record, json.loads(result.stdout))) == fresh["bitweight"]
    assert {path: path.read_bytes() for path in FOLDER.iterdir() if path.is_file()} == before


def test_nothing_missed_is_a_good_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_rows, "load", lambda name: Stored(name, code_digest(name), two_rows()))
    result = invoke("bitweight")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 published by the authors: 1 reproduced\n" in result.stdout
    assert "1 independent checks: 1 not checkable here\n" in result.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["bitwieght"], "unknown system 'bitwieght' (did you mean 'bitweight'?); systems are "
                        + ", ".join(system.name for system in SYSTEMS)),
        ([], "missing argument 'SYSTEM'; see 'hwsim reproduce --help'"),
        (["bitweight", "--frehs"],
         "reproduce has no option '--frehs' (did you mean '--fresh'?); "
         "its options are --fresh, --liberty, --runs, --json, --help"),
    ],
)  # fmt: skip
def test_a_wrong_question_gets_one_sentence(words: list[str], sentence: str) -> None:
    result = invoke(*words)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"hwsim: {sentence}\n")


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "yes"), (False, "no"), (262144, "262144"), (2.41, "2.41"), ((-2, 1), "-2 1"), ("one third", "one third")],
)
def test_values_as_people_read_them(value: Value, text: str) -> None:
    assert number(value) == text


def test_the_summary_counts_every_row_once() -> None:
    rows = load("bitweight").rows
    found = Counter(row.outcome for row in rows)
    told = Counter[str]()
    for sentence in summary(rows):
        for part in sentence.partition(": ")[2].split(", "):
            count, _, words = part.partition(" ")
            told[words] += int(count)
    assert told == {verdict.value: count for verdict, count in found.items()}


# The runs of COSMA's networks.


@pytest.mark.parametrize(
    "case",
    [
        Case("resnet50", True, Budget.LEAST.value),
        Case("r2plus1d-18", False, Budget.HALF.value),
        Case("deeplabv3-resnet50", True, Budget.PEAK.value),
        Case("vit-b-16", False, Budget.LEAST.value),
    ],
    ids=lambda case: case.text,
)
def test_stored_runs_are_what_is_computed(case: Case) -> None:
    stored = next(run for run in runs.stored() if run.case == case)
    assert replace(runs.compute(case), solve_seconds=stored.solve_seconds) == stored, "run: make reproduce"


def test_every_case_has_its_run_and_no_baseline_beats_a_proven_one() -> None:
    stored = runs.stored()
    assert [run.case for run in stored] == list(cases())
    for run in stored:
        assert (run.status == "optimal") == (run.objective_bytes == run.bound_bytes)
        for theirs in run.baseline_bytes.values():
            assert theirs is None or theirs >= run.bound_bytes


def test_the_runs_are_printed_and_told() -> None:
    told = json.loads(invoke("cosma", "--runs", "--json").stdout)
    assert [runs.Run.of_record(record) for record in told] == list(runs.stored())
    assert "nasnet-a, with parameters, M_H" in " ".join(invoke("cosma", "--runs").stdout.split())
    refused = invoke("lut", "--runs")
    assert refused.exit_code == 2
    assert refused.stderr == "hwsim: --runs: the claims of lut rest on no runs; those of cosma do\n"
