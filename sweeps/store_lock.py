"""One sweep per folder: a lock that names its holder, and that the system lets go of however the holder ends."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hwsim.errors import SpecError
from sweeps.store_file import in_words

LOCK_NAME = "study.lock"


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the right to sweep into ``folder``, made if absent. Raises SpecError, with the process, if another has it.

    The lock is the system's (``flock``) and ends with the process; the file is only where it is held and what the
    holder wrote down, so one that was left behind stops nobody.
    """
    path = folder / LOCK_NAME
    with in_words(path):
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SpecError(f"{folder}: {_holder(file)} is sweeping into this folder; wait for it or end it") from None
        except OSError:
            pass  # a file system without locks: two writers stay correct, and do the work twice
        _sign(file)
        yield
    finally:
        os.close(file)


def _sign(file: int) -> None:
    """Write down who holds the lock; on a full disk it stays unsigned."""
    try:
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()} {socket.gethostname()}\n".encode(), 0)
    except OSError:
        return


def _holder(file: int) -> str:
    process, _, host = os.pread(file, 300, 0).decode(errors="replace").strip().partition(" ")
    if not process:
        return "another process"
    return f"process {process}" if host in ("", socket.gethostname()) else f"process {process} on {host}"
