"""Segmentation on a dilated ResNet-50: FCN (Long et al., CVPR 2015) and DeepLabV3 (Chen et al., arXiv:1706.05587).

Heads, rates and channels are torchvision's; logits are interpolated to the image's sides.
"""

from __future__ import annotations

from collections.abc import Callable

from hwsim.workload.vision.layers import Layers
from hwsim.workload.vision.resnet import Trunk
from hwsim.workload.vision.run import Segmented
from hwsim.workload.vision.window import Window

LABELS = 21
"""Pascal VOC's 20 classes and the background."""
DILATED = Trunk(dilated=(False, False, True, True))
"""The last two stages keep an eighth of the image's sides."""
RATES = (12, 24, 36)
"""Dilations of DeepLabV3's pyramid at an eighth of the sides."""
PYRAMID = 256
Head = Callable[[Layers, str, str], str]


def fcn(layers: Layers, run: Segmented) -> None:
    """FCN-ResNet50."""
    _segment(layers, run, _fcn_head)


def deeplab(layers: Layers, run: Segmented) -> None:
    """DeepLabV3-ResNet50."""
    _segment(layers, run, _deeplab_head)


def _segment(layers: Layers, run: Segmented, head: Head) -> None:
    image = layers.source(run.shape)
    *_, early, last = DILATED.add(layers, image)
    layers.resize("out", head(layers, "head", last), layers.sides(image))
    if run.aux:
        layers.resize("aux", _fcn_head(layers, "aux_head", early), layers.sides(image))


def _fcn_head(layers: Layers, name: str, x: str) -> str:
    y = layers.conv_norm(f"{name}.inner", x, layers.channels(x) // 4, Window(3))
    return layers.conv(f"{name}.logits", y, LABELS, Window(1), bias=True)


def _deeplab_head(layers: Layers, name: str, x: str) -> str:
    y = layers.conv_norm(f"{name}.project", _pyramid(layers, f"{name}.pyramid", x), PYRAMID, Window(1))
    y = layers.conv_norm(f"{name}.inner", y, PYRAMID, Window(3))
    return layers.conv(f"{name}.logits", y, LABELS, Window(1), bias=True)


def _pyramid(layers: Layers, name: str, x: str) -> str:
    """Atrous spatial pyramid pooling: one branch without and three with dilation, and the mean of the image."""
    windows = (Window(1), *(Window(3, dilation=rate) for rate in RATES))
    branches = [layers.conv_norm(f"{name}.{i}", x, PYRAMID, window) for i, window in enumerate(windows)]
    mean = layers.conv_norm(f"{name}.mean", layers.global_pool(f"{name}.pool", x), PYRAMID, Window(1))
    branches.append(layers.resize(f"{name}.spread", mean, layers.sides(x)))
    return layers.concat(f"{name}.concat", branches)
