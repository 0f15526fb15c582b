"""Residual networks of bottleneck blocks (He et al., CVPR 2016; Xie et al., CVPR 2017), as torchvision defines them.

The stride of a block is that of its 3 x 3 convolution. A dilated stage keeps its side and dilates instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.workload.vision.layers import Layers
from hwsim.workload.vision.run import Images
from hwsim.workload.vision.window import Window

BLOCKS = (3, 4, 6, 3)
"""Blocks of the four stages of a network of 50 layers."""
PLANES = (64, 128, 256, 512)
EXPANSION = 4
"""Channels that a block hands on, for each of its planes."""
BASE_WIDTH = 64
LABELS = 1000


@dataclass(frozen=True, slots=True)
class Trunk:
    """The stages: ``groups`` of the 3 x 3 convolutions, channels of a group at 64 planes, and which stages dilate."""

    groups: int = 1
    group_width: int = BASE_WIDTH
    dilated: tuple[bool, ...] = (False, False, False, False)

    def add(self, layers: Layers, x: str) -> tuple[str, ...]:
        """Add the stem and all stages; return what each stage makes."""
        x = layers.conv_norm("stem", x, PLANES[0], Window(7, stride=2))
        x = layers.pool("stem.pool", "MaxPool", x, Window(3, stride=2))
        made, dilation = [], 1
        for stage, (blocks, planes) in enumerate(zip(BLOCKS, PLANES, strict=True)):
            stride = 1 if stage == 0 or self.dilated[stage] else 2
            for block in range(blocks):
                window = Window(3, stride if block == 0 else 1, dilation)
                x = self._bottleneck(layers, f"stage{stage}.{block}", x, planes, window)
                # The first block of a dilated stage still has the dilation of the stage before it.
                dilation *= 2 if block == 0 and self.dilated[stage] else 1
            made.append(x)
        return tuple(made)

    def _bottleneck(self, layers: Layers, name: str, x: str, planes: int, window: Window) -> str:
        width, channels = planes * self.group_width // BASE_WIDTH * self.groups, planes * EXPANSION
        y = layers.conv_norm(f"{name}.reduce", x, width, Window(1))
        y = layers.conv_norm(f"{name}.spatial", y, width, window, groups=self.groups)
        y = layers.conv_norm(f"{name}.expand", y, channels, Window(1), act="")
        if layers.shape(x) != layers.shape(y):
            x = layers.conv_norm(f"{name}.skip", x, channels, Window(1, window.stride), act="")
        return layers.relu(f"{name}.relu", layers.add(f"{name}.add", y, x))


def resnext50(layers: Layers, run: Images) -> None:
    """ResNeXt-50 (32 x 4d): 32 groups of 4 channels at 64 planes."""
    *_, x = Trunk(groups=32, group_width=4).add(layers, layers.source(run.shape))
    layers.classifier("classifier", x, LABELS)
