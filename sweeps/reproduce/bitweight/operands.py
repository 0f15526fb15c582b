"""What several groups of claims ask about: INT8 operands of a distribution, their digits, and draws of them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings import DigitStatistics, Distribution, EnT, parse_encoding
from hwsim.formats import INT8
from hwsim.sparse_columns import IssueRule

SEED = 2025
RULE = IssueRule(EnT())
"""The published RTL: EN-T digits in groups of four, an empty group costs a cycle, 32 columns, one lane."""


@cache
def normal(encoding: str, sigma: float) -> DigitStatistics:
    """Digits of rounded normal values within -127..127."""
    return DigitStatistics(parse_encoding(encoding), Distribution.normal(INT8, sigma))


@cache
def published(encoding: str) -> DigitStatistics:
    """Digits at the sigma that has both published means, 24.4."""
    return DigitStatistics(parse_encoding(encoding), Distribution.published_normal(INT8))


@cache
def uniform(encoding: str) -> DigitStatistics:
    """Digits of all 256 values, equally often."""
    return DigitStatistics(parse_encoding(encoding), Distribution.uniform(INT8))


def drawn(data: Distribution, shape: tuple[int, ...]) -> NDArray[np.int8]:
    """Independent values of a distribution, always the same."""
    values = np.random.default_rng(SEED).choice(data.values, shape, p=data.probabilities)
    return np.asarray(values, np.int8)


def grid(text: str) -> list[tuple[float, ...]]:
    """The lines of a printed table, a tuple of numbers each."""
    return [tuple(map(float, line.split())) for line in text.strip().splitlines()]
