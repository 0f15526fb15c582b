"""Many machines, one question: studies, their store, fronts and reports, and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweeps.study import Study
    from sweeps.table import Table

__all__ = ["load_study", "run"]


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
) -> Table:
    """Run what is missing of ``study`` and return its table; ``out`` is the store's folder, None keeps it in memory.

    Points run in this process, in ``workers`` processes of this machine, or on the Dask cluster of ``scheduler``.
    """
    from sweeps.runner import run as run_study
    from sweeps.workers.choice import Place

    return run_study(study, out, None, Place(workers, scheduler, point_time_limit_s), retry_failed)
