"""Graphs as exporters and quantisers write them, over the versions of the operator set: their multiply-accumulates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from hwsim.workload.graph import Workload
from hwsim.workload.onnx_import import load_onnx
from onnx_models import Array, model, saved

FLOAT, INDEX = TensorProto.FLOAT, TensorProto.INT64
BATCH, TOKENS, HIDDEN, HEADS, FFN, WORDS = 3, 17, 32, 4, 64, 100


class Tracer:
    """Writes nodes in the form of one version of the operator set; settings are Constant nodes."""

    def __init__(self, opset: int) -> None:
        self.opset = opset
        self.nodes: list[NodeProto] = []
        self.weights: dict[str, Array] = {}
        self._number = count()

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        out = f"t{next(self._number)}"
        self.nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    def setting(self, value: object, kind: type = np.int64) -> str:
        return self.op("Constant", value=numpy_helper.from_array(np.array(value, kind)))

    def weight(self, *shape: int) -> str:
        name = f"w{next(self._number)}"
        self.weights[name] = np.full(shape, 0.5, np.float32)
        return name

    def axes(self, kind: str, x: str, axes: list[int], since: int, **attributes: Any) -> str:
        """A node whose axes are an input from the version ``since`` on."""
        if self.opset >= since:
            return self.op(kind, x, self.setting(axes), **attributes)
        return self.op(kind, x, axes=axes, **attributes)

    def side(self, x: str, axis: int) -> str:
        """The length of an axis as a list of one number, read at run time."""
        length = self.op("Gather", self.op("Shape", x), self.setting(axis), axis=0)
        return self.axes("Unsqueeze", length, [0], 13)


def convolutional(opset: int) -> ModelProto:
    """Padding, convolution, norm, ReLU6, pool, upsampling to a computed size, flattening by view, dense layer."""
    t = Tracer(opset)
    pads = [0, 0, 1, 1, 0, 0, 1, 1]
    padded = t.op("Pad", "x", t.setting(pads)) if opset >= 11 else t.op("Pad", "x", pads=pads)
    x = t.op("Conv", padded, t.weight(8, 3, 3, 3), t.weight(8), kernel_shape=[3, 3])
    x = t.op("BatchNormalization", x, *(t.weight(8) for _ in range(4)))
    limits = [t.setting(limit, np.float32) for limit in (0, 6)] if opset >= 11 else []
    x = t.op("Clip", x, *limits, **({} if limits else {"min": 0.0, "max": 6.0}))
    x = _upsampled(t, t.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]))
    x = t.op("Reshape", x, t.op("Concat", t.side(x, 0), t.setting([-1]), axis=0))
    x = t.op("Dropout", x)
    t.nodes.append(helper.make_node("Gemm", [x, t.weight(10, 8 * 8 * 8), t.weight(10)], ["y"], transB=1))
    return model(t.nodes, {"x": (FLOAT, ["batch", 3, 8, 8])}, {"y": FLOAT}, t.weights, opset)


def _upsampled(t: Tracer, x: str) -> str:
    """Twice the height and width."""
    if t.opset < 9:
        return t.op("Upsample", x, mode="linear", scales=[1.0, 1.0, 2.0, 2.0])
    if t.opset < 11:
        return t.op("Upsample" if t.opset == 9 else "Resize", x, t.setting([1, 1, 2, 2], np.float32), mode="linear")
    sizes = t.op("Concat", t.side(x, 0), t.setting([8, 8, 8]), axis=0)
    nothing = t.setting([], np.float32) if t.opset < 13 else ""
    return t.op("Resize", x, nothing, nothing, sizes, mode="linear")


def encoder_layer(opset: int) -> ModelProto:
    """One layer of BERT: embeddings, mask arithmetic, attention, norms and GELU in elementary operators."""
    t = Tracer(opset)
    mask = t.op("Cast", t.axes("Unsqueeze", "mask", [1, 2], 13), to=FLOAT)
    mask = t.op("Mul", t.op("Sub", t.setting(1, np.float32), mask), t.setting(-1e9, np.float32))
    positions = t.op("Slice", t.setting([range(64)]), t.setting([0]), t.side("ids", 1), t.setting([1]))
    embedded = t.op("Gather", t.weight(WORDS, HIDDEN), "ids")
    x = _norm(t, t.op("Add", embedded, t.op("Gather", t.weight(64, HIDDEN), positions)))
    x = _norm(t, t.op("Add", x, _attention(t, x, mask)))
    up = _linear(t, x, FFN)
    gelu = t.op("Mul", up, t.op("Add", t.op("Erf", up), t.setting(1, np.float32)))
    out = _norm(t, t.op("Add", x, _linear(t, gelu, HIDDEN, FFN)))
    t.nodes.append(helper.make_node("Identity", [out], ["y"]))
    sides = {"ids": (INDEX, ["batch", "tokens"]), "mask": (INDEX, ["batch", "tokens"])}
    return model(t.nodes, sides, {"y": FLOAT}, t.weights, opset)


def _linear(t: Tracer, x: str, wide: int, inner: int = HIDDEN) -> str:
    return t.op("Add", t.op("MatMul", x, t.weight(inner, wide)), t.weight(wide))


def _norm(t: Tracer, x: str) -> str:
    apart = t.op("Sub", x, t.axes("ReduceMean", x, [-1], 18))
    spread = t.axes("ReduceMean", t.op("Pow", apart, t.setting(2, np.float32)), [-1], 18)
    scaled = t.op("Div", apart, t.op("Sqrt", t.op("Add", spread, t.setting(1e-12, np.float32))))
    return t.op("Add", t.op("Mul", scaled, t.weight(HIDDEN)), t.weight(HIDDEN))


def _attention(t: Tracer, x: str, mask: str) -> str:
    def heads(order: list[int]) -> str:
        y = _linear(t, x, HIDDEN)
        sides = t.op("Concat", t.side(y, 0), t.side(y, 1), t.setting([HEADS, HIDDEN // HEADS]), axis=0)
        return t.op("Transpose", t.op("Reshape", y, sides), perm=order)

    scores = t.op("Div", t.op("MatMul", heads([0, 2, 1, 3]), heads([0, 2, 3, 1])), t.setting(2.83, np.float32))
    weights = t.op("Softmax", t.op("Add", scores, mask), axis=3)
    context = t.op("Transpose", t.op("MatMul", weights, heads([0, 2, 1, 3])), perm=[0, 2, 1, 3])
    sides = t.op("Concat", t.side(context, 0), t.side(context, 1), t.setting([HIDDEN]), axis=0)
    return _linear(t, t.op("Reshape", context, sides), HIDDEN)


CONVOLUTIONAL_MACS = BATCH * (8 * 8 * 8 * 27 + 10 * 512)
ENCODER_MACS = BATCH * TOKENS * (4 * HIDDEN**2 + 2 * TOKENS * HIDDEN + 2 * HIDDEN * FFN)


@pytest.mark.parametrize("opset", range(7, 23))
def test_a_convolutional_network_of_every_version(tmp_path: Path, opset: int) -> None:
    workload = load_onnx(saved(convolutional(opset), tmp_path), {"batch": BATCH})
    assert workload.macs == CONVOLUTIONAL_MACS
    resize = "Upsample" if opset < 10 else "Resize"
    norm = ["Pad", "Conv", "BatchNormalization", "Clip", "MaxPool", resize, "Reshape", "Dropout", "Gemm"]
    assert [operator.op for operator in workload.operators] == norm


@pytest.mark.parametrize("opset", [11, 12, 13, 14, 17, 18, 20, 21, 22])
def test_an_encoder_with_dynamic_axes(tmp_path: Path, opset: int) -> None:
    workload = load_onnx(saved(encoder_layer(opset), tmp_path), {"batch": BATCH, "tokens": TOKENS})
    assert workload.macs == ENCODER_MACS
    attention = [product.gemm for _, product in workload.products if product.gemm.batch > 1]
    assert [(gemm.m, gemm.n, gemm.k) for gemm in attention] == [(TOKENS, TOKENS, 8), (TOKENS, 8, TOKENS)]
    gathers = [operator for operator in workload.operators if operator.op == "Gather"]
    assert [next(iter(g.elements_read.values())) for g in gathers] == [BATCH * TOKENS * HIDDEN]


class Samples:
    """What the quantiser calibrates with."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self._left: Iterator[Array] = iter(rng.random((3, 2, 3, 8, 8), np.float32) - np.float32(0.5))

    def get_next(self) -> dict[str, Array] | None:
        x = next(self._left, None)
        return None if x is None else {"x": x}


def formats(workload: Workload) -> list[tuple[str, str, str, str]]:
    return [(o.op, str(p.gemm.a), str(p.gemm.w), str(p.gemm.acc)) for o, p in workload.products]


@pytest.mark.parametrize("opset", [13, 17, 21])
@pytest.mark.filterwarnings("ignore")
def test_a_network_quantised_by_onnxruntime(tmp_path: Path, opset: int) -> None:
    from onnxruntime.quantization import quantize_dynamic, quantize_static

    path, made = saved(convolutional(opset), tmp_path), tmp_path / "quantised.onnx"
    quantize_static(path, made, Samples(), per_channel=True)
    static = load_onnx(made, {"batch": BATCH})
    assert static.macs == CONVOLUTIONAL_MACS
    assert formats(static) == [("Conv", "int8", "int8", "int32"), ("Gemm", "int8", "int8", "int32")]
    quantize_dynamic(path, made)
    dynamic = load_onnx(made, {"batch": BATCH})
    assert dynamic.macs == CONVOLUTIONAL_MACS
    assert {(a, acc) for _, a, _, acc in formats(dynamic)} == {("uint8", "int32")}
    assert [op for op, *_ in formats(dynamic)] == ["ConvInteger", "MatMulInteger"]
