"""MobileNetV3-Large and the segmentation head L-RASPP (Howard et al., ICCV 2019), as torchvision defines them."""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.workload.vision.layers import Layers
from hwsim.workload.vision.run import Images
from hwsim.workload.vision.window import Window

LABELS = 21
"""Pascal VOC's 20 classes and the background."""
STEM = 16
LAST_EXPANSION = 6
"""Channels of the last convolution, for each one that it reads."""
INNER = 128
"""Channels inside L-RASPP."""
DIVISOR, SQUEEZE = 8, 4
"""Squeezed channels are a quarter, rounded to a multiple of 8."""


@dataclass(frozen=True, slots=True)
class Block:
    """An inverted residual: ``kernel``, ``expanded`` and ``out`` channels, squeeze-and-excitation, activation."""

    kernel: int
    expanded: int
    out: int
    excited: bool
    act: str
    stride: int = 1
    dilation: int = 1


DILATED_LARGE = (
    Block(3, 16, 16, False, "Relu"),
    Block(3, 64, 24, False, "Relu", 2),
    Block(3, 72, 24, False, "Relu"),
    Block(5, 72, 40, True, "Relu", 2),
    Block(5, 120, 40, True, "Relu"),
    Block(5, 120, 40, True, "Relu"),
    Block(3, 240, 80, False, "HardSwish", 2),
    Block(3, 200, 80, False, "HardSwish"),
    Block(3, 184, 80, False, "HardSwish"),
    Block(3, 184, 80, False, "HardSwish"),
    Block(3, 480, 112, True, "HardSwish"),
    Block(3, 672, 112, True, "HardSwish"),
    Block(5, 672, 160, True, "HardSwish", dilation=2),
    Block(5, 960, 160, True, "HardSwish", dilation=2),
    Block(5, 960, 160, True, "HardSwish", dilation=2),
)
"""MobileNetV3-Large; its last stage dilates instead of halving the sides."""
LOW = 3
"""The block whose result, an eighth of the image's sides, the head reads beside the last."""


def lraspp(layers: Layers, run: Images) -> None:
    """L-RASPP on MobileNetV3-Large."""
    image = layers.source(run.shape)
    low, high = _features(layers, image)
    x = layers.conv_norm("head.high", high, INNER, Window(1))
    gate = layers.conv("head.gate", layers.global_pool("head.pool", high), INNER, Window(1))
    x = layers.vector("head.gated", "Mul", (x, layers.vector("head.sigmoid", "Sigmoid", (gate,))))
    x = layers.resize("head.resize", x, layers.sides(low))
    logits = [layers.conv(f"head.logits{i}", y, LABELS, Window(1), bias=True) for i, y in enumerate((low, x))]
    layers.resize("out", layers.add("head.add", *logits), layers.sides(image))


def _features(layers: Layers, image: str) -> tuple[str, str]:
    """What the block LOW and the last convolution make."""
    x = low = layers.conv_norm("stem", image, STEM, Window(3, stride=2), "HardSwish")
    for index, block in enumerate(DILATED_LARGE):
        x = _inverted_residual(layers, f"block{index}", x, block)
        low = x if index == LOW else low
    return low, layers.conv_norm("last", x, LAST_EXPANSION * layers.channels(x), Window(1), "HardSwish")


def _inverted_residual(layers: Layers, name: str, x: str, block: Block) -> str:
    y = x
    if block.expanded != layers.channels(x):
        y = layers.conv_norm(f"{name}.expand", y, block.expanded, Window(1), block.act)
    window = Window(block.kernel, block.stride, block.dilation)
    y = layers.conv_norm(f"{name}.depthwise", y, block.expanded, window, block.act, groups=block.expanded)
    if block.excited:
        y = _excited(layers, f"{name}.excite", y)
    y = layers.conv_norm(f"{name}.project", y, block.out, Window(1), act="")
    return layers.add(f"{name}.add", y, x) if layers.shape(x) == layers.shape(y) else y


def _excited(layers: Layers, name: str, x: str) -> str:
    """Squeeze and excitation: a factor for each channel, from the means of all."""
    channels = layers.channels(x)
    y = layers.conv(f"{name}.squeeze", layers.global_pool(f"{name}.pool", x), _squeezed(channels), Window(1), bias=True)
    y = layers.conv(f"{name}.expand", layers.relu(f"{name}.relu", y), channels, Window(1), bias=True)
    return layers.vector(f"{name}.scale", "Mul", (x, layers.vector(f"{name}.hard_sigmoid", "HardSigmoid", (y,))))


def _squeezed(channels: int) -> int:
    """A quarter of the channels, rounded to the nearest multiple of DIVISOR that is not a tenth smaller."""
    wanted = channels // SQUEEZE
    rounded = max(DIVISOR, (wanted + DIVISOR // 2) // DIVISOR * DIVISOR)
    return rounded + DIVISOR if 10 * rounded < 9 * wanted else rounded
