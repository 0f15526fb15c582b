"""The PEs in which each lane has a place of its own: Bit-Pragmatic shifts operands, Bitlet selects them."""

from __future__ import annotations

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.formats import counting
from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import add
from rtl.leaves.bit_serial.heaps import Word, pair_of
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


def pe_pragmatic(leaf: Leaf) -> None:
    """Each lane shifts its operand of B by the exponent of a digit of A, with the digit's sign."""
    begins, first = begun()
    words, lanes, bits = held_words(leaf, leaf["lanes"], begins), leaf["lanes"], counting(leaf["exponents"]).bits
    enables = parted(issued("enable", lanes), 1)
    negative = [s & e for s, e in zip(parted(issued("negative", lanes), 1), enables, strict=True)]
    terms = [
        _term(word, exponent, enable, sign, leaf["exponents"] - 1)
        for word, exponent, enable, sign in zip(
            words, parted(issued("exponent", lanes * bits), bits), enables, negative, strict=True
        )
    ]
    summands = [*(Word(term, signed=True) for term in terms), *map(Word, negative)]
    if not leaf["piped"]:
        accumulate(leaf, summands, first)
        return
    pair = pair_of(summands, len(terms[0]) + counting(lanes + 1).bits)
    word = add(*(piped(leaf, name, row) for name, row in zip(("total", "carry"), pair, strict=True)))
    accumulate(leaf, [Word(word, signed=True)], piped(leaf, "first", first))


def _term(word: Wire, exponent: Wire, enable: Wire, negative: Wire, largest: int) -> Wire:
    """Plus or minus the operand at its place; of a negative term 1 is missing."""
    term = placed(word & enable.sign_extended(len(word)), exponent, largest)
    return term ^ negative.sign_extended(len(term))


def pe_bitlet(leaf: Leaf) -> None:
    """For each place, one operand of B whose weight has a one there, with the weight's sign; all are added."""
    begins, first = begun()
    words, group, bits = held_words(leaf, leaf["group"], begins), leaf["group"], counting(leaf["group"]).bits
    signs = parted(resting("negative", group, begins), 1)
    choices = [pyrtl.concat(sign, word) for sign, word in zip(signs, words, strict=True)]
    choices += [choices[-1]] * ((1 << bits) - group)
    indices, enables = parted(issued("index", leaf["digits"] * bits), bits), parted(issued("enable", leaf["digits"]), 1)
    chosen = [pyrtl.mux(i, *choices) & e.sign_extended(len(choices[0])) for i, e in zip(indices, enables, strict=True)]
    late = parted(piped(leaf, "chosen", pyrtl.concat_list(chosen)), len(chosen[0]))
    terms = [
        Word(word[:-1] ^ word[-1].sign_extended(len(word) - 1), place, signed=True) for place, word in enumerate(late)
    ]
    carries = pyrtl.concat_list([word[-1] for word in late])
    accumulate(leaf, [*terms, Word(carries)], piped(leaf, "first", first))
