"""One way in: names, fields, dimensions, files of every form, and a sentence for what is none of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import onnx
import pytest

from hwsim.errors import HwsimError, WorkloadError
from hwsim.gemm import Gemm
from hwsim.workload.library.zoo import zoo_path
from hwsim.workload.loader import load_workload
from hwsim.workload.operator import Movement

GPT2 = {"model_type": "gpt2", "n_embd": 8, "n_layer": 3, "n_head": 2, "n_positions": 64, "vocab_size": 30}
GRAPH = {"name": "g", "ops": [{"id": 0, "name": "a", "inputs": [], "out_bytes": 5}]}
CSV = "Layer,IFMAP Height,IFMAP Width,Filter Height,Filter Width,Channels,Num Filter,Strides,\nc,8,8,3,3,4,6,1,\n"
TOML = "[[gemm]]\nm = 2\nn = 3\nk = 4\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def symbolic_model(folder: Path) -> Path:
    """An ONNX file with one product of a (batch, 3) input and a (3, 4) weight."""
    x = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["batch", 3])
    y = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["batch", 4])
    w = onnx.helper.make_tensor("w", onnx.TensorProto.FLOAT, [3, 4], [0.0] * 12)
    graph = onnx.helper.make_graph([onnx.helper.make_node("MatMul", ["x", "w"], ["y"], "mm")], "net", [x], [y], [w])
    path = folder / "net.onnx"
    onnx.save(onnx.helper.make_model(graph), path)
    return path


def only_gemm(text: str | Path, dims: dict[str, int] | None = None) -> Gemm:
    ((_, product),) = load_workload(text, dims).products
    return product.gemm


def test_a_topology_file(tmp_path: Path) -> None:
    path = write(tmp_path, "net.csv", CSV)
    assert only_gemm(path) == only_gemm(str(path)) == Gemm(36, 6, 36)
    assert Movement.EXPANDED.assumption in load_workload(f"{path}:movement=expanded").assumptions


def test_a_list_of_products(tmp_path: Path) -> None:
    assert only_gemm(write(tmp_path, "net.toml", TOML)) == Gemm(2, 3, 4)


def test_a_dimension_that_is_given_twice(tmp_path: Path) -> None:
    path = symbolic_model(tmp_path)
    message = f"{path}: 'batch' is given twice, as a field and as a dimension"
    with pytest.raises(WorkloadError, match=f"^{re.escape(message)}$"):
        load_workload(f"{path}:batch=4", {"batch": 4})


@pytest.mark.parametrize(("length", "allowed"), [(0, "at least 1"), (2**31, "below 2**31")])
def test_a_dimension_out_of_range(length: int, allowed: str, tmp_path: Path) -> None:
    path = symbolic_model(tmp_path)
    message = f"{path}: the dimension 'batch' must be {allowed}, not {length}"
    with pytest.raises(WorkloadError, match=f"^{re.escape(message)}$"):
        load_workload(path, {"batch": length})


def test_a_mapping_graph(tmp_path: Path) -> None:
    workload = load_workload(write(tmp_path, "net.json", json.dumps(GRAPH)))
    assert (workload.name, workload.tensors["a.out"].bytes()) == ("g", 5)


def test_a_config_with_fields_and_dimensions(tmp_path: Path) -> None:
    path = write(tmp_path, "config.json", json.dumps(GPT2))
    workload = load_workload(f"{path}:seq=16,logits=none", {"batch": 2})
    assert workload.macs == 2 * 3 * (12 * 8 * 8 * 16 + 2 * 16 * 16 * 8)
    assert workload.name == f"{path}:seq=16,logits=none,batch=2"


def test_dimensions_of_an_onnx_graph_are_fields_too(tmp_path: Path) -> None:
    path = symbolic_model(tmp_path)
    assert only_gemm(path, {"batch": 5}).m == only_gemm(f"{path}:batch=5").m == 5


@pytest.mark.parametrize("text", ["resnet50", "ResNet50", "resnet50:movement=unique"])
def test_a_library_name_in_any_dress(text: str) -> None:
    workload = load_workload(text)
    assert (workload.name, workload.macs, len(list(workload.products))) == ("resnet50", 4_089_184_256, 54)


def test_names_of_the_zoo_are_accepted_as_the_zoo_writes_them() -> None:
    assert load_workload("bvlc_alexnet") == load_workload("alexnet")
    assert load_workload("inception_v1").macs == load_workload("googlenet").macs


def test_fields_after_a_library_name() -> None:
    workload = load_workload("llama2-70b:seq=2048,phase=decode,batch=8,layers=1,logits=none")
    h, kv, f = 8192, 1024, 28672
    assert workload.macs == 8 * (2 * h * h + 2 * h * kv + 3 * h * f + 2 * 2048 * h)


def test_a_name_and_its_path_need_no_onnx() -> None:
    code = (
        "import sys; from hwsim.workload.loader import load_workload; load_workload('gpt2-small:layers=1'); "
        "sys.exit('onnx' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


FORMS = ".onnx, .csv, .toml, .json"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "resnet5O",
            "unknown workload 'resnet5O' (did you mean 'resnet50'?); a workload is a name "
            "that 'hwsim workloads' lists, "
            f"or the path of a file that ends in {FORMS}",
        ),
        ("nets/resnet.pt", f"nets/resnet.pt: the file of a workload ends in {FORMS}"),
        ("missing.onnx", "missing.onnx: no such file"),
        ("missing.csv:movement=unique", "missing.csv: no such file"),
        ("gpt2-small:seq", "'gpt2-small:seq': 'seq' is not of the form field=value"),
        ("gpt2-small:seq=1,seq=2", "'gpt2-small:seq=1,seq=2': field 'seq' is given twice"),
        (
            "gpt2-small:sek=1",
            "gpt2-small has no field 'sek' (did you mean 'seq'?); "
            "its fields are phase, batch, seq, cache, layers, logits, a, w",
        ),
        ("gpt2-small:seq=many", "gpt2-small: seq=many is not a whole number"),
    ],
)
def test_what_is_no_workload_gets_one_sentence(text: str, message: str) -> None:
    with pytest.raises(HwsimError, match=f"^{re.escape(message)}$"):
        load_workload(text)


@pytest.mark.parametrize(
    ("name", "content", "fields", "message"),
    [
        ("n.toml", TOML, ":batch=2", "{path} is a list of products, which has no field or dimension 'batch'"),
        ("n.json", json.dumps(GRAPH), ":batch=2", "{path} is a mapping graph, which has no field or dimension 'batch'"),
        (
            "n.json",
            "[]",
            "",
            "{path}: a workload in JSON has the key 'ops' (mapping graph) or 'model_type' (config.json)",
        ),
        ("n.csv", CSV, ":batch=2", "{path} has no field 'batch'; its fields are movement"),
        ("n.csv", CSV, ":movement=some", "{path}: movement=some is not one of unique, expanded"),
        (
            "config.json",
            json.dumps(GPT2 | {"model_type": "gpt3"}),
            "",
            "{path}: model_type 'gpt3' is not known (did you mean 'gpt2'?); "
            "known are llama, mistral, qwen2, bitnet, gpt2, opt, bloom, bert, vit",
        ),
    ],
)
def test_mistakes_in_files_name_the_file(tmp_path: Path, name: str, content: str, fields: str, message: str) -> None:
    path = write(tmp_path, name, content)
    with pytest.raises(HwsimError, match=f"^{re.escape(message.format(path=path))}$"):
        load_workload(f"{path}{fields}")


def test_broken_json(tmp_path: Path) -> None:
    path = write(tmp_path, "n.json", "{")
    with pytest.raises(WorkloadError, match=f"^{re.escape(str(path))}: not a JSON file: [^\\n]+$"):
        load_workload(path)


def test_a_dimension_that_an_onnx_graph_lacks() -> None:
    message = f"{zoo_path('light_resnet50.onnx')}: there is no symbolic dimension 'batch'; the model has none"
    with pytest.raises(WorkloadError, match=f"^{re.escape(message)}$"):
        load_workload("resnet50", {"batch": 2})


def test_a_dimension_of_an_onnx_graph_that_is_no_number(tmp_path: Path) -> None:
    path = symbolic_model(tmp_path)
    with pytest.raises(HwsimError, match=f"^{re.escape(str(path))}: batch=two is not a whole number$"):
        load_workload(f"{path}:batch=two")
