"""Claims on area and delay of single PEs, of the paper and of an independent pilot in another library."""

from __future__ import annotations

from functools import partial

from sweeps.reproduce.bitweight.pe_costs import (
    adders_in_area,
    adders_in_delay,
    area_over_mac,
    clock,
    exceeds,
    growth_of_mac,
    growth_of_opt1,
    growth_of_opt3,
    lanes_area,
    opt1,
    opt1_delay,
    sparse,
    sparse_area,
    sparse_delay,
    sparse_over_opt1_delay,
    widening,
)
from sweeps.reproduce.bitweight.sources import notes
from sweeps.reproduce.claim import Claim, costed, measured, unchecked
from sweeps.reproduce.costs.bounds import PROCESS, RATIO, SHARE
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT

PES, SPARSE = notes("PEs"), notes("OPT4C and OPT4E")
PILOT = measured("own Verilog of these PEs in Nangate 45 nm")
CLOCKS = "1.5 GHz is the fastest Booth MAC of the library, other clocks are ratios to it"

FAST = {"OPT1": opt1(), "OPT3": sparse("opt3"), "OPT4C": sparse("opt4c"), "OPT4E": sparse("opt4e")}


def _delays() -> tuple[Claim, ...]:
    return (
        *costed("share of adder and accumulator in a 32-bit MAC", notes("the MAC"), SHARE,
                [("logic area", 61.4, adders_in_area), ("logic delay", 74.6, adders_in_delay)], "%",
                "what is left of a Booth MAC without the multiplier up to its pair of 16 bits, registers aside"),
        *costed("critical path of OPT1 over that of a MAC", PES, RATIO, [("", 0.47, opt1_delay)],
                note="0.92 over 1.95 ns, under a constraint of 2 ns; ours as fast as both get"),
        *costed("critical path as the accumulator widens", PES, EXACT,
                [("OPT1", "independent of the width", partial(widening, "opt1")),
                 ("MAC", "grows with the width", partial(widening, "booth"))],
                note="independent: within a tenth from 16 to 32 bits"),
        *costed("delay of OPT4E over OPT4C", SPARSE, RATIO, [("", 1.38, sparse_delay)]),
        *costed("delay of OPT4C over OPT1", SPARSE, RATIO, [("", 0.315, sparse_over_opt1_delay)],
                note="0.29 ns over 0.92 ns, the latter under a relaxed constraint"),
    )  # fmt: skip


def _areas() -> tuple[Claim, ...]:
    return (
        *costed("growth of area with the clock", PES, RATIO,
                [("MAC, 1.0 to 1.5 GHz", 1.93, growth_of_mac), ("OPT1, 1.0 to 1.5 GHz", 1.14, growth_of_opt1),
                 ("OPT3, 1.5 to 2.0 GHz", 1.09, growth_of_opt3)], note=CLOCKS),
        *costed("runs above 1.5 GHz", PES, EXACT,
                [(name, "yes", partial(exceeds, leaf)) for name, leaf in FAST.items()], note=CLOCKS),
        *costed("fastest clock of OPT3", PES, RATIO, [("", 2.5, partial(clock, sparse("opt3")))], "GHz", CLOCKS),
        *costed("area of OPT4C over that of a MAC", SPARSE, RATIO, [("", 0.33, sparse_area)],
                note="81.27 over 246 um2, PEs alone as published; the width of the published pair is not said"),
        *costed("area of OPT4E over four OPT4C", notes("OPT4E"), RATIO, [("", 0.75, lanes_area)],
                note="PEs alone, as published"),
        *unchecked("critical path under a constraint of 2 ns", PES, PROCESS, [("MAC", 1.95), ("OPT1", 0.92)], "ns"),
        *unchecked("area of a MAC (TPU PE)", PES, PROCESS, [("1.0 GHz", 367), ("1.5 GHz", 707)], "um2"),
        *unchecked("clock", PES, PROCESS, [("above which a MAC gains no area efficiency", 1.0),
                                           ("above which OPT3 has its knee", 2.0)], "GHz"),
        *unchecked("delay of a PE", SPARSE, PROCESS, [("OPT4C", 0.29), ("OPT4E", 0.40)], "ns"),
        *unchecked("area of a PE", SPARSE, PROCESS, [("OPT4C", 81.27), ("parallel MAC", 246)], "um2"),
        *unchecked("advantage of a single OPT2 PE", PES, "OPT2 is here a tree and no PE",
                   [("", "none that is clear")]),
    )  # fmt: skip


def _pilot() -> tuple[Claim, ...]:
    return (
        *costed("critical path of OPT1 over that of a MAC, pilot", PILOT, RATIO, [("", 0.42, opt1_delay)]),
        *costed("area over that of a Booth MAC, pilot", PILOT, RATIO,
                [("OPT1", 1.29, partial(area_over_mac, opt1())),
                 ("OPT4C, 26 bits", 0.64, partial(area_over_mac, sparse("opt4c"))),
                 ("OPT4C, 14 bits", 0.38, partial(area_over_mac, sparse("opt4c", 14))),
                 ("OPT4E, 26 bits", 1.38, partial(area_over_mac, sparse("opt4e")))]),
        *costed("delay of OPT4E over OPT4C, pilot", PILOT, RATIO, [("", 1.42, sparse_delay)]),
        *costed("area of OPT4E over four OPT4C, pilot", PILOT, RATIO, [("26 bits", 0.54, lanes_area)]),
    )  # fmt: skip


PE_COSTS = Section("Area and delay of PEs", (*_delays(), *_areas(), *_pilot()))
