"""The PE of Sibia: products of signed slices, one per lane and cycle, whose places the lanes share (HPCA 2023)."""

from __future__ import annotations

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.formats import counting
from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import product
from rtl.leaves.bit_serial.heaps import Word, sum_of
from rtl.leaves.bit_serial.sums import accumulate, begun, issued, parted, piped
from rtl.leaves.compressors import shifted


def pe_sibia(leaf: Leaf) -> None:
    """The products of a slice of A and a slice of B per lane are added, shifted by the places of both, and summed."""
    _, first = begun()
    bits, enable = leaf["slice_bits"], issued("enable")
    slices = [parted(issued(f"{side}_slice", leaf["lanes"] * bits), bits) for side in "ab"]
    products = [product(a, b, True, True) for a, b in zip(*slices, strict=True)]
    total = _total(products)
    total = piped(leaf, "total", total & enable.sign_extended(len(total)))
    for side in "ab":
        total = _moved(
            total, piped(leaf, f"{side}_place", _place(leaf, side)), leaf[f"{side}_slices"], leaf["radix_bits"]
        )
    accumulate(leaf, [Word(total, signed=True)], piped(leaf, "first", first))


def _place(leaf: Leaf, side: str) -> Wire:
    return issued(f"{side}_index", counting(leaf[f"{side}_slices"]).bits)


def _total(words: list[Wire]) -> Wire:
    if len(words) == 1:
        return words[0]
    width = len(words[0]) + counting(len(words)).bits
    return sum_of([Word(word, signed=True) for word in words], width)


def _moved(word: Wire, index: Wire, count: int, radix_bits: int) -> Wire:
    """``word`` times 2**(radix_bits * index); what lies beyond the last index is never asked for."""
    bits = len(word) + radix_bits * (count - 1)
    choices = [shifted(word, radix_bits * i, bits) for i in range(count)]
    moved: Wire = pyrtl.mux(index, *choices, *[choices[-1]] * ((1 << len(index)) - count))
    return moved
