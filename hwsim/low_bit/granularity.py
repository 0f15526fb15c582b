"""How many weights share one scale: a tensor, an output channel, or a group of k in an output channel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hwsim.errors import SpecError, nearest


class Sharing(Enum):
    """Who shares a scale and a zero point."""

    TENSOR = "tensor"
    CHANNEL = "channel"
    """All k weights of one output column."""
    GROUP = "group"
    """``k_per_scale`` consecutive weights of one output column."""


@dataclass(frozen=True, slots=True)
class Granularity:
    """One scale per tensor, per output channel, or per group of ``k_per_scale`` weights; its text is "group:128".

    Raises SpecError for a group of no weights, and for a group length where there are no groups.
    """

    sharing: Sharing
    k_per_scale: int = 0

    def __post_init__(self) -> None:
        if self.sharing is Sharing.GROUP and self.k_per_scale < 1:
            raise SpecError(f"a group of weights has at least 1 of them, not {self.k_per_scale}")
        if self.sharing is not Sharing.GROUP and self.k_per_scale:
            raise SpecError(f"granularity {self.sharing.value!r} has no group length, not {self.k_per_scale}")

    def span(self, k: int) -> int:
        """Consecutive weights along k that have one scale."""
        return min(self.k_per_scale, k) if self.sharing is Sharing.GROUP else k

    def __str__(self) -> str:
        return f"group:{self.k_per_scale}" if self.sharing is Sharing.GROUP else self.sharing.value


TENSOR, CHANNEL = Granularity(Sharing.TENSOR), Granularity(Sharing.CHANNEL)


def parse_granularity(text: str) -> Granularity:
    """Return the granularity named ``text``: tensor, channel or group:N. Raises SpecError for any other name."""
    name, colon, length = text.partition(":")
    if name == Sharing.GROUP.value and length.isascii() and length.isdecimal():
        return Granularity(Sharing.GROUP, int(length))
    if not colon and name in (Sharing.TENSOR.value, Sharing.CHANNEL.value):
        return Granularity(Sharing(name))
    near = nearest(name, [member.value for member in Sharing])
    raise SpecError(f"unknown granularity {text!r}{near}: weights have one scale per tensor, channel or group:N")
