"""Pages for the tests of the report: a small study with everything, and tables of any size that no sweep has run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from small_study import STUDY, write_study
from sweeps.metrics import METRICS
from sweeps.render.shown import Shown
from sweeps.runner import run
from sweeps.store import Store
from sweeps.study import load_study
from sweeps.table import Entry, read_table, table_of
from sweeps.verdicts import FrontVerdict, engine_key

WEIGHED = STUDY.replace('workloads = ["gemms.toml"]', 'workloads = [{name = "gemms.toml", weight = 2}, "more.toml"]')


def small(folder: Path, text: str = STUDY) -> Shown:
    """A swept study, with a made-up verdict on each engine of its front; the first one has failed."""
    path = write_study(folder, text)
    (folder / "more.toml").write_text('[[gemm]]\nname = "only"\nm = 33\nn = 12\nk = 20\n')
    study = load_study(path)
    table = run(study, folder / "out")
    store = Store.open(folder / "out")
    keys = dict.fromkeys(engine_key(entry.fields) for entry in table.front)
    verdicts = [FrontVerdict(key, "engine", "engine", k > 0, "made up", "none") for k, key in enumerate(keys)]
    return Shown(read_table(store, study), store.report, tuple(verdicts))


def large(folder: Path, count: int) -> Shown:
    """``count`` designs of one network whose results are a formula; asked alone, so that their layers can be made."""
    study = load_study(write_study(folder, STUDY.replace('["gemms.toml"]', '["gemms.toml"]\ndepth = "engine"')))
    entry = run(replace(study, engines=study.engines[:1])).entries[0]
    entries = [_design(entry, at, 1 + at % 250, 1 + at // 250) for at in range(count)]
    report = {"engine": "", "assumptions": ["made up"], "stall_cycles": {}, "compute_cycles": 1}
    return Shown(table_of(entries, study), lambda digest: report)


def _design(like: Entry, at: int, rows: int, cols: int) -> Entry:
    fields = {**like.fields, "engine": {**like.fields["engine"], "rows": rows, "cols": cols}}
    cycles = 10**9 // (rows * cols) + 977 * ((rows * 31 + cols * 17) % 101)
    unknown = {metric.name: None for metric in METRICS}
    known = {
        "total_cycles": cycles,
        "compute_cycles": cycles,
        "stall_cycles": 0,
        "runtime_us": cycles / 1e3,
        "pe_count": rows * cols,
        "utilization": 1 / (1 + at),
        "macs": 10**9,
    }
    values = {**like.values, "rows": rows, "cols": cols, **unknown, **known}
    return replace(like, position=at, digest=f"{at:064x}", fields=fields, values=values)
