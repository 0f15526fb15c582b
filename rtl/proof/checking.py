"""Combinational equivalence by ABC: SAT sweeping over both sides of what is to be equal (Mishchenko et al. 2006)."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path

from rtl.proof.logic import Kind, Literal, Logic
from rtl.synthesis.errors import SynthesisError
from rtl.synthesis.yosys import yosys_version

CONFLICTS = 100_000_000
"""Never what ends a proof; the time is."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether two words are equal; None if time was up. ``witness``: values of inputs (nodes) where they are not."""

    equal: bool | None
    witness: Mapping[int, int] | None = None


def check(logic: Logic, left: Sequence[Literal], right: Sequence[Literal], seconds: float) -> Checked:
    """Whether ``left`` equals ``right`` bit by bit for all inputs.

    Raises MissingToolError without pyosys (ABC is inside), SynthesisError if ABC says neither.
    """
    inputs = logic.support([*left, *right])
    with tempfile.TemporaryDirectory(prefix="hwsim-proof-") as name:
        folder = Path(name)
        for side, roots in (("left", left), ("right", right)):
            (folder / f"{side}.blif").write_text(blif(logic, roots, inputs), "utf-8")
        command = [str(_abc()), "-q", f"cec -C {CONFLICTS} -T {max(1, round(seconds))} left.blif right.blif"]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=seconds + 5)
        except subprocess.TimeoutExpired:
            return Checked(None)
    return _judged(done.stdout + done.stderr, inputs)


def _judged(said: str, inputs: Sequence[int]) -> Checked:
    if "NOT EQUIVALENT" in said:
        shown = re.findall(r"\bn(\d+)=([01])", said.partition("Input pattern")[2])
        return Checked(False, {node: 0 for node in inputs} | {int(node): int(value) for node, value in shown})
    if "Networks are equivalent" in said:
        return Checked(True)
    if "UNDECIDED" in said:
        return Checked(None)
    raise SynthesisError(f"ABC did not say whether two networks are equal: {said.strip()[-200:]}")


def blif(logic: Logic, roots: Sequence[Literal], inputs: Sequence[int]) -> str:
    """``roots`` as a model in the Berkeley Logic Interchange Format, with inputs called n<node>."""
    lines = [".model m", f".inputs {' '.join(f'n{node}' for node in inputs)}"]
    lines += [f".outputs {' '.join(f'o{i}' for i in range(len(roots)))}", ".names n0"]
    for node in logic.cone(roots):
        if logic.kinds[node] is not Kind.INPUT:
            x, y = logic.fanins[node]
            a, b = 1 - (x & 1), 1 - (y & 1)
            rows = [f"{a}{b} 1"] if logic.kinds[node] is Kind.AND else [f"{a}{1 - b} 1", f"{1 - a}{b} 1"]
            lines += [f".names n{x >> 1} n{y >> 1} n{node}", *rows]
    for i, root in enumerate(roots):
        lines += [f".names n{root >> 1} o{i}", f"{1 - (root & 1)} 1"]
    return "\n".join([*lines, ".end", ""])


def _abc() -> Path:
    yosys_version()
    found = util.find_spec("pyosys")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "yosys-abc"
