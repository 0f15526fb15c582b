"""Designs proposed from what earlier ones came to, in synchronous batches of one size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from sweeps.design import ContentOf, Design, DesignSpace
from sweeps.method_settings import Kind
from sweeps.methods.base import Proposals
from sweeps.methods.random_sample import draw
from sweeps.point import Outcome, Point
from sweeps.search.genes import Genes
from sweeps.search.optuna_sampler import Asker, check_optuna
from sweeps.search.scoring import Score, score
from sweeps.search.trial_log import TrialLog
from sweeps.study import Study

if TYPE_CHECKING:
    from optuna.trial import Trial

MOST_TRIES = 64
"""Proposals in a row that are no new design, after which one is drawn at random."""


class Search:
    """``budget`` designs in batches; all designs of a batch are proposed before any of its outcomes is known.

    Costs are those of the objectives, over several networks weighted (1 where the study gives no weights). Designs
    that fail count, and teach nothing. A space that has no more designs than the budget is run whole.
    """

    kind = Kind.SEARCH

    def propose(self, study: Study, content_of: ContentOf, folder: Path | None = None) -> Proposals:
        check_optuna()
        log = TrialLog(study, folder)
        search, left = _Search(study, content_of), study.method.budget or 0
        while left and (batch := search.batch(min(left, study.method.batch))):
            left -= len(batch)
            outcomes = yield [point for pick in batch for point in pick.points]
            log.add(search.learn(batch, outcomes))


@dataclass(frozen=True, slots=True)
class _Pick:
    trial: Trial
    index: int
    design: Design
    points: Sequence[Point]


class _Search:
    """The state between batches, made of the study and of outcomes alone."""

    def __init__(self, study: Study, content_of: ContentOf) -> None:
        self._study, self._content_of = study, content_of
        self._space = DesignSpace(study)
        self._genes = Genes(study, self._space)
        self._asker = Asker(self._genes, len(study.objectives), study.method)
        self._rng = Random(study.method.seed)
        self._seen: set[Design] = set()
        self._spare = draw(self._space, Random(study.method.seed), content_of)

    def batch(self, size: int) -> list[_Pick]:
        """Up to ``size`` new designs; fewer if the space has no more."""
        found = (self._proposed() or self._drawn() for _ in range(size))
        return [pick for pick in found if pick is not None]

    def _proposed(self) -> _Pick | None:
        for _ in range(MOST_TRIES):
            trial, alleles = self._asker.ask()
            index = self._genes.index_of(alleles)
            design = self._space.at(index)
            if design is not None and (points := self._new(design)):
                return self._pick(trial, index, design, points)
            self._asker.refuse(trial)
        return None

    def _new(self, design: Design) -> list[Point]:
        """Its points; none if it ran before or constraints refuse it."""
        return [] if design in self._seen else self._space.points_of(design, self._content_of)

    def _drawn(self) -> _Pick | None:
        for index, design, points in self._spare:
            if design not in self._seen:
                trial, _ = self._asker.ask(self._genes.choice_of(index, self._rng))
                return self._pick(trial, index, design, points)
        return None

    def _pick(self, trial: Trial, index: int, design: Design, points: Sequence[Point]) -> _Pick:
        self._seen.add(design)
        return _Pick(trial, index, design, points)

    def learn(self, batch: Sequence[_Pick], outcomes: Sequence[Outcome]) -> Iterator[tuple[Design, Score | None]]:
        """Tell the sampler what its proposals came to; hand each on with its score, None where it failed."""
        rest = iter(outcomes)
        for pick in batch:
            found = score(self._study, [next(rest) for _ in pick.points])
            if found is None:
                self._asker.refuse(pick.trial)
            else:
                self._asker.tell(pick.trial, found.costs, found.allowed)
            yield pick.design, found
