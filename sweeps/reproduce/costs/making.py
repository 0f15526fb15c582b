"""All figures that claims ask for, made in one library after the other or in two at once, and stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING

from rtl.synthesis.cache import default_cache
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


def make_shelf(name: str, library: Library, ask: Ask, with_energies: bool) -> Shelf:
    """The answers of one library, most of them from the user's cache if they were ever made before."""
    workshop = Workshop(name, library, default_cache(), with_energies)
    ask(workshop)
    return workshop.shelf


def workshops(given: Sequence[str]) -> Mapping[str, Workshop]:
    """One for each library that is given, as `read_libraries` takes them."""
    return {name: Workshop(name, library, default_cache()) for name, library in read_libraries(given).items()}


def make_shelves(libraries: Mapping[str, Library], ask: Ask, energies: bool) -> Iterator[Shelf]:
    """Each library's shelf as it is made: areas and delays of all libraries, then again with ``energies``, which take
    much longer. ``ask`` must be a function of a module, which other processes find by its name."""
    with ProcessPoolExecutor(WORKERS) as pool:
        for with_energies in (False, True)[: 1 + energies]:
            made = [pool.submit(make_shelf, name, library, ask, with_energies) for name, library in libraries.items()]
            yield from (future.result() for future in as_completed(made))
