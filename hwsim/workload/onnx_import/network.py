"""What is known of every tensor of a model: its shape, its format, and the values of small constants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, TypeProto, numpy_helper
from onnx.shape_inference import InferenceError, infer_node_outputs, infer_shapes

from hwsim.errors import WorkloadError
from hwsim.formats import Format
from hwsim.workload.onnx_import.constants import SHAPE_READERS
from hwsim.workload.onnx_import.dimensions import fill, static_shape
from hwsim.workload.onnx_import.element_types import format_of
from hwsim.workload.onnx_import.model import VALUE_LIMIT, has_value
from hwsim.workload.onnx_import.node import ONNX_DOMAINS, Node

Value = NDArray[np.generic]


class Network:
    """A model whose input dimensions are all set.

    Shapes come from onnx's inference over the whole graph; where that stops (a shape computed by operators it does not
    follow), node by node with the values of constants; last from what the file itself declares.
    """

    def __init__(
        self, model: ModelProto, nodes: Sequence[Node], constants: frozenset[str], dims: Mapping[str, int]
    ) -> None:
        self.nodes = nodes
        self.outputs = tuple(value.name for value in model.graph.output)
        self.constants = constants
        self._opsets = list(model.opset_import)
        self._initializers = {tensor.name: tensor for tensor in model.graph.initializer}
        self._producers = {output: node for node in self.nodes for output in node.outputs if output}
        self._values: dict[str, Value | None] = {}
        self._declared = _take_declarations(model, dims)
        self._types = _inferred(model)
        for node in nodes:
            if any(output and self._shape(output) is None for output in node.outputs):
                self._types |= self._infer(node)

    def shape(self, name: str) -> tuple[int, ...]:
        """Raises WorkloadError if it is not known."""
        shape = self._shape(name)
        if shape is None and name in self._declared:
            shape = static_shape(self._declared[name])
        if shape is None:
            raise WorkloadError(f"the shape of {name!r} is missing: it is neither declared nor can it be inferred")
        return shape

    def elements(self, name: str) -> int:
        return prod(self.shape(name))

    def format(self, name: str) -> Format:
        """The format that the model declares for ``name``."""
        return format_of(name, self._types[name].tensor_type.elem_type if name in self._types else 0)

    def is_constant(self, name: str) -> bool:
        return name in self.constants

    def value(self, name: str) -> Value | None:
        """The value of a small constant; None if it varies, is large, not in the file, or cannot be evaluated."""
        if name not in self._values:
            self._values[name] = self._evaluated(name) if self.is_constant(name) else None
        return self._values[name]

    def _shape(self, name: str) -> tuple[int, ...] | None:
        return static_shape(self._types[name]) if name in self._types else None

    def _evaluated(self, name: str) -> Value | None:
        if name in self._initializers:
            tensor = self._initializers[name]
            return np.asarray(numpy_helper.to_array(tensor)) if has_value(tensor) else None
        node = self._producers[name]
        if node.op in SHAPE_READERS:
            return self._read_shape(node)
        shape = self._shape(name)
        inputs = {given: self.value(given) for given in node.inputs if given}
        if (shape is not None and prod(shape) > VALUE_LIMIT) or any(value is None for value in inputs.values()):
            return None
        return _run(node, {key: value for key, value in inputs.items() if value is not None}, self._opsets).get(name)

    def _read_shape(self, node: Node) -> Value | None:
        shape = self._shape(node.inputs[0])
        if shape is None:
            return None
        if node.op == "Size":
            return np.asarray(prod(shape), dtype=np.int64)
        end = node.integer("end", len(shape))
        return np.asarray(shape[node.integer("start", 0) : end], dtype=np.int64)

    def _infer(self, node: Node) -> dict[str, TypeProto]:
        """Output types of one node, from its inputs' types and constants; nothing if its inputs are not known."""
        known = {name: self._types[name] for name in node.inputs if name in self._types}
        version = max((o.version for o in self._opsets if o.domain in ONNX_DOMAINS), default=1)
        values = {name: value for name in node.inputs if name and (value := self.value(name)) is not None}
        data = {name: numpy_helper.from_array(value, name) for name, value in values.items()}
        try:
            schema = onnx.defs.get_schema(node.proto.op_type, version)
            return dict(infer_node_outputs(schema, node.proto, known, data, opset_imports=self._opsets))
        except KeyError:
            return {}
        except (InferenceError, onnx.defs.SchemaError) as error:
            raise WorkloadError(f"node {node.name!r} ({node.op}): {_first_line(error)}") from error


def _take_declarations(model: ModelProto, dims: Mapping[str, int]) -> dict[str, TypeProto]:
    """Remove what the file says of shapes made inside, so that inference starts from the inputs; return it."""
    declared = {}
    for value in (*model.graph.value_info, *model.graph.output):
        fill(value, dims)
        declared[value.name] = TypeProto.FromString(value.type.SerializeToString())
        value.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    return declared


def _inferred(model: ModelProto) -> dict[str, TypeProto]:
    try:
        graph = infer_shapes(model, data_prop=True).graph
    except InferenceError as error:
        raise WorkloadError(f"shape inference failed: {_first_line(error)}") from error
    types = {value.name: value.type for value in (*graph.input, *graph.value_info, *graph.output)}
    for tensor in graph.initializer:
        types[tensor.name] = onnx.helper.make_tensor_type_proto(tensor.data_type, list(tensor.dims))
    return types


def _run(node: Node, inputs: Mapping[str, Value], opsets: list[onnx.OperatorSetIdProto]) -> dict[str, Value]:
    """Evaluate one node; nothing if that fails. The reference evaluator is imported here, since few models need it."""
    from onnx.reference import ReferenceEvaluator

    def unshaped(name: str) -> onnx.ValueInfoProto:
        return onnx.helper.make_value_info(name, TypeProto())

    outputs = [name for name in node.outputs if name]
    graph = onnx.helper.make_graph(
        [node.proto], "constant", [unshaped(x) for x in inputs], [unshaped(x) for x in outputs]
    )
    try:
        results = ReferenceEvaluator(onnx.helper.make_model(graph, opset_imports=opsets)).run(None, dict(inputs))
    except Exception:  # it lacks old versions of operators (DequantizeLinear before 19), and says so in many ways
        return {}
    return dict(zip(outputs, (np.asarray(result) for result in results), strict=True))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
