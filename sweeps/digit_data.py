"""Which data digit statistics are asked of: a stated distribution, or the tensors of a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hwsim.encodings import Distribution
from hwsim.encodings.distribution import PUBLISHED_PEAK_SIGMAS
from hwsim.errors import SpecError, nearest
from hwsim.formats import IntFormat
from hwsim.operands import load_operands
from hwsim.spec import read_fields, split_inline

ELEMENTS = 1 << 20  # the matrix of 1024 x 1024 of HPCA 2025


def distributions(text: str, format: IntFormat) -> tuple[Distribution, ...]:
    """The distributions that ``text`` names, one per tensor of an ``.npz`` file.

    ``uniform``; ``normal:sigma=24.4`` (the published one by default); ``max-abs:elements=65536``, normal values scaled
    by the largest of so many. Raises SpecError for anything else and for tensors outside ``format``.
    """
    if Path(text).suffix == ".npz":
        return _tensors(text, format)
    makers: dict[str, tuple[dict[str, Any], Callable[..., Distribution]]] = {
        "uniform": ({}, Distribution.uniform),
        "normal": ({"sigma": max(format.high, 1) / PUBLISHED_PEAK_SIGMAS}, Distribution.normal),
        "max-abs": ({"elements": ELEMENTS}, Distribution.max_abs_normal),
    }
    name, given = split_inline(text)
    if name not in makers:
        raise SpecError(f"unknown data {name!r}{nearest(name, makers)}; data are {', '.join(makers)} or an .npz file")
    defaults, make = makers[name]
    if given and not defaults:
        raise SpecError(f"data {name!r} has no fields, not {text!r}")
    return (make(format, **{**defaults, **read_fields(f"data {name!r}", given, defaults)}),)


def _tensors(path: str, format: IntFormat) -> tuple[Distribution, ...]:
    arrays = load_operands(path).arrays
    if not arrays:
        raise SpecError(f"{path}: no tensors")
    return tuple(Distribution.of(array, format, f"{path}: {key}") for key, array in arrays.items())  # type: ignore[arg-type]
