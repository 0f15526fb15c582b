"""Claims on area and energy of whole arrays: the paper's gains, and the reports of its repository."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from sweeps.reproduce.bitweight.array_costs import (
    CUBE,
    GLITCHES,
    MATRIX,
    OS,
    TREE,
    WS,
    area_gain,
    energy_gain,
    pe_area_gain,
    total_area_gain,
)
from sweeps.reproduce.bitweight.sources import ABSTRACT, notes, repository
from sweeps.reproduce.claim import Answer, Claim, CostMeasure, costed, unchecked
from sweeps.reproduce.costs.bounds import ENERGY, NO_WIRES, RATIO
from sweeps.reproduce.system import Section

DESIGNS = {"systolic array": OS, "3D cube": CUBE, "multiplier-adder tree": TREE, "2D matrix": MATRIX}
TABLE = notes("the table of arrays")
AREAS = (("abstract", ABSTRACT, (1.27, 1.28, 1.56, 1.44)), ("table of arrays", TABLE, (1.27, 1.28, 1.58, 1.34)))
ENERGIES = (("abstract", ABSTRACT, (1.04, 1.56, 1.49, 1.20)), ("table of arrays", TABLE, (1.04, 1.56, 1.49, 1.11)))
ASSUMES = (
    "OPT1, in the tree OPT2, over the same array of Booth MACs: which transform is on which array, sizes and clocks "
    "are not said; abstract and table, as the notes quote it, differ"
)
REPORTS = repository("ratios of the synthesis reports (SAED32)")


def _cells(
    values: tuple[float, ...], measure: Callable[..., Answer], *more: str
) -> list[tuple[str, float, CostMeasure]]:
    return [
        (name, value, partial(measure, design, *more))
        for (name, design), value in zip(DESIGNS.items(), values, strict=True)
    ]


def _areas() -> tuple[Claim, ...]:
    return tuple(
        claim
        for place, source, values in AREAS
        for claim in costed(
            f"gain in area efficiency, {place}", source, RATIO, _cells(values, area_gain), note=ASSUMES
        )
    )  # fmt: skip


def _energies() -> tuple[Claim, ...]:
    return tuple(
        claim
        for place, source, values in ENERGIES
        for glitches in GLITCHES
        for claim in costed(
            f"gain in energy efficiency, {place}, glitches {glitches}", source, ENERGY,
            _cells(values, energy_gain, glitches), note=ASSUMES,
        )
    )  # fmt: skip


def _reports() -> tuple[Claim, ...]:
    """Each design at its fastest clock that met timing; area efficiency over cells, and over cells and nets."""
    area: Mapping[str, tuple[float, CostMeasure]] = {
        "PE, cells": (1.50, pe_area_gain),
        "OS array, cells": (2.18, partial(total_area_gain, OS)),
        "WS array, cells": (1.48, partial(total_area_gain, WS)),
        "cube, cells": (1.50, partial(total_area_gain, CUBE)),
    }
    wires = {"PE, total": 1.45, "OS array, total": 2.17, "WS array, total": 1.32, "cube, total": 1.42}
    energy = {"OS array": (1.03, OS), "WS array": (0.79, WS), "cube": (0.92, CUBE)}
    more = {"PE, least": 0.72, "PE, most": 0.76, "WS array at 222 MHz": 0.97}
    series = "energy efficiency of OPT1 over MAC, repository"
    return (
        *costed("area efficiency of OPT1 over MAC, repository", REPORTS, RATIO,
                [(point, value, measure) for point, (value, measure) in area.items()],
                note="each at its own best; the arrays without adders outside"),
        *unchecked("area efficiency of OPT1 over MAC, repository, with nets", REPORTS, NO_WIRES, wires.items()),
        *(claim for glitches in GLITCHES for claim in costed(
            f"{series}, glitches {glitches}", REPORTS, ENERGY,
            [(point, value, partial(energy_gain, design, glitches)) for point, (value, design) in energy.items()])),
        *unchecked(series, REPORTS, "of a clock or a range that has no counterpart here", more.items()),
    )  # fmt: skip


ARRAY_COSTS = Section("Area and energy of arrays", (*_areas(), *_energies(), *_reports()))
