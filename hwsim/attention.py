"""What computes products of two activations, as in attention, where an engine's weights are narrower than those."""

from __future__ import annotations

from hwsim.engine import Engine, load_engine, make_engine
from hwsim.errors import SpecError
from hwsim.formats import IntFormat, parse_format

VECTOR_UNIT = "vector"
SUM_BITS = 16
"""Bits of the vector unit's sums beyond those of a product: up to 2**16 products, and a longer sum is refused."""


def attention_engine(text: str, engine: Engine, lanes: int) -> Engine:
    """The engine that ``text`` names, or the vector unit of ``lanes`` lanes: a multiply-accumulate in each per cycle.

    Raises SpecError for what is neither, and for an engine whose operands have not both the width of ``engine``'s
    activations.
    """
    if text == VECTOR_UNIT:
        return _vector_unit(engine, lanes)
    found, bits = _loaded(text), engine.mac.a.bits
    if found.mac.a.bits != bits or not found.multiplies_activations:
        raise SpecError(
            f"attention={text} takes a={found.mac.a} and w={found.mac.w}; products of two activations of {engine.spec} "
            f"need an a of {bits} bits and a w of no fewer"
        )
    return found


def _loaded(text: str) -> Engine:
    try:
        return load_engine(text)
    except SpecError as error:
        raise SpecError(f"attention={text} is neither {VECTOR_UNIT!r} nor an engine: {error}") from None


def _vector_unit(engine: Engine, lanes: int) -> Engine:
    """A row of sums that rest; floats move and take time as integers of their width do."""
    asked = parse_format(str(engine.mac.a))
    a = asked if isinstance(asked, IntFormat) else IntFormat(asked.bits)
    acc = IntFormat(max(engine.mac.acc.bits, 2 * a.bits + SUM_BITS))
    return make_engine("matrix-2d", {"rows": 1, "cols": lanes, "a": a, "w": a, "acc": acc})
