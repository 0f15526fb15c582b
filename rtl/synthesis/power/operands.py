"""Operands whose energy is asked for: drawn from a distribution, or the corner of one's own matrices."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, prod
from pathlib import Path
from typing import Any

import numpy as np

from hwsim.arrays.base import Matrix
from hwsim.engine import Engine
from hwsim.errors import SpecError, nearest
from hwsim.float_patterns import FloatPatterns
from hwsim.formats import INT8, IntFormat, SignFormat
from hwsim.operands import Operands, load_operands
from hwsim.spec import split_inline

CYCLES, FEWEST_CYCLES, FEW_PES = 192, 48, 4
"""Active cycles that a run is made for with up to FEW_PES; with more it is shorter, since all of them count."""

FOLDS = 4
"""Folds of a run where one operand rests, so that it is not energy of a single one."""

SEED = 20250
DEFAULT_SIGMA = 24.4
NAMES = ("normal", "uniform", "zeros")


@dataclass(frozen=True, slots=True)
class Drawn:
    """``normal`` with ``sigma`` in steps of int8, in proportion for integers of other widths but no less than one of
    their steps, rounded and clipped to the format; ``uniform`` over the format; ``zeros``. The same for the same
    ``seed``; ``cycles`` are what a run of up to FEW_PES is made for."""

    name: str = "normal"
    sigma: float = DEFAULT_SIGMA
    seed: int = SEED
    cycles: int = CYCLES

    def __str__(self) -> str:
        return f"{self.name}:sigma={self.sigma:g}" if self.name == "normal" else self.name

    def product(self, engine: Engine) -> tuple[Matrix, Matrix]:
        """Matrices a (m, k) and b (k, n) on which ``engine`` is active for about so many cycles."""
        m, n, k = sides(engine, self.cycles)
        rng = np.random.default_rng(self.seed)
        return self._matrix(engine.activation, (m, k), rng), self._matrix(engine.mac.w, (k, n), rng)

    def _matrix(self, fmt: IntFormat, shape: tuple[int, int], rng: np.random.Generator) -> Matrix:
        if self.name == "zeros":
            return np.full(shape, fmt.rest) if not isinstance(fmt, FloatPatterns) else fmt.stored(np.zeros(shape))
        values = rng.standard_normal(shape) if self.name == "normal" else rng.uniform(-1, 1, shape)
        if isinstance(fmt, FloatPatterns):
            scale = self.sigma if self.name == "normal" else 1.0
            return fmt.stored(np.clip(scale * values, -fmt.largest, fmt.largest))
        if self.name == "uniform":
            return fmt.random(rng, shape)
        if isinstance(fmt, SignFormat):
            return np.where(values < 0, fmt.low, fmt.high)
        scaled = np.rint(values * self._steps(fmt))
        integers: Matrix = np.clip(scaled if fmt.signed else np.abs(scaled), fmt.low, fmt.high).astype(np.int64)
        return integers

    def _steps(self, fmt: IntFormat) -> float:
        """``sigma`` in steps of ``fmt``: no less than one where that makes it less, or nearly all weights of two bits
        were zero."""
        return max(self.sigma * fmt.high / INT8.high, min(self.sigma, 1.0))


@dataclass(frozen=True, slots=True)
class Given:
    """Arrays ``a`` (m, k) and ``w`` (k, n) of a file; of both, the corner that a run takes."""

    operands: Operands

    def __str__(self) -> str:
        return self.operands.source

    def product(self, engine: Engine) -> tuple[Matrix, Matrix]:
        """The corner; raises SpecError unless both are matrices of the engine's formats that fit each other."""
        a, b = (self._matrix(role, fmt) for role, fmt in (("a", engine.activation), ("w", engine.mac.w)))
        if a.shape[1] != b.shape[0]:
            raise SpecError(
                f"{self}: a has shape {a.shape} and w {b.shape}: the inner sides {a.shape[1]} and {b.shape[0]} differ"
            )
        m, n, k = sides(engine)
        return a[:m, :k], b[:k, :n]

    def _matrix(self, role: str, fmt: IntFormat) -> Matrix:
        where, array = f"{self}: {role}", self.operands.arrays[role]
        if array.ndim != 2 or 0 in array.shape:
            raise SpecError(f"{where} has shape {array.shape}; it is a matrix with at least one element")
        if isinstance(fmt, FloatPatterns):
            return fmt.stored(fmt.check_values(array, where))
        if not np.issubdtype(array.dtype, np.integer):
            raise SpecError(f"{where} holds {array.dtype}; operands are integers")
        integers: Any = array
        fmt.check(integers, where)
        values: Matrix = array.astype(np.int64)
        return values


Source = Drawn | Given
DEFAULT_OPERANDS = Drawn()


def read_source(text: str) -> Source:
    """``normal:sigma=24.4``, ``uniform``, ``zeros``, or an ``.npz`` file with ``a`` and ``w``.

    Raises SpecError for anything else.
    """
    if text.endswith(".npz"):
        return _given(Path(text))
    name, fields = split_inline(text)
    if name not in NAMES:
        raise SpecError(
            f"operands {text!r}{nearest(name, NAMES)}: they are normal:sigma=S, uniform, zeros or an .npz file "
            "with a and w"
        )
    sigma = fields.pop("sigma", None) if name == "normal" else None
    if fields:
        takes = "the field sigma alone" if name == "normal" else "no fields"
        raise SpecError(f"operands {text!r}: {name} takes {takes}, not {next(iter(fields))}")
    return Drawn(name, DEFAULT_SIGMA if sigma is None else _sigma(text, sigma))


def _sigma(text: str, sigma: str) -> float:
    try:
        value = float(sigma)
    except ValueError:
        value = 0.0
    if not (isfinite(value) and value > 0):
        raise SpecError(f"operands {text!r}: sigma of a normal distribution is a positive number, not {sigma}")
    return value


def _given(path: Path) -> Given:
    operands = load_operands(path)
    for key in ("a", "w"):
        if key not in operands.arrays:
            raise SpecError(f"{path} has no array {key!r}; it holds a (m, k) and w (k, n)")
    return Given(operands)


def sides(engine: Engine, cycles: int = CYCLES) -> tuple[int, int, int]:
    """m, n and k of a run: whole folds, along the free axis as far as the cycles reach."""
    limits = engine.limits
    found = {axis: getattr(limits, axis) for axis in "mnk"}
    free = next((axis for axis, limit in found.items() if limit is None), None)
    if engine.pe_count > FEW_PES:
        cycles = max(FEWEST_CYCLES, cycles * FEW_PES // engine.pe_count)
    if free is None:
        again = round(cycles ** (1 / 3))
        return (again * found["m"], again * found["n"], again * found["k"])
    busy = prod(limit for limit in found.values() if limit) * engine.passes
    reach = max(1, cycles * engine.pe_count // busy)
    if free == "k":
        found["k"] = min(reach, engine.array.longest_sum(engine.mac))
    else:
        found[free] = max(1, reach // FOLDS)
        found["k"] *= FOLDS
    return found["m"], found["n"], found["k"]


def active_cycles(engine: Engine, a: Matrix, b: Matrix) -> float:
    """Cycles in which all PEs would be busy with what this product issues: multiply-accumulates, one-bit ones in their
    passes, or, where zeros are skipped, the partial products that are left."""
    if engine.array.deciding(engine.mac):
        return sum(beat.active_pes for beat in engine.run(a, b)) / engine.array.pe_count
    macs: int = a.shape[0] * a.shape[1] * b.shape[1]
    return macs * engine.passes / engine.pe_count
