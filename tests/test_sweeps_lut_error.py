"""``hwsim lut-error``: its numbers are those of the study, its table is the documentation's, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hwsim.formats import IntFormat
from hwsim.low_bit import Scheme, parse_granularity, quantise_weights
from hwsim.lut import synthetic_errors, table_errors
from sweeps.cli import app

SMALL = ("--m", 2, "--k", 64, "--n", 3)


def answer(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["lut-error", *(str(word) for word in words)])
    assert result.exit_code == code, result.output
    return result.stderr if code else result.stdout


def test_synthetic_errors_are_those_of_the_study() -> None:
    found = json.loads(answer("--k", 256, "--n", 8, "--json"))
    weights = quantise_weights(np.random.default_rng(1).standard_normal((256, 8)), 2, Scheme.SYMMETRIC)
    asked = [(kind.value, error) for kind, errors in synthetic_errors(weights).items() for error in errors]
    assert [(row["activations"], row["values"], row["nmse"]) for row in found] == [
        (kind, error.what, error.nmse) for kind, error in asked
    ]
    assert [row["one_scale_per"] for row in found[:7]] == [None, *2 * ["table", "group:64", "token"]]


def test_own_tensors_are_quantised_as_asked(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    a, w = rng.standard_normal((5, 32)).astype(np.float16), rng.standard_normal((32, 4))
    np.savez(tmp_path / "mine.npz", a=a, w=w)
    found = json.loads(answer("--operands", tmp_path / "mine.npz", "--scheme", "ternary", "--scale", "token", "--json"))
    errors = table_errors(a.astype(np.float64), quantise_weights(w, 2, Scheme.TERNARY))
    assert [row["nmse"] for row in found] == [e.nmse for e in errors if e.scale is None or str(e.scale) == "token"]
    assert {row["activations"] for row in found} == {"mine.npz"}


def test_the_table_names_what_was_asked() -> None:
    text = " ".join(answer(*SMALL, "--w-bits", 4, "--scheme", "signed", "--bits", 6, "--scale", "group:16").split())
    assert "W4 signed, tables of 4 fp16 activations" in text
    for words in ("int6 tables group:16", "int6 activations group:16", "fp16 tables -", "Gaussian Laplace outliers"):
        assert words.lower() in text.lower()


@pytest.mark.parametrize("activation", ["int8", "int16"])
def test_tables_of_integers_are_exact_and_quantised_ones_are_those_of_the_study(
    tmp_path: Path, activation: str
) -> None:
    format = IntFormat(int(activation[3:]))
    rng = np.random.default_rng(5)
    a, w = format.random(rng, (5, 32)), rng.standard_normal((32, 4))
    a[0, 0] = format.high
    np.savez(tmp_path / "mine.npz", a=np.maximum(a, -format.high), w=w)
    asked = ("--operands", tmp_path / "mine.npz", "--activation", activation, "--json")
    exact, *others = json.loads(answer(*asked))
    assert (exact["values"], exact["one_scale_per"]) == ("exact tables", None)
    assert exact["nmse"] < 1e-30
    weights = quantise_weights(w, 2, Scheme.SYMMETRIC, parse_granularity("channel"))
    errors = table_errors(np.maximum(a, -format.high), weights, format)
    assert [row["nmse"] for row in others] == [error.nmse for error in errors[1:]]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--m", 0), "--m is at least 1, not 0"),
        (("--scheme", "odd"), "--scheme is 'odd'; allowed are symmetric, signed, asymmetric, ternary"),
        (
            ("--activation", "int9"),
            "--activation is 'int9' (did you mean 'int8'?); allowed are fp16, fp8e4m3, fp8e5m2, int8, int16",
        ),
        (("--w-bits", 3, "--scheme", "ternary"), "ternary weights have 2 bits, not 3"),
        (("--scale", "group:6", *SMALL), "6 activations with one scale are not whole tables of 4"),
    ],
)
def test_bad_questions_get_a_sentence(words: tuple[object, ...], sentence: str) -> None:
    assert answer(*words, code=2) == f"hwsim: {sentence}\n"


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"a": np.ones((2, 4))}, "has no key 'w'; a holds real activations (m, k) and w real weights (k, n)"),
        (
            {"a": np.ones((2, 4)), "w": np.ones((5, 2))},
            ": a has shape (2, 4) and w (5, 2): the inner sides differ",
        ),
        (
            {"a": np.ones(4), "w": np.ones((4, 2))},
            ": a is float64 of shape (4,); a holds real activations (m, k) and w real weights (k, n), all of them "
            "finite",
        ),
    ],
)
def test_files_that_do_not_fit_are_named(arrays: dict[str, np.ndarray], sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    space = "" if sentence.startswith(":") else " "
    assert answer("--operands", path, code=2) == f"hwsim: {path}{space}{sentence}\n"


def test_what_is_no_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    path.write_text("no archive")
    said = "is no .npz file of arrays; a holds real activations (m, k) and w real weights (k, n)"
    assert answer("--operands", path, code=2) == f"hwsim: {path} {said}\n"
    assert (
        answer("--operands", tmp_path / "none.npz", code=2)
        == f"hwsim: {tmp_path / 'none.npz'}: No such file or directory\n"
    )
