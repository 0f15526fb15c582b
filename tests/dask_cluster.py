"""A Dask cluster on loopback: a scheduler and workers as processes of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).parent.parent


@dataclass
class Loopback:
    """The scheduler, where it is and works, and the workers that were started."""

    address: str
    folder: Path
    scheduler: subprocess.Popen[str]
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    def add_worker(self, path: Path = ROOT) -> subprocess.Popen[str]:
        """A worker with one thread, whose modules are found in ``path``; returns when the scheduler knows it."""
        words = [self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder)]
        worker = _start("dask_worker", words, path, self.folder)
        self.workers.append(worker)
        _wait_for(worker, r"Registered to")
        return worker


@contextmanager
def loopback(folder: Path, workers: int) -> Iterator[Loopback]:
    """A cluster that is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    scheduler = _start("dask_scheduler", ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"], ROOT, folder)
    cluster = None
    try:
        cluster = Loopback(_wait_for(scheduler, r"Scheduler at: +(tcp://\S+)"), folder, scheduler)
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        for process in [*(cluster.workers if cluster else []), scheduler]:
            process.kill()
            process.wait()


def _start(program: str, words: list[str], path: Path, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{program}", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(path)},
    )


def _wait_for(process: subprocess.Popen[str], pattern: str) -> str:
    """Read what it says until ``pattern`` comes; the last group of it. The rest is read and dropped."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(pattern, line):
            Thread(target=_drop, args=(process,), daemon=True).start()
            return found[found.lastindex or 0]
    raise AssertionError("".join(said))


def _drop(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    with process.stderr as rest:
        for _ in rest:
            pass
