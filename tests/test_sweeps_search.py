"""Searches: genes, the sampler's log, and that a stopped search ends as an undisturbed one."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from random import Random
from time import sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

import sweeps
from hwsim.errors import SpecError
from small_study import STUDY, write_study
from sweeps import runner
from sweeps.design import DesignSpace
from sweeps.method_settings import Sampler
from sweeps.metrics import Direction
from sweeps.point import Outcome
from sweeps.runner import Silence
from sweeps.search.domains import fields_of
from sweeps.search.genes import Genes
from sweeps.search.scoring import score
from sweeps.search.trial_log import LOG_NAME
from sweeps.study import parse_study
from sweeps.table import Table
from test_sweeps_methods import WIDE, content_of, invented, proposed, study_of

BUDGET, BATCH = 12, 4


def text_of(sampler: Sampler) -> str:
    return f'{STUDY}\n[method]\nkind = "search"\nbudget = {BUDGET}\nbatch = {BATCH}\nsampler = "{sampler.value}"\n'


class Stopped(Silence):
    """Interrupts a sweep after ``points``."""

    def __init__(self, points: int) -> None:
        self.left = points

    def step(self, outcome: Outcome) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def trials(folder: Path) -> list[optuna.trial.FrozenTrial]:
    storage = JournalStorage(JournalFileBackend(str(folder / LOG_NAME)))
    (name,) = optuna.get_all_study_names(storage)
    return optuna.load_study(study_name=name, storage=storage).trials


def comparable(found: list[optuna.trial.FrozenTrial]) -> list[object]:
    """Trials without dates."""
    return [(trial.number, trial.state, trial.values, trial.params, trial.constraints) for trial in found]


@pytest.mark.parametrize("sampler", Sampler)
def test_a_search_that_was_stopped_anywhere_ends_as_an_undisturbed_one(tmp_path: Path, sampler: Sampler) -> None:
    study = sweeps.load_study(write_study(tmp_path, text_of(sampler)))
    undisturbed = runner.run(study, tmp_path / "undisturbed")
    assert len(undisturbed.entries) == BUDGET
    for stops in ([1], [BATCH], [BATCH + 1, 1, 2], [BUDGET - 1]):
        out = tmp_path / "-".join(map(str, stops))
        for points in stops:
            with pytest.raises(KeyboardInterrupt):
                runner.run(study, out, Stopped(points))
        assert runner.run(study, out).to_csv() == undisturbed.to_csv()
        assert comparable(trials(out)) == comparable(trials(tmp_path / "undisturbed"))


@pytest.mark.parametrize("sampler", Sampler)
def test_the_log_holds_what_the_table_holds(tmp_path: Path, sampler: Sampler) -> None:
    text = text_of(sampler).replace('"pe_count <= 256"', '"pe_count <= 256", "total_cycles < 5000"')
    text = text.replace('pe_count = "minimise"', 'utilization = "maximise"')
    table = runner.run(sweeps.load_study(write_study(tmp_path, text)), tmp_path)
    assert {entry.allowed for entry in table.entries} == {False, True}
    for entry, trial in zip(table.entries, trials(tmp_path), strict=True):
        assert trial.values == [entry.values["total_cycles"], entry.values["utilization"]]
        assert trial.constraints == {"violated": float(not entry.allowed)}
        assert trial.params == {name: entry.values[name] for name in trial.params}
        assert {"array", "dram_gb_per_s"} <= trial.params.keys()


def test_a_failed_design_is_a_failed_trial_and_counts(tmp_path: Path) -> None:
    text = text_of(Sampler.NSGA2).replace("[machine]", "[machine]\nscratchpad_c_bytes = 512")
    table = runner.run(sweeps.load_study(write_study(tmp_path, text)), tmp_path)
    assert len(table.entries) == BUDGET
    failed = [trial.state is optuna.trial.TrialState.FAIL for trial in trials(tmp_path)]
    assert failed == [entry.error is not None for entry in table.entries]
    assert 0 < sum(failed) < BUDGET


def test_a_log_that_is_none_is_refused_and_left_alone(tmp_path: Path) -> None:
    study = sweeps.load_study(write_study(tmp_path, text_of(Sampler.TPE)))
    (tmp_path / LOG_NAME).write_text("something else\n")
    with pytest.raises(SpecError) as caught:
        runner.run(study, tmp_path)
    assert str(caught.value) == f"{tmp_path / LOG_NAME} is not a journal of Optuna; it was left as it is"
    assert (tmp_path / LOG_NAME).read_text() == "something else\n"


def test_the_dashboard_opens_the_log(tmp_path: Path) -> None:
    """The command, on a port of its own, asked for its studies."""
    runner.run(sweeps.load_study(write_study(tmp_path, text_of(Sampler.NSGA2))), tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("optuna-dashboard")), str(tmp_path / LOG_NAME), "--port", str(port)]
    with subprocess.Popen(
        [*command, "--server", "wsgiref"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        try:
            (study,) = asked(f"http://127.0.0.1:{port}/api/studies")["study_summaries"]
            found = asked(f"http://127.0.0.1:{port}/api/studies/{study['study_id']}?after=0")
        finally:
            child.terminate()
    assert study["study_name"].startswith("small ")
    assert found["objective_names"] == ["total_cycles", "pe_count"]
    assert len(found["trials"]) == BUDGET


def asked(address: str) -> dict[str, Any]:
    """What a server that is starting answers."""
    for _ in range(300):
        try:
            with urlopen(address, timeout=30) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except URLError:
            sleep(0.2)
    raise TimeoutError(address)


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 0.999])
def test_a_log_that_was_cut_is_mended(tmp_path: Path, kept: float) -> None:
    study = sweeps.load_study(write_study(tmp_path, text_of(Sampler.NSGA2)))
    runner.run(study, tmp_path)
    log, before = tmp_path / LOG_NAME, comparable(trials(tmp_path))
    whole = log.read_bytes()
    log.write_bytes(whole[: int(len(whole) * kept)])
    runner.run(study, tmp_path)
    assert comparable(trials(tmp_path)) == before


def test_a_search_in_memory_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = sweeps.load_study(write_study(tmp_path, text_of(Sampler.NSGA2)))
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert isinstance(sweeps.run(study), Table)
    assert sorted(tmp_path.iterdir()) == before


TALL = WIDE.replace("[machine]", '[mapper]\nplan_objective = ["dram_bytes", "latency"]\n\n[machine]')


@given(st.data())
def test_every_design_has_genes_and_genes_a_design(data: st.DataObject) -> None:
    study = parse_study(TALL, "small.toml")
    space = DesignSpace(study)
    genes = Genes(study, space)
    index = data.draw(st.integers(0, space.size - 1))
    choice = genes.choice_of(index, Random(0))
    assert all(0 <= choice[gene.name] < gene.values for gene in genes.genes)
    assert genes.index_of(choice) == index
    drawn = {gene.name: data.draw(st.integers(0, gene.values - 1)) for gene in genes.genes}
    assert 0 <= genes.index_of(drawn) < space.size


def test_genes_are_the_axes_that_vary_and_numbers_have_an_order() -> None:
    study = parse_study(TALL, "small.toml")
    genes = {gene.name: gene for gene in Genes(study, DesignSpace(study)).genes}
    assert {name: gene.values for name, gene in genes.items()} == {
        "engine": 3,
        "dram_gb_per_s": 2,
        "plan_objective": 2,
        "rows": 16,
        "cols": 16,
        "overlap": 2,
        "p": 3,
    }
    assert {name for name, gene in genes.items() if gene.ordered} == {"dram_gb_per_s", "rows", "cols", "p"}


def test_a_design_shows_every_field_by_its_own_name() -> None:
    study = parse_study(TALL, "small.toml")
    design = next(iter(DesignSpace(study)))
    (point, *_) = DesignSpace(study).points_of(design, content_of)
    assert fields_of(design) == {name: value for name, value in point.values.items() if name != "workload"}


def test_scores_are_costs_over_all_networks() -> None:
    text = WIDE.replace('["gemms.toml"]', '[{name="gemms.toml", weight=2}, {name="alexnet", weight=0.5}]')
    study = study_of('kind = "grid"', text.replace('pe_count = "minimise"', 'utilization = "maximise"'))
    space = DesignSpace(study)
    points = space.points_of(next(iter(space)), content_of)
    outcomes = [invented(point) for point in points]
    found = score(study, outcomes)
    cycles = [outcome.summary["total_cycles"] for outcome in outcomes if outcome.summary]
    assert found is not None
    assert study.objectives["utilization"] is Direction.MAXIMISE
    assert found.costs == (2 * cycles[0] + 0.5 * cycles[1], -1.0)
    assert score(study, [outcomes[0], Outcome(points[1], 0.0, error="no")]) is None


@pytest.mark.parametrize("sampler", Sampler)
def test_a_search_comes_closer_than_a_sample_of_the_same_size(sampler: Sampler) -> None:
    """Summed over seeds, of the best value of one objective in a space that is smooth."""
    text = WIDE.replace('pe_count = "minimise"', "")

    def best(method: str) -> float:
        batches = proposed(study_of(method, text))
        return min(s["total_cycles"] for batch in batches for p in batch if (s := invented(p).summary))

    searches = [f'kind = "search"\nbudget = 30\nbatch = 6\nsampler = "{sampler.value}"\nseed = {i}' for i in range(4)]
    samples = [f'kind = "random"\nbudget = 30\nseed = {i}' for i in range(4)]
    assert sum(map(best, searches)) < sum(map(best, samples))
