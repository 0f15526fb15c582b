"""Small ONNX models for tests: built from nodes, saved, run by onnxruntime or by ONNX's own reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from hwsim.workload.graph import Workload
from hwsim.workload.operator import Operator

OPSET = 21
Array = NDArray[Any]
Shape = Sequence[int | str | None]


def model(
    nodes: Sequence[NodeProto],
    inputs: Mapping[str, tuple[int, Shape | None]],
    outputs: Mapping[str, int],
    constants: Mapping[str, Array] | None = None,
    opset: int = OPSET,
) -> ModelProto:
    """``inputs``: element type and shape; ``outputs``: element type; ``constants``: initializers."""
    graph = helper.make_graph(
        list(nodes),
        "graph",
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
        [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def one_node(
    op: str,
    tensors: Mapping[str, Array],
    weights: Sequence[str] = (),
    output: int = TensorProto.FLOAT,
    **attributes: Any,
) -> ModelProto:
    """A model of the single node ``op`` over ``tensors`` in their order; ``weights`` are initializers."""
    node = helper.make_node(op, list(tensors), ["y"], name="node", **attributes)
    given = {name: x for name, x in tensors.items() if name and name not in weights}
    kinds = {name: (helper.np_dtype_to_tensor_dtype(x.dtype), x.shape) for name, x in given.items()}
    return model([node], kinds, {"y": output}, {name: tensors[name] for name in weights})


def saved(made: ModelProto, folder: Path) -> Path:
    path = folder / "model.onnx"
    onnx.save(made, path)
    return path


def run_onnxruntime(made: ModelProto, feeds: Mapping[str, Array]) -> Array:
    """The first output as onnxruntime computes it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, dict(feeds))[0])


def run_reference(made: ModelProto, feeds: Mapping[str, Array]) -> Array:
    """The first output as ONNX's reference computes it."""
    from onnx.reference import ReferenceEvaluator

    return np.asarray(ReferenceEvaluator(made).run(None, dict(feeds))[0])


def small_integers(seed: int, shape: Sequence[int], dtype: Any = np.float32, low: int = -4, high: int = 5) -> Array:
    """Whole numbers: every sum of products is exact in float32, so answers can be compared for equality."""
    return np.random.default_rng(seed).integers(low, high, size=tuple(shape)).astype(dtype)


def operators_by_name(workload: Workload) -> dict[str, Operator]:
    return {operator.name: operator for operator in workload.operators}
