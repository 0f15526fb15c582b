"""Products of two tensors with named axes: each axis is a batch, m, n or k axis of one matrix product."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from hwsim.errors import WorkloadError
from hwsim.workload.geometry import Geometry

Axes = tuple[str, ...]
DROPPED = ""
"""stands for a stored axis of length 1 that is broadcast: the product does not see it"""


@dataclass(frozen=True, slots=True)
class Contraction(Geometry):
    """C[c] = sum over k of A[a] * B[b]; ``a``, ``b``, ``c`` name the stored axes, ``lengths`` gives their lengths.

    A batch axis may be missing from A or from B, which is then the same for all its members.
    """

    a: Axes
    b: Axes
    c: Axes
    batch: Axes
    m: Axes
    n: Axes
    k: Axes
    lengths: tuple[tuple[str, int], ...]

    def length(self, axes: Axes) -> int:
        """Elements along ``axes`` together; 1 for none."""
        lengths = dict(self.lengths)
        return prod(lengths[axis] for axis in axes)

    @property
    def sides(self) -> tuple[int, int, int, int]:
        return self.length(self.m), self.length(self.n), self.length(self.k), self.length(self.batch)

    @property
    def unique_elements(self) -> tuple[int, int, int]:
        return self.expanded_elements

    @property
    def shared(self) -> tuple[bool, bool]:
        several = tuple(axis for axis in self.batch if self.length((axis,)) > 1)
        return self._misses(several, self.a), self._misses(several, self.b)

    @staticmethod
    def _misses(several: Axes, stored: Axes) -> bool:
        return bool(several) and not set(several) & set(stored)


def matmul(a_shape: tuple[int, ...], b_shape: tuple[int, ...], fold_b: bool) -> Contraction:
    """The product of stacks of matrices, broadcast as numpy.matmul does; a vector is a row (A) or a column (B).

    ``fold_b`` (B is a weight) turns batch axes that B lacks into m axes: one tall product instead of many.
    """
    if not a_shape or not b_shape:
        raise WorkloadError(
            f"a matrix product of shapes {list(a_shape)} and {list(b_shape)} needs at least one axis each"
        )
    a_stack, a_own = _split(a_shape, ("m", "k"), keep_last=True)
    b_stack, b_own = _split(b_shape, ("k", "n"), keep_last=False)
    lengths = {**dict(a_own), **dict(b_own)}
    if dict(a_own)["k"] != dict(b_own)["k"]:
        raise WorkloadError(
            f"shapes {list(a_shape)} and {list(b_shape)} cannot be multiplied: their inner sides differ"
        )
    stack = _broadcast(a_shape, b_shape, a_stack, b_stack)
    a_axes, b_axes = _named(a_stack, stack), _named(b_stack, stack)
    folded = tuple(axis for axis in stack if fold_b and axis not in b_axes)
    m, n = (tuple(x for x in (name,) if x in lengths) for name in ("m", "n"))
    return Contraction(
        a=a_axes + tuple(name for name, _ in a_own),
        b=b_axes + tuple(name for name, _ in b_own),
        c=tuple(stack) + m + n,
        batch=tuple(axis for axis in stack if axis not in folded),
        m=folded + m,
        n=n,
        k=("k",),
        lengths=tuple((stack | lengths).items()),
    )


def transposed_matmul(a_shape: tuple[int, ...], b_shape: tuple[int, ...], a_trans: bool, b_trans: bool) -> Contraction:
    """The product of two matrices, either of which may be stored transposed."""
    if len(a_shape) != 2 or len(b_shape) != 2:
        raise WorkloadError(f"shapes {list(a_shape)} and {list(b_shape)} must both have two axes")
    a: Axes = ("k", "m") if a_trans else ("m", "k")
    b: Axes = ("n", "k") if b_trans else ("k", "n")
    lengths = dict(zip(a, a_shape, strict=True))
    for axis, length in zip(b, b_shape, strict=True):
        if lengths.setdefault(axis, length) != length:
            raise WorkloadError(f"inner sides {lengths[axis]} and {length} differ")
    return Contraction(a, b, ("m", "n"), (), ("m",), ("n",), ("k",), tuple(lengths.items()))


def _split(
    shape: tuple[int, ...], names: tuple[str, str], keep_last: bool
) -> tuple[tuple[int, ...], tuple[tuple[str, int], ...]]:
    """Stacking sides, and the matrix's (name, side) pairs; a vector keeps the one name that is summed over."""
    if len(shape) == 1:
        return (), ((names[1] if keep_last else names[0], shape[0]),)
    return shape[:-2], tuple(zip(names, shape[-2:], strict=True))


def _broadcast(
    a_shape: tuple[int, ...], b_shape: tuple[int, ...], a_stack: tuple[int, ...], b_stack: tuple[int, ...]
) -> dict[str, int]:
    """Name and length of each stacking axis of the result."""
    rank = max(len(a_stack), len(b_stack))
    stack = {}
    for index in range(rank):
        sides = {s[index - rank] for s in (a_stack, b_stack) if rank - index <= len(s)} - {1}
        if len(sides) > 1:
            raise WorkloadError(f"shapes {list(a_shape)} and {list(b_shape)} cannot be broadcast together")
        stack[f"stack{index}"] = sides.pop() if sides else 1
    return stack


def _named(stored: tuple[int, ...], stack: dict[str, int]) -> Axes:
    """Names of an operand's stacking axes; one that is broadcast is dropped."""
    names = tuple(stack)[len(stack) - len(stored) :]
    return tuple(n if stack[n] == side else DROPPED for n, side in zip(names, stored, strict=True))
