"""The layers that networks for images and videos are made of; each method adds an operator and names what it makes.

Activations are (images, channels, *sides), int8 in memory; a video is an image with three sides, the first is time.
Batch norms and activation functions are operators of their own, so that fusing them is a choice made later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from hwsim.errors import WorkloadError
from hwsim.workload.building import WorkloadBuilder
from hwsim.workload.contraction import transposed_matmul
from hwsim.workload.convolution import Axis, Convolution, TransposedConvolution
from hwsim.workload.geometry import Geometry
from hwsim.workload.lowering import lower
from hwsim.workload.operator import Kind, Movement, Operator
from hwsim.workload.tensor import Role
from hwsim.workload.vision.window import Window, sliding

OPS_PER_ELEMENT: Mapping[str, int] = {
    "Add": 1,
    "Mul": 1,
    "Relu": 1,
    "BatchNormalization": 2,  # times gain, plus offset
    "Sigmoid": 4,
    "HardSigmoid": 4,
    "HardSwish": 5,
    "Softmax": 5,
}
"""Elementary operations per element made, counted as those of ONNX operators are."""
OPS_PER_TAP = 2
"""Of an interpolation: multiply by the tap's weight, add."""
LINEAR_TAPS = 2
"""Positions that a linear interpolation reads along one axis."""


class Layers:
    """Adds operators to a builder; ``x`` is the name of a tensor that is there."""

    def __init__(self, builder: WorkloadBuilder, movement: Movement = Movement.UNIQUE) -> None:
        self._builder = builder
        self._movement = movement

    def shape(self, x: str) -> tuple[int, ...]:
        return self._builder[x].shape

    def channels(self, x: str) -> int:
        return self.shape(x)[1]

    def sides(self, x: str) -> tuple[int, ...]:
        return self.shape(x)[2:]

    def source(self, shape: tuple[int, ...]) -> str:
        """The images or videos that the network reads."""
        return self._builder.tensor("image", shape, None, Role.INPUT)

    def conv(self, name: str, x: str, channels: int, window: Window, groups: int = 1, bias: bool = False) -> str:
        """A convolution to ``channels`` channels, over as many axes as ``x`` has sides."""
        images, in_channels, *_ = self.shape(x)
        geometry = Convolution(images, in_channels, channels, self._axes(name, x, window), groups)
        weight = self._parameter(f"{name}.weight", (channels, geometry.group_in, *geometry.kernel))
        shape, attributes = (images, channels, *geometry.windows), {**sliding(geometry.axes), "group": groups}
        return self._product(
            name, "Conv", geometry, (x, weight), shape, self._bias(name, channels) if bias else "", attributes
        )

    def conv_transposed(self, name: str, x: str, channels: int, kernel: int, stride: int) -> str:
        """A transposed convolution with bias that makes ``stride`` positions of each; what hangs over is cut off."""
        images, in_channels, *sides = self.shape(x)
        axes = tuple(Axis(side * stride, side, kernel, stride) for side in sides)
        geometry = TransposedConvolution(images, in_channels, channels, axes)
        weight = self._parameter(f"{name}.weight", (in_channels, channels, *geometry.kernel))
        shape = (images, channels, *geometry.positions)
        bias, ops = self._bias(name, channels), geometry.overlap_additions
        return self._product(name, "ConvTranspose", geometry, (x, weight), shape, bias, sliding(axes), ops)

    def linear(self, name: str, x: str, features: int) -> str:
        """(images, features of ``x``) times a weight, plus a bias."""
        images, width = self.shape(x)
        weight = self._parameter(f"{name}.weight", (features, width))
        geometry = transposed_matmul((images, width), (features, width), a_trans=False, b_trans=True)
        bias = self._bias(name, features)
        return self._product(name, "Gemm", geometry, (x, weight), (images, features), bias, {"transB": 1})

    def norm(self, name: str, x: str) -> str:
        """A batch norm at inference: a gain and an offset for each channel."""
        vectors = [self._parameter(f"{name}.{part}", (self.channels(x),)) for part in ("gain", "offset")]
        return self.vector(name, "BatchNormalization", (x, *vectors))

    def vector(self, name: str, op: str, inputs: Sequence[str]) -> str:
        """Elementwise work: the result has the shape of the first of ``inputs``."""
        shape = self.shape(inputs[0])
        return self._vector(name, op, inputs, shape, OPS_PER_ELEMENT[op] * prod(shape))

    def relu(self, name: str, x: str) -> str:
        return self.vector(name, "Relu", (x,))

    def add(self, name: str, x: str, y: str) -> str:
        """The sum of two tensors of one shape."""
        self._one_shape(name, (x, y))
        return self.vector(name, "Add", (x, y))

    def weighted_sum(self, name: str, inputs: Sequence[str]) -> str:
        """The sum of tensors of one shape, each times a learned factor."""
        shape, factors = self._one_shape(name, inputs), self._parameter(f"{name}.weight", (len(inputs),))
        return self._vector(name, "WeightedSum", (*inputs, factors), shape, (2 * len(inputs) - 1) * prod(shape))

    def mean(self, name: str, inputs: Sequence[str]) -> str:
        """The mean of tensors of one shape."""
        shape = self._one_shape(name, inputs)
        return self._vector(name, "Mean", inputs, shape, len(inputs) * prod(shape))

    def _one_shape(self, name: str, inputs: Sequence[str]) -> tuple[int, ...]:
        self._check_same(name, "adds shapes", [self.shape(x) for x in inputs])
        return self.shape(inputs[0])

    def _check_same(self, name: str, what: str, given: Sequence[tuple[int, ...]]) -> None:
        for other in given:
            if other != given[0]:
                raise WorkloadError(f"operator {name!r} {what} {list(given[0])} and {list(other)}, which differ")

    def concat(self, name: str, inputs: Sequence[str]) -> str:
        """The channels of all ``inputs``, one after the other."""
        images, _, *sides = self.shape(inputs[0])
        self._check_same(name, "concatenates sides", [self.sides(x) for x in inputs])
        channels = sum(self.channels(x) for x in inputs)
        out = self._builder.tensor(f"{name}.out", (images, channels, *sides), None)
        self._builder.add(Operator(name, "Concat", Kind.MOVE, tuple(inputs), (out,), attributes={"axis": 1}))
        return out

    def pool(self, name: str, op: str, x: str, window: Window) -> str:
        """``op`` is MaxPool or AveragePool."""
        axes = self._axes(name, x, window)
        shape = (*self.shape(x)[:2], *(axis.windows for axis in axes))
        ops = prod(axis.kernel for axis in axes) * prod(shape)
        return self._vector(name, op, (x,), shape, ops, sliding(axes))

    def global_pool(self, name: str, x: str) -> str:
        """The mean of each channel, (images, channels, 1, ...)."""
        images, channels, *sides = self.shape(x)
        shape = (images, channels, *(1 for _ in sides))
        return self._vector(name, "GlobalAveragePool", (x,), shape, prod(self.shape(x)))

    def flatten(self, name: str, x: str) -> str:
        """All elements of an image in a row."""
        images, *rest = self.shape(x)
        out = self._builder.tensor(f"{name}.out", (images, prod(rest)), None)
        self._builder.add(Operator(name, "Flatten", Kind.VIEW, (x,), (out,)))
        return out

    def resize(self, name: str, x: str, sides: tuple[int, ...]) -> str:
        """Interpolate linearly along each axis to ``sides``; ``x`` itself if it has them."""
        scaled = sum(before != after for before, after in zip(self.sides(x), sides, strict=True))
        if not scaled:
            return x
        shape = (*self.shape(x)[:2], *sides)
        return self._vector(name, "Resize", (x,), shape, OPS_PER_TAP * LINEAR_TAPS**scaled * prod(shape))

    def conv_norm(self, name: str, x: str, channels: int, window: Window, act: str = "Relu", groups: int = 1) -> str:
        """A convolution, a batch norm and the activation function ``act`` (an empty one is none)."""
        x = self.norm(f"{name}.norm", self.conv(f"{name}.conv", x, channels, window, groups))
        return self.vector(f"{name}.{act.lower()}", act, (x,)) if act else x

    def classifier(self, name: str, x: str, labels: int) -> str:
        """The mean of each channel, and a logit for each label."""
        return self.linear(name, self.flatten(f"{name}.flat", self.global_pool(f"{name}.pool", x)), labels)

    def _parameter(self, name: str, shape: tuple[int, ...]) -> str:
        return self._builder.tensor(name, shape, None, Role.PARAMETER)

    def _axes(self, name: str, x: str, window: Window) -> tuple[Axis, ...]:
        try:
            return window.axes(self.sides(x))
        except WorkloadError as error:
            raise WorkloadError(f"operator {name!r}: {error}") from None

    def _bias(self, name: str, channels: int) -> str:
        return self._parameter(f"{name}.bias", (channels,))

    def _product(
        self,
        name: str,
        op: str,
        geometry: Geometry,
        operands: tuple[str, str],
        shape: tuple[int, ...],
        bias: str,
        attributes: Mapping[str, object],
        ops: int = 0,
    ) -> str:
        """``ops`` are elementary operations beside the product and the addition of a ``bias``, if there is one."""
        out = self._builder.tensor(f"{name}.out", shape, None)
        product = lower(geometry, *operands, out, movement=self._movement)
        inputs, ops = (operands, ops) if not bias else ((*operands, bias), ops + prod(shape))
        self._builder.add(Operator(name, op, Kind.PRODUCT, inputs, (out,), product, ops, attributes))
        return out

    def _vector(
        self,
        name: str,
        op: str,
        inputs: Sequence[str],
        shape: tuple[int, ...],
        ops: int,
        attributes: Mapping[str, object] | None = None,
    ) -> str:
        out = self._builder.tensor(f"{name}.out", shape, None)
        self._builder.add(Operator(name, op, Kind.VECTOR, tuple(inputs), (out,), None, ops, attributes or {}))
        return out
