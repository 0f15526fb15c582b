"""Model-zoo graphs that the onnx package carries, weights left out, for its own tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from hwsim.errors import MissingToolError
from hwsim.workload.graph import Workload
from hwsim.workload.library.entry import Entry
from hwsim.workload.onnx_fields import MOVEMENT, onnx_workload
from hwsim.workload.operator import Movement

FOLDER = Path("backend", "test", "data", "light")


def zoo_entry(name: str, file: str, summary: str) -> Entry:
    """The entry of the graph ``file``, called ``name``."""

    def make(fields: Mapping[str, object]) -> Workload:
        return replace(onnx_workload(zoo_path(file), fields), name=name)

    return Entry(name, summary, {MOVEMENT: Movement.UNIQUE}, make)


def zoo_path(file: str) -> Path:
    """Where the onnx package keeps ``file``; found without importing the package."""
    spec = find_spec("onnx")
    if spec is None or not spec.submodule_search_locations:
        raise MissingToolError("the package onnx is not installed; pip install onnx brings it and its model-zoo graphs")
    path = Path(spec.submodule_search_locations[0]) / FOLDER / file
    if not path.is_file():
        raise MissingToolError(f"this version of the package onnx has no {file}; versions from 1.16 on carry it")
    return path
