"""Shifters, counters and adders that floating-point units are made of."""

from __future__ import annotations

from functools import reduce
from operator import or_

import pyrtl


def signed_bits(low: int, high: int) -> int:
    """The two's complement bits that hold every number from ``low`` to ``high``."""
    return 1 + max(high, ~low).bit_length()


def add_carry(x: pyrtl.WireVector, y: pyrtl.WireVector, carry: pyrtl.WireVector) -> pyrtl.WireVector:
    """``x + y + carry`` of two wires of one width, modulo that width, in one adder with a bit below."""
    total = pyrtl.concat(x, carry) + pyrtl.concat(y, carry)
    return total[1 : len(x) + 1]


def only_if(condition: pyrtl.WireVector, x: pyrtl.WireVector) -> pyrtl.WireVector:
    """``x``, or zero without ``condition``."""
    return x & condition.sign_extended(len(x))


def any_bit(x: pyrtl.WireVector) -> pyrtl.WireVector:
    """Whether one bit of ``x`` is 1."""
    return pyrtl.rtl_any(*x)


def all_bits(x: pyrtl.WireVector) -> pyrtl.WireVector:
    """Whether all bits of ``x`` are 1."""
    return pyrtl.rtl_all(*x)


def shifted_right_sticky(x: pyrtl.WireVector, places: pyrtl.WireVector) -> pyrtl.WireVector:
    """``x`` (of two bits or more) moved down, in stages of powers of two; its last bit is 1 if a 1 was lost."""
    lost = []
    for stage, wanted in enumerate(places):
        step = min(1 << stage, len(x))
        lost.append(any_bit(x[:step]) & wanted)
        moved = pyrtl.concat(pyrtl.Const(0, step), x[step:]) if step < len(x) else pyrtl.Const(0, step)
        x = pyrtl.select(wanted, moved, x)
    return pyrtl.concat(x[1:], x[0] | reduce(or_, lost))


def shifted_left(x: pyrtl.WireVector, places: pyrtl.WireVector) -> pyrtl.WireVector:
    """``x`` moved up by ``places``, in stages of powers of two; what leaves the width is lost."""
    for stage, wanted in enumerate(places):
        step = min(1 << stage, len(x))
        moved = pyrtl.concat(x[: len(x) - step], pyrtl.Const(0, step)) if step < len(x) else pyrtl.Const(0, step)
        x = pyrtl.select(wanted, moved, x)
    return x


def leading_zeros(x: pyrtl.WireVector) -> pyrtl.WireVector:
    """Number of zeros above the highest 1 of ``x``; means nothing where ``x`` is zero. A tree of depth log2."""
    missing = (1 << (len(x) - 1).bit_length()) - len(x)
    padded = pyrtl.concat(x, pyrtl.Const(0, missing)) if missing else x
    count = _count(padded)[0]
    return pyrtl.Const(0, 1) if count is None else count


def _count(x: pyrtl.WireVector) -> tuple[pyrtl.WireVector | None, pyrtl.WireVector]:
    """Leading zeros of a power of two of bits (None of one bit: it has none to count), and whether all are zero."""
    if len(x) == 1:
        return None, ~x
    middle = len(x) // 2
    (upper, upper_zero), (lower, lower_zero) = _count(x[middle:]), _count(x[:middle])
    both = upper_zero & lower_zero
    if upper is None or lower is None:
        return upper_zero, both
    return pyrtl.concat(upper_zero, pyrtl.select(upper_zero, lower, upper)), both
