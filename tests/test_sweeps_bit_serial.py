"""``hwsim bit-serial``: its tables, its page, tensors of one's own, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hwsim.bit_serial import BIT_SERIAL, parse_design
from hwsim.encodings import Distribution
from hwsim.formats import INT8
from sweeps.bit_serial import compare, draw
from sweeps.cli import app
from sweeps.render.bit_serial import reference_markdown

PAGE = Path(__file__).parent.parent / "docs" / "bit_serial.md"


def answer(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["bit-serial", *(str(word) for word in words)])
    assert result.exit_code == code, result.output
    return result.stderr if code else result.stdout


def test_the_page_has_the_tables_of_the_code() -> None:
    assert answer("--markdown") == reference_markdown()
    assert reference_markdown() in PAGE.read_text()


def test_the_table_for_people_names_every_design_once_and_its_fields() -> None:
    text = answer()
    assert [kind.name for kind in BIT_SERIAL if text.count(f"\n  {kind.name} ") == 2] == [k.name for k in BIT_SERIAL]
    assert "pragmatic:group=4 " in answer("--design", "pragmatic:group=4", "--data", "uniform", "--format", "uint4")


def test_tensors_are_operand_a_themselves(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    first, second = rng.integers(-128, 128, (3, 5, 70)), np.sort(rng.integers(-9, 9, 128))
    path = tmp_path / "mine.npz"
    np.savez(path, first=first.astype(np.int8), second=second.astype(np.int16), third=np.array(5))
    records = json.loads(answer("--data", path, "--json", "--design", "bitlet", "--design", "bitwave:group=4"))
    assert [r["data"] for r in records] == [f"{path}: {key}" for key in ("first", "second", "third") for _ in range(2)]
    for record, rows in zip(records[::2], (first.reshape(15, 70), second[np.newaxis], np.full((1, 1), 5)), strict=True):
        b = np.zeros((rows.shape[1], 16), np.int8)
        assert record["cycles"] == parse_design("bitlet").cycles(rows, b)
        assert record["lane_cycles_per_operand"] == pytest.approx(record["cycles"] * 8 / (16 * rows.size))
        assert record["speedup_at_equal_bit_products"] == pytest.approx(8 / record["lane_cycles_per_operand"])
        assert record["expected_lane_cycles_per_operand"] is None
    assert [records[1][key] for key in ("design", "group", "columns", "a", "encoding", "lanes")] == [
        "bitwave", 4, 1, "int8", "sign-magnitude", 4,
    ]  # fmt: skip


def test_drawn_operands_have_the_distribution_and_are_always_the_same() -> None:
    data = Distribution.normal(INT8, 20)
    drawn = draw(data, (200, 500), np.random.default_rng(1))
    shares = np.bincount(drawn.ravel() + 128, minlength=256) / drawn.size
    assert np.abs(shares - data.probabilities).max() < 5 * (data.probabilities.max() / drawn.size) ** 0.5
    designs = [parse_design(kind.name) for kind in BIT_SERIAL]
    once, again = compare(designs, "normal", INT8)[0], compare(designs, "normal", INT8)[0]
    assert [c.cycles for c in once] == [c.cycles for c in again]
    for c in once:
        if c.expected is not None:
            assert c.per_operand == pytest.approx(c.expected, rel=0.01)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--data", "nrmal"], "unknown data 'nrmal' (did you mean 'normal'?); data are uniform, normal, max-abs or "
                              "an .npz file"),
        (["--data", "none.npz"], "none.npz: No such file or directory"),
        (["--design", "laconik"], "unknown design 'laconik' (did you mean 'laconic'?); the designs are stripes, "
                                  "pragmatic, laconic, bitlet, sibia, bitwave"),
        (["--design", "sibia:group=0"], "sibia: group is at least 1, not 0"),
        (["--design", "stripes:a=int9"], "stripes: operand a is int9, not int8"),
        (["--format", "fp16"], "encoding 'twos-complement' takes integers of 1 to 16 bits, not fp16"),
        (["--format", "int17"], "encoding 'twos-complement' takes integers of 1 to 16 bits, not int17"),
    ],
)  # fmt: skip
def test_a_wrong_question_gets_one_sentence(words: list[object], sentence: str) -> None:
    assert answer(*words, code=2) == f"hwsim: {sentence}\n"


def test_wrong_tensors_get_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    for array, sentence in (
        (np.zeros(2), f"{path}: a holds float64; digits are those of integers"),
        (np.array([200]), f"{path}: a has values from 200 to 200; int8 holds -128 to 127"),
        (np.zeros((0, 2), np.int8), f"{path}: a is empty: it has no statistics"),
    ):
        np.savez(path, a=array)
        assert answer("--data", path, code=2) == f"hwsim: {sentence}\n"
