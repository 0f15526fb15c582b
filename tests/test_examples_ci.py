"""The workflow in examples/ci does what it says: every line of it that is ours runs here, in its order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORKFLOW = ROOT / "examples" / "ci" / "engine.yml"
STEP = re.compile(r"^      - name: (?P<name>.+)\n        run: (?P<line>.+)$", re.MULTILINE)


def steps() -> list[tuple[str, str]]:
    return [(step["name"], step["line"]) for step in STEP.finditer(WORKFLOW.read_text())]


def test_every_step_that_runs_something_is_found() -> None:
    assert len(steps()) == WORKFLOW.read_text().count("run: ") == 7


def test_tools_are_installed_by_the_makefile_first() -> None:
    name, line = steps()[0]
    assert (name, line) == ("Tools", "make tools")
    done = subprocess.run(["make", "-n", "tools"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.rtl
@pytest.mark.slow
def test_the_steps_run_in_their_order(tmp_path: Path) -> None:
    engine = re.search(r'ENGINE: "(.+)"', WORKFLOW.read_text())
    assert engine
    python = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    for name, line in steps()[1:]:
        command = line.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "ENGINE": engine[1], "PYTHONPATH": python},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{name}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    assert {path.suffix for path in (tmp_path / "build").rglob("*") if path.is_file()} == {".v", ".json"}
