"""The PE of Laconic: powers of two times powers of two, counted in a histogram of exponents (ISCA 2019)."""

from __future__ import annotations

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.formats import counting
from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import fit
from rtl.leaves.bit_serial.sums import Rows, accumulate, begun, constant, issued, ones, parted, piped
from rtl.leaves.compressors import shifted


def pe_laconic(leaf: Leaf) -> None:
    """A pair of terms per lane: exponents are added, decoded to one of ``positions`` lines, and counted per line.

    A negative term is the complement of its lines, and 1: the ones above and the 1 are counted too, by the signs.
    """
    lanes, positions = leaf["lanes"], leaf["a_exponents"] + leaf["b_exponents"] - 1
    _, first = begun()
    enables = parted(issued("a_enable", lanes) & issued("b_enable", lanes), 1)
    signs = parted(issued("a_negative", lanes) ^ issued("b_negative", lanes), 1)
    negative = [sign & enable for sign, enable in zip(signs, enables, strict=True)]
    exponents = [_exponents(leaf, side) for side in "ab"]
    lines = [
        [((exponent == place) & enable) ^ sign for place in range(positions)]
        for exponent, enable, sign in zip(map(_sum, *exponents), enables, negative, strict=True)
    ]
    histogram = [ones([lane[place] for lane in lines]) for place in range(positions)]
    counted = piped(leaf, "histogram", pyrtl.concat_list(histogram))
    rows = _aligned(parted(counted, len(histogram[0])), piped(leaf, "negatives", ones(negative)), leaf["acc_bits"])
    accumulate(leaf, rows, piped(leaf, "first", first))


def _exponents(leaf: Leaf, side: str) -> list[Wire]:
    bits = counting(leaf[f"{side}_exponents"]).bits
    return parted(issued(f"{side}_exponent", leaf["lanes"] * bits), bits)


def _sum(a: Wire, b: Wire) -> Wire:
    total: Wire = a + b
    return total


def _aligned(counts: list[Wire], negatives: Wire, bits: int) -> Rows:
    """Counts that do not overlap are one row; of each negative term 1 is added, and 2**positions taken away."""
    width, positions = len(counts[0]), len(counts)
    rows = [shifted(pyrtl.concat_list(counts[r::width]), r, bits, signed=False) for r in range(min(width, positions))]
    rows.append(fit(negatives, bits, signed=False))
    rows.append(shifted(~negatives, positions, bits, signed=False))
    left_out = (1 << positions) - (1 << (positions + width))
    return [*rows, constant(left_out, bits)]
