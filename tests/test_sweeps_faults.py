"""A sweep that is killed, runs out of disk or meets another: no finished point is lost, and the export is the same."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

import sweeps
from hwsim.errors import SpecError
from small_study import POINTS, STUDY, write_study
from sweep_child import Moment, environment, live, random_moment, start
from sweeps.store import Store
from sweeps.store_file import FILE_NAME
from sweeps.store_lock import LOCK_NAME, lock

SEARCH = """
[method]
kind = "search"
seed = 5
budget = 12
batch = 4
sampler = "tpe"
"""

STEPPED = STUDY.replace('question = "Which one?"', 'question = "Which one?"\ndepth = "step"')
STUDIES = {"grid": STEPPED, "search": STEPPED.replace('"rows == cols", ', "") + SEARCH}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The export of each study, run in one go."""
    folder = tmp_path_factory.mktemp("plain")
    return {
        name: sweeps.run(sweeps.load_study(write_study(folder / name, text))).to_csv() for name, text in STUDIES.items()
    }


@pytest.mark.parametrize(
    ("name", "workers", "kills"),
    [
        ("grid", 0, 2),
        ("grid", 2, 3),
        ("search", 2, 2),
        *(
            pytest.param(*case, marks=pytest.mark.faults)
            for case in (("grid", 0, 70), ("grid", 2, 90), ("search", 2, 40))
        ),
    ],
)
def test_kill_9_at_random_moments(
    tmp_path: Path, undisturbed: dict[str, str], name: str, workers: int, kills: int
) -> None:
    study, killed, rng = write_study(tmp_path, STUDIES[name]), 0, Random(f"{name} {workers} {kills}")
    undying = live(study, tmp_path / "whole", workers)
    while killed < kills:
        out, reported, whole = tmp_path / f"out{killed}", frozenset[str](), False
        while not whole:
            left = len(undying.reported - reported)
            found = live(study, out, workers, random_moment(rng, undying, left) if killed < kills else None)
            assert not found.reported & reported, "a point that was reported done ran again"
            reported |= found.reported
            whole = found.whole
            killed += not whole
            assert reported <= stored(out)
        assert export(study, out) == undisturbed[name]


def stored(out: Path) -> frozenset[str]:
    if not (out / FILE_NAME).exists():
        return frozenset()
    with Store.open(out) as store:
        return store.finished()


def export(study: Path, out: Path) -> str:
    """The table of a finished sweep, as the command exports it."""
    target = study.parent / "export.csv"
    command = [sys.executable, "-c", "from sweeps.cli import main; main()", "export", str(out), "--csv", str(target)]
    subprocess.run(command, check=True, env=environment(), stdout=subprocess.DEVNULL)
    return target.read_text()


def hwsim_sweep(study: Path, out: Path) -> str:
    code = f"from sweeps.cli import main; main()' sweep '{study}' --out '{out}'"
    return f"'{sys.executable}' -c '{code}"


def test_a_full_disk_ends_the_sweep_with_a_sentence_and_the_same_command_continues(
    tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    """On a file system of its own, which is small and then grows."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("no file system may be mounted here")
    study, disk = write_study(tmp_path, STEPPED), tmp_path / "disk"
    disk.mkdir()
    sweep = hwsim_sweep(study, disk / "out")
    script = f"""
        mount -t tmpfs -o size=120k tmpfs '{disk}' || exit 77
        {sweep} --workers 2; echo "full $?" >&2
        mount -o remount,size=10m '{disk}'
        {sweep} >'{tmp_path}/said' 2>&1; echo "room $?" >&2
        cp '{disk}/out/{FILE_NAME}'* '{tmp_path}'
    """
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, env=environment(), check=False
    )
    if done.returncode == 77:
        pytest.skip("no file system may be mounted here")
    full = re.search(r"hwsim: .*study.sqlite cannot be \w+ \(.*\).*\nfull 2\nroom 0\n", done.stderr)
    assert full, done.stderr
    assert 0 < first_count((tmp_path / "said").read_text()) < POINTS, "the disk was full in the middle"
    assert export(study, tmp_path) == undisturbed["grid"]


def first_count(said: str) -> int:
    """How many points a sweep found stored."""
    found = re.search(r"^(\d+) of \d+ points", said, flags=re.MULTILINE)
    assert found
    return int(found[1])


def test_a_file_that_may_not_grow_ends_the_sweep_with_a_sentence(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    study, out = write_study(tmp_path, STEPPED), tmp_path / "out"
    live(study, out, 0, Moment(0.0, after=3))
    size = max(path.stat().st_size for path in out.iterdir())

    def no_larger() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = subprocess.run(
        ["sh", "-c", hwsim_sweep(study, out)],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
        preexec_fn=no_larger,
    )
    assert done.returncode == 2
    assert re.search(
        r"^hwsim: .*study.sqlite cannot be written \(.*\); what was stored before stays$", done.stderr, re.M
    )
    assert live(study, out, 2).whole
    assert export(study, out) == undisturbed["grid"]


def test_a_second_sweep_is_refused_with_the_process_of_the_first(tmp_path: Path) -> None:
    study, out = write_study(tmp_path, STEPPED), tmp_path / "out"
    child = start(study, out)
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == "begin\n"
        message = f"{out}: process {child.pid} is sweeping into this folder; wait for it or end it"
        with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
            sweeps.run(sweeps.load_study(study), out)
        child.kill()
    assert (out / LOCK_NAME).read_text().split()[0] == str(child.pid)
    assert sweeps.run(sweeps.load_study(study), out).missing == 0


def test_a_lock_is_let_go_and_a_file_that_was_left_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).write_text("1 elsewhere\n")
    for _ in range(2):
        with lock(tmp_path):
            assert (tmp_path / LOCK_NAME).read_text().startswith(f"{os.getpid()} ")
            with (
                pytest.raises(SpecError, match=f": process {os.getpid()} is sweeping into this folder"),
                lock(tmp_path),
            ):
                pass


def test_ctrl_c_ends_the_workers_and_says_how_to_continue(tmp_path: Path, undisturbed: dict[str, str]) -> None:
    study, out = write_study(tmp_path, STEPPED), tmp_path / "out"
    command = [sys.executable, "-c", "from sweeps.cli import main; main()", "sweep", str(study), "--out", str(out)]
    with subprocess.Popen(
        [*command, "--workers", "2"], stderr=subprocess.PIPE, text=True, env=environment(), process_group=0
    ) as child:
        assert child.stderr is not None
        assert child.stderr.readline() == f"0 of {POINTS} points\n"
        while not stored(out):
            time.sleep(0.01)
        workers = children_of(child.pid)
        os.killpg(child.pid, signal.SIGINT)
        said = child.stderr.read().splitlines()
    assert child.returncode == 1
    assert said[-1] == f"hwsim: interrupted; what was finished is in {out}, the same command continues"
    assert not any("Traceback" in line for line in said)
    assert len(workers) == 2
    assert not any(lives(pid) for pid in workers)
    assert live(study, out, 2).whole
    assert export(study, out) == undisturbed["grid"]


def test_a_killed_sweep_leaves_no_worker(tmp_path: Path) -> None:
    study, out = write_study(tmp_path, STEPPED), tmp_path / "out"
    child = start(study, out, workers=2)
    assert child.stdout is not None
    with child:
        child.stdout.readline(), child.stdout.readline()
        workers = children_of(child.pid)
        child.kill()
    assert len(workers) == 2
    assert not any(lives(pid) for pid in workers)


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def lives(pid: int) -> bool:
    """Whether a process still runs, waiting a little for its end; one that nobody has asked after counts as ended."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        if state == "Z":
            return False
        time.sleep(0.05)
    return True
