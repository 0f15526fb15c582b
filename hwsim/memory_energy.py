"""Energy of a byte in DRAM and in a scratchpad, cited, for tilings to be compared by what they move.

Source: M. Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014, 45 nm at 0.9 V: 64 bits
take 10, 20 and 100 pJ from a cache of 8 KiB, 32 KiB and 1 MiB, and 1.3 to 2.6 nJ from DRAM (here the lower figure).
"""

from __future__ import annotations

from itertools import pairwise
from math import exp, log

WORD_BYTES = 8
SCRATCHPAD_PJ_PER_WORD = {8 << 10: 10.0, 32 << 10: 20.0, 1 << 20: 100.0}
"""Size in bytes -> energy of one access of 64 bits."""
DRAM_PJ_PER_BYTE = 1300.0 / WORD_BYTES

ASSUMPTION = (
    "energy is that of bytes through DRAM and scratchpads alone, cited for 45 nm (Horowitz, ISSCC 2014); the engine's "
    "own is the same for all tilings and left out"
)


def scratchpad_pj_per_byte(size_bytes: int) -> float:
    """Energy of reading or writing one byte of a scratchpad of this size.

    Between the cited sizes a power law through the two nearest, beyond them the one through the last two.
    """
    points = list(SCRATCHPAD_PJ_PER_WORD.items())
    (low, low_pj), (high, high_pj) = next(
        (pair for pair in pairwise(points) if size_bytes <= pair[1][0]), (points[-2], points[-1])
    )
    exponent = log(high_pj / low_pj) / log(high / low)
    return low_pj * exp(exponent * log(size_bytes / low)) / WORD_BYTES
