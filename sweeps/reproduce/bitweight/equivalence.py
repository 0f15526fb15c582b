"""Claims on values: every PE of the paper computes what a MAC computes."""

from __future__ import annotations

from functools import partial

import numpy as np

from hwsim.bitweight import STEPS, Nest, interpret, mac, opt2, transformed
from hwsim.bitweight.words import compress, total
from hwsim.encodings import EnT
from sweeps.reproduce.bitweight.operands import SEED
from sweeps.reproduce.bitweight.sources import repository
from sweeps.reproduce.claim import derived, measured, table
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT

SIDES = (20, 8, 50)  # m, n, k of drawn products; k is ragged in groups of 4 and lanes of 4
OF_REPOSITORY = ("mac", "opt1")  # these have exhaustive benches there
UNCHANGED = derived("a transform changes no value")


def wrong_pairs(step: str) -> int:
    """Pairs of INT8 operands, of all 65536, whose product the nest of a step gets wrong."""
    values = np.arange(-128, 128)
    return _wrong(step, values[:, np.newaxis], values[np.newaxis])


def wrong_elements(step: str) -> int:
    """Elements of a drawn product that the nest of a step gets wrong."""
    rng, (m, n, k) = np.random.default_rng(SEED), SIDES
    return _wrong(step, rng.integers(-128, 128, (m, k)), rng.integers(-128, 128, (k, n)))


def _wrong(step: str, a: np.ndarray, b: np.ndarray) -> int:
    nest = transformed(mac(a.shape[0], b.shape[1], a.shape[1], encoding=EnT()), step)
    return int(np.count_nonzero(interpret(nest, a, b) != a @ b))


def of_equal(a: int, b: int) -> int:
    """Sixteen equal products summed by OPT2, whose narrow sums are widest then."""
    nest: Nest = opt2(mac(1, 1, 16))
    return int(interpret(nest, np.full((1, 16), a), np.full((16, 1), b))[0, 0])


def narrow_sum(bits: int) -> int:
    """Sixteen partial products -2 * -128 in a compressor tree of ``bits`` bits."""
    rows = compress([np.array(256)] * 16, bits)
    return int(total(rows, bits)[0])


def _of_step(step: str) -> tuple[str, int, partial[int]]:
    return step, 0, partial(wrong_pairs, step)


EQUIVALENCE = Section(
    "Values",
    (
        *table("INT8 pairs that a PE gets wrong, of 65536", repository("the exhaustive PE benches"), EXACT,
               [_of_step(step) for step in STEPS if step in OF_REPOSITORY], "pairs", "by the meaning of the nest"),
        *table("INT8 pairs that a transformed PE gets wrong, of 65536", UNCHANGED, EXACT,
               [_of_step(step) for step in STEPS if step not in OF_REPOSITORY], "pairs", "by the meaning of the nest"),
        *table("elements of a random product that a transform gets wrong", UNCHANGED, EXACT,
               [(step, 0, partial(wrong_elements, step)) for step in STEPS], "elements", "by the meaning of the nest"),
        *table("sixteen equal products summed by OPT2", measured("arithmetic on the vectors that overflow the RTL"),
               EXACT, [("-2 times -128", 4096, partial(of_equal, -2, -128)),
                       ("-128 times -128", 262144, partial(of_equal, -128, -128))]),
        *table("sixteen partial products of 256", measured("Verilator 5.006 on OPT2's tree of 13 bits, and arithmetic"),
               EXACT, [("in 13 bits", -4096, partial(narrow_sum, 13)), ("in 14 bits", 4096, partial(narrow_sum, 14))],
               note="the published tree has 13 bits and wraps"),
    ),
)  # fmt: skip
