"""One worker process: started fresh, spoken to over a socket, ended at any moment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing import Pipe
from time import monotonic

from hwsim.workload.graph import Workload
from sweeps.point import Network, Point
from sweeps.record import Record
from sweeps.workers.serving import READY, Portion

COMMAND = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[4]);"
    " from sweeps.workers.serving import main; main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])"
)
"""Its modules are found where this process finds them. Nothing of the caller's own program is imported again."""

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
"""A worker is one thread: as many workers as cores, and sums in one order."""


SECONDS_TO_END = 5.0
"""What a process that has hung up has to end by itself."""


@dataclass
class Task:
    """A point, and how many workers died while they ran it."""

    point: Point
    deaths: int = 0


class Worker:
    """A process and what it was given; the first of ``running`` is what it works on since ``since``."""

    def __init__(self, work: str) -> None:
        self.connection, theirs = Pipe()
        read, self._lifeline = os.pipe()
        handed = (theirs.fileno(), read)
        arguments = [*map(str, handed), work, json.dumps(sys.path)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            env={**os.environ, **ONE_THREAD},
            pass_fds=handed,
            process_group=0,  # Ctrl-C is for the one who started it, who stores what was finished and then ends it
        )
        theirs.close()
        os.close(read)
        self.ready = False
        self.running: deque[Task] = deque()
        self.since = monotonic()
        self._networks: set[Network] = set()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def idle(self) -> bool:
        return self.ready and not self.running

    @property
    def seconds(self) -> float:
        """How long it has been at its present point."""
        return monotonic() - self.since

    def give(self, tasks: Iterable[Task], networks: dict[Network, Workload]) -> None:
        """Hand over tasks; one that has died meanwhile shows it when it is listened to."""
        self.running.extend(tasks)
        missing = {t.point.network for t in self.running} - self._networks
        self._networks |= missing
        self.since = monotonic()
        try:
            self.connection.send(Portion([t.point for t in self.running], {n: networks[n] for n in missing}))
        except OSError:
            return

    def hear(self) -> list[Record]:
        """What it has said; raises EOFError when it is dead and everything was heard."""
        heard = []
        try:
            while self.connection.poll():
                message = self.connection.recv()
                if message == READY:
                    self.ready = True
                else:
                    self.running.popleft()
                    heard.append(message)
                self.since = monotonic()
        except (EOFError, OSError):  # OSError: it died in the middle of a message
            if not heard:
                raise EOFError from None
        return heard

    def bury(self) -> str:
        """Clear away after it has hung up, and say how it ended."""
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
        return self.kill()

    def kill(self) -> str:
        """End it at once, and say how it ended."""
        self._process.kill()
        code = self._process.wait()
        self.connection.close()
        os.close(self._lifeline)
        return f"signal {-code}" if code < 0 else f"exit code {code}"
