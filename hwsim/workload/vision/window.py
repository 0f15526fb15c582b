"""A window that slides over the axes of an image or a video: kernel, stride, dilation and padding of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hwsim.workload.convolution import Axis, Ends

Sides = int | tuple[int, ...]
"""A number for each axis, or one for all."""


@dataclass(frozen=True, slots=True)
class Window:
    """``pad`` positions lie on both ends of an axis; None pads so that ceil(side / stride) windows fit, with the odd
    position in front. ``shift`` moves all windows towards the end by so many positions."""

    kernel: Sides
    stride: Sides = 1
    dilation: Sides = 1
    pad: int | None = None
    shift: int = 0

    def axes(self, sides: tuple[int, ...]) -> tuple[Axis, ...]:
        """One axis for each of ``sides``; raises WorkloadError for a kernel that does not fit."""
        rows = zip(sides, *(spread(x, len(sides)) for x in (self.kernel, self.stride, self.dilation)), strict=True)
        axes = (self._axis(*row) for row in rows)
        return tuple(replace(axis, pad=axis.pad - self.shift) for axis in axes)

    def _axis(self, side: int, kernel: int, stride: int, dilation: int) -> Axis:
        if self.pad is None:
            return Axis.same(side, kernel, stride, dilation, Ends.LOWER)
        return Axis.padded(side, kernel, stride, dilation, self.pad, self.pad)


def spread(sides: Sides, rank: int) -> tuple[int, ...]:
    """``sides`` as one number for each of ``rank`` axes."""
    return (sides,) * rank if isinstance(sides, int) else sides


def sliding(axes: Sequence[Axis]) -> Mapping[str, tuple[int, ...]]:
    """How a window slides over ``axes``, as the attributes that ONNX has for it."""
    ends = (max((a.windows - 1) * a.stride + a.span - a.side - a.pad, 0) for a in axes)
    return {
        "kernel_shape": tuple(a.kernel for a in axes),
        "strides": tuple(a.stride for a in axes),
        "dilations": tuple(a.dilation for a in axes),
        "pads": (*(a.pad for a in axes), *ends),
    }
