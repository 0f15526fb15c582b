"""How logic is mapped: which adders and multipliers, how it is covered with cells, and the period that is aimed at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite

from hwsim.errors import SpecError

FASTEST_PS = 1
"""A target that nothing meets: ABC then makes every path as fast as it can."""


class Adder(Enum):
    """How carries are computed: one after the other, or by a parallel prefix tree (Brent and Kung 1982, Sklansky 1960,
    Kogge and Stone 1973)."""

    RIPPLE = "ripple"
    BRENT_KUNG = "brent-kung"
    SKLANSKY = "sklansky"
    KOGGE_STONE = "kogge-stone"


class Cover(Enum):
    """How ABC covers logic with cells: for the shortest paths (``map``), between (``&nf``, as Yosys does by itself), or
    with the least area (``amap``). Cells are buffered and sized for the period afterwards."""

    DELAY = "delay"
    BALANCED = "balanced"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Recipe:
    """``period_ns`` is what ABC aims at from register to register; None: as fast as it can. ``booth``: multiplications
    are Booth radix-4 partial products in a compressor tree, else one row for each bit. Sums that a leaf writes in full
    adders itself stay as they are written."""

    adder: Adder = Adder.BRENT_KUNG
    cover: Cover = Cover.DELAY
    booth: bool = True
    period_ns: float | None = None

    def __post_init__(self) -> None:
        if self.period_ns is not None and not (isfinite(self.period_ns) and self.period_ns > 0):
            raise SpecError(f"a clock period is longer than 0 ns, not {self.period_ns:g}")

    @property
    def target_ps(self) -> int:
        return FASTEST_PS if self.period_ns is None else max(FASTEST_PS, round(1000 * self.period_ns))

    def __str__(self) -> str:
        aim = "as fast as possible" if self.period_ns is None else f"for {self.period_ns:g} ns"
        multipliers = "" if self.booth else "multipliers without Booth recoding, "
        return f"{self.adder.value} adders, {multipliers}{self.cover.value} cover, {aim}"
