"""What computes products of two activations, as in attention, where an engine's weights are narrower than those."""

from __future__ import annotations

from hwsim.engine import Engine, load_engine, make_engine
from hwsim.errors import SpecError
from hwsim.formats import IntFormat

VECTOR_UNIT = "vector"
LONGEST_SUM = 1 << 16
"""Products that the vector unit can add in one sum; a longer one is refused as by any engine."""


def attention_engine(text: str, engine: Engine, lanes: int) -> Engine:
    """The engine that ``text`` names, or the vector unit of ``lanes`` lanes: a multiply-accumulate in each per cycle.

    Raises SpecError for an engine that cannot multiply two operands in the format of ``engine``'s activations.
    """
    a = engine.mac.a
    if text == VECTOR_UNIT:
        acc = max(engine.mac.acc.bits, 2 * a.bits + LONGEST_SUM.bit_length() - 1)
        row = {"rows": 1, "cols": lanes, "a": a, "w": a, "acc": IntFormat(acc)}
        return make_engine("matrix-2d", row)
    found = load_engine(text)
    if found.mac.a != a or not found.multiplies_activations:
        raise SpecError(
            f"attention={text} takes a={found.mac.a} and w={found.mac.w}; products of two activations of {engine.spec} "
            f"need a={a} and a w of no fewer bits"
        )
    return found
