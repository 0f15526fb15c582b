"""The operands of ``hwsim lut-error``, synthetic or from a file, and the errors of tables on them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.floats import Floats, rounded
from hwsim.formats import FloatFormat, Format, IntFormat, parse_format
from hwsim.low_bit import Granularity, LowBitWeights, Scheme, quantise_weights
from hwsim.lut.error_study import ProductError, Synthetic, table_errors
from hwsim.lut.geometry import FLOAT_ACTIVATIONS
from hwsim.lut.quantised_product import TableScale
from sweeps.reading import one_of

Reals = NDArray[np.float64]
WEIGHTS_SEED = 1
ACTIVATIONS = (*FLOAT_ACTIVATIONS, "int8", "int16")
"""As LUT Tensor Core has them; integers are scaled, so that one sign and two widths say all."""
TAKES = "a holds real activations (m, k) and w real weights (k, n)"


@dataclass(frozen=True, slots=True)
class Quantised:
    """How real operands become low-bit weights and tables: formats, sharing of scales, activations in a table."""

    weights: tuple[int, Scheme, Granularity]
    activation: Format
    group: int
    bits: int
    scales: Sequence[TableScale]

    def errors(self, a: Reals, w: Reals) -> tuple[ProductError, ...]:
        """Those of real activations (m, k), held in their format, times weights (k, n), quantised."""
        return self.errors_of(a, quantise_weights(w, *self.weights))

    def errors_of(self, a: Reals, weights: LowBitWeights) -> tuple[ProductError, ...]:
        return table_errors(self.held(a), weights, self.activation, self.group, self.bits, self.scales)

    def held(self, a: Reals) -> Floats | NDArray[np.int64]:
        """Activations in their format: floats rounded, integers scaled so that the largest magnitude is the highest."""
        if isinstance(self.activation, FloatFormat):
            return rounded(a, self.activation)
        if not isinstance(self.activation, IntFormat):
            raise TypeError(f"no activations of {self.activation}")
        return np.rint(a * (self.activation.high / (np.abs(a).max() or 1))).astype(np.int64)


def synthetic_columns(how: Quantised, m: int, k: int, n: int) -> Mapping[str, tuple[ProductError, ...]]:
    """Errors for every distribution of activations, on the same normal weights. Raises SpecError for a side below 1."""
    for name, side in (("--m", m), ("--k", k), ("--n", n)):
        if side < 1:
            raise SpecError(f"{name} is at least 1, not {side}")
    weights = quantise_weights(np.random.default_rng(WEIGHTS_SEED).standard_normal((k, n)), *how.weights)
    return {kind.value: how.errors_of(kind.draw((m, k), 0), weights) for kind in Synthetic}


def file_columns(how: Quantised, path: Path) -> Mapping[str, tuple[ProductError, ...]]:
    """Errors on the operands of an ``.npz`` file. Raises SpecError, naming the file, for anything else."""
    a, w = _matrix(path, "a"), _matrix(path, "w")
    if a.shape[1] != w.shape[0]:
        raise SpecError(f"{path}: a has shape {a.shape} and w {w.shape}: the inner sides differ")
    return {path.name: how.errors(a, w)}


def _matrix(path: Path, key: str) -> Reals:
    arrays = _arrays(path)
    if key not in arrays:
        raise SpecError(f"{path} has no key {key!r}; {TAKES}")
    found = arrays[key]
    real = found.ndim == 2 and found.size and found.dtype.kind in "fiu"
    if not real or not np.isfinite(found).all():
        raise SpecError(f"{path}: {key} is {found.dtype} of shape {found.shape}; {TAKES}, all of them finite")
    return np.asarray(found, np.float64)


def _arrays(path: Path) -> Mapping[str, NDArray[np.generic]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: np.asarray(archive[key]) for key in archive}
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror or error}") from None
    except (ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile):
        raise SpecError(f"{path} is no .npz file of arrays; {TAKES}") from None


def table_activation(text: str) -> Format:
    """The format of activations that tables are made of. Raises SpecError for another."""
    return parse_format(one_of("--activation", text, ACTIVATIONS))
