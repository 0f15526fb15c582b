"""``hwsim pack`` and its tables: what it answers, in words and in JSON, its exit codes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

from hwsim.errors import SpecError
from mapper.packing import Rectangle, load_rectangles, table_text
from packing_cases import check, rectangles
from sweeps.cli import app

ROOT = Path(__file__).parent.parent
BUFFERS = ROOT / "examples" / "buffers.csv"
LOWEST = 360_448


def answer(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["pack", *(str(word) for word in words)])
    assert result.exit_code == code, result.output
    if code == 2:
        assert result.stdout == ""
        return result.stderr.removeprefix("hwsim: ").strip()
    return result.stdout


def as_json(*words: object, code: int = 0) -> Any:
    return json.loads(answer(*words, "--json", code=code))


def test_without_a_capacity_the_lowest_packing_is_found_and_written(tmp_path: Path) -> None:
    facts = as_json(BUFFERS, "--out", tmp_path / "packed.csv")
    assert facts["status"] == "optimal"
    assert facts["height_bytes"] == facts["bound_bytes"] == LOWEST
    assert facts["capacity_bytes"] is None
    given_ = load_rectangles(BUFFERS)
    check(given_, facts["offsets"], LOWEST)
    lines = (tmp_path / "packed.csv").read_text().splitlines()
    assert lines[0] == "id,lower,upper,size,offset"
    assert [int(line.split(",")[4]) for line in lines[1:]] == [facts["offsets"][r.name] for r in given_]


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("--capacity", "352KiB"), "optimal", 0),
        (("--capacity", "1MiB", "--method", "greedy"), "packed", 0),
        (("--capacity", LOWEST - 1), "infeasible", 1),
        (("--capacity", LOWEST, "--method", "greedy"), "unknown", 1),
        (("--capacity", LOWEST, "--method", "exact", "--limit", 1), "unknown", 1),
        (("--method", "cpsat", "--work", 10), "optimal", 0),
        (("--method", "greedy", "--time-limit", 60), "packed", 0),
    ],
)
def test_status_and_exit_code(words: tuple[object, ...], status: str, code: int, tmp_path: Path) -> None:
    facts = as_json(BUFFERS, *words, "--out", tmp_path / "packed.csv", code=code)
    assert facts["status"] == status
    assert (tmp_path / "packed.csv").exists() is (code == 0)
    text = answer(BUFFERS, *words, code=code)
    assert f"{facts['bound_bytes']:,} bytes" in text
    assert {"infeasible": "does not fit: proven", "unknown": "unknown: no packing was found"}.get(
        status, "packed"
    ) in text


@settings(deadline=None)
@given(rectangles())
def test_a_table_read_back_is_the_same(tmp_path_factory: pytest.TempPathFactory, given_: list[Rectangle]) -> None:
    path = tmp_path_factory.mktemp("tables") / "table.csv"
    path.write_text(table_text(given_, {r.name: 0 for r in given_}))
    assert load_rectangles(path) == given_


def test_an_end_is_the_last_time_alive(tmp_path: Path) -> None:
    (tmp_path / "closed.csv").write_text("id,start,end,size\na,0,0,4\nb,1,3,4\n")
    assert load_rectangles(tmp_path / "closed.csv") == [Rectangle("a", 0, 1, 4), Rectangle("b", 1, 4, 4)]


HEAD = "id,lower,upper,size\n"
BAD = [
    ("", "the file is empty; its first line has to be id,lower,upper,size"),
    (HEAD, "no rectangles follow the header line"),
    (
        "id,lower,size\na,0,1\n",
        "line 1 is 'id,lower,size'; the first line has to be id,lower,upper,size or id,start,end,size, "
        "with or without offset at its end",
    ),
    (HEAD + "a,0,1\n", "line 2 has 3 cells; the header has 4: id,lower,upper,size"),
    (HEAD + "a,0,1,x\n", "line 2: size is 'x'; allowed is a whole number below 2**62"),
    (HEAD + "a,0,1.5,4\n", "line 2: upper is '1.5'; allowed is a whole number below 2**62"),
    (HEAD + f"a,0,{1 << 62},4\n", f"line 2: upper is '{1 << 62}'; allowed is a whole number below 2**62"),
    (HEAD + "a,0,1,4\n\nb,0,1,-4\n", "line 4: size is -4; allowed is a whole number from 1 up"),
    (HEAD + "a,3,3,4\n", "line 2: upper 3 is not greater than lower 3; a lifetime is [lower, upper)"),
    ("id,start,end,size\na,3,2,4\n", "line 2: end 2 comes before start 3"),
    (HEAD + "a,0,1,4\nb,0,1,4\na,1,2,4\n", "line 4 has the id 'a' of line 2; ids have to differ"),
    (HEAD + ",0,1,4\n", "line 2 has no id"),
    ("id,lower,upper,size,offset\na,0,1,4,?\n", "line 2: offset is '?'; allowed is a whole number below 2**62"),
]


@pytest.mark.parametrize(("text", "sentence"), BAD, ids=[sentence for _, sentence in BAD])
def test_a_bad_table_is_refused_with_file_and_line(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(SpecError) as refused:
        load_rectangles(path)
    assert str(refused.value) == f"{path}: {sentence}"
    assert answer(path, code=2) == f"{path}: {sentence}"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("absent.csv",), "absent.csv: No such file or directory"),
        (
            (BUFFERS, "--capacity", "much"),
            "--capacity 'much' is not a size from 1 byte up, such as 65536, 64KiB or 1.5MiB",
        ),
        ((BUFFERS, "--capacity", "0"), "--capacity '0' is not a size from 1 byte up, such as 65536, 64KiB or 1.5MiB"),
        (
            (BUFFERS, "--method", "exakt"),
            "no method 'exakt' (did you mean 'exact'?); methods are auto, greedy, exact, cpsat",
        ),
        ((BUFFERS, "--limit", "0"), "a limit of 0 nodes; allowed is a whole number from 1 up"),
        ((BUFFERS, "--time-limit", "0"), "a limit of 0.0 seconds; allowed is more than 0"),
    ],
)
def test_bad_words_are_refused(words: tuple[object, ...], sentence: str) -> None:
    assert answer(*words, code=2) == sentence
