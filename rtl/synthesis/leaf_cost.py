"""What one leaf costs: mapped once, timed once, and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from hwsim.inventory import Leaf
from rtl.leaves import build_cell
from rtl.netlist import Cell
from rtl.synthesis.cache import Cache, digest_of
from rtl.synthesis.liberty import Library
from rtl.synthesis.recipe import Recipe
from rtl.synthesis.timing import TimedPath, longest, longest_paths, sta_version, timing_script
from rtl.synthesis.yosys import Mapped, map_module, method, yosys_version

WORKERS = 2
"""Processes of Yosys and OpenSTA at a time."""


@dataclass(frozen=True, slots=True)
class LeafCost:
    """One instance of ``leaf``: its netlist, area and cells, and the longest path of each span in it alone."""

    leaf: Leaf
    mapped: Mapped
    paths: tuple[TimedPath, ...]

    @property
    def area_um2(self) -> float:
        return self.mapped.area_um2

    @property
    def worst(self) -> TimedPath | None:
        """The path that decides; None if nothing but wires is inside."""
        return longest(self.paths)


def leaf_costs(leaves: Sequence[Leaf], library: Library, recipe: Recipe, cache: Cache) -> tuple[LeafCost, ...]:
    """The cost of each leaf, those that ``cache`` lacks two at a time.

    Raises MissingToolError without pyosys or OpenSTA, SynthesisError if a leaf cannot be mapped or timed.
    """
    cells = [build_cell(leaf) for leaf in leaves]  # PyRTL's state is one per process
    with ThreadPoolExecutor(WORKERS) as pool:
        return tuple(pool.map(partial(cell_cost, library=library, recipe=recipe, cache=cache), cells))


def cell_cost(cell: Cell, library: Library, recipe: Recipe, cache: Cache) -> LeafCost:
    """The cost of one leaf's module, from ``cache`` if it has it."""
    how = method(cell.name, library, recipe), timing_script(cell.name, library, cell.clocked, True)
    key = digest_of(cell.text, *how, library.digest, *tool_versions().values())
    if kept := cache.load(key):
        return _of_facts(cell, kept)
    mapped = map_module(cell.text, cell.name, library, recipe)
    cost = LeafCost(cell.leaf, mapped, longest_paths([mapped.netlist], cell.name, library, cell.clocked, True))
    cache.store(key, _facts(cost))
    return cost


def tool_versions() -> Mapping[str, str]:
    """The tools behind every figure; raises MissingToolError if one is not installed."""
    return {"pyosys": yosys_version(), "opensta": sta_version()}


def _facts(cost: LeafCost) -> Mapping[str, Any]:
    return {
        "netlist": cost.mapped.netlist,
        "cells": dict(cost.mapped.cells),
        "area_um2": cost.area_um2,
        "paths": [path.facts for path in cost.paths],
    }


def _of_facts(cell: Cell, kept: Mapping[str, Any]) -> LeafCost:
    mapped = Mapped(cell.name, kept["netlist"], kept["cells"], kept["area_um2"])
    return LeafCost(cell.leaf, mapped, tuple(map(TimedPath.of_facts, kept["paths"])))
