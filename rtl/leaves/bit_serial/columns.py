"""The PEs that take a column of bits per cycle, of all operands of a group: Stripes and BitWave."""

from __future__ import annotations

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.formats import counting
from hwsim.inventory import Leaf
from rtl.leaves.bit_serial.heaps import Word, sum_of
from rtl.leaves.bit_serial.sums import (
    accumulate,
    begun,
    held_words,
    issued,
    parted,
    piped,
    placed,
    resting,
)


def pe_stripes(leaf: Leaf) -> None:
    """The operands of B whose bit is set are added; the top column of signed operands counts negatively."""
    begins, first = begun()
    words = held_words(leaf, leaf["lanes"], begins)
    bits, index = parted(issued("column", leaf["lanes"]), 1), _index(leaf)
    chosen = [word & bit.sign_extended(len(word)) for word, bit in zip(words, bits, strict=True)]
    top = (index == leaf["digits"] - 1) if leaf["a_signed"] else pyrtl.Const(0, 1)
    total = piped(leaf, "total", _total(chosen, []))
    place, top = piped(leaf, "place", index), piped(leaf, "top", top)
    term = placed(total, place, leaf["digits"] - 1)
    negated = Word(term ^ top.sign_extended(len(term)), signed=True)
    accumulate(leaf, [negated, Word(top)], piped(leaf, "first", first))


def pe_bitwave(leaf: Leaf) -> None:
    """The operands of B whose bit is set are added, each with the sign of its weight."""
    begins, first = begun()
    words, lanes = held_words(leaf, leaf["lanes"], begins), leaf["lanes"]
    bits, signs = parted(issued("column", lanes), 1), parted(resting("negative", lanes, begins), 1)
    negative = [bit & sign for bit, sign in zip(bits, signs, strict=True)]
    chosen = [
        (word ^ sign.sign_extended(len(word))) & bit.sign_extended(len(word))
        for word, sign, bit in zip(words, signs, bits, strict=True)
    ]
    total = piped(leaf, "total", _total(chosen, negative))
    term = placed(total, piped(leaf, "place", _index(leaf)), leaf["digits"] - 1)
    accumulate(leaf, [Word(term, signed=True)], piped(leaf, "first", first))


def _index(leaf: Leaf) -> Wire:
    return issued("index", counting(leaf["digits"]).bits)


def _total(words: list[Wire], carries: list[Wire]) -> Wire:
    """The sum of all words, and of a 1 for each carry, wide enough for minus the lowest value of each."""
    bits = len(words[0]) + counting(len(words) + 1).bits
    return sum_of([*(Word(word, signed=True) for word in words), *map(Word, carries)], bits)
