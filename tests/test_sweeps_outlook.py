"""What a dry run says: how many points, how many stored, how long, from what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import sweeps
from small_study import POINTS, STUDY, write_study
from sweeps import estimate as estimating
from sweeps import runner
from sweeps.estimate import Estimate, estimate, spoken
from sweeps.evaluate import Evaluator
from sweeps.methods import method_of
from sweeps.outlook import outlook
from sweeps.point import Outcome, Point
from sweeps.study import Study
from test_sweeps_search import Stopped

SEARCH = f'{STUDY}\n[method]\nkind = "search"\nbudget = 12\nbatch = 4\n'


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> list[Point]:
    """Points that were run for an estimate, none of them really: each took half a second."""
    asked: list[Point] = []

    def measure(points: list[Point], _: Evaluator) -> dict[str, float]:
        asked.extend(points)
        return {point.digest: 0.5 for point in points}

    monkeypatch.setattr(estimating, "_measure", measure)
    return asked


def test_nothing_stored_is_judged_by_points_spread_over_the_study(tmp_path: Path, probed: list[Point]) -> None:
    study = sweeps.load_study(write_study(tmp_path))
    found = outlook(study, tmp_path / "out")
    assert (found.total, len(found.points), found.missing, len(found.known)) == (POINTS, POINTS, POINTS, 0)
    assert found.estimate == Estimate(0.5 * POINTS, 4, stored=False)
    assert len({point.digest for point in probed}) == 4
    assert len({(point.array, point.machine) for point in probed}) >= 3
    assert not (tmp_path / "out").exists()


def test_what_is_stored_judges_the_rest(tmp_path: Path, probed: list[Point]) -> None:
    study = sweeps.load_study(write_study(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        runner.run(study, tmp_path / "out", Stopped(5))
    found = outlook(study, tmp_path / "out")
    assert (len(found.known), found.missing, probed) == (5, POINTS - 5, [])
    mean = sum(outcome.seconds for outcome in found.known.values()) / 5
    assert found.estimate == Estimate(pytest.approx((POINTS - 5) * mean), 5, stored=True)
    runner.run(study, tmp_path / "out")
    assert outlook(study, tmp_path / "out").estimate == Estimate(0.0, POINTS, stored=True)


def test_a_search_is_looked_at_up_to_what_has_not_run(tmp_path: Path, probed: list[Point]) -> None:
    study = sweeps.load_study(write_study(tmp_path, SEARCH))
    found = outlook(study, tmp_path / "out")
    assert (found.total, len(found.points), found.missing) == (12, 4, 12)
    assert found.estimate == Estimate(6.0, 4, stored=False)
    with pytest.raises(KeyboardInterrupt):
        runner.run(study, tmp_path / "out", Stopped(6))
    found = outlook(study, tmp_path / "out")
    assert (found.total, len(found.points), found.missing, len(found.known)) == (12, 8, 6, 6)
    runner.run(study, tmp_path / "out")
    assert outlook(study, tmp_path / "out").missing == 0


def test_a_search_in_a_space_that_its_budget_exceeds_has_an_end(tmp_path: Path, probed: list[Point]) -> None:
    study = sweeps.load_study(write_study(tmp_path, SEARCH.replace("budget = 12", "budget = 1000")))
    assert outlook(study, None).total < 1000
    runner.run(study, tmp_path / "out")
    found = outlook(study, tmp_path / "out")
    assert (found.total, found.missing) == (POINTS, 0)


def known_of(study: Study, seconds: Mapping[int, float]) -> tuple[list[Point], dict[str, Outcome]]:
    points = list(next(method_of(study).propose(study, Evaluator().content_of)))
    return points, {points[i].digest: Outcome(points[i], s) for i, s in seconds.items()}


def test_stepped_points_are_weighed_by_their_edges(tmp_path: Path) -> None:
    text = STUDY.replace('["gemms.toml"]', '["gemms.toml"]\ndepth = "step"').replace("[1.6, 25.6]", "1.6")
    study = sweeps.load_study(write_study(tmp_path, text))
    points, known = known_of(study, {2: 1.0})
    assert dict(points[2].engine)["rows"] == 16
    slow = estimate(points, known, Evaluator())
    points, known = known_of(study, {0: 1.0})
    assert dict(points[0].engine)["rows"] == 4
    assert slow.seconds > len(points) - 1 > estimate(points, known, Evaluator()).seconds


def test_points_that_do_not_end_make_a_lower_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimating, "PROBE_LIMIT_SECONDS", 1e-6)
    found = outlook(sweeps.load_study(write_study(tmp_path)), None).estimate
    assert (found.low, found.points, found.stored) == (True, 4, False)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Estimate(0.04, 1, stored=True), "about 0.0 s on one core, judged by 1 point stored"),
        (Estimate(34.4, 4, stored=False), "about 34 s on one core, judged by 4 points run for this estimate"),
        (
            Estimate(720, 4, stored=False, low=True),
            "at least 12 min on one core, judged by 4 points run for this estimate",
        ),
    ],
)
def test_an_estimate_is_a_sentence(given: Estimate, said: str) -> None:
    assert str(given) == said


def test_durations_are_spoken_in_the_unit_that_suits_them() -> None:
    assert [spoken(s) for s in (2.34, 99.9, 5999, 10_000)] == ["2.3 s", "100 s", "100 min", "2.8 h"]
