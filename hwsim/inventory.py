"""What an engine is made of: leaf modules and how many of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hwsim.errors import SpecError


@dataclass(frozen=True, slots=True, order=True)
class Leaf:
    """One module that is synthesised as a whole: a kind and its parameters, e.g. ``pe_os`` with 8, 8, 32 bits."""

    kind: str
    parameters: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, kind: str, **parameters: int) -> Leaf:
        return cls(kind, tuple(sorted(parameters.items())))

    def __getitem__(self, name: str) -> int:
        return dict(self.parameters)[name]

    @property
    def name(self) -> str:
        """The name of its Verilog module: kind, then each parameter's name and value."""
        return "_".join([self.kind, *(f"{key}{value}" for key, value in self.parameters)])


@dataclass(frozen=True)
class Inventory:
    """How many of each leaf one engine instantiates; shared hardware is counted once."""

    counts: Mapping[Leaf, int]

    def __post_init__(self) -> None:
        for leaf, count in self.counts.items():
            if count < 1:
                raise SpecError(f"an inventory holds at least one {leaf.name}, not {count}")

    def __iter__(self) -> Iterator[tuple[Leaf, int]]:
        return iter(sorted(self.counts.items()))

    def total(self, kind: str) -> int:
        """Number of leaves of this kind, over all parameters."""
        return sum(count for leaf, count in self.counts.items() if leaf.kind == kind)
