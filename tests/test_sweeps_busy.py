"""``hwsim busy``: its table, its JSON, its picture, its page, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from typer.testing import CliRunner

from hwsim.engine import load_engine
from hwsim.layer_busy import network_busy
from hwsim.operands import SYNTHETIC
from hwsim.workload.loader import load_workload
from onnx_models import model
from sweeps.cli import app
from sweeps.render.busy import COLUMNS, LEGEND, busy_table
from sweeps.render.busy_plot import busy_plot

ROOT = Path(__file__).parent.parent
LAYERS = ROOT / "examples" / "busy_layers.toml"
ENGINE = "bitslice:columns=32,rows=32,mac=opt4c"
GEMMS = """
[[gemm]]
name = "a < b"
m = 9
n = 4
k = 12
[[gemm]]
name = "heads, of which the name is long"
m = 5
n = 6
k = 7
batch = 3
"""
KEYS = {
    "name", "m", "n", "k", "batch", "folds", "issue_cycles", "busy_min", "busy_average", "busy_max",
    "lane_busy_average", "columns_filled", "pes_filled", "work_cycles_per_operand", "cycles_per_operand",
    "empty_group_share", "synthetic",
}  # fmt: skip


def answer(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["busy", *(str(word) for word in words)])
    assert result.exit_code == code, result.output
    if code:
        assert result.stdout == ""
    return result.stderr if code else result.stdout


def as_json(*words: object) -> Any:
    return json.loads(answer(*words, "--json"))


@pytest.fixture
def gemms(tmp_path: Path) -> Path:
    (tmp_path / "gemms.toml").write_text(GEMMS)
    return tmp_path / "gemms.toml"


def test_json_has_every_field_that_it_promises(gemms: Path) -> None:
    facts = as_json("--workload", gemms, "--engine", "bitslice:columns=4,rows=4")
    assert facts.keys() == {"workload", "engine", "issue_cycles", "layers", "assumptions"}
    assert [layer["name"] for layer in facts["layers"]] == ["a < b", "heads, of which the name is long"]
    for layer in facts["layers"]:
        assert layer.keys() == KEYS
        assert 0 < layer["busy_min"] <= layer["busy_average"] <= layer["busy_max"] == 1
        assert layer["synthetic"]
    assert facts["issue_cycles"] == sum(layer["issue_cycles"] for layer in facts["layers"])
    assert [(layer["folds"], layer["batch"]) for layer in facts["layers"]] == [(3, 1), (2 * 2 * 3, 3)]
    assert f"the encoded operands of all layers are synthetic: {SYNTHETIC}" in facts["assumptions"]


def test_the_table_says_what_json_does(gemms: Path) -> None:
    question = ("--workload", gemms, "--engine", "bitslice:columns=4,rows=4")
    facts, text = as_json(*question), answer(*question)
    for layer in facts["layers"]:
        line = next(line for line in text.splitlines() if line.strip().startswith(layer["name"]))
        for share in (layer["busy_min"], layer["busy_average"], layer["empty_group_share"]):
            assert f" {100 * share:.1f} " in line
        assert f" {layer['issue_cycles']:,} " in line
    assert "5 × 6 × 7 × 3" in text
    for line in LEGEND:
        assert line in text
    for line in facts["assumptions"]:
        assert line[:40] in text


def test_lanes_have_a_column_where_there_are_several(gemms: Path) -> None:
    tables = {
        mac: busy_table(network_busy(load_workload(gemms), load_engine(f"bitslice:mac={mac}")))
        for mac in ("opt4c", "opt4e")
    }
    assert tables["opt4c"].columns == COLUMNS
    assert tables["opt4e"].columns == (*COLUMNS, "Lanes %")
    for table in tables.values():
        assert {len(row) for row in table.rows} == {len(table.columns)}
    assert "lanes: cycles" in answer("--workload", gemms, "--engine", "bitslice:mac=opt4e")
    assert "lanes: cycles" not in answer("--workload", gemms, "--engine", "bitslice:mac=opt4c")


def test_layers_are_asked_for_by_name_and_operands_given(gemms: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **{"a < b.a": np.full((9, 12), 91)})  # type: ignore[arg-type]
    question = ("--workload", gemms, "--engine", "bitslice:columns=4,rows=4", "--operands", tmp_path / "x.npz")
    facts = as_json(*question, "--layer", "a < b")
    (layer,) = facts["layers"]
    assert (layer["busy_min"], layer["cycles_per_operand"], layer["empty_group_share"]) == (1, 4, 0)
    assert not layer["synthetic"]
    assert not any("synthetic" in line for line in facts["assumptions"])


def test_the_page_has_the_table_and_the_picture_of_the_code(tmp_path: Path) -> None:
    answer("--workload", LAYERS, "--engine", ENGINE, "--svg", tmp_path / "busy.svg")
    assert (tmp_path / "busy.svg").read_bytes() == (ROOT / "docs" / "busy.svg").read_bytes()
    table = busy_table(network_busy(load_workload(LAYERS), load_engine(ENGINE)))
    assert table.markdown() in (ROOT / "docs" / "busy.md").read_text()


@pytest.mark.parametrize("fields", ["barrier=bw", "barrier=bank", "mac=opt4e"])
def test_the_page_says_what_other_engines_do(fields: str) -> None:
    engine = load_engine(f"bitslice:columns=32,rows=32,{fields}")
    (layer,) = network_busy(load_workload(LAYERS), engine, layers=["depthwise 3x3"]).layers
    shares = (layer.columns.minimum, layer.columns.average, layer.columns.maximum)
    assert ", ".join(f"{100 * share:.1f}" for share in shares) + " %" in (ROOT / "docs" / "busy.md").read_text()


def test_long_reductions_hardly_wait_and_depthwise_ones_do() -> None:
    layers = as_json("--workload", LAYERS, "--engine", ENGINE)["layers"]
    long = [layer["busy_min"] for layer in layers if layer["k"] >= 480]
    depthwise = [layer["busy_min"] for layer in layers if layer["k"] < 64]
    assert (len(long), len(depthwise)) == (7, 2)
    assert max(depthwise) < 0.85 < 0.94 < min(long)


def test_a_picture_has_a_bar_and_a_mark_for_every_layer(gemms: Path) -> None:
    found = network_busy(load_workload(gemms), load_engine("bitslice:columns=4,rows=4"))
    root = ElementTree.fromstring(busy_plot(found))
    groups = [e for e in root if e.tag.endswith("}g")]
    for layer, group in zip(found.layers, groups, strict=True):
        (bar,) = (e for e in group if e.tag.endswith("rect"))
        (mark,) = (e for e in group if e.tag.endswith("path"))
        assert float(bar.attrib["height"]) == pytest.approx(200 * layer.columns.average, abs=0.051)
        low, high = (float(y) for y in mark.attrib["d"].split("M")[1].split()[1].split("V"))
        assert low - high == pytest.approx(200 * (layer.columns.maximum - layer.columns.minimum), abs=0.11)
    names = [[e.text for e in group if e.tag.endswith("text")][-1] for group in groups]
    assert names == ["a < b", "heads, of which t…"]


def test_a_network_without_products_has_an_empty_table_and_picture(tmp_path: Path) -> None:
    node = helper.make_node("Relu", ["x"], ["y"], name="node")
    onnx.save(model([node], {"x": (TensorProto.FLOAT, [6, 7])}, {"y": TensorProto.FLOAT}), tmp_path / "r.onnx")
    question = ("--workload", tmp_path / "r.onnx", "--engine", "bitslice")
    assert as_json(*question)["layers"] == []
    assert LEGEND[0] in answer(*question, "--svg", tmp_path / "p.svg")
    assert "<g>" not in (tmp_path / "p.svg").read_text()


@pytest.mark.parametrize(
    ("given", "words"),
    [((), "synthetic operands"), (("a < b.a",), "operands in part synthetic"),
     (("a < b.a", "heads, of which the name is long.a"), "given operands")],
)  # fmt: skip
def test_a_picture_says_whose_operands_it_shows(
    given: tuple[str, ...], words: str, gemms: Path, tmp_path: Path
) -> None:
    shapes = {"a < b.a": (9, 12), "heads, of which the name is long.a": (3, 5, 7)}
    np.savez(tmp_path / "x.npz", **{key: np.ones(shapes[key], int) for key in given})  # type: ignore[arg-type]
    answer("--workload", gemms, "--engine", "bitslice", "--operands", tmp_path / "x.npz", "--svg", tmp_path / "p.svg")
    assert f"bitslice:columns=32,rows=32, {words}<" in (tmp_path / "p.svg").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--engine", "systolic-os:rows=8,cols=8"],
         "only the columns of bitslice wait for each other's digits, and "
         "systolic-os:rows=8,cols=8,overlap=false,drain=parallel has none"),
        (["--engine", "bitslice", "--layer", "a > b"],
         "gemms has no matrix product 'a > b' (did you mean 'a < b'?); its 2 are a < b to "
         "heads, of which the name is long"),
        (["--engine", "bitslice", "--operands", "none.npz"], "none.npz: No such file or directory"),
        (["--engine", "bitslice", "--dim", "batch"],
         "--dim 'batch' is not of the form NAME=N with a whole number N of at least 1"),
        (["--engine", "bitslice:mac=opt3,lanes=2"],
         "mac=opt3 has one lane in a PE, not lanes=2: opt4e shares a compressor"),
        (["--engine", "bitslice", "--layr", "x"],
         "busy has no option '--layr' (did you mean '--layer'?); its options are --workload, --engine, --operands, "
         "--layer, --svg, --dim, --json, --help"),
        ([], "missing option '--engine' / '-e'; see 'hwsim busy --help'"),
    ],
)  # fmt: skip
def test_a_wrong_question_gets_one_sentence(words: list[object], sentence: str, gemms: Path) -> None:
    assert answer("--workload", gemms, *words, code=2) == f"hwsim: {sentence}\n"


def test_operands_of_another_shape_and_a_picture_in_no_folder_get_one_sentence(gemms: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **{"a < b.a": np.ones((9, 13), int)})  # type: ignore[arg-type]
    question = ("--workload", gemms, "--engine", "bitslice")
    assert answer(*question, "--operands", tmp_path / "x.npz", code=2) == (
        f"hwsim: {tmp_path / 'x.npz'}: a < b.a has shape (9, 13); layer 'a < b' takes (9, 12)\n"
    )
    path = tmp_path / "none" / "p.svg"
    assert answer(*question, "--svg", path, code=2) == f"hwsim: {path}: No such file or directory\n"
