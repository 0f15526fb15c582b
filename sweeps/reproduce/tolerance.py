"""How far a number of ours may lie from a published one, said with the claim."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from hwsim.errors import SpecError

Value = float | str | tuple[int, ...]
"""What a claim says: a number (whole ones and truth values too), numbers that belong together, or words."""


class Kind(Enum):
    """How a deviation is measured."""

    EXACT = "exact"
    """Equal, or a miss."""
    ABSOLUTE = "absolute"
    """ours - published, in the unit of the claim."""
    RELATIVE = "relative"
    """(ours - published) / published."""
    DIRECTION = "direction"
    """Relative, without a bound: inputs of the claim are unknown, and only the side of 1 is compared."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The largest deviation that counts as reproduced; ``None`` if only the direction can be compared.

    Raises SpecError for a bound that its kind does not have.
    """

    kind: Kind
    bound: float | None

    def __post_init__(self) -> None:
        wanted = {Kind.EXACT: self.bound == 0, Kind.DIRECTION: self.bound is None}
        if not wanted.get(self.kind, self.bound is not None and 0 < self.bound < math.inf):
            raise SpecError(f"a tolerance of kind {self.kind.value} has no bound {self.bound}")

    def deviation(self, published: Value, ours: Value) -> float | None:
        """Signed deviation; of numbers that belong together the one largest in magnitude.

        None where there is none: words, another count of numbers, a number of ours that is not finite, or a relative
        deviation from 0.
        """
        if isinstance(published, str) or isinstance(ours, str):
            return None
        pairs = list(zip(numbers(published), numbers(ours), strict=False))
        if len(numbers(published)) != len(numbers(ours)) or not all(math.isfinite(y) for _, y in pairs):
            return None
        relative = self.kind in (Kind.RELATIVE, Kind.DIRECTION)
        if relative and not all(x for x, _ in pairs):
            return None
        return max(((y - x) / abs(x) if relative else y - x for x, y in pairs), key=abs, default=0.0)


def numbers(value: float | tuple[int, ...]) -> tuple[float, ...]:
    """The numbers of a value, of which most have one."""
    return value if isinstance(value, tuple) else (value,)


EXACT = Tolerance(Kind.EXACT, 0.0)
DIRECTION = Tolerance(Kind.DIRECTION, None)


def absolute(bound: float) -> Tolerance:
    """Within ``bound``, in the unit of the claim."""
    return Tolerance(Kind.ABSOLUTE, bound)


def relative(bound: float) -> Tolerance:
    """Within ``bound`` times the published number."""
    return Tolerance(Kind.RELATIVE, bound)


def rounded(digits: int) -> Tolerance:
    """Half a unit of the last of ``digits`` printed decimals: ours rounds to the published number."""
    return absolute(0.5 * 10.0**-digits)


def printed(digits: int) -> Tolerance:
    """One unit of the last of ``digits`` printed decimals, for tables that may have rounded or cut."""
    return absolute(10.0**-digits)
