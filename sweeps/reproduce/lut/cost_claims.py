"""Claims on area: the length of a group, units beside MACs, shapes, panels, the steps from UNPU, tensor cores."""

from __future__ import annotations

from functools import partial

from sweeps.reproduce.claim import Claim, costed, measured, unchecked
from sweeps.reproduce.costs.bounds import PROCESS, RATIO
from sweeps.reproduce.lut.array_costs import (
    extreme_reduction,
    least_shape,
    panels,
    part_of_mac,
    tie,
)
from sweeps.reproduce.lut.ladder import STEPS, all_steps, area_over, rises, step
from sweeps.reproduce.lut.sources import ABSTRACT, figure, paper
from sweeps.reproduce.lut.table_one import A100_4X, A100_8X, A100_FP16, A100_INT8, H100_4X, H100_8X, H100_FP8, MACHINES
from sweeps.reproduce.lut.units import (
    add_um2,
    conventional_um2,
    crossing,
    densest_group,
    dp4_over_mac,
    fp8_over_fp16,
    group_of_four,
    lookup_over_mac,
    lut_um2,
)
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT, absolute, relative

GROUP = "one unit with its adder and its sum, tables outside; W1"
TABLE_2, FIGURE_12, FIGURE_14 = paper("Table 2"), paper("Figure 12"), paper("Figure 14")
LUT_DP4, MAC_DP4, ADD_DP4, FP8_DP4 = 61.55, 3.39, 20, 120  # TFLOP/s/mm2
DENSITIES = (1.317, 1.351, 1.440)
PART = (14.3 + 16) / 2  # per cent, of which 12 to 18 are said to be the same


def _units() -> tuple[Claim, ...]:
    sweep = [(name, k, partial(densest_group, a)) for name, k, a in (
        ("INT8", 4, "int8"), ("INT16", 4, "int16"), ("FP16", 5, "fp16"), ("FP8 E4M3", 5, "fp8e4m3"))]  # fmt: skip
    return (
        *costed("group length of most density", paper("Figure 11"), EXACT, sweep, note=GROUP),
        *costed("density at K = 4 over the best", paper("Figure 11"), relative(0.05),
                [("FP16", 1, partial(group_of_four, "fp16")), ("FP8 E4M3", 1, partial(group_of_four, "fp8e4m3"))],
                note=f"nearly as good; {GROUP}"),
        *costed("density of a DP4 over that of MACs, FP16", FIGURE_12, RATIO,
                [("LUT W1, with adder and sum", LUT_DP4 / MAC_DP4, partial(dp4_over_mac, lut_um2)),
                 ("LUT W1, look-up, sign and register", LUT_DP4 / MAC_DP4, lookup_over_mac)],
                note="what the figure counts is not said; tables outside"),
        *costed("density of a DP4 over that of MACs, FP16, read", figure("Figure 12"), RATIO,
                [("ADD W1", ADD_DP4 / MAC_DP4, partial(dp4_over_mac, add_um2))]),
        *costed("density of a LUT DP4 for FP8 over FP16, read", figure("Figure 12"), RATIO,
                [("", FP8_DP4 / LUT_DP4, fp8_over_fp16)], note="units of FP8 look up and add FP16 here"),
        *unchecked("density of a DP4", FIGURE_12, PROCESS, [("LUT W1A16", LUT_DP4), ("MAC FP16", MAC_DP4)],
                   "TFLOP/s/mm2"),
        *costed("weight bits up to which it beats MACs", paper("Figure 13"), absolute(1),
                [("conventional LUT", 2, partial(crossing, conventional_um2)), ("ADD", 2, partial(crossing, add_um2)),
                 ("LUT TC", 6, partial(crossing, lut_um2))],
                "bits", "FP16; a unit as it is for these bits, times the bits; a fourth of a conventional table"),
        *costed("MAC over LUT unit, W1A16", measured("own Verilog in three open libraries"), RATIO,
                [("Nangate 45 nm", 6.33, partial(dp4_over_mac, lut_um2))]),
    )  # fmt: skip


def _arrays() -> tuple[Claim, ...]:
    return (
        *costed("shape of least area, MNK 512", FIGURE_14, EXACT,
                [("W1A16", "M2 N64 K4", partial(least_shape, "fp16", 1))],
                note="registers of tables and weights inside"),
        *costed("area of M2 N64 over M4 N32, W2A16", measured("own Verilog in an open library"), relative(0.01),
                [("", 1, tie)]),
        *costed("panels of 12 in which LUT has least area", FIGURE_14, EXACT, [("", 11, panels)],
                note="MNK 512 with registers, K = 4 in all, as many products in each cycle"),
        *costed("reduction of area, W1", FIGURE_14, relative(1 / 6),
                [("least of four formats", 4, partial(extreme_reduction, False)),
                 ("most of four formats", 6, partial(extreme_reduction, True))],
                note="MACs over LUT, MNK 512 with registers"),
        *costed("area of LUT TC over FP16 tensor cores, W1A16", paper("summary of its gains"), absolute(18 - PART),
                [("middle of 14.3 and 16", PART, part_of_mac)], "%", "MNK 512 with registers"),
    )  # fmt: skip


def _tables() -> tuple[Claim, ...]:
    steps = [(name, value, partial(step, i)) for i, (name, value) in enumerate(zip(STEPS, DENSITIES, strict=True))]
    pairs = (
        (A100_INT8, A100_FP16),
        (A100_4X, A100_FP16),
        (A100_8X, A100_FP16),
        (H100_4X, H100_FP8),
        (H100_8X, H100_FP8),
    )
    return (
        *costed("density over UNPU, W2A8, MNK 512", TABLE_2, RATIO, steps,
                note="UNPU: three activations of a table of eight entries that all columns share; sums of 16 bits"),
        *costed("every step from UNPU gains density", TABLE_2, EXACT, [("", "yes", rises)]),
        *costed("density over UNPU", ABSTRACT, RATIO, [("", 1.44, all_steps)]),
        *unchecked("area, W2A8, MNK 512", TABLE_2, PROCESS,
                   zip(("UNPU, DSE enabled", *STEPS), (17271.71, 13116.60, 12780.05, 11991.29), strict=True), "um2"),
        *costed("area of an SM's units over those of", paper("Table 1"), RATIO,
                [(f"{base.name}: {row.name}", row.area_mm2 / base.area_mm2, partial(area_over, row.name, base.name))
                 for row, base in pairs], note="units with their registers"),
        *unchecked("area of an SM's units", paper("Table 1"), PROCESS, [(row.name, row.area_mm2) for row in MACHINES],
                   "mm2"),
    )  # fmt: skip


COSTS = Section("Area", (*_units(), *_arrays(), *_tables()))
