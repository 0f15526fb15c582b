"""Cells found by architecture search, as tables of blocks.

A block adds the results of two operations; each reads an input of the cell or an earlier block. Index 0 is what the
cell before the previous one made, 1 what the previous cell made, 2 and up are the blocks. The operations stand in
``operations``. ``concat`` names what the cell hands on.
"""

from __future__ import annotations

from dataclasses import dataclass

Edge = tuple[str, int]
Block = tuple[Edge, Edge]
INPUTS = 2
"""Inputs of a cell; blocks are counted from here."""


@dataclass(frozen=True, slots=True)
class Cell:
    """``blocks`` in the order in which they are made, and the indices that are concatenated."""

    blocks: tuple[Block, ...]
    concat: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """A cell that keeps the sides of its inputs, and one that halves them."""

    normal: Cell
    reduction: Cell


NASNET_A = Cells(
    normal=Cell(
        (
            (("sep5", 1), ("sep3", 0)),
            (("sep5", 0), ("sep3", 0)),
            (("avg3", 1), ("id", 0)),
            (("avg3", 0), ("avg3", 0)),
            (("sep3", 1), ("id", 1)),
        ),
        (0, 2, 3, 4, 5, 6),
    ),
    reduction=Cell(
        (
            (("sep5", 1), ("sep7", 0)),
            (("max3", 1), ("sep7", 0)),
            (("avg3", 1), ("sep5", 0)),
            (("id", 3), ("avg3", 2)),
            (("sep3", 2), ("max3", 1)),
        ),
        (3, 4, 5, 6),
    ),
)
"""Zoph et al., CVPR 2018 (arXiv:1707.07012), figure 4."""

AMOEBANET_A = Cells(
    normal=Cell(
        (
            (("avg3", 1), ("max3", 1)),
            (("sep3", 0), ("id", 0)),
            (("id", 1), ("avg3", 0)),
            (("sep3", 1), ("sep5", 2)),
            (("avg3", 5), ("sep3", 1)),
        ),
        (0, 3, 4, 6),
    ),
    reduction=Cell(
        (
            (("sep3", 0), ("avg3", 1)),
            (("max3", 1), ("sep7", 2)),
            (("max3", 0), ("max3", 1)),
            (("sep3", 4), ("1x7-7x1-narrow", 1)),
            (("avg3", 0), ("sep7", 1)),
        ),
        (2, 3, 4, 5, 6),
    ),
)

AMOEBANET_D = Cells(
    normal=Cell(
        (
            (("1x1", 0), ("max3", 0)),
            (("id", 0), ("1x7-7x1-narrow", 1)),
            (("1x1", 1), ("1x7-7x1-narrow", 1)),
            (("max3", 2), ("id", 2)),
            (("avg3", 0), ("1x1", 5)),
        ),
        (1, 3, 4, 6),
    ),
    reduction=Cell(
        (
            (("max2", 1), ("max3", 1)),
            (("id", 2), ("3x3-narrow", 0)),
            (("1x7-7x1-narrow", 2), ("max3", 2)),
            (("id", 3), ("max2", 0)),
            (("avg3", 2), ("1x1", 3)),
        ),
        (4, 5, 6),
    ),
)
"""Real et al., AAAI 2019 (arXiv:1802.01548), with the concatenation of the authors' TensorFlow code (tensorflow/tpu,
models/official/amoeba_net), which GPipe (arXiv:1811.06965) measured."""

AMOEBANET_HMCOS = Cells(
    normal=Cell(
        (
            (("avg3", 0), ("max3", 0)),
            (("id", 0), ("avg3", 1)),
            (("sep5", 2), ("sep3", 1)),
            (("sep3", 2), ("id", 1)),
            (("avg3", 4), ("sep3", 0)),
        ),
        (3, 5, 6),
    ),
    reduction=Cell(
        (
            (("avg3", 0), ("sep3", 1)),
            (("max3", 1), ("max3", 0)),
            (("max3", 0), ("sep7", 2)),
            (("sep7", 0), ("avg3", 1)),
            (("sep3", 3), ("1x7-7x1", 0)),
        ),
        (4, 5, 6),
    ),
)
"""What HMCOS (Wang et al., DAC 2022) runs as AmoebaNet: close to variant A of Real et al."""

_PNASNET_BLOCKS: tuple[Block, ...] = (
    (("sep5", 0), ("max3", 0)),
    (("sep7", 1), ("max3", 1)),
    (("sep5", 1), ("sep3", 1)),
    (("sep3", 4), ("max3", 1)),
)
PNASNET_5 = Cells(
    normal=Cell((*_PNASNET_BLOCKS, (("sep3", 0), ("id", 1))), (2, 3, 4, 5, 6)),
    reduction=Cell((*_PNASNET_BLOCKS, (("sep3", 0), ("1x1", 1))), (2, 3, 4, 5, 6)),
)
"""Liu et al., ECCV 2018 (arXiv:1712.00559), figure 1: one cell for both; an identity with stride is a 1 x 1 convolution
(tensorflow/models, research/slim/nets/nasnet)."""

DARTS_V2 = Cells(
    normal=Cell(
        (
            (("sep3", 0), ("sep3", 1)),
            (("sep3", 0), ("sep3", 1)),
            (("sep3", 1), ("id", 0)),
            (("id", 0), ("dil3", 2)),
        ),
        (2, 3, 4, 5),
    ),
    reduction=Cell(
        (
            (("max3", 0), ("max3", 1)),
            (("id", 2), ("max3", 1)),
            (("max3", 0), ("id", 2)),
            (("id", 2), ("max3", 1)),
        ),
        (2, 3, 4, 5),
    ),
)
"""Liu et al., ICLR 2019 (arXiv:1806.09055), figures 4 and 5."""
