"""Emission: files named after their modules, the same bytes always, and clean for a Verilog-2001 compiler."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import rtl
from hwsim.engine import load_engine
from rtl.emission import emit, top_name, verilog, verilog_modules
from rtl_variants import SIZES, encoded, middle_of, other_formats, variants

SPEC = "systolic-os:rows=2,cols=3,drain=column"


def test_one_file_per_module_the_top_first(tmp_path: Path) -> None:
    engine = load_engine(SPEC)
    files = emit(engine, tmp_path / "deep" / "verilog")
    assert files[0].stem == top_name(engine)
    assert sorted(files) == sorted((tmp_path / "deep" / "verilog").iterdir())
    for file in files:
        assert re.findall(r"^module (\w+)", file.read_text(), re.MULTILINE) == [file.stem]


def test_files_are_the_text(tmp_path: Path) -> None:
    engine = load_engine(SPEC)
    files = emit(engine, tmp_path)
    assert {file.stem: file.read_text() for file in files} == verilog_modules(engine)
    assert "\n".join(file.read_text() for file in files) == verilog(engine)


def test_emitting_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    first, second = (emit(load_engine(SPEC), tmp_path / name) for name in ("one", "two"))
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_every_module_that_is_used_is_there() -> None:
    for spec in variants({name: [middle_of(sizes)] for name, sizes in SIZES.items()}):
        parts = verilog_modules(load_engine(spec))
        used = {name for text in parts.values() for name in re.findall(r"^    (\w+) \w+ \(\.", text, re.MULTILINE)}
        assert used | {next(iter(parts))} == set(parts)


def test_the_face_hands_on_emit() -> None:
    assert rtl.emit is emit


@pytest.mark.rtl
@pytest.mark.parametrize("spec", [*variants({name: SIZES[name][:2] for name in SIZES}), *other_formats(), *encoded()])
def test_icarus_compiles_without_a_word(spec: str, tmp_path: Path) -> None:
    engine = load_engine(spec)
    files = emit(engine, tmp_path)
    command = ["iverilog", "-g2005", "-Wall", "-t", "null", "-s", top_name(engine)]
    said = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")
