"""What a study may say to the mapper: the fields of its ``[mapper]`` table, and their defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from mapper.objective import Objective


class Buffers(Enum):
    """From how many buffers for each operand the mapper chooses."""

    MACHINE = "machine"
    """those of the machine's field ``buffers``"""
    ONE = "1"
    TWO = "2"
    BETTER = "1,2"
    """one or two for each product, whichever is better"""

    @property
    def counts(self) -> Sequence[int] | None:
        """As ``mapper.plan`` takes it."""
        return None if self is Buffers.MACHINE else tuple(int(count) for count in self.value.split(","))


MAPPER_FIELDS: Mapping[str, Enum] = {"plan_objective": Objective.DRAM_BYTES, "plan_buffers": Buffers.MACHINE}
"""Name and default; ``plan_`` keeps them apart from the machine's own fields in constraints and tables."""


def words_of(name: str) -> list[str]:
    """The values that a field of the mapper takes."""
    return [str(known.value) for known in type(MAPPER_FIELDS[name])]
