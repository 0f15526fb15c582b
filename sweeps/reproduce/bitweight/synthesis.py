"""Claims on area, delay and energy, which wait for synthesis: each is listed, none is left out."""

from __future__ import annotations

from sweeps.reproduce.bitweight.sources import ABSTRACT, notes, repository
from sweeps.reproduce.claim import Claim, unchecked
from sweeps.reproduce.system import Section

WHY = "needs synthesis"
ARRAYS = ("systolic array", "3D cube", "multiplier-adder tree", "2D matrix")
AREA, ENERGY = "gain in area efficiency", "gain in energy efficiency"
AREA_CONFLICT = (
    "abstract and table, as the notes quote it, differ for the tree (1.56 or 1.58) and the matrix (1.44 or 1.34)"
)
ENERGY_CONFLICT = "abstract and table, as the notes quote it, differ for the matrix (1.20 or 1.11)"
REPORTS = repository("ratios of the synthesis reports (SAED32)")


def _arrays() -> tuple[Claim, ...]:
    body = notes("the table of arrays")
    return (
        *unchecked(
            f"{AREA}, abstract", ABSTRACT, WHY, zip(ARRAYS, (1.27, 1.28, 1.56, 1.44), strict=True), note=AREA_CONFLICT
        ),
        *unchecked(
            f"{AREA}, table of arrays",
            body,
            WHY,
            zip(ARRAYS, (1.27, 1.28, 1.58, 1.34), strict=True),
            note=AREA_CONFLICT,
        ),
        *unchecked(
            f"{ENERGY}, abstract",
            ABSTRACT,
            WHY,
            zip(ARRAYS, (1.04, 1.56, 1.49, 1.20), strict=True),
            note=ENERGY_CONFLICT,
        ),
        *unchecked(
            f"{ENERGY}, table of arrays",
            body,
            WHY,
            zip(ARRAYS, (1.04, 1.56, 1.49, 1.11), strict=True),
            note=ENERGY_CONFLICT,
        ),
        *unchecked("gain over Laconic", ABSTRACT, WHY, [("energy efficiency", 12.10), ("area efficiency", 2.85)]),
    )


def _pes() -> tuple[Claim, ...]:
    pes = notes("PEs")
    return (
        *unchecked("share of adder and accumulator in a 32-bit MAC", notes("the MAC"), WHY,
                   [("logic area", 61.4), ("logic delay", 74.6)], "%"),
        *unchecked("critical path under a constraint of 2 ns", pes, WHY, [("MAC", 1.95), ("OPT1", 0.92)], "ns"),
        *unchecked("area of a MAC (TPU PE)", pes, WHY, [("1.0 GHz", 367), ("1.5 GHz", 707)], "um2"),
        *unchecked("growth of area with the clock", pes, WHY,
                   [("MAC, 1.0 to 1.5 GHz", 1.93), ("OPT1, 1.0 to 1.5 GHz", 1.14), ("OPT3, 1.5 to 2.0 GHz", 1.09)]),
        *unchecked("clock", pes, WHY, [("above which a MAC gains no area efficiency", 1.0),
                                       ("that OPT1 to OPT4 exceed", 1.5), ("above which OPT3 has its knee", 2.0),
                                       ("of OPT3 at most", 2.5)], "GHz"),
        *unchecked("advantage of a single OPT2 PE", pes, WHY, [("", "none that is clear")]),
        *unchecked("area efficiency of OPT3 at its knee, over", pes, WHY,
                   [("Laconic", 1), ("Bitlet", 2.12), ("Sibia", 5.28), ("BitWave", 15.2)]),
        *unchecked("delay of a PE", notes("OPT4C and OPT4E"), WHY, [("OPT4C", 0.29), ("OPT4E", 0.40)], "ns"),
        *unchecked("area of a PE", notes("OPT4C and OPT4E"), WHY, [("OPT4C", 81.27), ("parallel MAC", 246)], "um2"),
        *unchecked("area and power of OPT4E over four OPT4C", notes("OPT4E"), WHY, [("", 0.75)]),
        *unchecked("energy saved over a MAC at best", notes("OPT4C"), WHY, [("", "one third")]),
    )  # fmt: skip


def _reports() -> tuple[Claim, ...]:
    """Each design at its fastest clock that met timing; area efficiency over cells, and over cells and nets."""
    area = {"PE, cells": 1.50, "PE, total": 1.45, "OS array, cells": 2.18, "OS array, total": 2.17}
    area |= {"WS array, cells": 1.48, "WS array, total": 1.32, "cube, cells": 1.50, "cube, total": 1.42}
    energy = {"PE, least": 0.72, "PE, most": 0.76, "OS array": 1.03, "WS array": 0.79}
    energy |= {"WS array at 222 MHz": 0.97, "cube": 0.92}
    return (
        *unchecked("area efficiency of OPT1 over MAC, repository", REPORTS, WHY, area.items()),
        *unchecked("energy efficiency of OPT1 over MAC, repository", REPORTS, WHY, energy.items()),
    )


SYNTHESIS = Section("Area, delay and energy", (*_arrays(), *_pes(), *_reports()))
