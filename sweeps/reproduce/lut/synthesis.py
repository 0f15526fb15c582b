"""Claims on area, power and energy, which wait for synthesis: each is listed, none is left out."""

from __future__ import annotations

from sweeps.reproduce.claim import Claim, derived, unchecked
from sweeps.reproduce.lut.sources import ABSTRACT, figure, paper
from sweeps.reproduce.lut.table_one import MACHINES
from sweeps.reproduce.system import Section

WHY = "needs synthesis"
STEPS = ("UNPU, DSE enabled", "weight reinterpretation", "negation circuit eliminated", "DFG transform and fusion")
TABLE_2 = paper("Table 2")


def _table_2() -> tuple[Claim, ...]:
    columns = {
        "area, W2A8, MNK 512": ((17271.71, 13116.60, 12780.05, 11991.29), "um2"),
        "density over UNPU": ((1, 1.317, 1.351, 1.440), ""),
        "power": ((23.39, 17.98, 17.37, 16.22), "mW"),
        "efficiency over UNPU": ((1, 1.301, 1.347, 1.442), ""),
    }
    return tuple(
        claim
        for series, (values, unit) in columns.items()
        for claim in unchecked(series, TABLE_2, WHY, zip(STEPS, values, strict=True), unit)
    )


def _figures() -> tuple[Claim, ...]:
    return (
        *unchecked("group length of most density", paper("Figure 11"), WHY, [("integers", 4), ("floats", 5)]),
        *unchecked("density of a DP4", paper("Figure 12"), WHY, [("LUT W1A16", 61.55), ("MAC FP16", 3.39)],
                   "TFLOP/s/mm2"),
        *unchecked("density of a DP4, read", figure("Figure 12"), WHY, [("ADD W1A16", 20), ("LUT W1 FP8", 120)],
                   "TFLOP/s/mm2"),
        *unchecked("weight bits up to which it beats MACs", paper("Figure 13"), WHY,
                   [("conventional LUT", 2), ("ADD", 2), ("LUT TC", 6)], "bits"),
        *unchecked("panels in which LUT has least area and power", paper("Figure 14"), WHY, [("of 12", 11)]),
        *unchecked("shape of most density, W1A16", paper("Figure 14"), WHY, [("", "M2 N64 K4")]),
        *unchecked("reduction of area and power, W1", paper("Figure 14"), WHY, [("least", 4), ("most", 6)]),
        *unchecked("area of LUT TC over FP16 tensor cores, W1A16", paper("summary of its gains"), WHY,
                   [("least", 14.3), ("most", 16)], "%"),
    )  # fmt: skip


def _energy() -> tuple[Claim, ...]:
    efficiency = zip(("A100 FP16", "A100 INT8", "A100-LUT-4X", "A100-LUT-8X", "H100-LUT-8X"),
                     (2.98, 19.94, 33.32, 33.65, 17.32), strict=True)  # fmt: skip
    return (
        *unchecked("area of an SM's units", paper("Table 1"), WHY, [(row.name, row.area_mm2) for row in MACHINES],
                   "mm2"),
        *unchecked("energy efficiency", figure("Table 1"), WHY, efficiency, "TOPS/W"),
        *unchecked("energy efficiency of A100-LUT-8X over FP16", paper("summary of its gains"), WHY, [("", 11.2)]),
        *unchecked("density and efficiency over UNPU", ABSTRACT, WHY, [("", 1.44)]),
        *unchecked("energy efficiency at 0.9 V, W1A8", paper("Table 3"), WHY, [("", 63.78)], "TOPS/W"),
        *unchecked("MAC over LUT unit, W1A16", derived("an open cell library"), WHY, [("Nangate 45 nm", 6.33)]),
    )  # fmt: skip


SYNTHESIS = Section("Area, power and energy", (*_table_2(), *_figures(), *_energy()))
