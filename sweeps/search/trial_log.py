"""The log of a search beside the store: what ``optuna-dashboard`` opens, written and never read for the search."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hwsim.errors import SpecError
from sweeps.canonical import code_version
from sweeps.design import Design
from sweeps.metrics import Direction
from sweeps.search.domains import domains_of, fields_of
from sweeps.search.optuna_sampler import VIOLATED
from sweeps.search.scoring import Score
from sweeps.study import Study

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

LOG_NAME = "optuna.log"


class TrialLog:
    """Appends the trials of a search to ``DIR/optuna.log``, a journal file of Optuna.

    Trials have the study's own names and values, not the genes of the sampler. A search that continues comes through
    the same trials again; those that stand there are passed over. A study that changed, or a changed hwsim, has an
    entry of its own.
    """

    def __init__(self, study: Study, folder: Path | None) -> None:
        self._domains = {} if folder is None else domains_of(study)
        self._log = None if folder is None else _open(study, folder)
        self._there = 0 if self._log is None else len(self._log.get_trials(deepcopy=False))

    def add(self, trials: Iterable[tuple[Design, Score | None]]) -> None:
        """Write down a batch; it is consumed without a log too."""
        for design, found in trials:
            if self._there:
                self._there -= 1
            elif self._log is not None:
                self._log.add_trial(_trial(design, found, self._domains))


def _open(study: Study, folder: Path) -> optuna.Study:
    import optuna

    path = folder / LOG_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _mend(path)
        log = optuna.create_study(
            storage=_storage(path),
            study_name=f"{study.name} {study.digest[:8]} {code_version()}",
            directions=[_word(direction) for direction in study.objectives.values()],
            load_if_exists=True,
        )
    except OSError as error:
        raise SpecError(f"{path} cannot be written ({error.strerror or error})") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        log.set_metric_names(list(study.objectives))
    return log


def _storage(path: Path) -> optuna.storages.BaseStorage:
    """The journal without a lock of its own: the store has one writer, and readers need none."""
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    class Unlocked(JournalFileOpenLock):
        def acquire(self) -> bool:
            return True

        def release(self) -> None:
            """Nothing was taken."""

    return JournalStorage(JournalFileBackend(str(path), lock_obj=Unlocked(str(path))))


def _mend(path: Path) -> None:
    """Cut off a last line that a killed process did not finish; raise SpecError, the file left as it is, if it is no
    journal."""
    whole = path.read_bytes() if path.exists() else b""
    lines, torn = whole[: whole.rfind(b"\n") + 1], whole[whole.rfind(b"\n") + 1 :]
    if not all(map(_is_record, lines.splitlines())) or not _may_begin(torn):
        raise SpecError(f"{path} is not a journal of Optuna; it was left as it is")
    if torn:
        os.truncate(path, len(lines))


def _is_record(line: bytes) -> bool:
    try:
        record = json.loads(line)
    except ValueError:
        return False
    return isinstance(record, dict) and "op_code" in record


def _may_begin(torn: bytes) -> bool:
    """Whether a record may begin so."""
    start = b'{"op_code":'
    return torn[: len(start)] == start[: len(torn)]


def _word(direction: Direction) -> Literal["minimize", "maximize"]:
    return "minimize" if direction is Direction.MINIMISE else "maximize"


def _trial(design: Design, found: Score | None, domains: Mapping[str, BaseDistribution]) -> FrozenTrial:
    from optuna.trial import TrialState, create_trial

    params = {name: value for name, value in fields_of(design).items() if name in domains}
    return create_trial(
        state=TrialState.FAIL if found is None else TrialState.COMPLETE,
        values=None if found is None else list(found.results.values()),
        params=params,
        distributions={name: domains[name] for name in params},
        constraints=None if found is None else {VIOLATED: float(not found.allowed)},
    )
