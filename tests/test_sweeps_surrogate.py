"""The surrogate: what it learns, how its errors are stated, and that it decides nothing but the order of work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import sweeps
from hwsim.errors import SpecError
from small_study import STUDY, write_study
from sweeps import enumeration, runner
from sweeps.cli import app
from sweeps.evaluate import Evaluator
from sweeps.point import Outcome, Point
from sweeps.promising import FIRST, PORTION, Promising
from sweeps.study import load_study
from sweeps.surrogate.features import Features
from sweeps.surrogate.learning import HeldBack, held_back, learn
from sweeps.surrogate.models import MODELS, choose, standardised
from test_sweeps_methods import content_of, study_of

COLUMNS = """
[study]
name = "columns"
question = "Which sparse column?"
workloads = ["gemms.toml"]
depth = "count"
[objectives]
total_cycles = "minimise"
pe_count = "minimise"
[[engine]]
array = "bitslice"
mac = ["opt3", "opt4c"]
columns = [2, 4, 8]
rows = [2, 4, 8]
encoding = ["ent", "booth"]
"""


def points(count: int, seed: int = 0) -> tuple[list[dict[str, object]], list[float]]:
    """Fields and closed forms of invented points, and what the costly depth says: it depends on a word and a size."""
    rng = np.random.default_rng(seed)
    cheap: list[dict[str, object]] = []
    for _ in range(count):
        rows, word = int(rng.integers(1, 65)), str(rng.choice(["ent", "booth", "naf"]))
        cheap.append({"rows": rows, "encoding": word, "kind": "same", "total_cycles": int(rng.integers(10**4, 10**6))})
    factor = {"ent": 1.3, "booth": 1.1, "naf": 0.8}
    return cheap, [float(c["total_cycles"]) * factor[str(c["encoding"])] * int(str(c["rows"])) ** 0.1 for c in cheap]


def test_what_was_a_number_wherever_it_was_learned_may_be_anything_elsewhere() -> None:
    features = Features([{"rows": 3}, {"rows": 7}])
    assert features.of([{"rows": "all"}, {"rows": -8}, {}, {"rows": 1}]).tolist() == [[0], [0], [0], [1]]


def test_features_are_logarithms_of_numbers_and_a_column_for_each_word() -> None:
    rows = [{"rows": 3, "mac": "opt3", "same": 1, "flag": True}, {"rows": 7, "mac": "opt4c", "same": 1, "flag": False}]
    assert Features(rows).of([*rows, {"rows": 1, "mac": "new", "flag": True}]).tolist() == [
        [2, 1, 0, 1, 0],
        [3, 0, 1, 0, 1],
        [1, 0, 0, 1, 0],
    ]


def test_a_surrogate_learns_what_the_closed_form_misses() -> None:
    cheap, results = points(120)
    surrogate = learn("total_cycles", cheap[:60], results[:60])
    found = held_back(surrogate, cheap[60:], results[60:])
    assert found.median < found.closed_median / 5
    assert (found.learned, found.points, found.metric) == (60, 60, "total_cycles")
    assert found.median <= found.nine_of_ten


def test_where_the_closed_form_is_exact_it_is_what_is_taken() -> None:
    cheap, _ = points(40)
    results = [float(str(row["total_cycles"])) for row in cheap]
    surrogate = learn("total_cycles", cheap[:20], results[:20])
    assert surrogate.model.name == "closed form"
    assert surrogate.predict(cheap[20:]).tolist() == pytest.approx(results[20:])
    assert surrogate.predict([]).shape == (0,)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), shift=st.floats(-3, 3))
def test_models_follow_a_shift_of_what_they_learn(model: object, seed: int, shift: float) -> None:
    rng = np.random.default_rng(seed)
    x, asked = standardised(rng.random((12, 3)), rng.random((5, 3)))
    y = rng.random(12)
    fit = model.fit  # type: ignore[attr-defined]
    moved = fit(x, y + shift, asked) - fit(x, y, asked)
    assert moved.shape == (5,)
    expected = 0.0 if model is MODELS[0] else shift
    assert moved.tolist() == pytest.approx([expected] * 5, abs=1e-6)


def test_the_simplest_of_equals_is_chosen() -> None:
    assert choose(np.ones((10, 1)), np.zeros(10)).name == "closed form"
    assert choose(np.ones((10, 1)), np.ones(10)).name == "mean"


def test_errors_are_stated_in_a_sentence() -> None:
    assert str(HeldBack("total_cycles", "mean", 24, 136, 0.0125, 0.0318, 0.0347)) == (
        "surrogate of total_cycles (mean, learned from 24 points): on 136 points held back its median error is 1.25%, "
        "nine of ten are within 3.18%; the closed form's median error is 3.47%"
    )


class Watched(Promising):
    """Remembers the order."""

    def portions(self, points: Sequence[Point], known: Mapping[str, Outcome]) -> Iterator[Sequence[Point]]:
        self.seen: list[Sequence[Point]] = []
        for portion in super().portions(points, known):
            self.seen.append(portion)
            yield portion


def test_a_sweep_by_promise_has_the_same_table_and_its_front_earlier(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path, COLUMNS))
    plain = sweeps.run(study)
    order = Watched(study, Evaluator().evaluate)
    table = runner.run(study, tmp_path / "out", order=order)
    assert table.to_csv() == plain.to_csv()
    first, *rest = order.seen
    assert len(first) == FIRST
    place = {p.digest: i for i, p in enumerate(p for portion in rest for p in portion)}
    on = [place[entry.digest] for entry in table.front if entry.digest in place]
    assert on
    assert np.mean(on) < len(place) / 4
    (error,) = order.errors()
    assert (error.metric, error.learned, error.points) == ("total_cycles", FIRST, len(place))
    assert error.median <= error.closed_median


def test_portions_hold_every_point_once() -> None:
    study = study_of(
        'kind = "grid"',
        STUDY.replace('["gemms.toml"]', '["gemms.toml"]\ndepth = "count"').replace(
            "[1.6, 25.6]", "{from=1, to=8, step=1}"
        ),
    )
    every = list(enumeration.points(study, content_of))
    cheap = {"total_cycles": 5, "pe_count": 4}
    order = Promising(study, lambda point: Outcome(point, 0.0, summary=cheap))
    known: dict[str, Outcome] = {}
    sizes, found = [], []
    for portion in order.portions(every, known):
        sizes.append(len(portion))
        found += [point.digest for point in portion]
        known |= {point.digest: Outcome(point, 0.0, summary=cheap) for point in portion}
    assert sorted(found) == sorted(point.digest for point in every)
    assert sizes == [FIRST, PORTION, len(every) - FIRST - PORTION]


def test_points_that_have_no_closed_form_run_last() -> None:
    study = study_of('kind = "grid"', STUDY.replace('["gemms.toml"]', '["gemms.toml"]\ndepth = "count"'))
    every = list(enumeration.points(study, content_of))

    def evaluate(point: Point) -> Outcome:
        if point.array == "cube":
            return Outcome(point, 0.0, error="no")
        return Outcome(point, 0.0, summary={"total_cycles": 5, "pe_count": 4})

    known = {p.digest: Outcome(p, 0.0, error="no") for p in every} | {str(i): Outcome(every[0], 0.0) for i in range(99)}
    ordered = [point.array for portion in Promising(study, evaluate).portions(every, known) for point in portion]
    assert ordered == sorted(ordered, key=lambda array: array == "cube")
    assert ordered.count("cube") == 6


def test_closed_forms_have_no_surrogate(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        Promising(load_study(write_study(tmp_path)), Evaluator().evaluate)
    assert str(caught.value) == (
        "points of depth closed are their own prediction; promising ones first is for depth count and step"
    )


def test_the_command_says_how_far_it_was_off(tmp_path: Path) -> None:
    path = write_study(tmp_path, COLUMNS)
    done = CliRunner().invoke(app, ["sweep", str(path), "--out", str(tmp_path / "out"), "--promising-first"])
    assert done.exit_code == 0
    said = r"surrogate of total_cycles \(.*, learned from 24 points\): on 12 points held back its median error is"
    assert re.search(said, done.output)
