"""The engine that docs/adding_an_engine.md shows, written to a file, listed, and put through the laws."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import hwsim.arrays
import hwsim.engine
from hwsim.arrays import ARRAYS, Array
from hwsim.engine import Engine, load_engine
from hwsim.gemm import Gemm
from test_conformance_engines import check_ports, check_run, concrete

PAGE = Path(__file__).parent.parent / "docs" / "adding_an_engine.md"


@pytest.fixture
def row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Array]]:
    """The class of the page, as a new file of hwsim.arrays and a new name in its tuple."""
    shown = re.search(r"^```py\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert shown is not None
    file = tmp_path / "row.py"
    file.write_text(shown[1], encoding="utf-8")
    monkeypatch.setattr(hwsim.arrays, "__path__", [*hwsim.arrays.__path__, str(tmp_path)])
    module = importlib.import_module("hwsim.arrays.row")
    monkeypatch.setattr(hwsim.engine, "ARRAYS", (*ARRAYS, module.Row))
    yield module.Row
    sys.modules.pop("hwsim.arrays.row")
    vars(hwsim.arrays).pop("row")


def test_one_file_and_one_name_make_an_engine(row: type[Array]) -> None:
    for spec in ("row:cols=1", "row:cols=3", "row:cols=4,overlap=true", "row:cols=3,a=uint4,acc=int20,overlap=true"):
        engine = load_engine(spec)
        assert load_engine(engine.spec) == engine
        for a, b in engine.examples(cases=6):
            check_ports(engine, check_run(engine, a, b))


def test_its_numbers_follow(row: type[Array]) -> None:
    engine = load_engine("row:cols=4")
    assert engine.latency(Gemm(3, 9, 10)).expected == 9 * 11
    assert engine.inventory().total("pe_matrix") == engine.pe_count == 4


def test_a_file_that_nobody_lists_is_found(row: type[Array]) -> None:
    assert concrete(hwsim.arrays, Array) - set(ARRAYS) == {row}


def test_it_computes_what_the_others_compute(row: type[Array]) -> None:
    a, b = np.arange(-6, 6).reshape(3, 4), np.arange(-10, 10).reshape(4, 5)
    engines: list[Engine] = [load_engine(name) for name in ("row", "cube", "adder-tree")]
    assert all(np.array_equal(engine.multiply(a, b), a @ b) for engine in engines)
