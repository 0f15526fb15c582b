"""The house itself: its shape, its size, its words."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("hwsim", "mapper", "rtl", "sweeps")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.splitlines()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_idea(path: Path) -> None:
    text = path.read_text()
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring, "a file opens with one sentence"
    assert docstring.splitlines()[0].rstrip().endswith((".", ":")), "its first line is a sentence"
    assert text.count("\n") <= 300, "a file has at most 300 lines"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_stay_small(path: Path) -> None:
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []


def test_no_file_of_the_project_names_a_place_of_one_machine() -> None:
    word = re.compile(r"(^|[^a-z.\w])/(work|tmp|root|home)/[a-z.]")
    told = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix in {".py", ".md", ".toml", ".cfg", ".v", ".vlt", ""}
        and path.is_file()
        and path.name != "LICENSE"
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if word.search(line)
    ]
    assert told == []


def test_every_dependency_is_imported_and_every_import_is_declared() -> None:
    config = configparser.ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg")
    extras = config["options.extras_require"]
    names = config["options"]["install_requires"] + extras["rtl"] + extras["solvers"] + extras["sweep"]
    declared = {re.split(r"[<>=\[ ]", line)[0] for line in names.split("\n") if line}
    imported = {
        (name or "").split(".")[0]
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _imports(node)
    }
    declared -= {"optuna-dashboard"}  # a command for people
    beside = {"cocotb_tools": "cocotb", "distributed": "dask"}
    foreign = {beside.get(name, name) for name in imported if name and name not in sys.stdlib_module_names} - set(
        PACKAGES
    )
    assert foreign == declared


def _imports(node: ast.AST) -> list[str | None]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module]
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"import_module", "find_spec"}:
        return [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return []
