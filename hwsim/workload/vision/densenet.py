"""FC-DenseNet103 ("One hundred layers Tiramisu", Jegou et al., CVPRW 2017, arXiv:1611.09326, table 2)."""

from __future__ import annotations

from hwsim.workload.vision.layers import Layers
from hwsim.workload.vision.run import Images
from hwsim.workload.vision.window import Window

LABELS = 11
"""CamVid's classes."""
STEM = 48
GROWTH = 16
"""Channels that a layer adds."""
DOWN = (4, 5, 7, 10, 12)
BOTTLENECK = 15
UP = DOWN[::-1]
"""Layers of the blocks on the way down, at the bottom and on the way up."""
HALVES, UP_KERNEL = 2, 3


def fc_densenet103(layers: Layers, run: Images) -> None:
    """Down with pools, up with transposed convolutions; each block on the way up also reads its twin's channels."""
    x = layers.conv("stem", layers.source(run.shape), STEM, Window(3), bias=True)
    skips = []
    for index, depth in enumerate(DOWN):
        x = layers.concat(f"down{index}", [x, *_dense_block(layers, f"down{index}", x, depth)])
        skips.append(x)
        x = _convolved(layers, f"down{index}.transition", x, layers.channels(x), 1)
        x = layers.pool(f"down{index}.pool", "MaxPool", x, Window(HALVES, HALVES, pad=0))
    made = _dense_block(layers, "bottom", x, BOTTLENECK)
    for index, (depth, skip) in enumerate(zip(UP, reversed(skips), strict=True)):
        new = layers.concat(f"up{index}.new", made)
        risen = layers.conv_transposed(f"up{index}.transition", new, layers.channels(new), UP_KERNEL, HALVES)
        x = layers.concat(f"up{index}.skip", (risen, skip))
        made = _dense_block(layers, f"up{index}", x, depth)
    x = layers.conv("logits", layers.concat("final", [x, *made]), LABELS, Window(1), bias=True)
    layers.vector("softmax", "Softmax", (x,))


def _dense_block(layers: Layers, name: str, x: str, depth: int) -> list[str]:
    """Add ``depth`` layers, each of which reads ``x`` and what all layers before it made; return what they made."""
    made: list[str] = []
    for index in range(depth):
        seen = layers.concat(f"{name}.{index}.concat", [x, *made]) if made else x
        made.append(_convolved(layers, f"{name}.{index}", seen, GROWTH, 3))
    return made


def _convolved(layers: Layers, name: str, x: str, channels: int, kernel: int) -> str:
    x = layers.relu(f"{name}.relu", layers.norm(f"{name}.norm", x))
    return layers.conv(f"{name}.conv", x, channels, Window(kernel), bias=True)
