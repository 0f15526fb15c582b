"""Methods: what they propose, that it is the study's own, and that nothing else decides it."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import MissingToolError, SpecError
from small_study import POINTS, STUDY
from sweeps.design import DesignSpace
from sweeps.enumeration import points
from sweeps.method_settings import KEYS, Kind, MethodSettings, Sampler
from sweeps.methods import METHODS, method_of
from sweeps.methods.random_sample import shuffled
from sweeps.metrics import BY_NAME
from sweeps.point import Network, Outcome, Point
from sweeps.study import Study, parse_study

WIDE = STUDY.replace("rows = {from=4, to=16, factor=2}", "rows = {from=1, to=16, step=1}").replace(
    "cols = [4, 8, 16]", "cols = {from=1, to=16, step=1}\noverlap = [false, true]"
)
WIDE = WIDE.replace('array = ["systolic-os", "matrix-2d"]', 'array = ["systolic-os", "systolic-ws"]').replace(
    '"rows == cols", ', '"rows < 2 * cols", '
)
SEARCHES = [f'kind = "search"\nbudget = 50\nbatch = 8\nsampler = "{known.value}"' for known in Sampler]
METHODS_IN_WORDS = ['kind = "grid"', 'kind = "random"\nbudget = 20', *SEARCHES]


def content_of(network: Network) -> str:
    return network.text


def study_of(method: str, text: str = WIDE) -> Study:
    return parse_study(f"{text}\n[method]\n{method}\n", "small.toml")


def invented(point: Point) -> Outcome:
    """An outcome that costs nothing: large arrays are fast, some fail."""
    values = point.values_of_machine
    if values["pe_count"] == 36:
        return Outcome(point, 0.0, error="six by six fails")
    cycles = 10**6 // values["pe_count"] + 7 * len(point.array)
    return Outcome(
        point, 0.0, summary=dict.fromkeys(BY_NAME, 1) | {"total_cycles": cycles, "pe_count": values["pe_count"]}
    )


def proposed(study: Study, folder: Path | None = None) -> list[list[Point]]:
    """All batches of a study, its points' outcomes invented."""
    method, batches = method_of(study).propose(study, content_of, folder), []
    batch = next(method)
    while True:
        batches.append(list(batch))
        try:
            batch = method.send([invented(point) for point in batch])
        except StopIteration:
            return batches


def digests(batches: list[list[Point]]) -> list[list[str]]:
    return [[point.digest for point in batch] for batch in batches]


def test_there_is_one_method_for_each_kind() -> None:
    assert [method.kind for method in METHODS] == list(Kind)
    assert set(KEYS) == set(Kind)


@pytest.mark.parametrize("method", METHODS_IN_WORDS)
def test_what_is_proposed_are_points_of_the_study_each_once_and_always_the_same(method: str) -> None:
    study = study_of(method)
    batches = digests(proposed(study))
    every = [point.digest for point in points(study, content_of)]
    found = [digest for batch in batches for digest in batch]
    assert len(set(found)) == len(found)
    assert set(found) <= set(every)
    assert digests(proposed(study_of(method))) == batches
    assert len(found) == (len(every) if study.method.budget is None else study.method.budget)


def test_a_grid_is_every_point_in_order_in_one_batch() -> None:
    study = study_of('kind = "grid"')
    assert proposed(study) == [list(points(study, content_of))]


def test_a_sample_stands_in_the_studys_order() -> None:
    study = study_of('kind = "random"\nbudget = 40')
    (batch,) = proposed(study)
    every = [point.digest for point in points(study, content_of)]
    places = [every.index(point.digest) for point in batch]
    assert places == sorted(places)


def test_another_seed_is_another_sample_and_another_search() -> None:
    for method in METHODS_IN_WORDS[1:]:
        assert digests(proposed(study_of(method))) != digests(proposed(study_of(f"{method}\nseed = 1")))


@pytest.mark.parametrize("method", ['kind = "random"\nbudget = 1000', *[s.replace("50", "1000") for s in SEARCHES]])
def test_a_budget_beyond_the_space_is_the_whole_space(method: str) -> None:
    study = study_of(method, STUDY)
    found = [point.digest for batch in proposed(study) for point in batch]
    assert sorted(found) == sorted(point.digest for point in points(study, content_of))
    assert len(found) == POINTS


@pytest.mark.parametrize("method", METHODS_IN_WORDS[1:])
def test_a_design_runs_on_every_network_and_counts_once(method: str) -> None:
    study = study_of(method, WIDE.replace('["gemms.toml"]', '["gemms.toml", "alexnet"]'))
    found = [point for batch in proposed(study) for point in batch]
    per_design = Counter((point.array, point.engine, point.machine) for point in found)
    assert len(per_design) == study.method.budget
    assert set(per_design.values()) == {2}


@pytest.mark.parametrize("method", SEARCHES)
def test_batches_have_one_size_and_the_last_the_rest(method: str) -> None:
    assert [len(batch) for batch in proposed(study_of(method))] == [8, 8, 8, 8, 8, 8, 2]


def test_numbers_of_designs_are_the_order_of_points() -> None:
    study = study_of('kind = "grid"')
    space = DesignSpace(study)
    by_number = [design for i in range(space.size) if (design := space.at(i)) is not None]
    assert by_number == list(space)
    every = [point for design in by_number for point in space.points_of(design, content_of)]
    assert every == list(points(study, content_of))


@given(st.integers(0, 200), st.integers(0, 2**32))
def test_shuffling_takes_every_number_once(size: int, seed: int) -> None:
    assert sorted(shuffled(size, Random(seed))) == list(range(size))


def test_every_order_is_as_likely() -> None:
    rng = Random(1)
    counts = Counter(tuple(shuffled(3, rng)) for _ in range(6000))
    assert len(counts) == 6
    assert max(counts.values()) < 1.2 * min(counts.values())


WRONG = [
    ('kind = "griddy"', "[method] kind is 'griddy' (did you mean 'grid'?); allowed are grid, random, search"),
    ('kind = "random"', "[method] of kind random has no key 'budget', and needs it: how many designs it runs"),
    ("budget = 3", "[method] of kind grid has no key 'budget'; its keys are kind"),
    (
        'kind = "random"\nbudget = 3\nbatch = 3',
        "[method] of kind random has no key 'batch'; its keys are kind, seed, budget",
    ),
    ('kind = "random"\nbudget = 0', "[method] budget is 0; it must be a whole number from 1 to 1000000000"),
    ('kind = "random"\nbudget = true', "[method] budget is True; it must be a whole number from 1 to 1000000000"),
    ('kind = "search"\nbudget = 3\nbatch = 1', "[method] batch is 1; it must be a whole number from 2 to 1000000000"),
    ('kind = "search"\nbudget = 3\nseed = -1', "[method] seed is -1; it must be a whole number from 0 to 1000000000"),
    (
        'kind = "search"\nbudget = 3\nsampler = "nsga"',
        "[method] sampler is 'nsga' (did you mean 'nsga2'?); allowed are nsga2, tpe",
    ),
]


@pytest.mark.parametrize(("method", "message"), WRONG)
def test_a_wrong_method_gets_a_sentence(method: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        study_of(method)
    assert str(caught.value) == f"small.toml: {message}"


def test_a_grid_is_what_a_study_does_that_says_nothing() -> None:
    assert parse_study(STUDY, "small.toml").method == MethodSettings()


def test_without_optuna_a_search_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingToolError) as caught:
        proposed(study_of(SEARCHES[0]))
    assert str(caught.value) == "a search needs Optuna: pip install 'hwsim[sweep]'"
