"""How a study chooses the designs that it runs: the ``[method]`` table, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from hwsim.errors import SpecError
from sweeps.reading import Table, one_of

MOST_DESIGNS = 10**9
"""Bound on budgets and batches, far above what can be run."""


class Kind(Enum):
    """Which designs of the space are run."""

    GRID = "grid"
    """all of them"""
    RANDOM = "random"
    """a sample without replacement"""
    SEARCH = "search"
    """those that a sampler proposes from what it has seen, in batches"""


class Sampler(Enum):
    """Who proposes the designs of a search."""

    NSGA2 = "nsga2"
    """genetic, Deb et al., IEEE Trans. Evol. Comput. 6(2), 2002"""
    TPE = "tpe"
    """tree-structured Parzen estimators, Ozaki et al., GECCO 2020"""


@dataclass(frozen=True, slots=True)
class MethodSettings:
    """``budget`` and ``batch`` count designs; a design runs on every workload of its study. A grid has no budget."""

    kind: Kind = Kind.GRID
    seed: int = 0
    budget: int | None = None
    batch: int = 32
    sampler: Sampler = Sampler.NSGA2


KEYS: Mapping[Kind, tuple[str, ...]] = {
    Kind.GRID: ("kind",),
    Kind.RANDOM: ("kind", "seed", "budget"),
    Kind.SEARCH: ("kind", "seed", "budget", "batch", "sampler"),
}
"""What each kind of method takes."""


def read_method(given: Mapping[str, Any]) -> MethodSettings:
    """The ``[method]`` table; empty, it is a grid. Raises SpecError for a key that the kind of method does not take."""
    kind = Kind(_word("kind", given.get("kind", Kind.GRID.value), [known.value for known in Kind]))
    table = Table(f"[method] of kind {kind.value}", given, KEYS[kind])
    if kind is not Kind.GRID and "budget" not in given:
        raise SpecError(f"{table.where} has no key 'budget', and needs it: how many designs it runs")
    usual = MethodSettings()
    return MethodSettings(
        kind,
        _count("seed", given.get("seed", usual.seed), least=0),
        _count("budget", given["budget"], least=1) if "budget" in given else None,
        _count("batch", given.get("batch", usual.batch), least=2),
        Sampler(_word("sampler", given.get("sampler", usual.sampler.value), [known.value for known in Sampler])),
    )


def _word(key: str, value: object, known: list[str]) -> str:
    return one_of(f"[method] {key}", str(value), known)


def _count(key: str, value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST_DESIGNS:
        raise SpecError(f"[method] {key} is {value!r}; it must be a whole number from {least} to {MOST_DESIGNS}")
    return value
