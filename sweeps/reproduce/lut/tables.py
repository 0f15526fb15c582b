"""Claims on tables: entries and additions, how often they are made, what traffic they are, which array fits."""

from __future__ import annotations

from functools import partial

import numpy as np

from hwsim.floats import FP16
from hwsim.formats import INT8, IntFormat
from hwsim.gpu import load_gpu
from hwsim.low_bit import reinterpret, remap, signed_weights, ternary_weights, unsigned_weights
from hwsim.lut import (
    TableGeometry,
    least_bits_rows,
    least_bits_shapes,
    lookup_integers,
    precompute_redundancy,
)
from sweeps.reproduce.claim import derived, table
from sweeps.reproduce.lut.sources import paper
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT, rounded

N_OPT, NAIVE_COLUMNS = 12288, 4
PRODUCTS, GROUP = 512, 4


def inflation(activation: str, entry_bits: int) -> float:
    """Bits of a table over those of its activations."""
    unit = load_gpu(f"a100:unit=lut,a={activation},entry_bits={entry_bits}").unit
    assert unit.tables is not None
    return unit.tables.traffic_inflation


def exact_products(bits: int, signed: bool) -> bool:
    """Whether look-ups with random zero points give the integers of the product."""
    rng = np.random.default_rng(bits)
    a = rng.integers(-128, 128, (5, 70))
    if signed:
        codes = rng.integers(-(1 << bits - 1), 1 << bits - 1, (70, 6))
        return bool((lookup_integers(a, signed_weights(codes, bits)) == a @ codes).all())
    zero = rng.integers(0, 2 * (1 << bits) - 1, 6) / 2  # every multiple of 1/2 from 0 to 2**bits - 1
    codes = rng.integers(0, 1 << bits, (70, 6))
    weights = unsigned_weights(codes, bits, zero=zero[np.newaxis])
    return bool((lookup_integers(a, weights) == a @ weights.integers).all())


def ternary_zero() -> int:
    """z' of ternary weights in two bits."""
    (zero,) = np.unique(reinterpret(ternary_weights(np.array([[-1], [0], [1]]))).zero)
    return int(zero)


def remap_is_its_own_inverse() -> bool:
    codes = unsigned_weights(np.random.default_rng(0).integers(0, 16, (64, 5)), 4).codes
    return bool((remap(remap(codes, 4), 4) == codes).all())


def best_shape(w_bits: int, entry_bits: int) -> tuple[int, ...]:
    """m, n of every shape that needs fewest operand bits, one after the other."""
    return tuple(side for shape in least_bits_shapes(PRODUCTS, GROUP, w_bits, entry_bits) for side in shape)


def best_rows(w_bits: int, entry_bits: int) -> float:
    return least_bits_rows(PRODUCTS, GROUP, w_bits, entry_bits)


FOUR = TableGeometry(INT8)

TABLES = Section(
    "Tables and shapes",
    (
        *table("entries of a table of four activations", paper("equations 4 and 5"), EXACT,
               [("symmetrised", 8, lambda: FOUR.entries)]),
        *table("how often each table is made, OPT-175B, units of four columns", paper("3.1.1"), EXACT,
               [("n = 12,288", 3072, lambda: precompute_redundancy(N_OPT, NAIVE_COLUMNS))]),
        *table("additions that make a table", derived("sums counted by hand"), EXACT,
               [("partial sums shared", 12, lambda: FOUR.additions),
                ("each by itself", 24, lambda: FOUR.chained_additions),
                ("of 0 and 1, 16 entries", 11, lambda: FOUR.subset_additions)]),
        *table("bits of an exact entry, INT8 activations", derived("-A-B-C-D reaches 512"), EXACT,
               [("", 11, lambda: FOUR.entry_format.bits),
                ("without -128", 10, lambda: TableGeometry(INT8, symmetric=True).entry_format.bits)]),
        *table("bits of tables over bits of activations", derived("8 entries for 4 activations"), EXACT,
               [("FP16, INT8 entries", 1.0, partial(inflation, "fp16", 8)),
                ("FP16, FP16 entries", 2.0, partial(inflation, "fp16", 16)),
                ("INT8, INT8 entries", 2.0, partial(inflation, "int8", 8)),
                ("FP16, FP16 entries, not symmetrised", 4.0,
                 lambda: TableGeometry(FP16, entry=IntFormat(16)).full_traffic_inflation)]),
        *table("look-ups give the exact product", paper("equations 1 to 6"), EXACT,
               [(f"{bits} bits, any zero point", True, partial(exact_products, bits, False)) for bits in (1, 2, 3, 4)]),
        *table("look-ups give the exact product, signed weights", paper("equations 1 to 6"), EXACT,
               [(f"{bits} bits", True, partial(exact_products, bits, True)) for bits in (2, 3, 4)]),
        *table("z' of ternary weights in two bits", derived("q in 1, 2, 3 about z = 2"), EXACT,
               [("", 1, ternary_zero)]),
        *table("the remapping of weights is its own inverse", derived("complement twice"), EXACT,
               [("", True, remap_is_its_own_inverse)]),
        *table("shape of the array of 512 MACs", paper("3.2.2"), EXACT,
               [("W1, 16-bit entries", (2, 64), partial(best_shape, 1, 16))],
               note="that of fewest operand bits among powers of two"),
        *table("shapes of fewest operand bits", derived("m = sqrt(64 W / L)"), EXACT,
               [("W2, 16-bit entries", (2, 64, 4, 32), partial(best_shape, 2, 16)),
                ("W1, 8-bit entries", (2, 64, 4, 32), partial(best_shape, 1, 8)),
                ("W2, 8-bit entries", (4, 32), partial(best_shape, 2, 8)),
                ("W4, 16-bit entries", (4, 32), partial(best_shape, 4, 16))], note="m, n; of a tie both"),
        *table("rows at which tables and weights have equally many bits", derived("m = sqrt(64 W / L)"), rounded(2),
               [(f"W{w}, {bits}-bit entries", m, partial(best_rows, w, bits))
                for w, bits, m in ((1, 16, 2.0), (1, 8, 2.83), (2, 16, 2.83), (2, 8, 4.0), (4, 16, 4.0))]),
    ),
)  # fmt: skip
