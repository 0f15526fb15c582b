"""Operands of the products: from an ``.npz`` file where it has them, otherwise synthetic and always the same."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError, nearest
from hwsim.float_patterns import FloatPatterns
from hwsim.formats import IntFormat, SignFormat
from hwsim.jobs import Job
from hwsim.workload.graph import Workload
from hwsim.workload.im2col import operands as matrices_of

SEED = 20250
SYNTHETIC = f"normal values scaled so that the largest magnitude is the format's largest, rounded, seed {SEED}"
FLOAT_SYNTHETIC = f"normal values rounded to the format, integers scaled to its largest before, seed {SEED}"
"""The same where activations are floats."""
Matrices = NDArray[Any]
_PIECE = 1 << 16
"""Values that are quantised at a time: they stay in the cache."""
_DTYPES = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64)


@dataclass(frozen=True)
class Pair:
    """A of shape (batch, m, k) and B of shape (batch, k, n); a shared operand has a first side of 1."""

    a: Matrices
    b: Matrices
    synthetic: str
    """roles that were not given: nothing, ``a``, ``w`` or ``aw``"""

    def member(self, index: int) -> tuple[Matrices, Matrices]:
        """A and B of one member of the batch."""
        return self.a[index % len(self.a)], self.b[index % len(self.b)]


@dataclass(frozen=True)
class Operands:
    """Arrays by key, ``<layer>.a`` and ``<layer>.w``, or ``a`` and ``w`` for a workload with one product."""

    arrays: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    source: str = "operands"

    def check_keys(self, workload: Workload) -> None:
        """Raise SpecError for a key that belongs to no product."""
        layers = [operator.name for operator, _ in workload.products]
        known = [f"{layer}.{role}" for layer in layers for role in "aw"] + (["a", "w"] if len(layers) == 1 else [])
        for key in self.arrays:
            if key not in known:
                raise SpecError(
                    f"{self.source}: the key {key!r} belongs to no layer{nearest(key, known)}; "
                    f"keys are <layer>.a and <layer>.w"
                )

    def of(self, job: Job, formats: tuple[IntFormat, IntFormat], number: int, valued: str = "aw") -> Pair:
        """The operands of layer ``number``, checked; what is absent is synthetic.

        Of a role that is not ``valued``, which nobody asks for its values, what is absent is zeros, or -1 of one bit.
        """
        (a, no_a), (w, no_w) = (self.one(job, formats, number, role, role in valued) for role in "aw")
        return Pair(a, w, "a" * no_a + "w" * no_w)

    def one(
        self, job: Job, formats: tuple[IntFormat, IntFormat], number: int, role: str, valued: bool = True
    ) -> tuple[Matrices, bool]:
        """The operand ``role`` alone, ``a`` or ``w``, equal to that of `of`, and whether it is synthetic."""
        d, place = job.demand, "aw".index(role)
        shape = (1 if d.a_shared else d.batch, d.m, d.k) if role == "a" else (1 if d.b_shared else d.batch, d.k, d.n)
        given = self._given(job, role, shape, formats[place])
        if given is not None:
            return given, False
        if not valued:
            return _resting(formats[place], shape), True
        return synthetic(formats[place], shape, np.random.default_rng((SEED, number, place))), True

    def _given(self, job: Job, role: str, shape: tuple[int, ...], format: IntFormat) -> Matrices | None:
        key = next((key for key in (f"{job.name}.{role}", role) if key in self.arrays), None)
        if key is None:
            return None
        array, where = self.arrays[key], f"{self.source}: {key}"
        if isinstance(format, FloatPatterns):
            return self._matrices(job, role, shape, format.stored(format.check_values(array, where)), where)
        if not np.issubdtype(array.dtype, np.integer):
            raise SpecError(f"{where} holds {array.dtype}; operands are integers")
        integers: Matrices = array.astype(np.int64) if array.dtype == np.uint64 else array
        format.check(integers, where)
        return self._matrices(job, role, shape, integers, where)

    def _matrices(self, job: Job, role: str, shape: tuple[int, ...], array: Matrices, where: str) -> Matrices:
        """The matrices, given as such or as the tensor that the network stores."""
        if array.shape == shape or (shape[0] == 1 and array.shape == shape[1:]):
            return array.reshape(shape)
        stored = {"a": job.a_shape, "w": job.b_shape}
        geometry = job.product.geometry
        if geometry is not None and array.shape == stored[role]:
            tensors = {name: array if name == role else np.zeros(stored[name], np.int8) for name in "aw"}
            a, b = matrices_of(geometry, tensors["a"], tensors["w"])
            matrices: Matrices = {"a": a, "w": b}[role]
            return matrices[: shape[0]]
        allowed = [shape[1:] if shape[0] == 1 else shape]
        allowed += [stored[role]] if geometry is not None and stored[role] not in allowed else []
        raise SpecError(
            f"{where} has shape {array.shape}; layer {job.name!r} takes {' or '.join(str(x) for x in allowed)}"
        )


def synthetic(format: IntFormat, shape: tuple[int, ...], rng: np.random.Generator) -> Matrices:
    """Normal values, quantised so that the largest magnitude is the format's largest value; of one bit their signs,
    of a float format rounded to it as they are."""
    values = rng.standard_normal(shape, dtype=np.float32)
    if isinstance(format, FloatPatterns):
        return format.stored(values)
    if isinstance(format, SignFormat):
        return np.where(values < 0, format.low, format.high).astype(_dtype(format))
    if not format.signed:
        values = np.abs(values)
    scale = format.high / max(float(values.max()), -float(values.min()))
    quantised = np.empty(shape, _dtype(format))
    pieces = range(0, values.size, _PIECE)
    for source, target in ((values.reshape(-1)[i : i + _PIECE], quantised.reshape(-1)[i : i + _PIECE]) for i in pieces):
        scaled = source.astype(np.float64)
        scaled *= scale
        target[:] = np.rint(scaled, out=scaled).clip(format.low, format.high, out=scaled)
    return quantised


def _dtype(format: IntFormat) -> type[np.integer]:
    return next(kind for kind in _DTYPES if np.iinfo(kind).min <= format.low and format.high <= np.iinfo(kind).max)


def _resting(format: IntFormat, shape: tuple[int, ...]) -> Matrices:
    """Zeros, or what the format has in their place, that take no memory."""
    kind = np.float32 if isinstance(format, FloatPatterns) else _dtype(format)
    return np.broadcast_to(np.asarray(format.rest, kind), shape)


def load_operands(path: str | Path) -> Operands:
    """Read an ``.npz`` file; raises SpecError naming the file."""
    try:
        with Path(path).open("rb") as file:
            if not zipfile.is_zipfile(file):  # np.load would take it for a pickle
                raise zipfile.BadZipFile("it is no zip archive")
            file.seek(0)
            with np.load(file, allow_pickle=False) as arrays:
                return Operands({key: _array(key, arrays[key]) for key in arrays.files}, str(path))
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror or error}") from None
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise SpecError(f"{path}: not an .npz file of numbers: {error}") from None


def _array(key: str, member: object) -> NDArray[np.generic]:
    """The member of the archive, which numpy hands out as bytes if it is no array."""
    if not isinstance(member, np.ndarray):
        raise ValueError(f"{key!r} is no array")
    return member
