"""One element of a low-bit array with float activations, by exact fractions, one operation after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from float_oracle import DIGITS
from hardware_float_oracle import added, multiplied, nearest

ENTRY = "fp16"


@dataclass(frozen=True)
class Design:
    """What decides the arithmetic: an engine's name, its group and groups per step, and the formats."""

    name: str
    group: int
    tables: int
    w_bits: int
    a: str
    acc: str

    @property
    def taken(self) -> int:
        """Activations of one group."""
        return self.group - 1 if self.name == "unpu" and self.w_bits > 1 else self.group

    @property
    def form(self) -> str:
        """How a group is summed; what unpu does depends on the bits of the weights."""
        return {"unpu": "lut" if self.w_bits == 1 else "lut-conventional"}.get(self.name, self.name)


def rounded(x: float, name: str) -> float:
    """``x`` in another format; a subnormal number is flushed, infinity is the largest number where there is none."""
    digits = DIGITS[name]
    if not x or math.isnan(x):
        return x
    if math.isinf(x):
        return x if digits.infinite else math.copysign(float(digits.largest), x)
    return nearest(Fraction(x), digits)


def add(x: float, y: float, name: str) -> float:
    return added(x, y, DIGITS[name])


def tree(terms: Sequence[float], name: str) -> float:
    level = list(terms)
    while len(level) > 1:
        pairs = [add(level[i], level[i + 1], name) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[2 * len(pairs) :]
    return level[0]


def signed_sum(values: Sequence[float], signs: Sequence[int]) -> float:
    """Each half of the group by itself."""
    if len(values) == 1:
        return signs[0] * values[0]
    middle = len(values) // 2
    return add(signed_sum(values[:middle], signs[:middle]), signed_sum(values[middle:], signs[middle:]), ENTRY)


def subset_sum(values: Sequence[float], bits: Sequence[int]) -> float:
    """Those with a bit of 1, one after the other."""
    chosen = [x for x, bit in zip(values, bits, strict=True) if bit]
    total = chosen[0] if chosen else 0.0
    for x in chosen[1:]:
        total = add(total, x, ENTRY)
    return total


def scaled(x: float, places: int, name: str) -> float:
    return rounded(x * 2.0**places, name)


def steps(row: Sequence[float], column: Sequence[int], design: Design) -> list[list[list[tuple[float, int]]]]:
    """Pairs of activation and weight of every group of every step, filled with zeros."""
    rest = -1 if design.w_bits == 1 else 0
    size = design.taken * design.tables
    pairs = [(rounded(float(x), design.a), int(w)) for x, w in zip(row, column, strict=True)]
    pairs += [(0.0, rest)] * (-len(pairs) % size)
    groups = [pairs[i : i + design.taken] for i in range(0, len(pairs), design.taken)]
    return [groups[i : i + design.tables] for i in range(0, len(groups), design.tables)]


def multiplied_element(row: Sequence[float], column: Sequence[int], design: Design) -> float:
    total = 0.0
    for step in steps(row, column, design):
        products = [multiplied(x, float(w), DIGITS[design.acc]) for group in step for x, w in group]
        total = add(total, tree(products, design.acc), design.acc)
    return total


def code(w: int, design: Design) -> int:
    """The bits of a weight: odd look-ups count from the lowest weight up, others are two's complement."""
    if design.w_bits == 1:
        return (w + 1) // 2
    return w + 2 ** (design.w_bits - 1) if design.form == "lut" else w % 2**design.w_bits


def group_term(group: Sequence[tuple[float, int]], plane: int, design: Design) -> list[float]:
    """What the tree of a unit gets of one group in one plane."""
    values, bits = [x for x, _ in group], [code(w, design) >> plane & 1 for _, w in group]
    if design.form == "lut":
        return [signed_sum(values, [2 * bit - 1 for bit in bits])]
    if design.form == "lut-conventional":
        return [subset_sum(values, bits)]
    if design.w_bits == 1:
        return [x if bit else -x for x, bit in zip(values, bits, strict=True)]
    return [x if bit else 0.0 for x, bit in zip(values, bits, strict=True)]


def element(row: Sequence[float], column: Sequence[int], design: Design) -> float:
    """One element of the product."""
    if design.form == "dequant-mac":
        return multiplied_element(row, column, design)
    several = design.w_bits > 1
    lowest = -1 if design.form == "lut" and several else int(design.form == "lut-conventional" and not several)
    total = correction = 0.0
    for step in steps(row, column, design):
        for plane in range(design.w_bits):
            found = tree([x for group in step for x in group_term(group, plane, design)], ENTRY)
            negative = several and design.form != "lut" and plane == design.w_bits - 1
            term = scaled(rounded(-found if negative else found, design.acc), plane + lowest, design.acc)
            total = add(total, term, design.acc)
        whole = tree([minus_sum([x for x, _ in group], design) for group in step], ENTRY)
        correction = add(correction, scaled(rounded(whole, design.acc), min(lowest, 0), design.acc), design.acc)
    corrected = several if design.form == "lut" else not several and design.form == "lut-conventional"
    return add(total, correction, design.acc) if corrected else total


def minus_sum(values: Sequence[float], design: Design) -> float:
    """Minus the sum of a group, as the table has it."""
    return signed_sum(values, [-1] * len(values)) if design.form == "lut" else -subset_sum(values, [1] * len(values))
