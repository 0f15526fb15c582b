"""RandWire (Xie et al., ICCV 2019): three cells wired by random graphs, with HMCOS's sizes (Wang et al., DAC 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hwsim.workload.vision.layers import Layers
from hwsim.workload.vision.run import Images
from hwsim.workload.vision.window import Window

LABELS = 1000
CHANNELS = (78, 156, 312)
"""Of the three cells."""
NODES, NEIGHBOURS, REWIRED = 32, 4, 0.75
"""Watts-Strogatz graph WS(4, 0.75) of 32 nodes."""
LAST = 1280


@dataclass(frozen=True, slots=True)
class RandomRun(Images):
    """``seed`` of the first cell's graph; each further cell has the next one."""

    seed: int = 0


def randwire(layers: Layers, run: RandomRun) -> None:
    """Two convolutions with stride 2, three cells that halve the sides, and a classifier."""
    x = layers.conv_norm("stem0", layers.source(run.shape), CHANNELS[0] // 2, Window(3, stride=2))
    x = layers.conv_norm("stem1", x, CHANNELS[0], Window(3, stride=2), act="")
    for index, channels in enumerate(CHANNELS):
        x = _add_cell(layers, f"cell{index}", x, channels, _wiring(run.seed + index))
    x = layers.conv_norm("last", x, LAST, Window(1), act="")
    layers.classifier("classifier", x, LABELS)


def _wiring(seed: int) -> list[list[int]]:
    """The nodes that each node reads: edges of the random graph, from the lower to the higher number."""
    import networkx as nx

    graph = nx.watts_strogatz_graph(NODES, NEIGHBOURS, REWIRED, seed=seed)
    return [sorted(other for other in graph.neighbors(node) if other < node) for node in range(NODES)]


def _add_cell(layers: Layers, name: str, x: str, channels: int, wiring: Sequence[Sequence[int]]) -> str:
    """A node without predecessors reads ``x`` with stride 2; what no node reads is averaged."""
    made: list[str] = []
    for node, reads in enumerate(wiring):
        stride = 1 if reads else 2
        inputs = [made[i] for i in reads] or [x]
        made.append(_node(layers, f"{name}.{node}", inputs, channels, stride))
    read = {i for reads in wiring for i in reads}
    return layers.mean(name, [made[node] for node in range(len(wiring)) if node not in read])


def _node(layers: Layers, name: str, inputs: Sequence[str], channels: int, stride: int) -> str:
    """A weighted sum of the inputs, ReLU, separable convolution, batch norm (Xie et al.).

    The factors of the sum are parameters: their sigmoid is taken ahead of time.
    """
    x = layers.weighted_sum(f"{name}.sum", inputs) if len(inputs) > 1 else inputs[0]
    x = layers.relu(f"{name}.relu", x)
    width = layers.channels(x)
    x = layers.conv(f"{name}.depthwise", x, width, Window(3, stride), groups=width)
    return layers.norm(f"{name}.norm", layers.conv(f"{name}.pointwise", x, channels, Window(1)))
