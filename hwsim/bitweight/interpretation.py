"""The meaning of a nest: its loops in time run one after the other, its loops in space all at once, bit by bit.

One register is one entry of a dictionary, and it is overwritten as the loops overwrite it: a sum that was revisited too
early would come out wrong here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product as combinations

import numpy as np
from numpy.typing import NDArray

from hwsim.bitweight.draft import Placed
from hwsim.bitweight.loops import Dim
from hwsim.bitweight.nest import Nest
from hwsim.bitweight.primitive import Moment, Role
from hwsim.bitweight.product import Product
from hwsim.bitweight.widths import built_bits
from hwsim.bitweight.words import Row, Rows, wrap
from hwsim.errors import SpecError
from hwsim.formats import IntFormat

Matrix = NDArray[np.int64]
Encode = Callable[[NDArray[np.integer], IntFormat], NDArray[np.int8]]
Where = Mapping[str, Row]  # the index of every loop, broadcast over one axis per spatial loop


def interpret(nest: Nest, a: NDArray[np.integer], b: NDArray[np.integer], encode: Encode | None = None) -> Matrix:
    """Return what the nest's hardware leaves in C (m, n) for integer operands a (m, k) and b (k, n), as int64.

    Operands smaller than the nest are padded with zeros, and the result is cut to their sides. ``encode`` makes digits
    (..., digits) of values, least significant first; by default the encoding of the nest's product does.
    Raises SpecError for operands that are larger than the nest or outside their formats, and for other digits.
    """
    product = nest.product
    check_operands(product, a, b)
    digits = digits_of(nest, a, product.encoding.encode if encode is None else encode)
    machine = _Machine(nest, digits, _padded(b, _cover(nest, Dim.K), _cover(nest, Dim.N)))
    for instant in _instants(nest):
        machine.step(instant)
    return machine.c[: a.shape[0], : b.shape[1]]


def check_operands(product: Product, a: NDArray[np.integer], b: NDArray[np.integer]) -> None:
    """Raise SpecError unless a (m, k) and b (k, n) fit the sides and the formats of ``product``."""
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
        raise SpecError(f"a (m, k) and b (k, n) do not multiply: their shapes are {a.shape} and {b.shape}")
    given = {"m": a.shape[0], "n": b.shape[1], "k": a.shape[1]}
    for name, size in given.items():
        if size > getattr(product, name):
            raise SpecError(f"the operands have {name}={size}, and the nest is for {name}={getattr(product, name)}")
    product.a.check(a, "a")
    product.b.check(b, "b")


def digits_of(nest: Nest, a: NDArray[np.integer], encode: Encode) -> NDArray[np.int64]:
    """Digits of ``a`` padded to all that the loops reach, shape (m, k, bw)."""
    product = nest.product
    padded = _padded(a, _cover(nest, Dim.M), _cover(nest, Dim.K))
    digits = np.asarray(encode(padded, product.a), dtype=np.int64)
    if digits.shape != (*padded.shape, product.digits):
        raise SpecError(f"the digits of a have the shape {digits.shape}, and need {(*padded.shape, product.digits)}")
    ranges = np.array(product.encoding.digit_ranges(product.a))
    if (digits < ranges[:, 0]).any() or (digits > ranges[:, 1]).any():
        raise SpecError(f"a digit of a is none that {product.encoding} has at its place")
    return np.pad(digits, ((0, 0), (0, 0), (0, _cover(nest, Dim.BW) - product.digits)))


def _padded(values: NDArray[np.integer], rows: int, cols: int) -> NDArray[np.int64]:
    return np.pad(values.astype(np.int64), ((0, rows - values.shape[0]), (0, cols - values.shape[1])))


def _cover(nest: Nest, dim: Dim) -> int:
    return nest.extent(nest.covering(dim))


def _instants(nest: Nest) -> Iterator[dict[str, int]]:
    """The indices of all loops in time, in the order in which they run; a stream runs to the end of its group."""
    loops = [loop for loop in nest.loops if loop.in_time]
    for indices in combinations(*(range(loop.extent) for loop in loops)):
        yield {loop.name: index for loop, index in zip(loops, indices, strict=True)}


@dataclass
class _Machine:
    """Registers of one nest; a step is one cycle of all its copies."""

    nest: Nest
    digits: NDArray[np.int64]
    b: Matrix
    held: dict[int, tuple[Row, ...]] = field(default_factory=dict)
    sums: dict[tuple[int, ...], Rows] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.c = np.zeros((_cover(self.nest, Dim.M), _cover(self.nest, Dim.N)), np.int64)
        self.widths = built_bits(self.nest)
        spatial = [loop for loop in self.nest.loops if not loop.in_time]
        self.axes = {loop.name: axis for axis, loop in enumerate(spatial)}
        self.space = {
            loop.name: np.arange(loop.extent).reshape([-1 if other is loop else 1 for other in spatial])
            for loop in spatial
        }

    def step(self, instant: Mapping[str, int]) -> None:
        """Run the body at one instant, as far as sums are complete."""
        one = (1,) * len(self.axes)
        where: dict[str, Row] = self.space | {name: np.full(one, index) for name, index in instant.items()}
        rows: Rows = ()
        for i, placed in enumerate(self.nest.body):
            match placed.role:
                case Role.ENCODE | Role.SPARSE:
                    if self._starts_anew(placed, instant):
                        self.held[i] = self._make(placed, where, i)
                    if placed.role is Role.SPARSE:
                        self._follow_stream(placed, where, self.held[i])
                    else:
                        where["digit"] = self.held[i][0]
                case Role.MAP:
                    rows = (wrap(where["digit"] * self._b(where), self.widths[i]),)
                case Role.POINTWISE | Role.REDUCTION:
                    complete = self._chain(i, placed, rows, where, instant)
                    if complete is None:
                        return
                    rows = complete
        self.c[self._index(Dim.M, where), self._index(Dim.N, where)] = rows[0]

    def _starts_anew(self, placed: Placed, instant: Mapping[str, int]) -> bool:
        """Whether what stands outside of some loops in time executes now, at their start."""
        return all(index == 0 for name, index in instant.items() if name not in placed.within)

    def _make(self, placed: Placed, where: Mapping[str, Row], i: int) -> tuple[Row, ...]:
        """encode: the digits; sparse: those of a group with the non-zero ones in front, and where each comes from."""
        if placed.role is Role.ENCODE:
            return (self.digits[tuple(self._index(dim, where) for dim in (Dim.M, Dim.K, Dim.BW))],)
        axis, digits = self.axes[next(iter(placed.over))], where["digit"]
        order = np.argsort(digits == 0, axis=axis, stable=True)
        return np.take_along_axis(digits, order, axis), order

    def _follow_stream(self, placed: Placed, where: dict[str, Row], held: tuple[Row, ...]) -> None:
        """Put the digit that the stream has reached, and its place in the group, where map reads them."""
        (group,) = placed.over
        reached = [where[self.nest.streams[group].name].item()]
        where["digit"], where[group] = (np.take(row, reached, self.axes[group]) for row in held)

    def _index(self, dim: Dim, where: Mapping[str, Row]) -> Row:
        return sum((where[loop.name] * loop.stride for loop in self.nest.covering(dim)), np.array(0))

    def _b(self, where: Mapping[str, Row]) -> Row:
        return self.b[self._index(Dim.K, where), self._index(Dim.N, where)]

    def _chain(
        self, i: int, placed: Placed, rows: Rows, where: Mapping[str, Row], instant: Mapping[str, int]
    ) -> Rows | None:
        """What one primitive after map hands on, or None while its sum is not complete."""
        moment = Moment(self.nest.product, self.widths[i], self._index(Dim.BW, where))
        if placed.role is Role.POINTWISE:
            return placed.primitive.execute(rows, moment)
        consumed = [loop for loop in self.nest.named(placed.over) if loop.in_time]
        key = (i, *(instant[loop.name] for loop in self.nest.named(placed.bank) if loop.in_time))
        terms = self._unrolled(rows, placed)
        if any(instant[loop.name] for loop in consumed):
            terms += self.sums[key]
        self.sums[key] = placed.primitive.execute(terms, moment)
        return self.sums[key] if all(instant[loop.name] == loop.extent - 1 for loop in consumed) else None

    def _unrolled(self, rows: Rows, placed: Placed) -> Rows:
        """The rows of all spatial iterations that a reduction consumes, side by side."""
        for name in placed.over & self.axes.keys():
            axis = self.axes[name]
            rows = tuple(part for row in rows for part in np.split(row, row.shape[axis], axis))
        return rows
