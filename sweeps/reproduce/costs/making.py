"""All figures that claims ask for, made in one library after the other or in two at once, and stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from sweeps.reproduce.costs.libraries import read_libraries
from sweeps.reproduce.costs.shelf import Shelf
from sweeps.reproduce.costs.workshop import Workshop

if TYPE_CHECKING:
    from rtl.synthesis.liberty import Library
    from sweeps.reproduce.costs.figures import Costs

Ask = Callable[["Costs"], None]
"""Asks one library for all that claims need."""

WORKERS = 2
"""Libraries at once; each of them runs as many tools as `rtl.synthesis.leaf_cost.WORKERS`."""


def make_shelf(name: str, library: Library, ask: Ask) -> Shelf:
    """The answers of one library, most of them from the user's cache if they were ever made before."""
    workshop = _workshop(name, library)
    ask(workshop)
    return workshop.shelf


def workshops(given: Sequence[str]) -> Mapping[str, Workshop]:
    """One for each library that is given, as `read_libraries` takes them."""
    return {name: _workshop(name, library) for name, library in read_libraries(given).items()}


def _workshop(name: str, library: Library) -> Workshop:
    from rtl.synthesis.cache import default_cache

    return Workshop(name, library, default_cache())


def make_shelves(libraries: Mapping[str, Library], ask: Ask) -> Mapping[str, Shelf]:
    """A shelf for each library; ``ask`` must be a function of a module, which other processes find by its name."""
    with ProcessPoolExecutor(WORKERS) as pool:
        made = {name: pool.submit(make_shelf, name, library, ask) for name, library in libraries.items()}
        return {name: future.result() for name, future in made.items()}
