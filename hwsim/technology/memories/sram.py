"""SRAM of any size: energy, area and leakage from a table that CACTI 7 made, and power laws between its entries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import pairwise
from math import exp, log
from pathlib import Path

TABLE = Path(__file__).with_name("sram_cacti.json")


@dataclass(frozen=True, slots=True)
class Sram:
    """One memory with one port for reads and writes: energies of an access of its whole width."""

    read_pj: float
    write_pj: float
    leakage_mw: float
    area_um2: float
    access_ns: float

    def times(self, count: int) -> Sram:
        """``count`` of these side by side, accessed together."""
        return Sram(
            count * self.read_pj,
            count * self.write_pj,
            count * self.leakage_mw,
            count * self.area_um2,
            self.access_ns,
        )


@dataclass(frozen=True, slots=True)
class SramTable:
    """``points`` by node in nm, width in bits and size in bytes; ``provenance`` is how they were made."""

    provenance: str
    points: Mapping[int, Mapping[int, Mapping[int, Sram]]]

    def node(self, node_nm: float) -> int:
        """The node of the table nearest to ``node_nm``, as ratios go."""
        return min(self.points, key=lambda known: abs(log(known / node_nm)))

    def sram(self, node: int, size_bytes: int, width_bits: int) -> Sram:
        """A memory of the table's ``node``.

        A wider one than the table's widest is several side by side. Between widths, and between sizes, power laws
        through the two nearest; below the narrowest and beyond the sizes the one through the last two.
        """
        widths = self.points[node]
        banks = -(-width_bits // max(widths))
        width, size = -(-width_bits // banks), -(-size_bytes // banks)
        by_width = {known: _between(sizes, size) for known, sizes in widths.items()}
        return _between(by_width, width).times(banks)


@lru_cache(maxsize=1)
def sram_table() -> SramTable:
    given = json.loads(TABLE.read_text("utf-8"))
    points: dict[int, dict[int, dict[int, Sram]]] = {}
    for node, width, size, *figures in given["rows"]:
        points.setdefault(node, {}).setdefault(width, {})[size] = Sram(*figures)
    return SramTable(given["provenance"], points)


def _between(points: Mapping[int, Sram], at: int) -> Sram:
    """Each figure by a power law through the two points nearest to ``at``."""
    places = sorted(points)
    if at in points or len(places) == 1:
        return points[at if at in points else places[0]]
    low, high = next((pair for pair in pairwise(places) if at <= pair[1]), (places[-2], places[-1]))
    share = log(at / low) / log(high / low)
    pairs = ((getattr(points[low], f.name), getattr(points[high], f.name)) for f in fields(Sram))
    return Sram(*(exp((1 - share) * log(x) + share * log(y)) for x, y in pairs))
