"""A tiling of one product: tile sides, the order of the tile loops, and where in them each buffer is filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hwsim.errors import ProgramError

AXES = "mnk"


class Operand(Enum):
    """A matrix of the product; ``axes`` are its sides, ``other`` the axis with which it does not vary."""

    A = "a"
    B = "b"
    C = "c"

    @property
    def axes(self) -> str:
        return _AXES_OF[self]

    @property
    def other(self) -> str:
        return _OTHER_OF[self]


_AXES_OF = {Operand.A: "mk", Operand.B: "kn", Operand.C: "mn"}
_OTHER_OF = {Operand.A: "n", Operand.B: "m", Operand.C: "k"}


@dataclass(frozen=True, slots=True)
class Tiling:
    """Tiles of ``m`` x ``n`` x ``k``, worked on in ``order`` (outermost loop first).

    A ``depth`` of d says that the operand's buffer is filled under the d outermost tile loops: it holds one tile,
    and all of what the loops inside walk over. 0 holds the whole operand, 3 one tile. ``buffers`` is how many tiles
    each scratchpad holds at once: 1, 2 or, if not given, as many as the machine has.
    """

    m: int
    n: int
    k: int
    order: str = AXES
    depth_a: int = 3
    depth_b: int = 3
    depth_c: int = 3
    buffers: int | None = None

    def __post_init__(self) -> None:
        for axis in AXES:
            if self.side(axis) < 1:
                raise ProgramError(f"a tile's side {axis} must be at least 1, not {self.side(axis)}")
        if sorted(self.order) != sorted(AXES):
            raise ProgramError(f"the order of tile loops is a permutation of {AXES!r}, not {self.order!r}")
        for operand in Operand:
            if self.depth(operand) not in range(4):
                raise ProgramError(f"depth_{operand.value} is 0 to 3, not {self.depth(operand)}")
        if self.buffers not in (None, 1, 2):
            raise ProgramError(f"a tiling has 1 or 2 buffers, not {self.buffers}")

    def side(self, axis: str) -> int:
        side: int = getattr(self, axis)
        return side

    def depth(self, operand: Operand) -> int:
        depth: int = getattr(self, f"depth_{operand.value}")
        return depth

    def counts(self, sides: Mapping[str, int]) -> dict[str, int]:
        """Number of tiles along each axis of a product with these sides."""
        return {axis: -(-sides[axis] // self.side(axis)) for axis in AXES}

    def buffer_sides(self, operand: Operand, sides: Mapping[str, int]) -> tuple[int, int]:
        """Largest sides of what the operand's buffer holds: one tile along loops outside its depth, all inside."""
        outside = self.order[: self.depth(operand)]
        first, second = (min(self.side(axis), sides[axis]) if axis in outside else sides[axis] for axis in operand.axes)
        return first, second

    def varying(self, operand: Operand, counts: Mapping[str, int]) -> str:
        """The loops that fetch the operand, outermost first: those outside its depth with more than one tile, less
        the trailing ones with which it does not vary (the buffer still holds what they need)."""
        outside = "".join(axis for axis in self.order[: self.depth(operand)] if counts[axis] > 1)
        return outside.rstrip(operand.other)

    def repeats(self, operand: Operand, counts: Mapping[str, int]) -> int:
        """How many times each byte of the operand is fetched within one product of the batch."""
        return counts[operand.other] if operand.other in self.varying(operand, counts) else 1
