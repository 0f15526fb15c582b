"""Every kind of bad input, asked on the command line: one whole sentence on stderr, exit code 2, nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper
from typer.testing import CliRunner

from hwsim.workload.onnx_import.table import READINGS
from onnx_models import Array, Shape, model
from sweeps.cli import app

ENGINE = "systolic-os:rows=8,cols=8"
FULL = "systolic-os:rows=8,cols=8,overlap=false,drain=parallel"
WEIGHTS = {"w": np.zeros((4, 5), np.float32)}
SUPPORTED = (
    "allowed are the products Conv, ConvTranspose, Gemm, MatMul, Einsum, ConvInteger, MatMulInteger, QLinearConv, "
    f"QLinearMatMul and {len(READINGS) - 9} operators without products that docs/workloads.md lists"
)
MACHINE_FIELDS = (
    "scratchpad_a_bytes, scratchpad_b_bytes, scratchpad_c_bytes, scratchpad_a_port_bytes_per_cycle, "
    "scratchpad_b_port_bytes_per_cycle, scratchpad_c_port_bytes_per_cycle, buffers, dram_gb_per_s, dram_latency_ns, "
    "technology, clock_ghz, vector_lanes, prefetch, attention, precompute, movement"
)
ENGINE_FIELDS = "rows, cols, overlap, drain, mac, a, w, acc"
STUDY = """
[study]
name = "bad"
question = "What is wrong?"
workloads = ["gemms.toml"]
[objectives]
total_cycles = "minimise"
[[engine]]
array = "matrix-2d"
rows = [4, 8]
"""
GEMMS = '[[gemm]]\nname = "first"\nm = 4\nn = 3\nk = 5\n'


def node(op: str, shape: Shape | None, constants: Mapping[str, Array] | None = None) -> ModelProto:
    """One node named "node" over the float input x and the constants."""
    made = helper.make_node(op, ["x", *(constants or {})], ["y"], name="node")
    return model([made], {"x": (TensorProto.FLOAT, shape)}, {"y": TensorProto.FLOAT}, constants)


MODELS = {
    "unknown.onnx": node("NonZero", [2, 3]),
    "misspelt.onnx": node("Conf", [2, 3]),
    "shapeless.onnx": node("MatMul", None, WEIGHTS),
    "dynamic.onnx": node("MatMul", ["batch", 4], WEIGHTS),
    "negative.onnx": node("MatMul", [-3, 4], WEIGHTS),
    "zero.onnx": node("MatMul", [0, 4], WEIGHTS),
    "good.onnx": node("MatMul", [3, 4], WEIGHTS),
}
TEXTS = {
    "gemms.toml": GEMMS,
    "key.toml": GEMMS.replace("n =", "nn ="),
    "negative.toml": GEMMS.replace("m = 4", "m = -4"),
    "zero.toml": GEMMS.replace("m = 4", "m = 0"),
    "narrow.toml": GEMMS + 'a = "int4"\n',
    "unsigned.toml": GEMMS + 'w = "uint4"\n',
    "wide.toml": GEMMS + 'w = "int9"\n',
    "other.toml": GEMMS + 'w = "int4"\n',
    "format.toml": GEMMS + 'a = "fp9"\n',
    "engine.toml": 'engine = "systolic-os"\nrow = 4\n',
    "machine.toml": 'machine = "edge"\nscratchpad_a_byte = 4\n',
    "good_study.toml": STUDY,
    "study_key.toml": STUDY.replace("question", "qestion"),
    "study_table.toml": STUDY.replace("[objectives]", "[objective]"),
    "study_field.toml": STUDY.replace("rows", "row"),
    "study_network.toml": STUDY.replace("gemms.toml", "gems.toml"),
    "study_syntax.toml": STUDY.replace("[4, 8]", "[4, 8"),
    "file": "",
}
OPERANDS = {
    "large.npz": {"node.a": np.full((3, 4), 200)},
    "shape.npz": {"node.a": np.zeros((3, 5), np.int64)},
    "name.npz": {"nod.a": np.zeros((3, 4), np.int64)},
    "lowest.npz": {"first.a": np.pad([[-128]], ((2, 1), (3, 1)))},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All the bad files, and a few good ones for bad questions."""
    made = tmp_path_factory.mktemp("bad")
    for name, network in MODELS.items():
        onnx.save(network, made / name)
    for name, text in TEXTS.items():
        (made / name).write_text(text)
    for name, arrays in OPERANDS.items():
        np.savez(made / name, **arrays)  # type: ignore[arg-type]
    (made / "bytes.toml").write_bytes(b"\xff\xfe")
    (made / "folder").mkdir()
    return made


def refusal(folder: Path, words: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the command says, asked in ``folder``; it must exit 2, write nothing and print one line on stderr alone."""
    monkeypatch.chdir(folder)
    before = sorted(folder.rglob("*"))
    result = CliRunner().invoke(app, words.split())
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert sorted(folder.rglob("*")) == before
    assert result.stderr.startswith("hwsim: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("hwsim: ").removesuffix("\n")


NETWORKS = [
    ("unknown.onnx", f"node 'node' is a NonZero, which is not supported; {SUPPORTED}"),
    ("misspelt.onnx", f"node 'node' is a Conf (did you mean 'Conv'?), which is not supported; {SUPPORTED}"),
    ("shapeless.onnx", "input 'x' has no shape; every input must have one"),
    ("dynamic.onnx", "input 'x' has a symbolic dimension: set it with --dim batch=N"),
    (
        "dynamic.onnx --dim bach=1",
        "there is no symbolic dimension 'bach' (did you mean 'batch'?); the model has 'batch'",
    ),
    ("negative.onnx", "input 'x' has the dimension -3: set it with --dim x.0=N"),
    ("zero.onnx", "input 'x' has the dimension 0: set it with --dim x.0=N"),
    ("dynamic.onnx --dim batch=4 --dim x.1=3", "there is no symbolic dimension 'x.1'; the model has 'batch'"),
    ("negative.toml", "gemm 'first': m is -4; allowed is a whole number from 1 up"),
    ("zero.toml", "gemm 'first': m is 0; allowed is a whole number from 1 up"),
    (
        "key.toml",
        "gemm 'first' has no key 'nn' (did you mean 'n'?); its keys are name, m, n, k, batch, count, a, w, acc",
    ),
    (
        "format.toml",
        "gemm 'first': a: unknown format 'fp9': a format is intN, uintN or one of bf16, fp16, fp32, fp64, fp8e4m3, "
        "fp8e5m2",
    ),
]


@pytest.mark.parametrize(("words", "message"), NETWORKS, ids=[words for words, _ in NETWORKS])
def test_a_network_that_cannot_be_read(words: str, message: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(folder, f"simulate --engine {ENGINE} --workload {words}", monkeypatch)
    assert said == f"{words.split()[0]}: {message}"


QUESTIONS = [
    (
        f"--workload narrow.toml --engine {ENGINE}",
        f"narrow: layer 'first': {FULL} computes with a=int8, not a=int4; give the engine a=int4",
    ),
    (
        "--workload good.onnx --engine systolic-os:rows=8,a=fp16",
        "mac=parallel computes with integers: a cannot be fp16",
    ),
    ("--workload good.onnx --engine systolic-os:rows=-8", "systolic-os: rows must be at least 1, not -8"),
    ("--workload good.onnx --engine systolic-os:rows=0", "systolic-os: rows must be at least 1, not 0"),
    (
        "--workload good.onnx --engine engine.toml",
        f"engine.toml: systolic-os has no field 'row' (did you mean 'rows'?); its fields are {ENGINE_FIELDS}",
    ),
    (
        f"--workload good.onnx --engine {ENGINE} --machine machine.toml",
        "machine.toml: a machine has no field 'scratchpad_a_byte' (did you mean 'scratchpad_a_bytes'?); "
        f"its fields are {MACHINE_FIELDS}",
    ),
    (
        f"--workload good.onnx --engine {ENGINE} --machine edge:scratchpad_a_bytes=4",
        f"good: layer 'node': scratchpad_a_bytes=4 is too small for {FULL}: "
        "one fold of 3 x 5 x 1 in 2 buffers needs 6 bytes",
    ),
    (
        f"--workload good.onnx --engine {ENGINE} --depth count --operands large.npz",
        "large.npz: node.a has values from 200 to 200; int8 holds -128 to 127",
    ),
    (
        f"--workload good.onnx --engine {ENGINE} --depth step --operands shape.npz",
        "shape.npz: node.a has shape (3, 5); layer 'node' takes (3, 4)",
    ),
    (
        f"--workload good.onnx --engine {ENGINE} --depth count --operands name.npz",
        "name.npz: the key 'nod.a' belongs to no layer (did you mean 'node.a'?); keys are <layer>.a and <layer>.w",
    ),
    (
        f"--workload good.onnx --engine {ENGINE} --operands large.npz",
        "--operands large.npz is not read at --depth closed; allowed are count, step",
    ),
    (
        "--workload gemms.toml --engine lut:entry=symmetric --depth count --operands lowest.npz",
        "lowest.npz: first.a holds -128 at [2, 3]; symmetric int8 holds -127 to 127",
    ),
    (
        "--workload gemms.toml --engine lut:entry=int8",
        "lut: entry=int8 needs precompute=fused, not precompute=inside: the operator that makes the tables quantises "
        "them",
    ),
    (
        "--workload gemms.toml --engine unpu:entry=symmetric,a=uint8",
        "unpu: entry=symmetric leaves out the lowest value of signed integers, which a=uint8 has not",
    ),
    ("--workload gemms.toml --engine lut:w_bits=9", "mac=low-bit has weights of 1 to 8 bits, not w_bits=9"),
    (
        "--workload gemms.toml --engine lut:a=int17",
        "activations are intN or uintN of up to 16 bits, fp16, fp8e4m3 or fp8e5m2, not int17",
    ),
    (
        "--workload gemms.toml --engine lmma.m2n64k4.int8.int9.int32.int32",
        "mac=low-bit has weights of 1 to 8 bits, not w_bits=9",
    ),
    (
        "--workload unsigned.toml --engine lut",
        "unsigned: layer 'first': mac=low-bit has signed weights of 1 to 8 bits, not w=uint4",
    ),
    (
        "--workload wide.toml --engine unpu",
        "wide: layer 'first': mac=low-bit has signed weights of 1 to 8 bits, not w=int9",
    ),
    (
        "--workload other.toml --engine lut:entry=int8,precompute=fused",
        "other: layer 'first': lut:m=2,n=64,k=4,precompute=fused,entry=int8 computes with w=int2, not w=int4; give the "
        "engine w_bits=4",
    ),
    (f"--workload good.onnx --engine {ENGINE} --out-plan folder", "folder: Is a directory"),
    (f"--workload good.onnx --engine {ENGINE} --plan folder", "folder: Is a directory"),
]


@pytest.mark.parametrize(("words", "message"), QUESTIONS, ids=[words for words, _ in QUESTIONS])
def test_a_simulation_that_cannot_be(words: str, message: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(folder, f"simulate {words}", monkeypatch) == message


STUDIES = [
    (
        "study_key.toml",
        "study_key.toml: [study] has no key 'qestion' (did you mean 'question'?); its keys are name, question, "
        "workloads, depth, plan_objective",
    ),
    (
        "study_table.toml",
        "study_table.toml: the file has no key 'objective' (did you mean 'objectives'?); its keys are study, engine, "
        "machine, mapper, constraints, objectives, method",
    ),
    (
        "study_field.toml",
        "study_field.toml: [[engine]] matrix-2d has no field 'row' (did you mean 'rows'?); its fields are rows, cols, "
        "overlap, drain, a, w, acc",
    ),
    ("study_network.toml", "gems.toml: no such file"),
    ("study_syntax.toml", "study_syntax.toml: Unclosed array (at end of document)"),
    ("bytes.toml", "bytes.toml: not a text file"),
    ("folder", "folder: Is a directory"),
]


@pytest.mark.parametrize(("study", "message"), STUDIES, ids=[study for study, _ in STUDIES])
def test_a_study_that_cannot_be_run(study: str, message: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(folder, f"sweep {study} --out new", monkeypatch) == message


PLACES = [
    ("sweep good_study.toml --out file", "file/study.lock cannot be made (file: File exists)"),
    ("sweep good_study.toml --out file/out", "file/out/study.lock cannot be made (file/out: Not a directory)"),
    ("rtl emit cube:p=2 --out file", "file: File exists"),
    ("report folder", "folder: no sweep was stored here (study.sqlite is missing)"),
    ("export file --csv -", "file: no sweep was stored here (study.sqlite is missing)"),
]


@pytest.mark.parametrize(("words", "message"), PLACES, ids=[words for words, _ in PLACES])
def test_a_place_that_cannot_be_read_or_written(
    words: str, message: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal(folder, words, monkeypatch) == message


def test_answers_that_cannot_be_written(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert CliRunner().invoke(app, ["sweep", "good_study.toml", "--out", str(tmp_path)]).exit_code == 0
    assert refusal(folder, f"report {tmp_path} --html folder", monkeypatch) == "folder: Is a directory"
    assert refusal(folder, f"export {tmp_path} --csv folder", monkeypatch) == "folder: Is a directory"
