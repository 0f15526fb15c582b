"""The geometry of convolutions, one axis at a time: which input position each tap of each window reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import prod

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import WorkloadError
from hwsim.workload.geometry import Geometry


class Ends(Enum):
    """On which end of an axis the odd padding element lies when an operator asks for "the same size"."""

    UPPER = "upper"
    LOWER = "lower"

    def begin(self, total: int) -> int:
        """Elements at the beginning, out of ``total``."""
        return total // 2 if self is Ends.UPPER else total - total // 2


@dataclass(frozen=True, slots=True)
class Axis:
    """One spatial axis: tap t of window o reads position ``o * stride + t * dilation - pad`` of ``side`` positions.

    Positions outside [0, side) are padding. ``windows`` is the side of the output.
    """

    side: int
    windows: int
    kernel: int
    stride: int = 1
    dilation: int = 1
    pad: int = 0

    def __post_init__(self) -> None:
        for name in ("side", "kernel", "stride", "dilation"):
            if getattr(self, name) < 1:
                raise WorkloadError(f"the {name} of a convolution's axis must be at least 1, not {getattr(self, name)}")
        if self.windows < 1:
            raise WorkloadError(
                f"a kernel that spans {self.span} positions does not fit an axis of {self.side} positions and padding"
            )

    @classmethod
    def padded(cls, side: int, kernel: int, stride: int, dilation: int, begin: int, end: int) -> Axis:
        """An axis with ``begin`` and ``end`` positions of padding; windows that fit, rounded down."""
        span = (kernel - 1) * dilation + 1
        return cls(side, (side + begin + end - span) // stride + 1, kernel, stride, dilation, begin)

    @classmethod
    def same(cls, side: int, kernel: int, stride: int, dilation: int, ends: Ends) -> Axis:
        """An axis padded so that there are ceil(side / stride) windows."""
        windows = -(-side // stride)
        total = (windows - 1) * stride + (kernel - 1) * dilation + 1 - side
        return cls(side, windows, kernel, stride, dilation, ends.begin(max(total, 0)))

    @property
    def span(self) -> int:
        """Positions from the first tap of a window to its last, both included."""
        return (self.kernel - 1) * self.dilation + 1

    def positions(self) -> NDArray[np.int64]:
        """Input position of each (window, tap); outside [0, side) where it is padding."""
        return np.add.outer(np.arange(self.windows) * self.stride, np.arange(self.kernel) * self.dilation) - self.pad

    def inside(self) -> NDArray[np.bool_]:
        """Which (window, tap) pairs read a real position."""
        positions = self.positions()
        return np.asarray((positions >= 0) & (positions < self.side))

    @property
    def touched(self) -> int:
        """Real positions that at least one window reads."""
        seen = np.zeros(self.side, dtype=bool)
        seen[self.positions()[self.inside()]] = True
        return int(np.count_nonzero(seen))

    @property
    def pairs(self) -> int:
        """(window, tap) pairs that read a real position."""
        return int(np.count_nonzero(self.inside()))


@dataclass(frozen=True, slots=True)
class _Grouped(Geometry):
    """Sizes that a convolution and its transpose share; ``axes`` map the larger side of the sliding to the smaller."""

    images: int
    in_channels: int
    out_channels: int
    axes: tuple[Axis, ...]
    groups: int = 1

    def __post_init__(self) -> None:
        for name in ("images", "in_channels", "out_channels", "groups"):
            if getattr(self, name) < 1:
                raise WorkloadError(f"{name} of a convolution must be at least 1, not {getattr(self, name)}")
        for name in ("in_channels", "out_channels"):
            if getattr(self, name) % self.groups:
                raise WorkloadError(f"{getattr(self, name)} {name} do not divide into {self.groups} groups")
        if not all(axis.touched for axis in self.axes):
            raise WorkloadError("no window of the convolution touches its tensor: all of them lie in the padding")

    @property
    def windows(self) -> tuple[int, ...]:
        return tuple(axis.windows for axis in self.axes)

    @property
    def positions(self) -> tuple[int, ...]:
        return tuple(axis.side for axis in self.axes)

    @property
    def kernel(self) -> tuple[int, ...]:
        return tuple(axis.kernel for axis in self.axes)

    @property
    def group_in(self) -> int:
        """Input channels of one group."""
        return self.in_channels // self.groups

    @property
    def group_out(self) -> int:
        """Output channels of one group."""
        return self.out_channels // self.groups

    @property
    def touched(self) -> int:
        """Positions of one channel that some window touches: a product set, since axes slide independently."""
        return prod(axis.touched for axis in self.axes)


@dataclass(frozen=True, slots=True)
class Convolution(_Grouped):
    """X(images, in_channels, *positions) with W(out_channels, in_channels / groups, *kernel).

    im2col: m = images * windows, n = out_channels / groups, k = in_channels / groups * taps, batch = groups
    (Chellapilla, Puri, Simard: "High performance convolutional neural networks for document processing", 2006).
    """

    @property
    def sides(self) -> tuple[int, int, int, int]:
        return self.images * prod(self.windows), self.group_out, self.group_in * prod(self.kernel), self.groups

    @property
    def unique_elements(self) -> tuple[int, int, int]:
        _, b, c = self.expanded_elements
        return self.images * self.group_in * self.touched, b, c


@dataclass(frozen=True, slots=True)
class TransposedConvolution(_Grouped):
    """X(images, in_channels, *windows) with W(in_channels, out_channels / groups, *kernel): a convolution's adjoint.

    ``axes`` are those of that convolution: the input of the transpose has ``windows``, its output ``positions``.
    One product and a col2im: m = images * windows, n = out_channels / groups * taps, k = in_channels / groups,
    batch = groups; the n columns of C are then added where the windows overlap (Dumoulin, Visin: "A guide to
    convolution arithmetic for deep learning", arXiv:1603.07285, chapter 4).
    """

    @property
    def sides(self) -> tuple[int, int, int, int]:
        return self.images * prod(self.windows), self.group_out * prod(self.kernel), self.group_in, self.groups

    @property
    def unique_elements(self) -> tuple[int, int, int]:
        a, b, _ = self.expanded_elements
        return a, b, self.images * self.group_out * self.touched

    @property
    def overlap_additions(self) -> int:
        """Additions of the col2im, all groups: contributions inside the output, less one per element touched."""
        pairs = prod(axis.pairs for axis in self.axes)
        return self.images * self.out_channels * (pairs - self.touched)
