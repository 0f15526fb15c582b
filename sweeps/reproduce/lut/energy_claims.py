"""Claims on power and energy, as ratios of energies of one product: steps from UNPU, panels, tensor cores."""

from __future__ import annotations

from functools import partial

from sweeps.reproduce.claim import Answer, Claim, costed, derived, unchecked
from sweeps.reproduce.costs.bounds import ENERGY, PROCESS
from sweeps.reproduce.costs.engines import energy_pj
from sweeps.reproduce.costs.figures import Costs
from sweeps.reproduce.lut.array_costs import ACTIVATIONS
from sweeps.reproduce.lut.ladder import SHAPE, STEPS
from sweeps.reproduce.lut.sources import figure, paper
from sweeps.reproduce.lut.units import spec
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import DIRECTION, relative

GLITCHES = ("zero-delay", "unit-delay")
TABLE_1, TABLE_2, TABLE_3 = figure("Table 1"), paper("Table 2"), paper("Table 3")
UNPU = f"lut-conventional:{SHAPE},acc=int16,k=3,share=64"
STEP = {STEPS[1]: f"lut:{SHAPE},acc=int16,k=4", STEPS[2]: f"lut:{SHAPE},acc=int16,k=4,precompute=fused"}
ARRAYS = {
    "A100 FP16": spec("dequant-mac", "fp16", 1, 4, 2, 64, "inside"),
    "A100 INT8": spec("dequant-mac", "int8", 1, 4, 2, 64, "inside"),
    "A100-LUT-8X": spec("lut", "int8", 2, 4, 2, 64, "inside"),
    "W1A8": spec("lut", "int8", 1, 4, 2, 64, "inside"),
}
"""Arrays of 512 products in the place of each machine's."""

EFFICIENCY = {"A100 FP16": 2.98, "A100 INT8": 19.94, "A100-LUT-4X": 33.32, "A100-LUT-8X": 33.65}  # TOPS/W
W1A8, W2A8 = 63.78, 2 * 512 / 2 / 16.22  # TOPS/W; the second from the power of Table 2 at 1 GHz


def step(name: str, glitches: str, costs: Costs) -> float:
    """Energy efficiency over UNPU after a step."""
    return energy_pj(costs, UNPU, glitches) / energy_pj(costs, STEP[name], glitches)


def reduction(most: bool, glitches: str, costs: Costs) -> Answer:
    """Energy of MACs over that of LUT Tensor Core, one-bit weights: the smallest or largest over formats."""
    found = {}
    for a in ACTIVATIONS:
        mac, lut = (energy_pj(costs, spec(d, a, 1, 4, 2, 64, "inside"), glitches) for d in ("dequant-mac", "lut"))
        found[a] = mac / lut
    return Answer((max if most else min)(found.values()), found)


def array_over(name: str, base: str, glitches: str, costs: Costs) -> float:
    """Energy efficiency of one array over that of another."""
    ours, theirs = (energy_pj(costs, ARRAYS[array], glitches) for array in (name, base))
    return theirs / ours


def _of(glitches: str) -> tuple[Claim, ...]:
    base = "A100 FP16"
    named = f", glitches {glitches}"
    return (
        *costed(f"energy efficiency over UNPU, W2A8, MNK 512{named}", TABLE_2, ENERGY,
                [(name, value, partial(step, name, glitches))
                 for name, value in ((STEPS[1], 1.347), (STEPS[2], 1.442))]),
        *costed(f"reduction of power, W1{named}", paper("Figure 14"), relative(1 / 6),
                [("least of four formats", 4, partial(reduction, False, glitches)),
                 ("most of four formats", 6, partial(reduction, True, glitches))],
                note="energy of a product, MACs over LUT, M2 N64 K4 with registers"),
        *costed(f"energy efficiency over {base}{named}", TABLE_1, ENERGY,
                [(name, EFFICIENCY[name] / EFFICIENCY[base], partial(array_over, name, base, glitches))
                 for name in ("A100 INT8", "A100-LUT-8X")],
                note="M2 N64 K4 in the place of every array, with registers; those of 4X and 8X are the same"),
        *costed(f"energy efficiency of W1A8 over W2A8{named}", derived("Table 3 over Table 2"), DIRECTION,
                [("", W1A8 / W2A8, partial(array_over, "W1A8", "A100-LUT-8X", glitches))]),
    )  # fmt: skip


def _unchecked() -> tuple[Claim, ...]:
    power = zip(("UNPU, DSE enabled", *STEPS), (23.39, 17.98, 17.37, 16.22), strict=True)
    return (
        *unchecked("power, W2A8, MNK 512", TABLE_2, PROCESS, power, "mW"),
        *unchecked("energy efficiency over UNPU, W2A8, MNK 512", TABLE_2,
                   "no engine has units that complement the number of an entry", [(STEPS[0], 1.301)]),
        *unchecked("energy efficiency", TABLE_1, PROCESS, [*EFFICIENCY.items(), ("H100-LUT-8X", 17.32)], "TOPS/W"),
        *unchecked("energy efficiency at 0.9 V, W1A8", TABLE_3, PROCESS, [("", W1A8)], "TOPS/W"),
    )  # fmt: skip


ENERGIES = Section("Power and energy", (*(claim for glitches in GLITCHES for claim in _of(glitches)), *_unchecked()))
