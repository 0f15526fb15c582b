"""Term sequencers: the digits of one operand that are not zero, as signed powers of two, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.encodings import Booth, Encoding, Naf, SignMagnitude, TwosComplement
from hwsim.formats import IntFormat, counting
from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import fit
from rtl.leaves.bit_serial.recoders import magnitude_of
from rtl.leaves.bit_serial.sequencers import chosen_by, lowest_one
from rtl.leaves.bit_serial.sums import any_of
from rtl.leaves.booth import decoded, windows
from rtl.leaves.wiring import held, input_port, output_port, register


class Digits(NamedTuple):
    """Of all digits, lowest first: whether each is not zero, its sign (or one for all of them), whether it is a two."""

    nonzero: Wire
    negative: Wire
    double: Wire | None


def _booth(a: Wire, signed: bool) -> Digits:
    codes = [decoded(window) for window in windows(a, signed)]
    negative = pyrtl.concat_list([~(select[1] ^ select[0]) for select, _ in codes])
    double = pyrtl.concat_list([~select[0] for select, _ in codes])
    return Digits(pyrtl.concat_list([enable for _, enable in codes]), negative, double)


def _naf(a: Wire, signed: bool) -> Digits:
    digits = Naf().digits(IntFormat(len(a), signed))
    one = fit(a, digits + 1, signed)
    tripled = (one + pyrtl.concat(one[:-1], pyrtl.Const(0, 1))).truncate(digits + 1)
    return Digits((tripled ^ one)[1:], one[1:], None)


def _sign_magnitude(a: Wire, signed: bool) -> Digits:
    return Digits(magnitude_of(a, signed), a[-1] if signed else pyrtl.Const(0, 1), None)


def _twos_complement(a: Wire, signed: bool) -> Digits:
    return Digits(a, pyrtl.Const(int(signed) << (len(a) - 1), len(a)), None)


_DIGITS: dict[type[Encoding], Callable[[Wire, bool], Digits]] = {
    Booth: _booth,
    Naf: _naf,
    SignMagnitude: _sign_magnitude,
    TwosComplement: _twos_complement,
}


def term_sequencer(encoding: type[Encoding], leaf: Leaf) -> None:
    """Takes an operand while ``take`` is high, and shows its terms, the lowest first: sign and exponent.

    repeats=1 begins again with ``again``; steps=1 goes on only with ``step``. ``few``: no other term is left.
    """
    take, format = input_port("take"), IntFormat(leaf["bits"], bool(leaf["signed"]))
    digits = _DIGITS[encoding](input_port("a", leaf["bits"]), format.signed)
    pending = register("pending", len(digits.nonzero))
    lowest = lowest_one(pending)
    rest = pending & ~lowest
    after = rest
    if leaf["repeats"]:
        after = pyrtl.select(input_port("again"), held("every", digits.nonzero, take), rest)
    elif leaf["steps"]:
        after = pyrtl.select(input_port("step"), rest, pending)
    pending.next <<= pyrtl.select(take, digits.nonzero, after)
    output_port("negative", _of_term(lowest, _kept("signs", digits.negative, take)))
    output_port("exponent", _exponent(lowest, digits.double, take, encoding.radix_bits))
    output_port("enable", any_of(list(pending)))
    output_port("few", ~any_of(list(rest)))


def _kept(name: str, value: Wire, take: Wire) -> Wire:
    """A constant needs no register."""
    return value if isinstance(value, pyrtl.Const) else held(name, value, take)


def _of_term(lowest: Wire, bits: Wire) -> Wire:
    return bits if len(bits) == 1 else any_of(list(lowest & bits))


def _exponent(lowest: Wire, double: Wire | None, take: Wire, radix_bits: int) -> Wire:
    """The place of the digit, and one more for a two."""
    largest = radix_bits * (len(lowest) - 1) + (double is not None)
    bits = counting(largest + 1).bits
    places = [pyrtl.Const(radix_bits * i, bits) for i in range(len(lowest))]
    if double is None:
        return chosen_by(lowest, places)
    twos = _kept("doubles", double, take)
    return chosen_by(lowest, places) | any_of(list(lowest & twos)).zero_extended(bits)


TERM_SEQUENCERS: dict[str, Callable[[Leaf], None]] = {
    f"term_sequencer_{encoding.name.replace('-', '_')}": partial(term_sequencer, encoding) for encoding in _DIGITS
}
"""Kind of leaf -> what lays its wires."""
