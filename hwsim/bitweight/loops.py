"""A loop of a nest: which index it runs over, how far, and whether in space, in time or over a sparse stream."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hwsim.errors import SpecError


class Dim(Enum):
    """The indices of ``C[m,n] = sum over k, bw of (digit bw of A[m,k]) * radix**bw * B[k,n]``."""

    M = "m"
    N = "n"
    K = "k"
    BW = "bw"


class Kind(Enum):
    """How the iterations of a loop are laid out."""

    SPATIAL = "spatial"  # copies of hardware
    TEMPORAL = "temporal"  # clock cycles
    SPARSE = "sparse"  # clock cycles, one per non-zero digit of a group

    @property
    def in_time(self) -> bool:
        return self is not Kind.SPATIAL


@dataclass(frozen=True, slots=True)
class Loop:
    """``extent`` iterations; iteration i adds ``i * stride`` to the index of ``dim``.

    A sparse loop is the stream that a sparse encoder makes of the spatial loop named ``group``.
    """

    name: str
    dim: Dim
    extent: int
    kind: Kind
    stride: int = 1
    group: str | None = None

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise SpecError(f"a loop's name is a word such as kp, not {self.name!r}")
        if self.extent < 1 or self.stride < 1:
            raise SpecError(
                f"loop {self.name} has an extent and a stride of at least 1, not {self.extent} and {self.stride}"
            )
        if (self.kind is Kind.SPARSE) != (self.group is not None):
            raise SpecError(f"loop {self.name}: a sparse loop, and no other, names the group that it streams")

    @property
    def in_time(self) -> bool:
        return self.kind.in_time

    def __str__(self) -> str:
        if self.group is not None:
            return f"sparse {self.name} in stream of {self.group}"
        return f"{self.kind.value} {self.name} in {self.extent}"
