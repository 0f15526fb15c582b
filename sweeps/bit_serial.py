"""Bit-serial designs compared: the same operands, drawn from a distribution or a tensor of yours, for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwsim.bit_serial import BitSerial
from hwsim.encodings import Distribution
from hwsim.formats import IntFormat
from hwsim.operands import load_operands
from sweeps.digit_data import distributions

SEED = 20250
ROWS, COLUMNS, DEPTH = 256, 16, 1024  # m, n, k of drawn operands: 256 Ki operands of A, 16 columns of B


@dataclass(frozen=True)
class Comparison:
    """What one design takes for the operands of one source."""

    design: BitSerial
    data: Distribution
    cycles: int
    per_operand: float
    """Lane cycles per operand pair, exact for these operands."""
    expected: float | None
    """Lane cycles per operand pair of independent operands with the same values, if known exactly."""

    @property
    def speedup(self) -> float:
        """Over bit-parallel MACs that form as many one-bit products per cycle."""
        return self.design.speedup(self.per_operand)


def compare(designs: Sequence[BitSerial], data: str, format: IntFormat) -> list[list[Comparison]]:
    """Per distribution, or per tensor of an ``.npz`` file, what every design takes.

    A tensor is the operand A, its last axis the dimension of the dot products. B, and A of a distribution, is drawn
    with a fixed seed, every value as often as the data has it. Raises SpecError for data that cannot be read.
    """
    sources = distributions(data, format)
    tensors = load_operands(data).arrays.values() if Path(data).suffix == ".npz" else [None] * len(sources)
    found = []
    for source, tensor in zip(sources, tensors, strict=True):
        rng = np.random.default_rng(SEED)
        a = draw(source, (ROWS, DEPTH), rng) if tensor is None else _rows(tensor)
        b = draw(source, (a.shape[1], COLUMNS), rng)
        found.append([_one(design, source, a, b) for design in designs])
    return found


def draw(source: Distribution, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.int32]:
    """Independent values, distributed like ``source``."""
    below = np.cumsum(source.probabilities)[:-1]
    values: NDArray[np.int32] = source.values[np.searchsorted(below, rng.random(shape), side="right")]
    return values


def _rows(tensor: NDArray[np.generic]) -> NDArray[np.integer]:
    """(rows, k) of a tensor of integers; a scalar is a row of one."""
    rows: NDArray[np.integer] = tensor.reshape(-1, tensor.shape[-1] if tensor.ndim else 1)  # type: ignore[assignment]
    return rows


def _one(design: BitSerial, source: Distribution, a: NDArray[np.integer], b: NDArray[np.integer]) -> Comparison:
    cycles = design.cycles(a, b)
    per_operand = design.per_operand(cycles, len(a), b.shape[1], a.shape[1])
    return Comparison(design, source, cycles, per_operand, design.expected(source))
