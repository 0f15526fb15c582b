"""A workload of layers as the ONNX model that its operators spell: names, inputs and attributes as they stand."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper

from hwsim.workload.graph import Workload
from hwsim.workload.operator import Operator
from hwsim.workload.tensor import Role
from onnx_models import model

SIZES = 2
"""Inputs of Resize between the tensor and its new sizes."""


def onnx_of(workload: Workload) -> ModelProto:
    """The model; parameters are inputs, so that no values are needed.

    Windows that start behind the first position (negative padding, which ONNX refuses) start at it, which costs as much
    where sides are even.
    """
    given = {t.name: t.shape for t in workload.tensors.values() if t.role in (Role.INPUT, Role.PARAMETER)}
    made = {t.name: TensorProto.FLOAT for t in workload.tensors.values() if t.role is Role.OUTPUT}
    sizes = {
        f"{o.name}.sizes": np.array(workload.tensors[o.outputs[0]].shape, dtype=np.int64)
        for o in workload.operators
        if o.op == "Resize"
    }
    nodes = [_node(operator) for operator in workload.operators]
    return model(nodes, {name: (TensorProto.FLOAT, shape) for name, shape in given.items()}, made, sizes)


def _node(operator: Operator) -> NodeProto:
    inputs = list(operator.inputs)
    attributes = {key: _listed(value) for key, value in operator.attributes.items()}
    if operator.op == "BatchNormalization":
        x, gain, offset = inputs
        inputs = [x, gain, offset, offset, gain]  # a mean and a variance, which the gain and the offset have taken in
    elif operator.op == "Resize":
        inputs += [""] * SIZES + [f"{operator.name}.sizes"]
        attributes["mode"] = "linear"
    return helper.make_node(operator.op, inputs, list(operator.outputs), name=operator.name, **attributes)


def _listed(value: object) -> object:
    return [max(number, 0) for number in value] if isinstance(value, tuple) else value
