"""Many machines, one question: studies, their store, fronts and reports, and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweeps.study import Study
    from sweeps.table import Table

__all__ = ["load_study", "run", "weighted_table"]


def load_study(path: str | Path) -> Study:
    """Read a study from a TOML file; raises SpecError with one sentence for what is wrong in it."""
    from sweeps.study import load_study as load  # late, so that the command line's help imports nothing heavy

    return load(path)


def run(
    study: Study,
    out: str | Path | None = None,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    point_time_limit_s: float | None = None,
    retry_failed: bool = False,
    promising_first: bool = False,
) -> Table:
    """Run what is missing of ``study`` and return its table; ``out`` is the store's folder, None keeps it in memory.

    Points run in this process, in ``workers`` processes of this machine, or on the Dask cluster of ``scheduler``; those
    that a surrogate takes for the front run first if ``promising_first``.
    """
    from sweeps.evaluate import Evaluator
    from sweeps.promising import Promising
    from sweeps.runner import run as run_study
    from sweeps.workers.choice import Place

    order = Promising(study, Evaluator().evaluate) if promising_first else None
    return run_study(study, out, None, Place(workers, scheduler, point_time_limit_s), retry_failed, order)


def weighted_table(table: Table) -> Table | None:
    """One row for each design over all networks of a study that weighs them; None if it weighs nothing."""
    from sweeps.design_table import weighted_table as weigh

    return weigh(table)
