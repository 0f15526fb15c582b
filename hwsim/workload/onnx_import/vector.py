"""Operators with arithmetic but no product, and what each costs: one table.

An elementary operation is one addition, multiplication, division, comparison, rounding or evaluation of an elementary
function (exp, log, erf, tanh, sine, power, root). A cost counts those of the plainest formula at inference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from hwsim.errors import WorkloadError
from hwsim.workload.onnx_import.node import Node
from hwsim.workload.onnx_import.reading import Context, Reading, plain_operator
from hwsim.workload.operator import Kind, Operator


@dataclass(frozen=True, slots=True)
class Cost:
    """Elementary operations of a node, in ``words`` and counted."""

    words: str
    count: Callable[[Node, Context], int]


def per_output(ops: int) -> Cost:
    return Cost(f"{ops} per output element", lambda node, context: ops * context.elements(node.outputs[0]))


def per_input(ops: int) -> Cost:
    return Cost(f"{ops} per input element", lambda node, context: ops * context.elements(node.inputs[0]))


def _join(node: Node, context: Context) -> int:
    return max(len(node.inputs) - 1, 1) * context.elements(node.outputs[0])


def _window(node: Node, context: Context) -> int:
    rank = len(context.shape(node.inputs[0])) - 2
    return prod(node.integers("kernel_shape", (1,) * rank)) * context.elements(node.outputs[0])


def _neighbours(node: Node, context: Context) -> int:
    return (node.integer("size", 1) + 4) * context.elements(node.outputs[0])


JOIN = Cost("inputs - 1 per output element", _join)
WINDOW = Cost("window size per output element", _window)
NEIGHBOURS = Cost("size + 4 per output element", _neighbours)

COSTS: Mapping[str, Cost] = {
    **dict.fromkeys(("Add", "And", "BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor"), per_output(1)),
    **dict.fromkeys(("Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Mod", "Mul"), per_output(1)),
    **dict.fromkeys(("Not", "Or", "Pow", "Sub", "Where", "Xor", "PRelu", "LeakyRelu"), per_output(1)),
    **dict.fromkeys(("Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Cast", "CastLike"), per_output(1)),
    **dict.fromkeys(("Ceil", "Cos", "Cosh", "Erf", "Exp", "Floor", "IsInf", "IsNaN", "Log", "Neg"), per_output(1)),
    **dict.fromkeys(("Reciprocal", "Relu", "Round", "Sign", "Sin", "Sinh", "Sqrt", "Tan", "Tanh"), per_output(1)),
    **dict.fromkeys(("ThresholdedRelu",), per_output(1)),
    **dict.fromkeys(("BatchNormalization", "Clip", "Shrink"), per_output(2)),
    **dict.fromkeys(("Celu", "Elu", "Softplus", "Softsign"), per_output(3)),
    **dict.fromkeys(("HardSigmoid", "Selu", "Sigmoid"), per_output(4)),
    **dict.fromkeys(("Gelu", "HardSwish", "LogSoftmax", "Mish", "Softmax", "Swish"), per_output(5)),
    **dict.fromkeys(("RMSNormalization",), per_output(4)),
    **dict.fromkeys(("MeanVarianceNormalization",), per_output(5)),
    **dict.fromkeys(("GroupNormalization", "InstanceNormalization", "LayerNormalization"), per_output(7)),
    **dict.fromkeys(("Max", "Mean", "Min", "Sum"), JOIN),
    **dict.fromkeys(("AveragePool", "LpPool", "MaxPool"), WINDOW),
    **dict.fromkeys(("GlobalAveragePool", "GlobalMaxPool"), per_input(1)),
    **dict.fromkeys(("GlobalLpPool", "ReduceL2", "ReduceSumSquare", "LpNormalization"), per_input(2)),
    **dict.fromkeys(("ArgMax", "ArgMin", "CumSum", "ReduceL1", "ReduceMax", "ReduceMean"), per_input(1)),
    **dict.fromkeys(("ReduceMin", "ReduceProd", "ReduceSum"), per_input(1)),
    **dict.fromkeys(("ReduceLogSum",), per_input(1)),
    **dict.fromkeys(("ReduceLogSumExp",), per_input(4)),
    "LRN": NEIGHBOURS,
}

STEERING: Mapping[str, Sequence[int]] = {
    "Clip": (1, 2),
    "CumSum": (1,),
    **{op: (1,) for op in COSTS if op.startswith("Reduce")},
}
"""Input positions whose constants are settings, not data."""


def _reader(op: str, cost: Cost) -> Callable[[Node, Context], Operator]:
    def read(node: Node, context: Context) -> Operator:
        if node.integer("training_mode", 0):
            raise WorkloadError("training_mode is 1; only inference is supported")
        return plain_operator(node, context, Kind.VECTOR, cost.count(node, context), STEERING.get(op, ()))

    return read


READINGS = {op: Reading(Kind.VECTOR, cost.words, _reader(op, cost)) for op, cost in COSTS.items()}
