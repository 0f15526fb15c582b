"""What is packed and what comes out: rectangles in time and address space, and offsets for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from hwsim.errors import SpecError

LARGEST = 1 << 62
"""Sums of sizes, and times, stay below this: the searches count in 64 bits."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A buffer: ``size_bytes`` at one offset while ``lower <= time < upper``, times being whole numbers.

    Raises SpecError for an empty lifetime and for a size below one byte.
    """

    name: str
    lower: int
    upper: int
    size_bytes: int

    def __post_init__(self) -> None:
        if self.upper <= self.lower:
            raise SpecError(f"{self.name!r} lives in [{self.lower}, {self.upper}); upper has to be greater than lower")
        if self.size_bytes < 1:
            raise SpecError(f"{self.name!r} has size {self.size_bytes}; allowed is a whole number from 1 up")

    @property
    def duration(self) -> int:
        return self.upper - self.lower

    @property
    def area(self) -> int:
        """Byte-steps that it takes."""
        return self.size_bytes * self.duration

    def meets(self, other: Rectangle) -> bool:
        """Whether both are alive at some time."""
        return self.lower < other.upper and other.lower < self.upper


class Status(Enum):
    """What is known after a search for offsets."""

    OPTIMAL = "optimal"
    """packed, and no packing is lower"""
    PACKED = "packed"
    """packed within the capacity; a lower packing is not excluded"""
    INFEASIBLE = "infeasible"
    """proven: no packing stays within the capacity"""
    UNKNOWN = "unknown"
    """no packing found within the limits, and none excluded"""


class Method(Enum):
    """Who looks for a packing."""

    AUTO = "auto"
    """the others in this order, until one knows"""
    GREEDY = "greedy"
    EXACT = "exact"
    CPSAT = "cpsat"


@dataclass(frozen=True)
class Packing:
    """The answer of a packer.

    ``offsets`` (bytes, by name) is None where none were found. No packing is lower than ``bound_bytes``;
    ``capacity_bytes`` is None if the lowest packing was asked for. ``method`` gave the answer, after ``nodes`` nodes of
    the exact search.
    """

    offsets: Mapping[str, int] | None
    height_bytes: int | None
    bound_bytes: int
    capacity_bytes: int | None
    method: Method
    nodes: int = 0

    @property
    def status(self) -> Status:
        if self.height_bytes is not None:
            return Status.OPTIMAL if self.height_bytes == self.bound_bytes else Status.PACKED
        too_high = self.capacity_bytes is not None and self.bound_bytes > self.capacity_bytes
        return Status.INFEASIBLE if too_high else Status.UNKNOWN

    @property
    def fits(self) -> bool:
        """Whether there are offsets."""
        return self.offsets is not None


def height(rectangles: Iterable[Rectangle], offsets: Mapping[str, int]) -> int:
    """Bytes from zero to the highest end; 0 without rectangles."""
    return max((offsets[r.name] + r.size_bytes for r in rectangles), default=0)


def live_bytes(rectangles: Iterable[Rectangle]) -> int:
    """The most bytes alive at one time: no packing is lower; 0 without rectangles."""
    changes: dict[int, int] = {}
    for r in rectangles:
        changes[r.lower] = changes.get(r.lower, 0) + r.size_bytes
        changes[r.upper] = changes.get(r.upper, 0) - r.size_bytes
    alive = highest = 0
    for time in sorted(changes):
        alive += changes[time]
        highest = max(highest, alive)
    return highest


def check_rectangles(rectangles: Sequence[Rectangle]) -> None:
    """Raise SpecError if two bear one name, or if a number is too large for the searches."""
    names: set[str] = set()
    for r in rectangles:
        if r.name in names:
            raise SpecError(f"two rectangles are named {r.name!r}; names have to differ")
        names.add(r.name)
        if max(abs(r.lower), abs(r.upper)) >= LARGEST:
            raise SpecError(f"{r.name!r} lives in [{r.lower}, {r.upper}); times have to be below 2**62")
    total = sum(r.size_bytes for r in rectangles)
    if total >= LARGEST:
        raise SpecError(f"the sizes add up to {total} bytes; allowed is less than 2**62")
