"""What quantised tables cost in accuracy, beside quantised activations and exact tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.floats import FP16, Floats, rounded
from hwsim.formats import FloatFormat, Format, IntFormat
from hwsim.low_bit.weights import LowBitWeights
from hwsim.lut.float_product import FloatRule, lookup_floats
from hwsim.lut.integer_product import Integers, scaled_product
from hwsim.lut.quantised_product import TableQuantiser, TableScale, lookup_quantised, parse_table_scale

Reals = NDArray[np.float64]

SCALES = tuple(parse_table_scale(text) for text in ("table", "group:64", "token"))


class Synthetic(Enum):
    """Distributions of synthetic activations."""

    GAUSSIAN = "Gaussian"
    LAPLACE = "Laplace"
    OUTLIERS = "outliers"
    """Gaussian, one value in 200 thirty times as large."""

    def draw(self, shape: tuple[int, int], seed: int) -> Reals:
        """Activations (m, k)."""
        rng = np.random.default_rng(seed)
        if self is Synthetic.LAPLACE:
            return rng.laplace(size=shape)
        values = rng.standard_normal(shape)
        return np.where(rng.random(shape) < 1 / 200, 30 * values, values) if self is Synthetic.OUTLIERS else values


@dataclass(frozen=True, slots=True)
class ProductError:
    """The normalised mean squared error of a product: |x - exact|**2 / |exact|**2 over all its elements."""

    what: str
    scale: TableScale | None
    nmse: float


def table_errors(
    a: Floats | Integers,
    weights: LowBitWeights,
    activation: Format = FP16,
    group: int = 4,
    bits: int = 8,
    scales: Sequence[TableScale] = SCALES,
) -> tuple[ProductError, ...]:
    """Errors of activations (m, k) against their product with the weights in float64.

    Of exact tables (of floats under the default `FloatRule`, of integers without any rounding), then for each of
    ``scales`` of tables with ``bits`` bits, then of activations quantised with ``bits`` bits over the same sets of
    activations and multiplied exactly. Raises SpecError as the products do, and for an exact product that is zero.
    """
    exact = np.asarray(a, np.float64) @ weights.real
    found = [_exact_tables(a, weights, activation, group, exact)]
    for scale in scales:
        product = lookup_quantised(a, weights, TableQuantiser(scale, bits), activation, group)
        found.append(ProductError(f"int{bits} tables", scale, nmse(product, exact)))
    for scale in scales:
        held = quantised_activations(np.asarray(a, np.float64), scale.elements(a.shape[1], group), bits)
        found.append(ProductError(f"int{bits} activations", scale, nmse(held @ weights.real, exact)))
    return tuple(found)


def _exact_tables(
    a: Floats | Integers, weights: LowBitWeights, activation: Format, group: int, exact: Reals
) -> ProductError:
    if isinstance(activation, FloatFormat):
        product = lookup_floats(cast("Floats", a), weights, FloatRule(activation), group)
        return ProductError(f"{FloatRule().entry} tables", None, nmse(product, exact))
    return ProductError("exact tables", None, nmse(scaled_product(cast("Integers", a), weights, activation), exact))


def quantised_activations(a: Reals, per_scale: int, bits: int = 8) -> Reals:
    """Activations (m, k) as integers of ``bits`` bits times a scale: the largest of ``per_scale`` is the highest."""
    highest = IntFormat(bits).high
    firsts = np.arange(0, a.shape[1], per_scale)
    scales = np.maximum.reduceat(np.abs(a), firsts, axis=1) / highest
    scales[scales == 0] = 1
    repeated = np.repeat(scales, per_scale, axis=1)[:, : a.shape[1]]
    return np.asarray(np.rint(a / repeated) * repeated)


def nmse(values: Floats, exact: Reals) -> float:
    """The squared error of ``values`` over the square of ``exact`` (same shape). Raises SpecError if that is zero."""
    square = float((exact**2).sum())
    if square == 0:
        raise SpecError("the exact product is zero: an error relative to it does not exist")
    return float(((values.astype(np.float64) - exact) ** 2).sum()) / square


def synthetic_errors(weights: LowBitWeights, m: int = 16, seed: int = 0) -> dict[Synthetic, tuple[ProductError, ...]]:
    """`table_errors` of m rows of fp16 activations of every synthetic distribution."""
    return {kind: table_errors(rounded(kind.draw((m, weights.k), seed), FP16), weights) for kind in Synthetic}
