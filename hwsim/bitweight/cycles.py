"""How long one tile takes: loops in time, a stream as long as its digits, copies that wait for the slowest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.bitweight.draft import Placed
from hwsim.bitweight.interpretation import Encode, check_operands, digits_of
from hwsim.bitweight.loops import Dim, Loop
from hwsim.bitweight.nest import Nest
from hwsim.bitweight.primitive import Role
from hwsim.errors import SpecError


@dataclass(frozen=True, slots=True)
class CycleRange:
    """Cycles of one tile, without fill and drain: they depend on the digits if there is a stream."""

    shortest: int
    longest: int

    def __str__(self) -> str:
        return str(self.shortest) if self.shortest == self.longest else f"{self.shortest} to {self.longest}, by data"


def cycle_range(nest: Nest) -> CycleRange:
    """Cycles of a tile if every group has at most one digit other than zero, and if no digit is zero."""
    loops = [loop for loop in nest.loops if loop.in_time]
    return CycleRange(nest.extent(x for x in loops if x.group is None), nest.extent(loops))


def count_cycles(nest: Nest, a: NDArray[np.integer], empty_group_cycles: int = 1, encode: Encode | None = None) -> int:
    """Cycles of a tile for the operand ``a`` (m, k): max(empty_group_cycles, digits other than zero) per group.

    Raises SpecError for an operand that does not fit the nest, or a cost of an empty group that is not 0 or 1.
    """
    if empty_group_cycles not in (0, 1):
        raise SpecError(f"an all-zero group costs 0 or 1 cycles, not {empty_group_cycles}")
    product = nest.product
    if a.shape != (product.m, product.k):
        raise SpecError(f"a has the shape {a.shape}, and the nest is for {(product.m, product.k)}")
    check_operands(product, a, np.zeros((product.k, 1), np.int64))
    sparse = nest.only(Role.SPARSE)
    if sparse is None:
        return cycle_range(nest).shortest
    axes = [loop for loop in nest.named(sparse.within | sparse.over) if loop.dim is not Dim.N]
    digits = _by_loop(nest, digits_of(nest, a, encode or nest.product.encoding.encode), axes)
    group = next(axis for axis, loop in enumerate(axes) if loop.name in sparse.over)
    cycles = np.maximum(np.count_nonzero(digits, axis=group), empty_group_cycles)
    again = nest.extent(loop for loop in nest.loops if _runs_again(loop, sparse))
    return again * _awaited(nest, cycles, [loop for loop in axes if loop.name not in sparse.over])


def _runs_again(loop: Loop, sparse: Placed) -> bool:
    """Whether a stream is run through once per iteration of ``loop``, with which it does not vary."""
    return loop.in_time and loop.group is None and (loop.dim is Dim.N or loop.name not in sparse.within)


def _by_loop(nest: Nest, digits: NDArray[np.int64], axes: list[Loop]) -> NDArray[np.int64]:
    """The digits with one axis per loop."""
    indices = []
    for dim in (Dim.M, Dim.K, Dim.BW):
        reached = np.zeros((1,) * len(axes), np.int64)
        for loop in nest.covering(dim):
            steps = np.arange(loop.extent) * loop.stride
            reached = reached + steps.reshape([-1 if other is loop else 1 for other in axes])
        indices.append(reached)
    found: NDArray[np.int64] = digits[tuple(indices)]
    return found


def _awaited(nest: Nest, cycles: NDArray[np.int64], axes: list[Loop]) -> int:
    """Add up what runs one after the other, and take the slowest of what meets at a barrier, the inmost first."""
    for sync in sorted(nest.syncs, key=lambda placed: -sum(x.in_time for x in nest.named(placed.within))):
        summed = [loop for loop in axes if loop.in_time and loop.name not in sync.within]
        cycles = cycles.sum(axis=_places(axes, summed))
        axes = [loop for loop in axes if loop not in summed]
        joined = [loop for loop in axes if loop.name in sync.over]
        cycles = cycles.max(axis=_places(axes, joined), initial=0)
        axes = [loop for loop in axes if loop not in joined]
    return int(cycles.sum())


def _places(axes: list[Loop], chosen: list[Loop]) -> tuple[int, ...]:
    return tuple(axes.index(loop) for loop in chosen)
