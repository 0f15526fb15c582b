"""The operations of searched cells, by the names that the tables use; each makes ``channels`` channels.

A convolution has its ReLU in front and its batch norm behind. A narrow one works on a quarter of the channels, between
two 1 x 1 convolutions. Separable convolutions are applied twice, and only the first has the stride.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from hwsim.workload.vision.layers import Layers
from hwsim.workload.vision.window import Window

NARROWER = 4
"""Channels around a narrow convolution, for each one in it."""
Operation = Callable[[Layers, str, str, int, int], str]
"""Layers, name, input, channels made, stride."""


def relu_conv(layers: Layers, name: str, x: str, channels: int, window: Window) -> str:
    """ReLU, convolution, batch norm."""
    x = layers.relu(f"{name}.relu", x)
    return layers.norm(f"{name}.norm", layers.conv(f"{name}.conv", x, channels, window))


def squeeze(layers: Layers, name: str, x: str, channels: int, stride: int = 1) -> str:
    """A 1 x 1 convolution, which brings the input of a cell to the width of its operations."""
    return relu_conv(layers, name, x, channels, Window(1, stride))


def factorised_reduction(layers: Layers, name: str, x: str, channels: int) -> str:
    """Halve the sides: two 1 x 1 convolutions with stride 2, the second one position further, make half the channels
    each (Zoph et al., CVPR 2018; their code pools single positions where the convolutions here have a stride)."""
    x = layers.relu(f"{name}.relu", x)
    widths = (channels // 2, channels - channels // 2)
    halves = [layers.conv(f"{name}.conv{i}", x, width, Window(1, 2, shift=i)) for i, width in enumerate(widths)]
    return layers.norm(f"{name}.norm", layers.concat(f"{name}.concat", halves))


def _identity(layers: Layers, name: str, x: str, channels: int, stride: int) -> str:
    if stride == 1 and layers.channels(x) == channels:
        return x
    return squeeze(layers, name, x, channels, stride)


def _pool(op: str, kernel: int, layers: Layers, name: str, x: str, channels: int, stride: int) -> str:
    x = layers.pool(name, op, x, Window(kernel, stride))
    if layers.channels(x) == channels:
        return x
    return layers.norm(f"{name}.norm", layers.conv(f"{name}.conv", x, channels, Window(1)))


def _separable(
    kernel: int, dilation: int, times: int, layers: Layers, name: str, x: str, channels: int, stride: int
) -> str:
    for time in range(times):
        part, window = f"{name}.{time}", Window(kernel, 1 if time else stride, dilation)
        x = layers.relu(f"{part}.relu", x)
        x = layers.conv(f"{part}.depthwise", x, layers.channels(x), window, groups=layers.channels(x))
        x = layers.norm(f"{part}.norm", layers.conv(f"{part}.pointwise", x, channels, Window(1)))
    return x


def _narrow(inner: Operation, layers: Layers, name: str, x: str, channels: int, stride: int) -> str:
    width = max(channels // NARROWER, 1)
    x = squeeze(layers, f"{name}.before", x, width)
    return squeeze(layers, f"{name}.after", inner(layers, name, x, width, stride), channels)


def _three(layers: Layers, name: str, x: str, channels: int, stride: int) -> str:
    return relu_conv(layers, name, x, channels, Window(3, stride))


def _one_by_seven_hmcos(layers: Layers, name: str, x: str, channels: int, stride: int) -> str:
    """HMCOS's form: without ReLU, and the first of the two has all of the stride."""
    x = layers.conv_norm(f"{name}.row", x, channels, Window((1, 7), stride), act="")
    return layers.conv_norm(f"{name}.column", x, channels, Window((7, 1)), act="")


def _one_by_seven(layers: Layers, name: str, x: str, channels: int, stride: int) -> str:
    x = relu_conv(layers, f"{name}.row", x, channels, Window((1, 7), (1, stride)))
    return relu_conv(layers, f"{name}.column", x, channels, Window((7, 1), (stride, 1)))


OPERATIONS: Mapping[str, Operation] = {
    "id": _identity,
    "1x1": squeeze,
    "1x7-7x1": _one_by_seven_hmcos,
    "1x7-7x1-narrow": partial(_narrow, _one_by_seven),
    "3x3-narrow": partial(_narrow, _three),
    "avg3": partial(_pool, "AveragePool", 3),
    "max2": partial(_pool, "MaxPool", 2),
    "max3": partial(_pool, "MaxPool", 3),
    "sep3": partial(_separable, 3, 1, 2),
    "sep5": partial(_separable, 5, 1, 2),
    "sep7": partial(_separable, 7, 1, 2),
    "dil3": partial(_separable, 3, 2, 1),
}
"""``dil3`` is separable with dilation 2, applied once."""
