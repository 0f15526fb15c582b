"""Arithmetic of counts: sums, products and maxima of independent variables on 0, 1, 2, ... by their probabilities."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError

Pmf = NDArray[np.float64]
"""Entry i is the probability of i; the entries sum to 1."""


def mean_of(pmf: Pmf) -> float:
    """Expectation."""
    return float(pmf @ np.arange(len(pmf)))


def sd_of(pmf: Pmf) -> float:
    """Standard deviation."""
    return math.sqrt(float(pmf @ (np.arange(len(pmf)) - mean_of(pmf)) ** 2))


def sum_pmf(pmf: Pmf, terms: int) -> Pmf:
    """The sum of ``terms`` independent counts, exact but for rounding: the time of a column that adds them up."""
    if terms < 1:
        raise SpecError(f"a sum has at least 1 term, not {terms}")
    length = (len(pmf) - 1) * terms + 1
    total = np.fft.irfft(np.fft.rfft(pmf, 2 * length) ** terms, 2 * length)[:length]
    return np.maximum(total, 0.0)


def product_pmf(left: Pmf, right: Pmf) -> Pmf:
    """The product of two independent counts: the digit pairs that multiply two encoded operands (Laconic)."""
    products = np.multiply.outer(np.arange(len(left)), np.arange(len(right)))
    return np.asarray(np.bincount(products.ravel(), np.multiply.outer(left, right).ravel()), np.float64)


def expected_max(pmf: Pmf, lanes: int) -> float:
    """Expected largest of ``lanes`` independent counts: the time of lanes or columns that wait for each other."""
    if lanes < 1:
        raise SpecError(f"a maximum is over at least 1 lane, not {lanes}")
    return float((1 - np.minimum(np.cumsum(pmf)[:-1], 1.0) ** lanes).sum())
