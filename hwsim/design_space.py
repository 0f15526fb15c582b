"""Closed forms over designs and products at once: what a walk through a large space asks of the engines alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import COUNTABLE, Array
from hwsim.arrays.scheduled import ScheduledArray
from hwsim.engine import Engine
from hwsim.errors import SpecError
from hwsim.gemm import Shapes
from hwsim.macs.base import Mac

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Family:
    """Engines that differ in sides of their array alone: ``sides`` are columns, one element for each design.

    Sides are fields that the array's closed form takes as arrays (`hwsim.arrays.base.Array.elementwise`); ``engine``
    says all the rest.
    """

    engine: Engine
    sides: Mapping[str, Counts]

    def __post_init__(self) -> None:
        array = self.engine.array
        for name, column in self.sides.items():
            if name not in array.elementwise:
                allowed = ", ".join(array.elementwise) or "nothing"
                raise SpecError(f"designs of {array.name} may differ in {allowed}, not in {name}")
            if column.ndim != 1 or len(column) != len(self) or column.dtype.kind not in "iu" or (column < 1).any():
                raise SpecError(f"{name} of a family is a column of {len(self)} whole numbers of at least 1")

    def __len__(self) -> int:
        return max((len(column) for column in self.sides.values()), default=1)

    def cycles(self, shapes: Shapes) -> Counts:
        """Expected cycles of every design on every product, shape (designs, products).

        Raises SpecError for a sum that the accumulators do not hold, and for counts that do not fit an int64.
        """
        self.engine.check(shapes)
        flat = Shapes.of(*(np.ravel(side) for side in (shapes.m, shapes.n, shapes.k, shapes.batch)))
        if not self.sides:
            return np.reshape(np.asarray(self.engine.latency(flat).expected, np.int64), (1, -1))
        if not flat.m.size:
            return np.zeros((len(self), 0), np.int64)
        self._check_countable(flat)
        return _cycles(self._array(np.int64), flat, self.engine.mac)

    def pe_counts(self) -> Counts:
        """``Engine.pe_count`` of every design."""
        found = self._array(np.int64).multipliers(self.engine.mac)
        return np.broadcast_to(np.ravel(np.asarray(found, np.int64)), (len(self),))

    def _array(self, dtype: type[np.generic]) -> Array:
        """The array with columns in the place of its sides."""
        columns: dict[str, Any] = {name: column.astype(dtype)[:, None] for name, column in self.sides.items()}
        return replace(self.engine.array, **columns)

    def _check_countable(self, shapes: Shapes) -> None:
        """Counts grow with every side of a product: the largest says whether all fit, in numbers without a limit."""
        largest = shapes.largest
        longest = Shapes(*(np.array([float(x)]) for x in (largest.m, largest.n, largest.k, largest.batch)))
        if np.max(_cycles(self._array(np.float64), longest, self.engine.mac)) >= COUNTABLE / 2:
            raise SpecError(f"{largest} takes more cycles than an array of counts holds; those are less than 2**62")


def _cycles(array: Array, shapes: Shapes, mac: Mac) -> Counts:
    assert isinstance(array, ScheduledArray)  # no other has elementwise sides
    return np.asarray(array.closed_form(shapes, mac))


def families(engines: Sequence[Engine]) -> Iterator[tuple[Family, NDArray[np.intp]]]:
    """``engines`` as families, each with the places of its designs in the list."""
    places: dict[object, list[int]] = {}
    for place, engine in enumerate(engines):
        places.setdefault(_alike(engine), []).append(place)
    for found in places.values():
        members = [engines[place].array for place in found]
        sides = {name: np.array([getattr(array, name) for array in members]) for name in members[0].elementwise}
        yield Family(engines[found[0]], sides), np.array(found)


def _alike(engine: Engine) -> object:
    """What engines of one family have in common; an engine whose closed form takes no arrays stands alone."""
    array = engine.array
    same = tuple((f.name, getattr(array, f.name)) for f in fields(array) if f.name not in array.elementwise)
    return type(array), same, engine.mac


def cycles_of(engines: Sequence[Engine], shapes: Shapes) -> Counts:
    """Expected cycles of every engine on every product, shape (engines, products), as ``Engine.latency`` has them.

    Raises SpecError for a sum that the accumulators of an engine do not hold, and for counts that do not fit an int64.
    """
    found = np.empty((len(engines), shapes.m.size), np.int64)
    for family, places in families(engines):
        found[places] = family.cycles(shapes)
    return found
