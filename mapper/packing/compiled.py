"""Functions compiled by Numba, the outermost of them kept on disk where that is possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def inlined(function: F) -> F:
    """``function`` as a part of the compiled functions that call it."""
    return cast(F, njit(function))


def compiled(function: F) -> F:
    """``function`` as machine code, made at its first call and kept for the next process if a folder can be written."""
    try:
        return cast(F, njit(cache=True)(function))
    except RuntimeError:  # no folder for the cache
        return cast(F, njit(function))
