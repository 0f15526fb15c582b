"""``hwsim llm``: its tables, its page, JSON, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hwsim.gpu import ASSUMPTIONS, Cause, Precompute, load_gpu, run_llm
from hwsim.gpu.calibration import STAGES
from hwsim.workload.lowering import STORED
from sweeps.cli import app
from sweeps.render.llm_reference import OF_THE_MODEL, reference_markdown
from sweeps.reproduce.lut import LUT
from sweeps.reproduce.lut.networks import TIMES
from sweeps.reproduce.lut.table_one import FITTED, MACHINES, PHASES, run

PAGE = Path(__file__).parent.parent / "docs" / "gpu.md"
GPU = "a100:unit=lut,times=4,w_bits=2,a=int8"
QUESTION = ("--workload", "llama2-7b:seq=128", "--gpu", GPU)


def answer(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["llm", *(str(word) for word in words)])
    assert result.exit_code == code, result.output
    return result.stderr if code else result.stdout


def test_the_page_has_the_tables_of_the_code() -> None:
    assert answer("--markdown") == reference_markdown()
    assert reference_markdown() in PAGE.read_text()


def test_json_is_the_report() -> None:
    found = json.loads(answer(*QUESTION, "--precompute", "separate", "--json"))
    (report,) = run_llm(QUESTION[1], load_gpu(GPU), Precompute.SEPARATE)
    assert found["runs"] == [json.loads(json.dumps(report.to_json()))]
    assert found["precompute"] == "separate"
    assert (found["unit"]["unit"], found["gpu"]["sms"], found["arrays_per_sm"]) == ("lut", 108, 16)
    kernels = found["runs"][0]["kernels"]
    assert sum(row["count"] * row["ms"] for row in kernels) == pytest.approx(found["runs"][0]["total_ms"])
    assert list(kernels[0]["ms_by_cause"]) == [cause.value for cause in Cause]
    assert [line for line in found["assumptions"] if line.startswith("tiles: ")]
    assert len(found["assumptions"]) > len(ASSUMPTIONS)
    assert STORED not in found["assumptions"]  # the GPU has formats of its own


def test_the_table_for_people_has_every_kernel_of_one_batch_and_every_batch_of_many() -> None:
    one = answer(*QUESTION)
    for words in ("layer0.down", "128 × 11008 × 4096", "bound by", "tables fused", "32 layers", "prefill, 128 tokens"):
        assert words in one
    many = answer(*QUESTION, "--phase", "decode", "--batch", 1, "--batch", 64)
    assert "layer0.down" not in many
    assert [line.split()[0] for line in many.splitlines() if line.startswith("  ") and line.split()[:1]][-2:] == [
        "1",
        "64",
    ]
    assert "tables" not in answer("--workload", "llama2-7b:seq=128").splitlines()[2]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "llm needs --workload, a language model such as llama2-70b:seq=4096"),
        (("--workload", "llama2-7b", "--phase", "decod"),
         "--phase is 'decod' (did you mean 'decode'?); allowed are prefill, decode"),
        (("--workload", "llama2-7b", "--precompute", "fuse"),
         "--precompute is 'fuse' (did you mean 'fused'?); allowed are none, naive, separate, fused"),
        (("--workload", "llama2-7b", "--batch", "x"),
         "invalid value for '--batch': 'x' is not a whole number; see 'hwsim llm --help'"),
        (("--workload", "llama2-7b", "--gpu", "h10"),
         "unknown gpu 'h10' (did you mean 'h100'?); gpus are a100, h100, rtx3090"),
        (("--workload", "llama2-7b", "--gpu", "a100:unit=lut,w_bits=9"),
         "a100:unit=lut,w_bits=9: unit=lut takes weights of 1, 2, 3, 4, 5, 6, 7 or 8 bits, not 9"),
    ],
)  # fmt: skip
def test_a_wrong_question_gets_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    assert answer(*words, code=2) == f"hwsim: {sentence}\n"


# The constants are what they are said to be.


def error(stages: int) -> float:
    """Mean magnitude of the deviation of the four times that were fitted."""
    found = []
    for row in FITTED:
        for phase, fields in PHASES.items():
            text = row.text if ":" in row.text else f"{row.text}:"
            ours = run(f"{text},stages={stages}", f"{row.model}:{fields}").total_ms
            found.append(abs(ours / row.published_ms(phase) - 1))
    return sum(found) / len(found)


def test_stages_is_the_whole_number_that_meets_the_fitted_rows_best() -> None:
    assert min(range(1, 7), key=error) == STAGES.value


def test_what_was_fitted_is_told_in_the_claims() -> None:
    notes = {claim.series: claim.note for section in LUT.sections for claim in section.claims}
    assert "no predictions" in notes["time on A100 tensor cores"]
    assert "only decode is a prediction" in notes["mean overhead of separate precompute"]
    assert {section.title for section in OF_THE_MODEL} <= {section.title for section in LUT.sections}


def test_every_row_of_table_1_is_asked_in_both_phases() -> None:
    asked = {claim.point: claim for section in LUT.sections for claim in section.claims if claim.tolerance is TIMES}
    for row in MACHINES:
        for phase in PHASES:
            assert asked[f"{row.name}, {phase}"].published == row.published_ms(phase)
