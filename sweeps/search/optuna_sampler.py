"""Optuna's samplers asked for designs: genes in, costs back; the only place that knows its programming interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hwsim.errors import MissingToolError
from sweeps.method_settings import MethodSettings, Sampler
from sweeps.search.genes import Choice, Genes

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial

VIOLATED = "violated"
"""What Optuna calls the constraints over results: 0 if they hold, 1 if not."""


def check_optuna() -> None:
    """Raise MissingToolError, with one sentence, if Optuna is not installed."""
    try:
        import optuna
    except ImportError:
        raise MissingToolError("a search needs Optuna: pip install 'hwsim[sweep]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)


def make_sampler(settings: MethodSettings) -> optuna.samplers.BaseSampler:
    """The sampler of a search, seeded; a generation of NSGA-II is a batch."""
    from optuna.samplers import NSGAIISampler, TPESampler

    if settings.sampler is Sampler.NSGA2:
        return NSGAIISampler(population_size=settings.batch, seed=settings.seed)
    return TPESampler(seed=settings.seed, multivariate=True, constant_liar=True)


class Asker:
    """Proposes alleles and learns from costs; what it proposes depends on its settings and on what it was told."""

    def __init__(self, genes: Genes, objectives: int, settings: MethodSettings) -> None:
        import optuna
        from optuna.distributions import CategoricalDistribution, IntDistribution

        self._study = optuna.create_study(directions=["minimize"] * objectives, sampler=make_sampler(settings))
        self._space: dict[str, BaseDistribution] = {
            gene.name: IntDistribution(0, gene.values - 1)
            if gene.ordered
            else CategoricalDistribution(range(gene.values))
            for gene in genes.genes
        }

    def ask(self, wanted: Choice | None = None) -> tuple[Trial, Choice]:
        """A trial and its alleles: those that are wanted, or what the sampler proposes."""
        if wanted is not None:
            self._study.enqueue_trial(dict(wanted))
        trial = self._study.ask(self._space)
        return trial, trial.params

    def refuse(self, trial: Trial) -> None:
        """These alleles are no design, one that ran before, or one that failed: nothing is learned from them."""
        from optuna.trial import TrialState

        self._study.tell(trial, state=TrialState.FAIL)

    def tell(self, trial: Trial, costs: Sequence[float], allowed: bool) -> None:
        """The costs, all to be minimised, of a trial, and whether constraints over results hold."""
        trial.set_constraint(VIOLATED, float(not allowed))
        self._study.tell(trial, list(costs))
