"""A tensor of a network: its name, shape, format and role."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import prod

from hwsim.errors import WorkloadError
from hwsim.formats import Format


class Role(Enum):
    """Where a tensor comes from and goes to."""

    INPUT = "input"
    """given from outside at each run"""
    PARAMETER = "parameter"
    """a weight or constant"""
    ACTIVATION = "activation"
    """made by one operator, read by others"""
    OUTPUT = "output"
    """made by an operator and handed outside"""


@dataclass(frozen=True, slots=True)
class Tensor:
    """``shape`` elements of ``format``, where None means "the engine's"; a scalar has shape ()."""

    name: str
    shape: tuple[int, ...]
    format: Format | None
    role: Role = Role.ACTIVATION

    def __post_init__(self) -> None:
        for side in self.shape:
            if side < 1:
                raise WorkloadError(f"tensor {self.name!r} has shape {list(self.shape)}: every side must be at least 1")

    @property
    def elements(self) -> int:
        return prod(self.shape)

    def bytes(self, element_bits: int | None = None) -> int:
        """Size in bytes, rounded up; ``element_bits`` overrides the format's width.

        Raises WorkloadError if neither says how wide an element is.
        """
        bits = element_bits or (self.format.bits if self.format else 0)
        if not bits:
            raise WorkloadError(f"tensor {self.name!r} is left to the engine's format, and has no bytes without one")
        return -(-self.elements * bits // 8)
