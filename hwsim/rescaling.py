"""Real products by an engine that adds up integers of INT8 tables: what the operators around it do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.lut import Lut
from hwsim.engine import Engine
from hwsim.errors import SpecError
from hwsim.float_patterns import FloatPatterns
from hwsim.floats import Floats
from hwsim.formats import FP32, FloatFormat, Format
from hwsim.low_bit.weights import LowBitWeights
from hwsim.lut.integer_product import Integers
from hwsim.lut.quantised_product import Precomputed, TableQuantiser, TableScale, precompute, rescale, runs
from hwsim.lut.token_tables import PER_TOKEN


def rescaled_product(
    engine: Engine,
    a: Floats | Integers,
    weights: LowBitWeights,
    scale: TableScale = PER_TOKEN.scale,
    accumulator: FloatFormat = FP32,
) -> Floats:
    """The product (m, n) of activations (m, k) and weights, looked up by an ``engine`` with ``entry=int8``.

    Bit for bit that of `hwsim.lut.lookup_quantised` with a `TableQuantiser` of this ``scale`` and ``accumulator``. The
    engine has one scale for a row of what it is given: tables of one scale are one product, of so many of the k as they
    take, and all of these products a batch. Weights may have any zero point, because sums are those with q'.
    Activations are of the engine's format, integers or floats.
    Raises SpecError for another engine, for weights of other bits, and for scales of weights that cut tables of one
    scale apart.
    """
    group = _group(engine)
    if weights.bits != engine.mac.w.bits:
        raise SpecError(f"{engine.spec} takes weights of {engine.mac.w.bits} bits, not of {weights.bits}")
    precomputed = precompute(a, weights, TableQuantiser(scale, accumulator=accumulator), _activation(engine), group)
    _check_whole(precomputed, scale, weights)
    operand = engine_weights(weights)
    bounds = [*precomputed.layout.starts.tolist(), weights.k]

    def sums(first: int, end: int) -> NDArray[np.int64]:
        part = slice(bounds[first], bounds[end])
        return np.asarray(engine.multiply(a[:, part], operand[part]), np.int64)

    return rescale(precomputed, weights, accumulator, sums)


def engine_weights(weights: LowBitWeights) -> NDArray[np.int64]:
    """The codes (k, n) as engines take weights, whatever their zero points: less 2**(bits - 1), or -1 and +1."""
    codes = weights.codes.astype(np.int64)
    return 2 * codes - 1 if weights.bits == 1 else codes - (1 << (weights.bits - 1))


def _activation(engine: Engine) -> Format:
    """The format of the activations, which an engine holds as patterns where they are floats."""
    a = engine.mac.a
    return a.format if isinstance(a, FloatPatterns) else a


def _group(engine: Engine) -> int:
    if not isinstance(engine.array, Lut) or not engine.array.quantised:
        raise SpecError(f"sums that are rescaled come from an engine lut with entry=int8, not from {engine.spec}")
    return engine.array.k


def _check_whole(precomputed: Precomputed, scale: TableScale, weights: LowBitWeights) -> None:
    sets = precomputed.quantised.sets
    if len(list(runs(precomputed.layout, sets))) > len(np.unique(sets)):
        raise SpecError(
            f"one scale of weights for {weights.span} of k = {weights.k} cuts tables with one scale per {scale} apart: "
            "the engine quantises neither part by itself"
        )
