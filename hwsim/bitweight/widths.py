"""How wide the words and carry-save pairs of a nest must be: the range of what is summed, and nothing typed by hand.

A carry-save pair is right modulo ``2**bits`` only, so it needs at once the width of the sum that its `add` makes;
sign-extending sum and carry apart would be wrong.
"""

from __future__ import annotations

from itertools import product as combinations

from hwsim.bitweight.draft import Draft
from hwsim.bitweight.loops import Dim, Loop
from hwsim.bitweight.primitive import Form, Role

Range = tuple[int, int]


def signed_bits(low: int, high: int) -> int:
    """Bits of a two's-complement word that holds ``low`` to ``high``."""
    return max((-low - 1).bit_length() if low < 0 else 0, high.bit_length() if high > 0 else 0) + 1


def needed_bits(draft: Draft) -> dict[int, int]:
    """Least width of what map and every primitive of the chain make, by place in the body."""
    needs = _ranges_as_bits(draft)
    for i in reversed(draft.chain):  # a pair is as wide as what it becomes
        following = i + 1
        if draft.forms()[i][1] is Form.PAIR and following in needs:
            needs[i] = max(needs[i], needs[following])
    return needs


def built_bits(draft: Draft) -> dict[int, int]:
    """Width of what map and every primitive of the chain make: as the nest says, else what is needed."""
    widths, forms, before = needed_bits(draft), draft.forms(), 0
    for i in draft.chain:
        given = draft.body[i].bits
        if given is not None:
            widths[i] = given
        elif forms[i][0] is Form.PAIR:
            widths[i] = max(before, widths[i])  # what was built wider stays so until its word is made
        before = widths[i]
    return widths


def _ranges_as_bits(draft: Draft) -> dict[int, int]:
    """Width of the true value at every place, after map and after each primitive of the chain."""
    consumed: frozenset[str] = frozenset()
    weighed, needs = False, {}
    for i, placed in enumerate(draft.body):
        if placed.role in (Role.POINTWISE, Role.REDUCTION):
            consumed |= placed.over
            weighed |= placed.primitive.weighs
        elif placed.role is not Role.MAP:
            continue
        needs[i] = signed_bits(*_range(draft, consumed, weighed))
    return needs


def _range(draft: Draft, consumed: frozenset[str], weighed: bool) -> Range:
    """Range of a sum of (digits times weights) times B over the consumed loops."""
    product = draft.product
    terms = min(product.k, draft.extent(loop for loop in draft.loops if loop.dim is Dim.K and loop.name in consumed))
    b, coefficient = (product.b.low, product.b.high), _coefficient_range(draft, consumed, weighed)
    corners = [terms * x * y for x in coefficient for y in b]
    return min(corners), max(corners)


def _coefficient_range(draft: Draft, consumed: frozenset[str], weighed: bool) -> Range:
    """Range of what multiplies one B: the whole operand, or digits of it, weighed or not."""
    product, loops = draft.product, draft.covering(Dim.BW)
    kept = [loop for loop in loops if loop.name not in consumed]
    if not kept:
        return product.a.low, product.a.high
    digits = product.encoding.digit_ranges(product.a)
    summed = _places([loop for loop in loops if loop.name in consumed])
    lows, highs = [], []
    for offset in _places(kept):
        places = [offset + place for place in summed if offset + place < len(digits)]
        weights = [product.encoding.radix**place if weighed else 1 for place in places]
        lows.append(sum(w * digits[place][0] for w, place in zip(weights, places, strict=True)))
        highs.append(sum(w * digits[place][1] for w, place in zip(weights, places, strict=True)))
    return min(lows), max(highs)


def _places(loops: list[Loop]) -> list[int]:
    """Every index that these loops reach."""
    steps = combinations(*(range(0, loop.extent * loop.stride, loop.stride) for loop in loops))
    return [sum(step) for step in steps]
