"""Claims on PEs of other bit-serial designs, and on the energy of the sparse PEs of the paper."""

from __future__ import annotations

from functools import partial

from sweeps.reproduce.bitweight.array_costs import GLITCHES, OS, STRONG
from sweeps.reproduce.bitweight.sources import ABSTRACT, notes
from sweeps.reproduce.claim import AUTHORS, Answer, Claim, costed
from sweeps.reproduce.costs.bounds import ENERGY, RATIO
from sweeps.reproduce.costs.engines import energy_pj
from sweeps.reproduce.costs.figures import Costs
from sweeps.reproduce.system import Section

OTHERS = (("Laconic", "laconic", 1), ("Bitlet", "bitlet", 2.12), ("Sibia", "sibia", 5.28), ("BitWave", "bitwave", 15.2))
COLUMNS = "bitslice:columns=32,rows=32,chain=4,mac={}"
WHOLE = "32 columns of 32 PEs with all their parts, a SIMD lane for four"
OWN_CLOCKS = "each at its own fastest, not at 250 MHz to 1 GHz; shared issue inside, beside it PEs alone"


def over(pe: str, other: str, costs: Costs) -> Answer:
    """Area efficiency with what PEs share of the issue of digits; beside it PEs alone, and with issues of their own."""
    ours, theirs = costs.pe(pe), costs.pe(other)
    beside = {AUTHORS: ours.alone / theirs.alone, "issue of their own": ours.own_issue / theirs.own_issue}
    return Answer(ours.shared_issue / theirs.shared_issue, beside)


def saving(pe: str, other: str, glitches: str, costs: Costs) -> Answer:
    """Energy efficiency over that of another PE, with the parts that `over` counts."""
    ours, theirs = costs.pe_energy(pe), costs.pe_energy(other)
    beside = {
        AUTHORS: theirs.alone[glitches] / ours.alone[glitches],
        "issue of their own": theirs.own_issue[glitches] / ours.own_issue[glitches],
    }
    return Answer(theirs.shared_issue[glitches] / ours.shared_issue[glitches], beside)


def lanes_energy(glitches: str, costs: Costs) -> float:
    """Energy of a product in columns of OPT4E over that in columns of OPT4C."""
    four, one = (energy_pj(costs, COLUMNS.format(mac), glitches) for mac in ("opt4e", "opt4c"))
    return four / one


def saved(glitches: str, costs: Costs) -> float:
    """Part of the energy of a product in an array of Booth MACs that columns of OPT4C save."""
    sparse = energy_pj(costs, COLUMNS.format("opt4c"), glitches)
    return 1 - sparse / energy_pj(costs, f"{OS.small},mac={STRONG}", glitches)


def _others() -> tuple[Claim, ...]:
    return (
        *costed("area efficiency of OPT3 at its knee, over", notes("PEs"), RATIO,
                [(name, published, partial(over, "opt3", other)) for name, other, published in OTHERS],
                note=OWN_CLOCKS),
        *costed("gain over Laconic, area efficiency", ABSTRACT, RATIO,
                [("OPT4E", 2.85, partial(over, "opt4e", "laconic"))], note=OWN_CLOCKS),
        *(claim
          for glitches in GLITCHES
          for claim in costed(f"gain over Laconic, energy efficiency, glitches {glitches}", ABSTRACT, ENERGY,
                              [("OPT4E", 12.10, partial(saving, "opt4e", "laconic", glitches))], note=OWN_CLOCKS)),
    )  # fmt: skip


def _energies() -> tuple[Claim, ...]:
    return tuple(
        claim
        for glitches in GLITCHES
        for claim in (
            *costed(f"energy of OPT4E over four OPT4C, glitches {glitches}", notes("OPT4E"), ENERGY,
                    [("", 0.75, partial(lanes_energy, glitches))], note=WHOLE),
            *costed(f"energy saved over a MAC at best, glitches {glitches}", notes("OPT4C"), ENERGY,
                    [("", 1 / 3, partial(saved, glitches))], note="columns of OPT4C beside an array of Booth MACs"),
        )
    )  # fmt: skip


SERIAL_COSTS = Section("Area and energy of sparse PEs and of other bit-serial ones", (*_others(), *_energies()))
