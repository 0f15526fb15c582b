"""Searched cells stacked into a network for images: a stem, cells, and a classifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from hwsim.workload.nas.operations import OPERATIONS, factorised_reduction, relu_conv, squeeze
from hwsim.workload.nas.tables import (
    AMOEBANET_A,
    AMOEBANET_D,
    AMOEBANET_HMCOS,
    DARTS_V2,
    INPUTS,
    NASNET_A,
    PNASNET_5,
    Cell,
    Cells,
)
from hwsim.workload.vision.layers import Layers
from hwsim.workload.vision.run import Images
from hwsim.workload.vision.window import Window

LABELS = 1000
SECTIONS = 3
"""Runs of normal cells, with a reduction between two."""


class StackKind(Enum):
    """Whose stack the cells are put in."""

    HMCOS = "hmcos"
    """that of HMCOS (Wang et al., DAC 2022), the same for all cells"""
    PUBLISHED = "published"
    """that of the cells' authors for ImageNet"""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stem, then three sections of normal cells, with a reduction cell in front of the second and the third."""

    filters: int
    """width of the operations in the first section; each reduction after it doubles it"""
    cells: int = 4
    """normal cells in a section"""
    stem: int = 32
    """channels of the stem's 3 x 3 convolution with stride 2"""
    divisors: tuple[int, ...] = (4, 2)
    """the stem goes on with reduction cells of filters / divisor; without any it is three convolutions (DARTS)"""
    pad: int | None = 0
    """padding of the stem's convolution; None is as much as it takes to halve the sides"""
    squeezed: bool = False
    """how the first cell, which has one input, has it as its older input: squeezed as the newer one, or as it is"""
    counted: bool = False
    """a reduction in front of a section is one of the section's cells"""


def hmcos(filters: int) -> Stack:
    """HMCOS's stack, whose stem cells are twice as wide as those of the cells' authors."""
    return Stack(filters, divisors=(2, 1), pad=None, squeezed=True)


@dataclass(frozen=True, slots=True)
class CellRun(Images):
    """``cells`` is the number of normal cells in a section; 0 there and in ``filters`` is the stack's own number."""

    stack: StackKind = StackKind.HMCOS
    cells: int = 0
    filters: int = 0


@dataclass(frozen=True, slots=True)
class SearchedNetwork:
    """Cells and the stacks that they are put in."""

    cells: Cells
    stacks: Mapping[StackKind, Stack]

    def __call__(self, layers: Layers, run: CellRun) -> None:
        stack = self.stacks[run.stack]
        filters = run.filters or stack.filters
        state = _stem(layers, layers.source(run.shape), stack, filters)
        for index, (cell, width, stride) in enumerate(self._plan(stack, run.cells or stack.cells, filters)):
            state = _add_cell(layers, f"cell{index}", cell, state, width, stride, stack.squeezed)
        layers.classifier("classifier", layers.relu("final.relu", state[1]), LABELS)

    def _plan(self, stack: Stack, cells: int, filters: int) -> Iterator[tuple[Cell, int, int]]:
        """Each cell with the width of its operations and its stride."""
        for divisor in stack.divisors:
            yield self.cells.reduction, max(filters // divisor, 1), 2
        for section in range(SECTIONS):
            width = filters << section
            if section:
                yield self.cells.reduction, width, 2
            yield from [(self.cells.normal, width, 1)] * (cells - (stack.counted and section > 0))


State = tuple[str | None, str]
"""What the cell before the previous one made, if there is one, and what the previous one made."""


def _stem(layers: Layers, image: str, stack: Stack, filters: int) -> State:
    if stack.divisors:
        x = layers.conv("stem.conv", image, stack.stem, Window(3, stride=2, pad=stack.pad))
        return None, layers.norm("stem.norm", x)
    # The stem of DARTS.
    x = layers.conv_norm("stem0", image, max(filters // 2, 1), Window(3, stride=2))
    x = layers.conv_norm("stem1", x, filters, Window(3, stride=2), act="")
    return x, relu_conv(layers, "stem2", x, filters, Window(3, stride=2))


def _add_cell(layers: Layers, name: str, cell: Cell, state: State, width: int, stride: int, squeezed: bool) -> State:
    before, previous = state
    current = squeeze(layers, f"{name}.squeeze", previous, width)
    if before is None:
        before = current if squeezed else previous
    else:
        before = _calibrated(layers, f"{name}.calibrate", before, current, width)
    made = [before, current]
    for block, edges in enumerate(cell.blocks, INPUTS):
        parts = [
            OPERATIONS[op](layers, f"{name}.{block}.{side}", made[i], width, stride if i < INPUTS else 1)
            for side, (op, i) in zip(("left", "right"), edges, strict=True)
        ]
        made.append(layers.add(f"{name}.{block}", *parts))
    return previous, layers.concat(name, [made[i] for i in cell.concat])


def _calibrated(layers: Layers, name: str, before: str, current: str, width: int) -> str:
    """Bring the older input to sides and width of the newer: a factorised reduction if the sides differ, otherwise a
    1 x 1 convolution (Zoph et al., CVPR 2018)."""
    if layers.sides(before) != layers.sides(current):
        return factorised_reduction(layers, name, before, width)
    return squeeze(layers, name, before, width)


def _searched(cells: Cells, published: Stack, width: int) -> SearchedNetwork:
    return SearchedNetwork(cells, {StackKind.HMCOS: hmcos(width), StackKind.PUBLISHED: published})


NETWORKS: Mapping[str, SearchedNetwork] = {
    "nasnet-a": _searched(NASNET_A, Stack(44), 44),
    "pnasnet-5": _searched(PNASNET_5, Stack(54, cells=3, counted=True), 54),
    "amoebanet-a": _searched(AMOEBANET_A, Stack(50), 50),
    "amoebanet-d": _searched(AMOEBANET_D, Stack(208, cells=6, stem=52, divisors=(2, 1), pad=None), 50),
    "amoebanet-hmcos": _searched(AMOEBANET_HMCOS, Stack(50), 50),
    "darts": _searched(DARTS_V2, Stack(48, divisors=()), 48),
}
"""Published: the mobile networks of NASNet-A (4 @ 1056), PNASNet-5 and AmoebaNet-A, the smallest AmoebaNet-D of GPipe
(arXiv:1811.06965, table 1), and DARTS for ImageNet. HMCOS has 11, 12.5 and 12 filters before its two stem cells double
them (NASNet-A, AmoebaNet, DARTS); of PNASNet-5 it has CIFAR alone, so here it has the filters of the mobile network."""
