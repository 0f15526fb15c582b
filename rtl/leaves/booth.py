"""Booth radix-4 partial products as gates: windows of the encoded operand choose among candidates of the other."""

from __future__ import annotations

import pyrtl

from hwsim.bitweight.digit_sums import DigitSum
from hwsim.encodings.booth import Booth
from hwsim.formats import IntFormat
from rtl.leaves.arithmetic import fit
from rtl.leaves.compressors import Pair, Rows, above, candidates, choose, compress_addends, multiple, shifted
from rtl.leaves.operands import Operands

ENCODING = Booth()


def partial_products(
    a: pyrtl.WireVector, b: pyrtl.WireVector, a_signed: bool, b_signed: bool
) -> list[pyrtl.WireVector]:
    """Digit times ``b`` for every digit of ``a``, lowest first and not shifted, each two bits wider than ``b``."""
    from_b = candidates(b, b_signed)
    return [choose(from_b, *decoded(window)) for window in windows(a, a_signed)]


def compressed_product(
    a: pyrtl.WireVector, b: pyrtl.WireVector, operands: Operands, kept: Rows, bits: int, looped: bool = False
) -> Pair:
    """``a`` times ``b`` and the ``kept`` rows, modulo ``2**bits``, as one pair; ``looped`` as in `DigitSum`."""
    fmt, other = IntFormat(len(a), operands.a_signed), IntFormat(len(b), operands.w_signed)
    terms = DigitSum.of_product(ENCODING, fmt, other, bits, len(kept), looped, operands.tree)
    controls = [multiplied(window) for window in windows(a, operands.a_signed)]
    multiples = [multiple(b, *control, operands.w_signed) for control in controls]
    rows = [above(row, addend.low) for row, addend in zip(kept, terms.addends, strict=False)]
    return compress_addends(
        [*rows, *(negative for _, _, negative in controls), *multiples], terms.addends, bits, terms.tree
    )


def multiplied(window: pyrtl.WireVector) -> tuple[pyrtl.WireVector, pyrtl.WireVector, pyrtl.WireVector]:
    """Whether a digit takes its operand once, or twice, and whether it is negative."""
    upper, middle, below = window[2], window[1], window[0]
    both = middle & below
    return middle ^ below, (upper & ~(middle | below)) | (~upper & both), upper & ~both


def weighed(rows: list[pyrtl.WireVector], bits: int) -> list[pyrtl.WireVector]:
    """Partial products, lowest digit first, each at its bit-weight in ``bits`` bits: sign above, zeros below."""
    return [shifted(row, ENCODING.radix_bits * place, bits) for place, row in enumerate(rows)]


def windows(a: pyrtl.WireVector, signed: bool) -> list[pyrtl.WireVector]:
    """Three bits for every digit: its own two, and the upper one of the digit below."""
    digits, step = ENCODING.digits(IntFormat(len(a), signed)), ENCODING.radix_bits
    padded = pyrtl.concat(fit(a, digits * step, signed), pyrtl.Const(0, 1))
    return [padded[i * step : (i + 1) * step + 1] for i in range(digits)]


def decoded(window: pyrtl.WireVector) -> tuple[pyrtl.WireVector, pyrtl.WireVector]:
    """Select code and enable of one digit (`hwsim.encodings.select`); a digit of zero has no code."""
    upper, middle, below = window[2], window[1], window[0]
    one = middle ^ below
    return pyrtl.concat(~(upper ^ one), one), one | (upper ^ middle)
