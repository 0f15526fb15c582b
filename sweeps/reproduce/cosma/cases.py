"""What COSMA was run on (section V): 14 networks, two settings, three budgets, 8-bit data, batch 1."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import product

DESIGNED = (
    "resnet50", "densenet121", "resnext50-32x4d", "r2plus1d-18", "s3d", "fcn-resnet50", "lraspp-mobilenet-v3-large",
    "deeplabv3-resnet50", "transformer", "vit-b-16",
)  # fmt: skip
"""Ten networks that people designed."""

SEARCHED = ("pnasnet-5", "amoebanet-d", "nasnet-a", "darts")
"""Four networks that a search found."""


class Budget(Enum):
    """A scratchpad by name: what the largest operator needs, what nothing-moved-twice needs, and half way."""

    LEAST = "M_R"
    HALF = "M_H"
    PEAK = "M_P"


@dataclass(frozen=True, slots=True, order=True)
class Case:
    """One network under one setting and budget."""

    network: str
    parameters: bool
    budget: str

    @property
    def text(self) -> str:
        """The case in words."""
        return f"{self.network}, {'with parameters' if self.parameters else 'activations only'}, {self.budget}"


def cases(networks: tuple[str, ...] = DESIGNED + SEARCHED) -> tuple[Case, ...]:
    """Every case of these networks."""
    found = product(networks, (False, True), Budget)
    return tuple(Case(network, parameters, budget.value) for network, parameters, budget in found)
