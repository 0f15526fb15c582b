"""One way in for every workload: a library name with fields, or the path of a file of any form that is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from hwsim.errors import WorkloadError, nearest
from hwsim.spec import split_inline
from hwsim.workload.gemm_list import load_gemm_list
from hwsim.workload.graph import Workload
from hwsim.workload.library.table import WORKLOADS, find_entry
from hwsim.workload.llm.network import transformer_workload
from hwsim.workload.mapping_graph import mapping_graph
from hwsim.workload.onnx_fields import movement_of, onnx_workload
from hwsim.workload.topology_csv import load_topology_csv

__all__ = ["WORKLOADS", "load_workload"]

Fields = Mapping[str, object]


def load_workload(text: str | Path, dims: Mapping[str, int] | None = None) -> Workload:
    """Return the workload that ``text`` describes.

    ``text`` is a library name (``resnet50``, ``llama2-7b:seq=2048,phase=decode,batch=8``) or a path: ``.onnx``, a
    SCALE-Sim topology ``.csv``, a ``.toml`` list of products, or a ``.json`` that is a mapping graph or a model's
    ``config.json``. ``dims`` are more fields: symbolic dimensions of an ONNX graph, or fields of a model.
    Raises WorkloadError or SpecError, in one sentence that names the file or the workload.
    """
    name, given = _split(str(text))
    for key in given.keys() & (dims or {}).keys():
        raise WorkloadError(f"{name}: {key!r} is given twice, as a field and as a dimension")
    fields: Fields = {**given, **(dims or {})}
    if entry := find_entry(name):
        return entry.make(fields)
    read = READERS.get(Path(name).suffix.lower())
    if read is None:
        raise _unknown(name)
    path = Path(name)
    if not path.is_file():
        raise WorkloadError(f"{name}: no such file")
    return read(path, fields)


def _split(text: str) -> tuple[str, dict[str, str]]:
    """Name and fields; a colon without fields behind it belongs to a path."""
    head, _, tail = text.partition(":")
    return split_inline(text) if "=" in tail or find_entry(head) else (text, {})


def _unknown(name: str) -> WorkloadError:
    if name and (Path(name).exists() or "/" in name):
        return WorkloadError(f"{name}: the file of a workload ends in {', '.join(READERS)}")
    return WorkloadError(
        f"unknown workload {name!r}{nearest(name.lower(), WORKLOADS)}; a workload is a name that 'hwsim workloads' "
        f"lists, or the path of a file that ends in {', '.join(READERS)}"
    )


def _topology(path: Path, fields: Fields) -> Workload:
    return load_topology_csv(path, movement_of(str(path), fields))


def _gemm_list(path: Path, fields: Fields) -> Workload:
    _refuse(path, fields, "a list of products")
    return load_gemm_list(path)


def _json(path: Path, fields: Fields) -> Workload:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise WorkloadError(f"{path}: not a JSON file: {error}") from None
    keys = document if isinstance(document, dict) else {}
    if "model_type" in keys:
        return transformer_workload(str(path), document, fields)
    if "ops" not in keys:
        raise WorkloadError(
            f"{path}: a workload in JSON has the key 'ops' (mapping graph) or 'model_type' (config.json)"
        )
    _refuse(path, fields, "a mapping graph")
    return mapping_graph(document, str(path))


def _refuse(path: Path, fields: Fields, what: str) -> None:
    for key in fields:
        raise WorkloadError(f"{path} is {what}, which has no field or dimension {key!r}")


READERS: Mapping[str, Callable[[Path, Fields], Workload]] = {
    ".onnx": onnx_workload,
    ".csv": _topology,
    ".toml": _gemm_list,
    ".json": _json,
}
