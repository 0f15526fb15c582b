"""Programs: JSON there and back, and refusals that name file and key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hwsim.errors import ProgramError
from hwsim.program import Program, load_program
from hwsim.tiles.tiling import Tiling

PROGRAM = Program(
    workload="net",
    engine="systolic-os:rows=4,cols=4",
    machine={"buffers": 2, "prefetch": True},
    order=("first", "relu", "second"),
    tilings={"first": Tiling(4, 8, 2, "nkm", 1, 2, 3), "second": Tiling(1, 1, 1)},
)


def test_a_program_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    PROGRAM.save(path)
    assert load_program(path) == PROGRAM
    assert load_program(str(path)).to_json() == PROGRAM.to_json()


def changed(**keys: Any) -> dict[str, Any]:
    return {**PROGRAM.to_json(), **keys}


FIRST = PROGRAM.to_json()["tilings"]["first"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1], "F: a table is needed, not [1]"),
        (changed(version=9), "F: format 'hwsim-program' version 9 is not 'hwsim-program' version 1"),
        ({}, "F: format None version None is not 'hwsim-program' version 1"),
        (changed(order="first"), "F: the key 'order' must be a list, not 'first'"),
        (changed(engine=None), "F: the key 'engine' must be a str, not None"),
        (changed(order=["first", "first"]), "F: operator 'first' stands twice in the order"),
        (
            changed(tilings={"frist": FIRST}),
            "F: the tiling of 'frist' (did you mean 'first'?) has no operator",
        ),
        (
            changed(tilings={"first": {**FIRST, "mm": 1}}),
            "F: tilings.first: unknown key 'mm' (did you mean 'm'?); "
            "allowed are m, n, k, order, depth_a, depth_b, depth_c, buffers",
        ),
        (
            changed(tilings={"first": {**FIRST, "m": "4"}}),
            "F: tilings.first: the key 'm' must be a int, not '4'",
        ),
        (
            changed(tilings={"first": {**FIRST, "m": -4}}),
            "F: tilings.first: a tile's side m must be at least 1, not -4",
        ),
    ],
)
def test_a_program_that_cannot_be_is_one_sentence(value: object, message: str) -> None:
    if isinstance(value, dict):
        value = {**value, "name": "F"} if value else value
    with pytest.raises(ProgramError, match=f"^{re.escape(message)}$"):
        Program.from_json(value, "F")


def test_a_file_that_is_no_program_is_named(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    with pytest.raises(ProgramError, match=f"^{re.escape(str(path))}: No such file or directory$"):
        load_program(path)
    path.write_text("{")
    with pytest.raises(ProgramError, match=f"^{re.escape(str(path))}: Expecting property name"):
        load_program(path)
    path.write_text(json.dumps(changed(version=2)))
    message = f"{path}: format 'hwsim-program' version 2 is not 'hwsim-program' version 1"
    with pytest.raises(ProgramError, match=f"^{re.escape(message)}$"):
        load_program(path)
