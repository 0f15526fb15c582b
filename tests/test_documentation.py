"""Every command and every Python block that README.md or docs/ shows is run here, in a copy of what a reader has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?P<language>sh|python)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[object]:
    """All fenced blocks of ``language`` as pytest parameters named after page and line."""
    found: list[object] = []
    for page in PAGES:
        text = page.read_text()
        for match in BLOCK.finditer(text):
            if match["language"] == language:
                line = text.count("\n", 0, match.start()) + 1
                found.append(pytest.param(match["text"], id=f"{page.relative_to(ROOT)}:{line}"))
    return found


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    """A folder with what commands in the docs refer to: the examples, the benchmarks, the makefile."""
    for name in ("examples", "benchmarks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "setup.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(command: str, folder: Path) -> None:
    """Run one shell line; ``make`` lines are only checked (`make test` would run this test again)."""
    if command.startswith("make "):
        command = f"make -n {command.removeprefix('make ')}"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    python = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": python},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@pytest.mark.parametrize("text", blocks("sh"))
def test_the_commands_shown_work(text: str, reader: Path) -> None:
    commands = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    assert commands
    for command in commands:
        run(command, reader)


@pytest.mark.parametrize("text", blocks("python"))
def test_the_python_shown_works(text: str, reader: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(reader)
    code = compile(text, "documentation", "exec")
    exec(code, {"__name__": "documentation"})
    assert code.co_consts


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []
