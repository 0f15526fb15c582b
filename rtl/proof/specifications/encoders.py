"""Encoders: the digit at a bit-weight by the encoding's own recurrence, and that all digits decode to the operand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hwsim.encodings import ENCODINGS, Encoding
from hwsim.encodings.select import SELECTED_DIGITS
from hwsim.formats import IntFormat, counting
from rtl.proof.specification import Specification, signed_word

DIGIT_BITS = 4
"""Of a digit from -2 to 4, with its sign."""

Recurrence = Callable[[Specification, int, int], list[str]]
"""Declares a wire for each of some digits of ``a``, lowest first; the operand is signed or not."""


def selected(select: str, enable: str) -> str:
    """The digit that a code of two bits means, as a signed expression of ``DIGIT_BITS``."""
    cases = " : ".join(f"{select} == 2'd{code} ? {_number(digit)}" for code, digit in enumerate(SELECTED_DIGITS))
    return f"({enable} ? ({cases} : {_number(0)}) : {_number(0)})"


def encoder(spec: Specification, encoding: Encoding, recurrence: Recurrence) -> None:
    """What is shown at a bit-weight beyond the last digit means nothing, and neither does the code of a zero."""
    leaf, radix_bits = spec.leaf, encoding.radix_bits
    digits = recurrence(spec, encoding.digits(IntFormat(leaf["a_bits"], bool(leaf["a_signed"]))), leaf["a_signed"])
    bw_bits = counting(len(digits)).bits
    wanted = " : ".join(f"bw == {bw_bits}'d{i} ? {digit}" for i, digit in enumerate(digits))
    spec.equal("digit", DIGIT_BITS, selected("select", "enable"), f"{wanted} : {_number(0)}", _within(digits, bw_bits))
    bits = radix_bits * len(digits) + DIGIT_BITS
    weighed = [spec.wire(f"weighed_{i}", bits, f"{d} * {1 << radix_bits * i}", True) for i, d in enumerate(digits)]
    spec.wire("operand", bits, signed_word("a", leaf["a_signed"]), signed=True)
    spec.equal("operand", bits, " + ".join(weighed), "operand")


def _within(digits: list[str], bw_bits: int) -> str:
    return "1'b1" if len(digits) == 1 << bw_bits else f"bw < {len(digits)}"


def _number(digit: int) -> str:
    return f"{'-' if digit < 0 else ''}4'sd{abs(digit)}"


def _bit(word: str, place: int) -> str:
    """A bit as a signed number."""
    return f"$signed({{3'b0, {word}[{place}]}})" if place >= 0 else _number(0)


def _extended(spec: Specification, places: int, signed: int) -> str:
    return spec.wire("extended", places, signed_word("a", signed), signed=True)


def _magnitude(spec: Specification, places: int, signed: int) -> str:
    extended = _extended(spec, places, signed)
    return spec.wire("magnitude", places, f"{extended} < 0 ? -{extended} : {extended}")


def _digit(spec: Specification, i: int, expression: str) -> str:
    return spec.wire(f"digit_{i}", DIGIT_BITS, expression, signed=True)


def _turned(spec: Specification, i: int, expression: str) -> str:
    """A digit of the magnitude, with the operand's sign."""
    of_magnitude = spec.wire(f"unsigned_{i}", DIGIT_BITS, expression, signed=True)
    return _digit(spec, i, f"extended < 0 ? -{of_magnitude} : {of_magnitude}")


def booth(spec: Specification, count: int, signed: int) -> list[str]:
    """a[2i] + a[2i-1] - 2 a[2i+1]."""
    a = _extended(spec, 2 * count + 1, signed)
    return [
        _digit(spec, i, f"{_bit(a, 2 * i)} + {_bit(a, 2 * i - 1)} - {_bit(a, 2 * i + 1)} - {_bit(a, 2 * i + 1)}")
        for i in range(count)
    ]


def ent(spec: Specification, count: int, signed: int) -> list[str]:
    """With t = x[i] + carry of the magnitude's radix-4 digits: t, or t - 4 and a carry if t is 3 or 4."""
    magnitude, carry, digits = _magnitude(spec, 2 * count + 1, signed), "1'b0", []
    for i in range(count):
        total = spec.wire(f"total_{i}", 3, f"{magnitude}[{2 * i + 1}:{2 * i}] + {carry}")
        carry = spec.wire(f"carry_{i}", 1, f"{total} >= 3")
        digits.append(_turned(spec, i, f"$signed({{1'b0, {total}}}) - ({carry} ? 4'sd4 : 4'sd0)"))
    return digits


def naf(spec: Specification, count: int, signed: int) -> list[str]:
    """With c[i+1] = (a[i] + a[i+1] + c[i] >= 2): a[i] + c[i] - 2 c[i+1] (Reitwiesner 1960)."""
    a, carry, digits = _extended(spec, count + 2, signed), "1'b0", []
    for i in range(count):
        after = spec.wire(f"carry_{i}", 1, f"{{1'b0, {a}[{i}]}} + {{1'b0, {a}[{i + 1}]}} + {{1'b0, {carry}}} >= 2")
        digits.append(_digit(spec, i, f"{_bit(a, i)} + $signed({{3'b0, {carry}}}) - ({after} ? 4'sd2 : 4'sd0)"))
        carry = after
    return digits


def sign_magnitude(spec: Specification, count: int, signed: int) -> list[str]:
    """The bits of the magnitude, with the operand's sign."""
    magnitude = _magnitude(spec, count + 1, signed)
    return [_turned(spec, i, _bit(magnitude, i)) for i in range(count)]


def twos_complement(spec: Specification, count: int, signed: int) -> list[str]:
    """The bits, the top one of a signed operand negative."""
    a = _extended(spec, count + 1, signed)
    return [_digit(spec, i, f"-{_bit(a, i)}" if signed and i == count - 1 else _bit(a, i)) for i in range(count)]


RECURRENCES: dict[str, tuple[Encoding, Recurrence]] = {
    recurrence.__name__: (encoding, recurrence)
    for recurrence in (booth, ent, naf, sign_magnitude, twos_complement)
    for encoding in ENCODINGS
    if encoding.name.replace("-", "_") == recurrence.__name__
}
"""Ending of a kind -> the encoding, and what says its digits."""

ENCODERS: dict[str, Callable[[Specification], None]] = {
    f"encoder_{name}": partial(encoder, encoding=encoding, recurrence=recurrence)
    for name, (encoding, recurrence) in RECURRENCES.items()
}
"""Kind of leaf -> what says its specification."""
