"""The library: every entry is read, its files are all listed, its counts are the published ones."""

from __future__ import annotations

from importlib.resources import files

import pytest

from hwsim.errors import MissingToolError
from hwsim.workload.library.models import model_file
from hwsim.workload.library.table import ALIASES, WORKLOADS, find_entry
from hwsim.workload.library.zoo import zoo_path
from hwsim.workload.llm.families import transformer
from hwsim.workload.tensor import Role

CONFIGS = sorted(
    path.name.removesuffix(".toml")
    for path in files("hwsim.workload.library.configs").iterdir()
    if path.name.endswith(".toml")
)
BUILT = [entry.name for entry in WORKLOADS.values() if entry.name not in CONFIGS and len(entry.defaults) > 1]
GRAPHS = [name for name in WORKLOADS if name not in CONFIGS and name not in BUILT]


def test_every_configuration_is_listed_once() -> None:
    assert sorted(set(WORKLOADS) - set(GRAPHS) - set(BUILT)) == CONFIGS
    assert (len(GRAPHS), len(BUILT)) == (9, 15)
    assert set(ALIASES.values()) <= set(WORKLOADS)
    assert not set(ALIASES) & set(WORKLOADS)


@pytest.mark.parametrize("name", CONFIGS)
def test_parameters_are_the_published_ones(name: str) -> None:
    told = model_file(name)
    counted, published = transformer(name, told["config"]).parameters, told["parameters"]
    assert abs(counted - published) <= max(0.01 * published, told.get("rounded_to", 0) / 2)
    assert told["source"]
    assert told["counted_by"]


@pytest.mark.parametrize("name", list(WORKLOADS))
def test_every_entry_is_a_whole_network(name: str) -> None:
    entry = WORKLOADS[name]
    workload = entry.make({"layers": 2} if "layers" in entry.defaults else {})
    assert workload.macs > 0
    assert workload.assumptions
    assert entry.summary
    assert all(f"{field}=" in entry.fields for field in entry.defaults)
    outputs = [tensor for tensor in workload.tensors.values() if tensor.role is Role.OUTPUT]
    assert outputs
    assert all(workload.consumers[t.name] for t in workload.tensors.values() if t.role is Role.ACTIVATION)


@pytest.mark.parametrize(
    ("name", "giga_macs", "products"),
    [
        ("resnet50", 4.089, 54),
        ("alexnet", 0.655, 8),
        ("vgg19", 19.632, 19),
        ("inception-v1", 1.432, 58),
        ("densenet121", 2.834, 121),
    ],
)
def test_graphs_of_the_zoo_have_their_known_counts(name: str, giga_macs: float, products: int) -> None:
    workload = WORKLOADS[name].make({})
    assert (round(workload.macs / 1e9, 3), len(list(workload.products))) == (giga_macs, products)


def test_fields_in_words() -> None:
    assert WORKLOADS["vit-b-16"].fields == ("batch=1, layers=0, logits=last (last or all or none), a=engine, w=engine")
    assert WORKLOADS["resnet50"].fields == "movement=unique (unique or expanded)"


def test_names_are_found_whatever_their_case_and_dashes() -> None:
    assert find_entry("ViT_B_16") is WORKLOADS["vit-b-16"]
    assert find_entry("bvlc_alexnet") is WORKLOADS["alexnet"]
    assert find_entry("nothing") is None


def test_a_graph_that_this_onnx_lacks() -> None:
    message = "^this version of the package onnx has no light_none.onnx; versions from 1.16 on carry it$"
    with pytest.raises(MissingToolError, match=message):
        zoo_path("light_none.onnx")
