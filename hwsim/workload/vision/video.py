"""Networks for videos with convolutions split into space and time: R(2+1)D and S3D, as torchvision defines them.

R(2+1)D: Tran et al., CVPR 2018; S3D: Xie et al., ECCV 2018 (arXiv:1712.04851).
"""

from __future__ import annotations

from hwsim.workload.vision.layers import Layers
from hwsim.workload.vision.run import Videos
from hwsim.workload.vision.window import Window

LABELS = 400
"""Kinetics-400."""

R2PLUS1D_PLANES = (64, 128, 256, 512)
R2PLUS1D_BLOCKS = 2
STEM_MIDDLE = 45
"""Channels between the stem's convolution in space and the one in time."""

S3D_STAGES = (
    ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
    (
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ),
    ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
)
"""Blocks between the pools: channels of branch 0, of branches 1 and 2 (inner, out), and of branch 3."""
S3D_POOLS = (Window((1, 3, 3), (1, 2, 2)), Window(3, 2), Window(2, 2, pad=0))
"""In front of each stage."""


def r2plus1d_18(layers: Layers, run: Videos) -> None:
    """R(2+1)D-18: a residual network of basic blocks whose 3 x 3 x 3 convolutions are split."""
    x = layers.source(run.shape)
    x = layers.conv_norm("stem.space", x, STEM_MIDDLE, Window((1, 7, 7), (1, 2, 2)))
    x = layers.conv_norm("stem.time", x, R2PLUS1D_PLANES[0], Window((3, 1, 1)))
    for stage, planes in enumerate(R2PLUS1D_PLANES):
        for block in range(R2PLUS1D_BLOCKS):
            stride = 2 if stage and block == 0 else 1
            x = _basic_block(layers, f"stage{stage}.{block}", x, planes, stride)
    layers.classifier("classifier", x, LABELS)


def _basic_block(layers: Layers, name: str, x: str, planes: int, stride: int) -> str:
    channels = layers.channels(x)
    # As many channels between space and time as give a 3 x 3 x 3 convolution's parameters (Tran et al., section 3.5).
    middle = channels * planes * 27 // (channels * 9 + 3 * planes)
    y = _split(layers, f"{name}.first", x, middle, planes, stride, act="Relu")
    y = _split(layers, f"{name}.second", y, middle, planes, 1, act="")
    if layers.shape(x) != layers.shape(y):
        x = layers.conv_norm(f"{name}.skip", x, planes, Window(1, stride), act="")
    return layers.relu(f"{name}.relu", layers.add(f"{name}.add", y, x))


def _split(layers: Layers, name: str, x: str, middle: int, channels: int, stride: int, act: str) -> str:
    """A 3 x 3 convolution in space, then one of 3 frames in time."""
    x = layers.conv_norm(f"{name}.space", x, middle, Window((1, 3, 3), (1, stride, stride)))
    return layers.conv_norm(f"{name}.time", x, channels, Window((3, 1, 1), (stride, 1, 1)), act)


def s3d(layers: Layers, run: Videos) -> None:
    """S3D: Inception blocks with convolutions split into space and time."""
    x = _separable(layers, "stem.0", layers.source(run.shape), 64, 7, 2)
    x = layers.pool("stem.pool", "MaxPool", x, S3D_POOLS[0])
    x = layers.conv_norm("stem.1", x, 64, Window(1))
    x = _separable(layers, "stem.2", x, 192, 3, 1)
    for stage, (blocks, window) in enumerate(zip(S3D_STAGES, S3D_POOLS, strict=True)):
        x = layers.pool(f"stage{stage}.pool", "MaxPool", x, window)
        for block, channels in enumerate(blocks):
            x = _inception(layers, f"stage{stage}.{block}", x, channels)
    x = layers.pool("pool", "AveragePool", x, Window((2, 7, 7), pad=0))
    x = layers.conv("logits", x, LABELS, Window(1), bias=True)
    layers.global_pool("mean", x)


def _separable(layers: Layers, name: str, x: str, channels: int, kernel: int, stride: int) -> str:
    x = layers.conv_norm(f"{name}.space", x, channels, Window((1, kernel, kernel), (1, stride, stride)))
    return layers.conv_norm(f"{name}.time", x, channels, Window((kernel, 1, 1), (stride, 1, 1)))


def _inception(layers: Layers, name: str, x: str, channels: tuple[int, ...]) -> str:
    plain, inner1, out1, inner2, out2, pooled = channels
    branches = [layers.conv_norm(f"{name}.branch0", x, plain, Window(1))]
    for branch, inner, out in ((1, inner1, out1), (2, inner2, out2)):
        y = layers.conv_norm(f"{name}.branch{branch}.inner", x, inner, Window(1))
        branches.append(_separable(layers, f"{name}.branch{branch}", y, out, 3, 1))
    y = layers.pool(f"{name}.branch3.pool", "MaxPool", x, Window(3))
    branches.append(layers.conv_norm(f"{name}.branch3", y, pooled, Window(1)))
    return layers.concat(f"{name}.concat", branches)
