"""``hwsim encodings``: its tables, its page, its picture, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from hwsim.encodings import ENCODINGS, DigitStatistics, Distribution
from hwsim.formats import INT8
from sweeps.cli import app
from sweeps.render.digit_plot import digit_plot
from sweeps.render.encodings import bars, reference_markdown

DOCS = Path(__file__).parent.parent / "docs"


def answer(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["encodings", *(str(word) for word in words)])
    assert result.exit_code == code, result.output
    return result.stderr if code else result.stdout


@pytest.fixture
def tensors(tmp_path: Path) -> Path:
    rng = np.random.default_rng(2)
    first, second = rng.integers(-128, 128, (8, 9)), rng.integers(-3, 4, 50)
    np.savez(tmp_path / "mine.npz", first=first.astype(np.int8), second=second.astype(np.int16))
    return tmp_path / "mine.npz"


def test_the_page_has_the_tables_of_the_code() -> None:
    assert answer("--markdown") == reference_markdown()
    assert reference_markdown() in (DOCS / "encodings.md").read_text()


def test_the_picture_of_the_page_is_drawn_by_the_code(tmp_path: Path) -> None:
    answer("--svg", tmp_path / "picture.svg")
    assert (tmp_path / "picture.svg").read_text() == (DOCS / "encodings.svg").read_text()


def test_a_picture_has_a_bar_for_every_share() -> None:
    found = [DigitStatistics(e, Distribution.uniform(INT8)) for e in ENCODINGS]
    root = ElementTree.fromstring(digit_plot(found))
    drawn = [e for e in root if e.tag.endswith("rect")][1:]
    shares = [share for s in found for share in [*s.nonzero_pmf, *s.nonzero_by_position[::-1]]]
    heights = [float(e.attrib["height"]) for e in drawn]
    assert heights == pytest.approx([66 * share for share in shares], abs=0.051)


def test_statistics_of_tensors_are_those_of_their_values(tensors: Path) -> None:
    records = json.loads(answer("--data", tensors, "--json", "--group", 2, "--empty-group-cycles", 0))
    assert [r["data"] for r in records] == [f"{tensors}: {key}" for key in ("first", "second") for _ in ENCODINGS]
    assert [r["encoding"] for r in records] == 2 * [e.name for e in ENCODINGS]
    with np.load(tensors) as file:
        arrays = dict(file)
    for record in records:
        encoding = next(e for e in ENCODINGS if e.name == record["encoding"])
        counts = np.count_nonzero(encoding.encode(arrays[record["data"].split(": ")[1]], INT8), axis=-1)
        assert record["mean_nonzero_digits"] == pytest.approx(counts.mean())
        assert record["cycles_per_operand"] == pytest.approx(counts.mean())
        assert sum(record["group_cycles_by_position"]) == pytest.approx(2 * counts.mean())


def test_many_tensors_have_a_picture_each(tensors: Path, tmp_path: Path) -> None:
    answer("--data", tensors, "--svg", tmp_path / "p.svg")
    titles = [re.search("Digits of [^<]*", (tmp_path / f"p-{i}.svg").read_text()) for i in (0, 1)]
    assert [title and title[0] for title in titles] == [f"Digits of {tensors}: {k}, int8" for k in ("first", "second")]


def test_the_tables_for_people_name_every_encoding_asked_for() -> None:
    text = answer("--encoding", "naf", "--encoding", "ent", "--format", "uint4", "--data", "max-abs:elements=100")
    assert "Encodings of uint4" in text
    assert [name for name in ("ent", "naf", "booth") if f"\n  {name} " in text] == ["ent", "naf"]


def test_bars_are_in_proportion() -> None:
    assert bars([0.0, 0.25, 0.5]) == " ▄█"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--data", "nrmal"], "unknown data 'nrmal' (did you mean 'normal'?); data are uniform, normal, max-abs or "
                              "an .npz file"),
        (["--data", "uniform:x=1"], "data 'uniform' has no fields, not 'uniform:x=1'"),
        (["--data", "normal:sgma=1"],
         "data 'normal' has no field 'sgma' (did you mean 'sigma'?); its fields are sigma"),
        (["--data", "normal:sigma=-1"], "sigma of a normal distribution is a positive number, not -1"),
        (["--data", "none.npz"], "none.npz: No such file or directory"),
        (["--encoding", "etn"], "unknown encoding 'etn' (did you mean 'ent'?); the encodings are booth, ent, naf, "
                                "twos-complement, sign-magnitude"),
        (["--format", "fp16"], "encoding 'booth' takes integers of 1 to 16 bits, not fp16"),
        (["--format", "int17"], "encoding 'booth' takes integers of 1 to 16 bits, not int17"),
        (["--group", 0], "a group has at least 1 operand, not 0"),
        (["--empty-group-cycles", 3], "an empty group costs 0 or 1 cycles, not 3"),
    ],
)  # fmt: skip
def test_a_wrong_question_gets_one_sentence(words: list[object], sentence: str) -> None:
    assert answer(*words, code=2) == f"hwsim: {sentence}\n"


def test_wrong_tensors_get_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    for arrays, sentence in (
        ({}, f"{path}: no tensors"),
        ({"a": np.zeros(2)}, f"{path}: a holds float64; digits are those of integers"),
        ({"a": np.array([200])}, f"{path}: a has values from 200 to 200; int8 holds -128 to 127"),
        ({"a": np.zeros((0, 2), np.int8)}, f"{path}: a is empty: it has no statistics"),
    ):
        np.savez(path, **arrays)  # type: ignore[arg-type]
        assert answer("--data", path, code=2) == f"hwsim: {sentence}\n"


def test_a_picture_that_cannot_be_written_gets_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "none" / "p.svg"
    assert answer("--svg", path, code=2) == f"hwsim: {path}: No such file or directory\n"
