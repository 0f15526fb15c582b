"""What a worker process does: it takes points until it is told to stop, or whoever started it is gone."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from threading import Thread

from hwsim.workload.graph import Workload
from sweeps.point import Network, Point
from sweeps.record import Record

READY = "ready"
Work = Callable[[Point, Workload], Record]


@dataclass(frozen=True, slots=True)
class Portion:
    """Points in the order in which they are run, and the networks that the worker does not hold yet."""

    points: Sequence[Point]
    networks: Mapping[Network, Workload]


def main(line: int, lifeline: int, work: str) -> None:
    """Serve on the file descriptor ``line``; ``lifeline`` ends when the starter does, and the process with it."""
    Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    try:
        serve(Connection(line), _named(work))
    except (EOFError, ConnectionError):
        return


def serve(connection: Connection, work: Work) -> None:
    """Answer each point with its record, one message each: what was finished is never held back by what follows."""
    networks: dict[Network, Workload] = {}
    connection.send(READY)
    while (portion := connection.recv()) is not None:
        networks.update(portion.networks)
        for point in portion.points:
            connection.send(work(point, networks[point.network]))


def _named(work: str) -> Work:
    module, _, name = work.partition(":")
    found: Work = getattr(import_module(module), name)
    return found


def _end_with(lifeline: int) -> None:
    os.read(lifeline, 1)
    os._exit(1)
