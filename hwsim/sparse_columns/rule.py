"""The issue rule of a sparse column engine: what a group costs, who waits for whom, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hwsim.encodings.base import Encoding
from hwsim.errors import SpecError


class Barrier(Enum):
    """When the columns of a fold wait for the slowest of them."""

    K = "k"
    """Once, at the end of all bit-weights of a reduction."""
    BW = "bw"
    """At the end of every bit-weight."""
    BANK = "bank"
    """At the end of every bank segment of every bit-weight: K lies in as many segments as there are columns, and
    column i begins with segment i, so that no two columns read one bank."""


@dataclass(frozen=True, slots=True)
class IssueRule:
    """One non-zero digit per cycle and lane; a group of ``group`` consecutive operands at one bit-weight occupies its
    lane for max(empty_group_cycles, non-zero digits) cycles (HPCA 2025, its RTL).

    ``columns`` rows of A run at once, one per column. Group g belongs to lane g mod ``lanes`` of its column; the lanes
    share accumulators that hold one bit-weight, so that they meet at the end of every bit-weight whatever the barrier.
    A bit-weight of a row lasts at least ``pass_cycles``: so long the finished sums of the one before need to leave.
    Raises SpecError for a group, lanes or columns below 1, an empty group that costs anything but 0 or 1 cycles, or
    ``pass_cycles`` below 0.
    """

    encoding: Encoding
    group: int = 4
    empty_group_cycles: int = 1
    barrier: Barrier = Barrier.K
    lanes: int = 1
    columns: int = 32
    pass_cycles: int = 0

    def __post_init__(self) -> None:
        _check_kind("encoding", self.encoding, Encoding)
        _check_kind("barrier", self.barrier, Barrier)
        for name in ("group", "lanes", "columns"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise SpecError(f"{name} of an issue rule is a whole number of at least 1, not {value!r}")
        if type(self.empty_group_cycles) is not int or self.empty_group_cycles not in (0, 1):
            raise SpecError(f"an empty group costs 0 or 1 cycles, not {self.empty_group_cycles!r}")
        if type(self.pass_cycles) is not int or self.pass_cycles < 0:
            raise SpecError(f"pass_cycles of an issue rule is a whole number of at least 0, not {self.pass_cycles!r}")

    @property
    def segments(self) -> int:
        """Parts of K between which columns wait."""
        return self.columns if self.barrier is Barrier.BANK else 1

    @property
    def step(self) -> int:
        """Operands that the lanes of a column take up at once: one group each."""
        return self.group * self.lanes

    def steps(self, k: int) -> int:
        """Groups of every lane in a pass over k operands; what k leaves ragged is filled with zeros."""
        return -(-k // self.step)

    def waits_for_sums(self, k: int) -> bool:
        """Whether a pass over k operands can be shorter than ``pass_cycles``; where not, they change nothing."""
        return self.pass_cycles > self.steps(k) * self.empty_group_cycles

    def segment_steps(self, k: int) -> int:
        """Groups of every lane in one segment; the last segments of a short k are filled with zeros."""
        return -(-self.steps(k) // self.segments)


def _check_kind(name: str, value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise SpecError(f"{name} of an issue rule is of type {kind.__name__}, not {value!r}")
