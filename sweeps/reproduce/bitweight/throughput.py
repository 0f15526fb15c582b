"""Claims on throughput in the area of one MAC: identities of a clock ratio and a mean, and what they leave out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from hwsim.sparse_columns import Barrier, expected_fold_cycles, throughput_gops
from sweeps.reproduce.bitweight.operands import RULE, published
from sweeps.reproduce.bitweight.sources import notes
from sweeps.reproduce.claim import derived, table
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import DIRECTION, EXACT, printed, rounded

MAC_GHZ, SPARSE_GHZ = 1.0, 2.0  # the published clocks, at which areas were compared
OPT4C_PER_MAC, OPT4E_LANES = 3, 4  # in the area of one MAC, as published
K = 768
ASSUMES = "assumes that empty groups cost nothing, that no column waits, and twice the MAC's clock"


def gops(cycles: float, lanes: int = 1) -> float:
    """One sparse PE."""
    return throughput_gops(SPARSE_GHZ, cycles, lanes)


def over_mac(cycles: float, lanes: int) -> float:
    """As many lanes as fit in the area of a MAC, over that MAC."""
    return gops(cycles, lanes) / throughput_gops(MAC_GHZ, 1)


def digits() -> float:
    """Mean non-zero digits, which the paper takes for cycles."""
    return published("ent").mean


def waiting_cycles(k: int, lanes: int) -> float:
    """Lane cycles per operand with empty groups and with 32 columns that wait at the end of K; lanes at bit-weights."""
    rule = replace(RULE, lanes=lanes, barrier=Barrier.K)
    return expected_fold_cycles(published("ent"), k, rule) * lanes / k


def own_registers(k: int) -> float:
    """The speed-up of four lanes that are columns of their own, with a quarter of K each."""
    rule = replace(RULE, columns=RULE.columns * OPT4E_LANES)
    return over_mac(expected_fold_cycles(published("ent"), k // OPT4E_LANES, rule) * OPT4E_LANES / k, OPT4E_LANES)


THROUGHPUT = Section(
    "Throughput in the area of a MAC",
    (
        *table("throughput of a PE over a MAC of half its clock", notes("OPT4C"), EXACT,
               [("one non-zero digit", 2, partial(over_mac, 1, 1)), ("four", 0.5, partial(over_mac, 4, 1))],
               note=ASSUMES),
        *table("throughput of one OPT4C at 2 GHz", notes("OPT4C"), rounded(1), [("", 1.8, lambda: gops(digits()))],
               "GOPS", ASSUMES),
        *table("throughput in the area of a MAC", notes("OPT4C and OPT4E"), rounded(1),
               [("three OPT4C", 2.7, lambda: over_mac(digits(), OPT4C_PER_MAC)),
                ("one OPT4E", 3.6, lambda: over_mac(digits(), OPT4E_LANES))], note=ASSUMES),
        *table(f"throughput in the area of a MAC, with empty groups and waiting, K = {K}", notes("OPT4C and OPT4E"),
               DIRECTION,
               [("three OPT4C", 2.7, lambda: over_mac(waiting_cycles(K, 1), OPT4C_PER_MAC)),
                ("one OPT4E", 3.6, lambda: over_mac(waiting_cycles(K, OPT4E_LANES), OPT4E_LANES))],
               note="the published numbers leave both out; 32 columns wait at the end of K, lanes at every bit-weight"),
        *table("one OPT4E over a MAC, lanes with registers of their own", derived("a Monte Carlo of waiting columns"),
               printed(1), [(f"K = {k}", gain, partial(own_registers, k)) for k, gain in ((64, 2.8), (K, 3.1))]),
    ),
)  # fmt: skip
