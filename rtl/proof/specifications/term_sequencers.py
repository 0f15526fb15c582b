"""Term sequencers: their registers hold the digits of an operand that are still to be shown, the lowest is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hwsim.bit_serial.parts import TERM_ENCODINGS
from hwsim.encodings import Encoding, SignMagnitude, TwosComplement
from hwsim.formats import IntFormat
from rtl.proof.specification import AFTER, Specification, signed_word
from rtl.proof.specifications.encoders import DIGIT_BITS, RECURRENCES, Recurrence

ZERO = f"{DIGIT_BITS}'sd0"


def term_sequencer(spec: Specification, encoding: Encoding, recurrence: Recurrence) -> None:
    """Digits in registers have the values that the encoding's own recurrence gives them, and together the operand's.

    The term shown is the lowest digit, which then is no longer held; without one it means nothing.
    """
    leaf = spec.leaf
    given = recurrence(spec, encoding.digits(IntFormat(leaf["bits"], bool(leaf["signed"]))), leaf["signed"])
    held, after = (_held(spec, encoding, "pending", len(given), when) for when in ("", AFTER))
    rest = _shown(spec, encoding, held)
    if leaf["repeats"]:
        every, every_after = (_held(spec, encoding, "every", len(given), when) for when in ("", AFTER))
        _become(spec, "every", every_after, given, every)
        rest = [f"(again ? {all_of_it} : {digit})" for all_of_it, digit in zip(every, rest, strict=True)]
    elif leaf["steps"]:
        rest = [f"(step ? {digit} : {same})" for digit, same in zip(rest, held, strict=True)]
    _become(spec, "held", after, given, rest)
    bits = encoding.radix_bits * len(given) + DIGIT_BITS
    spec.wire("operand", bits, signed_word("a", leaf["signed"]), signed=True)
    total = " + ".join(
        spec.wire(f"weighed_{i}", bits, f"{digit} * {1 << encoding.radix_bits * i}", signed=True)
        for i, digit in enumerate(after)
    )
    spec.equal("operand", bits, total, "operand", where="take && !rst")


def _shown(spec: Specification, encoding: Encoding, held: list[str]) -> list[str]:
    """The lowest digit that is held, as a power of two with a sign; the digits without it."""
    bits, weighed, rest = encoding.radix_bits * len(held) + DIGIT_BITS, [], []
    for i, digit in enumerate(held):
        is_lowest = " && ".join([f"{digit} != 0", *(f"{below} == 0" for below in held[:i])])
        spec.wire(f"lowest_{i}", 1, is_lowest)
        rest.append(spec.wire(f"rest_{i}", DIGIT_BITS, f"lowest_{i} ? {ZERO} : {digit}", signed=True))
        wide = spec.wire(f"wide_{i}", bits, digit, signed=True)
        weighed.append(f"lowest_{i} ? {wide} << {encoding.radix_bits * i}")
    spec.output("enable", 1, " || ".join(f"{digit} != 0" for digit in held))
    spec.output("few", 1, " && ".join(f"{digit} == 0" for digit in rest))
    power = f"({bits}'d1 << exponent)"
    spec.equal("term", bits, f"negative ? -{power} : {power}", " : ".join([*weighed, f"{bits}'d0"]), where="enable")
    return rest


def _become(spec: Specification, name: str, after: list[str], given: list[str], otherwise: list[str]) -> None:
    """Digits after the edge: those of a new operand, or others."""
    for i, digits in enumerate(zip(after, given, otherwise, strict=True)):
        found, taken, stays = digits
        spec.equal(f"{name} digit {i}", DIGIT_BITS, found, f"rst ? {ZERO} : take ? {taken} : {stays}")


def _held(spec: Specification, encoding: Encoding, which: str, count: int, when: str) -> list[str]:
    """Digits in registers: whether there is one, its sign (or one for all) and whether it is a two."""
    found = []
    for i in range(count):
        size = f"(doubles{when}[{i}] ? 4'sd2 : 4'sd1)" if "doubles" in spec.registers else "4'sd1"
        value = f"{which}{when}[{i}] ? ({_negative(spec, encoding, count, i, when)} ? -{size} : {size}) : {ZERO}"
        found.append(f"({value})" if when else spec.wire(f"{which}_digit_{i}", DIGIT_BITS, value, signed=True))
    return found


def _negative(spec: Specification, encoding: Encoding, count: int, place: int, when: str) -> str:
    if "signs" in spec.registers:
        return f"signs{when}" if isinstance(encoding, SignMagnitude) else f"signs{when}[{place}]"
    top_is = isinstance(encoding, TwosComplement) and spec.leaf["signed"]
    return "1'b1" if top_is and place == count - 1 else "1'b0"


TERM_SEQUENCERS: dict[str, Callable[[Specification], None]] = {
    f"term_sequencer_{name}": partial(term_sequencer, encoding=encoding, recurrence=recurrence)
    for name, (encoding, recurrence) in RECURRENCES.items()
    if encoding.name in TERM_ENCODINGS
}
"""Kind of leaf -> what says its specification."""
