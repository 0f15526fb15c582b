"""An engine in cells: its modules of wires, its leaves as mapped netlists, and what the cells do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from hwsim.engine import Engine
from rtl.engines import build_top
from rtl.hierarchy import module_text, modules
from rtl.netlist import Cell
from rtl.synthesis.cache import Cache
from rtl.synthesis.leaf_cost import LeafCost, leaf_costs
from rtl.synthesis.liberty import Library
from rtl.synthesis.recipe import Recipe
from rtl.synthesis.yosys import cell_models


def engine_netlists(engine: Engine, costs: Sequence[LeafCost]) -> dict[str, str]:
    """Every module of ``engine`` by name, the top first, its leaves replaced by the netlists of ``costs``."""
    mapped = {cost.leaf: cost.mapped.netlist for cost in costs}
    return {
        module.name: mapped[module.leaf] if isinstance(module, Cell) else plain_concatenations(module_text(module))
        for module in modules(build_top(engine))
    }


def plain_concatenations(text: str) -> str:
    """A module of wires without repeated and nested concatenations, which OpenSTA does not read."""
    text = re.sub(r"\{(\d+)\{([^{}]*)\}\}", lambda match: f"{{{', '.join([match[2]] * int(match[1]))}}}", text)
    depth, kept = 0, []
    for piece in re.split(r"([{}])", text):
        depth -= piece == "}"
        if piece not in "{}" or depth == 0:
            kept.append(piece)
        depth += piece == "{"
    return "".join(kept)


def write_gate_level(engine: Engine, out_dir: Path, library: Library, recipe: Recipe, cache: Cache) -> tuple[Path, ...]:
    """Write ``engine`` as cells to ``out_dir``, the cells' own models in ``cells.v``; return the files, top first.

    They are ``sources`` for `rtl.verification.verify`: cells have no delay there, so that edges compare as before.
    """
    leaves = [leaf for leaf, _ in engine.inventory()]
    texts = engine_netlists(engine, leaf_costs(leaves, library, recipe, cache))
    out_dir.mkdir(parents=True, exist_ok=True)
    files = []
    for name, text in {**texts, "cells": cell_models(library)}.items():
        files.append(out_dir / f"{name}.v")
        files[-1].write_text(text, "utf-8")
    return tuple(files)
