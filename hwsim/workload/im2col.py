"""A lowering as numpy runs it: a product's operands cut from the stored tensors, and its result put back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import WorkloadError
from hwsim.workload.contraction import DROPPED, Axes, Contraction
from hwsim.workload.convolution import Axis, Convolution, TransposedConvolution
from hwsim.workload.geometry import Geometry

Array = NDArray[np.generic]


@singledispatch
def operands(geometry: Geometry, a: Array, b: Array, fill: float = 0) -> tuple[Array, Array]:
    """A of shape (batch, m, k) and B of shape (batch, k, n) from the stored tensors ``a`` and ``b``.

    ``fill`` is what padding holds: 0, or the zero point of a quantised tensor.
    """
    raise WorkloadError(f"{type(geometry).__name__} has no executable lowering")


@singledispatch
def result(geometry: Geometry, c: Array) -> Array:
    """The operator's output tensor (before any bias) from the products C of shape (batch, m, n)."""
    raise WorkloadError(f"{type(geometry).__name__} has no executable lowering")


def windows(x: Array, axes: Sequence[Axis], fill: float = 0) -> Array:
    """Cut ``x`` (images, channels, *positions) into (images, *windows, channels, *kernel)."""
    for index, axis in enumerate(axes):
        where = 2 + 2 * index
        taken = np.take(x, np.clip(axis.positions(), 0, axis.side - 1), axis=where)
        inside = axis.inside().reshape(axis.windows, axis.kernel, *[1] * (taken.ndim - where - 2))
        x = np.where(inside, taken, np.asarray(fill, dtype=x.dtype))
    rank = len(axes)
    order = (0, *range(2, 2 + 2 * rank, 2), 1, *range(3, 3 + 2 * rank, 2))
    return x.transpose(order)


def overlap_add(parts: Array, axes: Sequence[Axis]) -> Array:
    """Add ``parts`` (images, *windows, channels, *kernel) up into (images, channels, *positions): col2im.

    Contributions that fall outside are dropped.
    """
    rank = len(axes)
    images, channels = parts.shape[0], parts.shape[1 + rank]
    y = np.zeros((images, channels, *(axis.side for axis in axes)), dtype=parts.dtype)
    moved = np.moveaxis(parts, 1 + rank, 1)
    for taps in product(*(range(axis.kernel) for axis in axes)):
        inside = [np.flatnonzero(axis.inside()[:, tap]) for axis, tap in zip(axes, taps, strict=True)]
        to = [axis.positions()[at, tap] for axis, at, tap in zip(axes, inside, taps, strict=True)]
        everything = (np.arange(images), np.arange(channels))
        # Within one tap no two windows meet, so plain += adds every contribution.
        y[np.ix_(*everything, *to)] += moved[(*np.ix_(*everything, *inside), *taps)]
    return y


@operands.register
def _(geometry: Convolution, a: Array, b: Array, fill: float = 0) -> tuple[Array, Array]:
    g, (m, n, k, _) = geometry.groups, geometry.sides
    cut = windows(a, geometry.axes, fill).reshape(m, g, k)
    return cut.transpose(1, 0, 2), b.reshape(g, n, k).transpose(0, 2, 1)


@result.register
def _(geometry: Convolution, c: Array) -> Array:
    images, sides = geometry.images, geometry.windows
    split = c.reshape(geometry.groups, images, prod(sides), geometry.group_out)
    return split.transpose(1, 0, 3, 2).reshape(images, geometry.out_channels, *sides)


@operands.register
def _(geometry: TransposedConvolution, a: Array, b: Array, fill: float = 0) -> tuple[Array, Array]:
    g, (m, n, k, _) = geometry.groups, geometry.sides
    rows = np.moveaxis(a, 1, -1).reshape(m, g, k)
    return rows.transpose(1, 0, 2), b.reshape(g, k, n)


@result.register
def _(geometry: TransposedConvolution, c: Array) -> Array:
    parts = c.reshape(geometry.groups, geometry.images, *geometry.windows, geometry.group_out, *geometry.kernel)
    channels_last = np.moveaxis(parts, 0, 1 + len(geometry.axes))
    shape = (geometry.images, *geometry.windows, geometry.out_channels, *geometry.kernel)
    return overlap_add(channels_last.reshape(shape), geometry.axes)


@operands.register
def _(geometry: Contraction, a: Array, b: Array, fill: float = 0) -> tuple[Array, Array]:
    m, n, k, batch = geometry.sides
    left = _arranged(geometry, a, geometry.a, (*geometry.m, *geometry.k)).reshape(batch, m, k)
    return left, _arranged(geometry, b, geometry.b, (*geometry.k, *geometry.n)).reshape(batch, k, n)


def _arranged(geometry: Contraction, x: Array, stored: Axes, inner: Axes) -> Array:
    """``x`` with axes (*batch, *inner); a batch axis that it lacks is repeated."""
    kept = x.reshape([side for axis, side in zip(stored, x.shape, strict=True) if axis != DROPPED])
    names = [axis for axis in stored if axis != DROPPED]
    wanted = (*geometry.batch, *inner)
    present = kept.transpose([names.index(axis) for axis in wanted if axis in names])
    sides = [geometry.length((axis,)) if axis in names else 1 for axis in wanted]
    return np.broadcast_to(present.reshape(sides), [geometry.length((axis,)) for axis in wanted])


@result.register
def _(geometry: Contraction, c: Array) -> Array:
    made = (*geometry.batch, *geometry.m, *geometry.n)
    split = c.reshape([geometry.length((axis,)) for axis in made])
    return split.transpose([made.index(axis) for axis in geometry.c])
