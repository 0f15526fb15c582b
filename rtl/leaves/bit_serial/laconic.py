"""The PE of Laconic: powers of two times powers of two, counted in a histogram of exponents (ISCA 2019)."""

from __future__ import annotations

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.formats import counting
from hwsim.inventory import Leaf
from rtl.leaves.bit_serial.heaps import Word, ones
from rtl.leaves.bit_serial.sums import accumulate, begun, issued, parted, piped


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
    negatives = piped(leaf, "negatives", ones(negative))
    accumulate(leaf, *_aligned(parted(counted, len(histogram[0])), negatives, piped(leaf, "first", first)))


def _exponents(leaf: Leaf, side: str) -> list[Wire]:
    bits = counting(leaf[f"{side}_exponents"]).bits
    return parted(issued(f"{side}_exponent", leaf["lanes"] * bits), bits)


def _sum(a: Wire, b: Wire) -> Wire:
    total: Wire = a + b
    return total


def _aligned(counts: list[Wire], negatives: Wire, first: Wire) -> tuple[list[Word], Wire, int]:
    """Each count at its line. Of each negative term 1 is added, and 2**positions taken away."""
    positions = len(counts)
    words = [Word(count, place) for place, count in enumerate(counts)]
    complement = Word(~negatives, positions)  # minus a number is its complement, plus 1, minus what lies above
    return [*words, Word(negatives), complement], first, (1 - (1 << len(negatives))) << positions
