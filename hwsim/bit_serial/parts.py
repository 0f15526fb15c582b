"""What a bit-serial design is made of in gates: the leaf of its PE, and the leaves that issue operands to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from hwsim.bit_serial.base import BitSerial
from hwsim.bit_serial.bitlet import Bitlet
from hwsim.bit_serial.bitwave import BitWave
from hwsim.bit_serial.laconic import Laconic
from hwsim.bit_serial.pragmatic import Pragmatic
from hwsim.bit_serial.sibia import Sibia
from hwsim.bit_serial.signed_slices import SignedSlices
from hwsim.bit_serial.stripes import Stripes
from hwsim.encodings.base import Encoding
from hwsim.encodings.sign_magnitude import SignMagnitude
from hwsim.errors import SpecError
from hwsim.formats import IntFormat
from hwsim.inventory import Inventory, Leaf

ACC_BITS = 32
"""Of a PE's sum, as of the accumulators of bit-parallel PEs."""

TERM_ENCODINGS = ("booth", "naf", "sign-magnitude", "twos-complement")
"""Encodings of which a term sequencer exists."""

Counted = tuple[tuple[Leaf, int], ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """Leaves of ``columns`` PEs that wait for each other.

    ``pe`` is the data path: registers at its inputs, the operands of B that it holds, the sum. ``of_a`` holds and
    issues the group of one PE, and may serve any number of PEs that take the same A and other columns of B; ``of_b``
    and ``control`` serve all ``columns``. Recoders bring operands into the form in which the publication stores
    them: once for each operand, not for each product.
    """

    pe: Leaf
    of_a: Counted
    of_b: Counted
    control: Leaf
    recoders_of_a: Counted = ()
    recoders_of_b: Counted = ()

    def inventory(self, columns: int) -> Inventory:
        """All leaves of ``columns`` PEs that share operands of B."""
        counts: Counter[Leaf] = Counter({self.pe: columns, self.control: 1})
        for leaf, count in (*self.of_a, *self.recoders_of_a):
            counts[leaf] += columns * count
        for leaf, count in (*self.of_b, *self.recoders_of_b):
            counts[leaf] += count
        return Inventory(dict(counts))

    @property
    def holds_b(self) -> bool:
        """Whether B rests in the PE for the time of a group; else it is issued like A."""
        return not self.of_b


def parts(design: BitSerial, acc_bits: int = ACC_BITS, piped: bool = True) -> Parts:
    """The leaves of ``design``; ``piped``: its PE has one more row of registers before the sum.

    Raises SpecError for a field that has no gates: groups that take no cycle, columns of signs, some encodings.
    """
    if getattr(design, "empty_group_cycles", 1) != 1:
        raise SpecError(f"{design.name}: in gates an empty group takes a cycle; empty_group_cycles is 1, not 0")
    return _PARTS[type(design)](design, {"acc_bits": acc_bits, "piped": int(piped)})


def exponent_values(encoding: Encoding, format: IntFormat) -> int:
    """One more than the largest exponent of a digit: digits are powers of two, with a sign."""
    ranges = encoding.digit_ranges(format)
    return 1 + max(encoding.radix_bits * i + max(-low, high) // 2 for i, (low, high) in enumerate(ranges))


def _held(design: BitSerial) -> dict[str, int]:
    return {"b_bits": design.b.bits, "b_signed": int(design.b.signed)}


def _barrier(inputs: int) -> Leaf:
    return Leaf.of("barrier", inputs=inputs)


def _term_sequencer(encoding: Encoding, format: IntFormat, **modes: int) -> Leaf:
    if encoding.name not in TERM_ENCODINGS:
        raise SpecError(f"encoding {encoding.name!r} has no term sequencer; there are {', '.join(TERM_ENCODINGS)}")
    kind = f"term_sequencer_{encoding.name.replace('-', '_')}"
    return Leaf.of(kind, bits=format.bits, signed=int(format.signed), **{"repeats": 0, "steps": 0, **modes})


def _stripes(design: Stripes, widths: dict[str, int]) -> Parts:
    digits = design.encodings[0].digits(design.a)
    pe = Leaf.of(
        "pe_stripes", lanes=design.group, digits=digits, a_signed=int(design.a.signed), **_held(design), **widths
    )
    issue = Leaf.of("column_sequencer", group=design.group, digits=digits, digit_bits=1, skips=0, steps=0)
    return Parts(pe, ((issue, 1),), (), _barrier(design.columns))


def _pragmatic(design: Pragmatic, widths: dict[str, int]) -> Parts:
    exponents = exponent_values(design.encoding, design.a)
    pe = Leaf.of("pe_pragmatic", lanes=design.group, exponents=exponents, **_held(design), **widths)
    issue = _term_sequencer(design.encoding, design.a)
    return Parts(pe, ((issue, design.group),), (), _barrier(design.group * design.columns))


def _laconic(design: Laconic, widths: dict[str, int]) -> Parts:
    exponents = {
        f"{name}_exponents": exponent_values(design.encoding, f)
        for name, f in zip("ab", (design.a, design.b), strict=True)
    }
    pe = Leaf.of("pe_laconic", lanes=design.group, **exponents, **widths)
    of_a = _term_sequencer(design.encoding, design.a, repeats=1)
    of_b = _term_sequencer(design.encoding, design.b, steps=1)
    control = Leaf.of("laconic_control", lanes=design.group, columns=design.columns)
    return Parts(pe, ((of_a, design.group),), ((of_b, design.group),), control)


def _magnitudes(design: Bitlet | BitWave) -> Counted:
    if not isinstance(design.encoding, SignMagnitude):
        raise SpecError(f"{design.name}: gates are for sign-magnitude, not {design.encoding.name}")
    return ((Leaf.of("magnitude", bits=design.a.bits, signed=int(design.a.signed)), design.group),)


def _late_signs(design: Bitlet | BitWave) -> tuple[Leaf, int]:
    """The signs of a group on their way to the PE, which takes them with B in the first cycle of the group."""
    return Leaf.of("delay", bits=design.group, stages=1), 1


def _bitlet(design: Bitlet, widths: dict[str, int]) -> Parts:
    recoders, digits = _magnitudes(design), design.lanes
    pe = Leaf.of("pe_bitlet", group=design.group, digits=digits, **_held(design), **widths)
    issue = Leaf.of("ones_sequencer", group=design.group)
    return Parts(pe, ((issue, digits), _late_signs(design)), (), _barrier(digits * design.columns), recoders)


def _bitwave(design: BitWave, widths: dict[str, int]) -> Parts:
    if design.sign_cycles:
        raise SpecError("bitwave: in gates the signs come beside the first column; sign_cycles is 0, not 1")
    recoders, digits = _magnitudes(design), design.encoding.digits(design.a)
    pe = Leaf.of("pe_bitwave", lanes=design.group, digits=digits, **_held(design), **widths)
    issue = Leaf.of("column_sequencer", group=design.group, digits=digits, digit_bits=1, skips=1, steps=0)
    return Parts(pe, ((issue, 1), _late_signs(design)), (), _barrier(design.columns), recoders)


def _sibia(design: Sibia, widths: dict[str, int]) -> Parts:
    slices, bits = [SignedSlices().digits(f) for f in (design.a, design.b)], SignedSlices.digit_bits
    places = {"a_slices": slices[0], "b_slices": slices[1]}
    shape = {"slice_bits": bits, "radix_bits": SignedSlices.radix_bits}
    pe = Leaf.of("pe_sibia", lanes=design.group, **places, **shape, **widths)
    of_a = Leaf.of("column_sequencer", group=design.group, digits=slices[0], digit_bits=bits, skips=1, steps=1)
    of_b = Leaf.of("slice_selector", group=design.group, digits=slices[1], digit_bits=bits)
    control = Leaf.of("sibia_control", digits=slices[1], columns=design.columns)
    recoders = [Leaf.of("signed_slices", bits=f.bits, signed=int(f.signed)) for f in (design.a, design.b)]
    return Parts(pe, ((of_a, 1),), ((of_b, 1),), control, *(((leaf, design.group),) for leaf in recoders))


_PARTS: dict[type[BitSerial], Callable[..., Parts]] = {
    Stripes: _stripes,
    Pragmatic: _pragmatic,
    Laconic: _laconic,
    Bitlet: _bitlet,
    Sibia: _sibia,
    BitWave: _bitwave,
}
