"""Operators that only move elements, or only rename them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hwsim.errors import WorkloadError
from hwsim.workload.onnx_import.node import Node
from hwsim.workload.onnx_import.reading import Context, Reading, plain_operator
from hwsim.workload.operator import Kind, Operator

VIEWS: Mapping[str, Sequence[int]] = {
    "Dropout": (1, 2),
    "Flatten": (),
    "Identity": (),
    "Reshape": (1,),
    "Squeeze": (1,),
    "Unsqueeze": (1,),
}
MOVES: Mapping[str, Sequence[int]] = {
    "Concat": (),
    "DepthToSpace": (),
    "Expand": (1,),
    "Gather": (1,),
    "GatherElements": (1,),
    "GatherND": (1,),
    "OneHot": (1, 2),
    "Pad": (1, 2, 3),
    "ReverseSequence": (1,),
    "ScatterElements": (1,),
    "ScatterND": (1,),
    "Slice": (1, 2, 3, 4),
    "SpaceToDepth": (),
    "Split": (1,),
    "Tile": (1, 2),
    "Transpose": (),
    "Trilu": (1,),
}
"""Each with the input positions whose constants are settings, not data."""

RESIZES = ("Resize", "Upsample")
TAPS_PER_AXIS = {"nearest": 0, "linear": 2, "bilinear": 2, "cubic": 4}
OPS_PER_TAP = 2
"""multiply by the tap's weight, add"""
PARTIAL_READERS = frozenset({"Gather", "GatherElements", "GatherND", "Slice", "Split"})
"""Operators that read of their data only what they hand on."""


def _read_view(node: Node, context: Context) -> Operator:
    if node.op == "Dropout":
        _check_inference(node, context)
    return plain_operator(node, context, Kind.VIEW, steering=VIEWS[node.op])


def _check_inference(node: Node, context: Context) -> None:
    switch = node.input(2)
    value = context.network.value(switch) if switch else None
    if switch and (value is None or value.any()):
        raise WorkloadError("training_mode must be constant false; only inference is supported")


def _read_move(node: Node, context: Context) -> Operator:
    read = _handed_on(node, context) if node.op in PARTIAL_READERS else {}
    return plain_operator(node, context, Kind.MOVE, steering=MOVES[node.op], elements_read=read)


def _handed_on(node: Node, context: Context) -> Mapping[str, int]:
    """Elements of its data that an operator reads which hands on only a part of them."""
    written = sum(context.elements(name) for name in context.outputs(node))
    return {node.inputs[0]: min(context.elements(node.inputs[0]), written)}


def _read_resize(node: Node, context: Context) -> Operator:
    mode = node.text("mode", "nearest")
    if mode not in TAPS_PER_AXIS:
        raise WorkloadError(f"mode is {mode!r}; allowed are {', '.join(TAPS_PER_AXIS)}")
    x, y = context.shape(node.inputs[0]), context.shape(node.outputs[0])
    scaled = sum(before != after for before, after in zip(x, y, strict=True))
    taps = TAPS_PER_AXIS[mode] ** scaled if scaled and TAPS_PER_AXIS[mode] else 0
    ops = OPS_PER_TAP * taps * context.elements(node.outputs[0])
    if ops:
        return plain_operator(node, context, Kind.VECTOR, ops, (1, 2, 3))
    return plain_operator(node, context, Kind.MOVE, steering=(1, 2, 3), elements_read=_handed_on(node, context))


def _readings(kind: Kind, ops: Mapping[str, object], read: Callable[[Node, Context], Operator]) -> dict[str, Reading]:
    return {op: Reading(kind, "0", read) for op in ops}


READINGS = {
    **_readings(Kind.VIEW, VIEWS, _read_view),
    **_readings(Kind.MOVE, MOVES, _read_move),
    **dict.fromkeys(
        RESIZES,
        Reading(Kind.VECTOR, f"{OPS_PER_TAP} per tap (2 or 4 per scaled axis); nearest only moves", _read_resize),
    ),
}
