"""What an engine costs: its leaves as often as the inventory has them, and the longest path through its modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from hwsim.engine import Engine
from hwsim.errors import SpecError
from rtl.emission import top_name, verilog
from rtl.engines import build_top
from rtl.hierarchy import modules
from rtl.netlist import Cell
from rtl.synthesis.broadcast import Entry, behind_buffers, reach_of
from rtl.synthesis.cache import Cache, digest_of
from rtl.synthesis.gate_level import engine_netlists
from rtl.synthesis.leaf_cost import LeafCost, leaf_costs, tool_versions
from rtl.synthesis.liberty import FANOUT, Library
from rtl.synthesis.recipe import Recipe
from rtl.synthesis.timing import Span, TimedPath, longest, longest_paths, timing_script
from rtl.synthesis.yosys import Mapped, map_module

TIMED_SIDE = 4
"""The longest side of the engine whose paths are timed.

Between leaves there are only wires and buffers, and no path goes through more PEs in a larger array. What grows with it
is the fan-out of nets that reach a whole row or column: their buffer trees are as deep as in the whole engine.
"""

ASSUMPTIONS = (
    "paths without wires, with an ideal clock, at one corner of the library",
    "operands come from registers and results go into registers outside, without a delay of their own",
    f"paths from leaf to leaf are those of the engine with sides of at most {TIMED_SIDE}, behind buffer trees as deep "
    "as those of the whole engine",
    f"a net from leaf to leaf that reaches more than {FANOUT} inputs has a tree of the library's smallest buffers, "
    f"{FANOUT} inputs behind each; clk and rst have none, for they are distributed by a clock tree",
    "rst is held for many cycles and is not a path of the engine",
)

SIDES = ("rows", "cols", "columns", "p", "m", "n", "k")


@dataclass(frozen=True, slots=True)
class EngineCost:
    """``leaves`` are the cost of one each, ``counts`` how many; ``buffers`` are those of nets between leaves that reach
    many, which no inventory has; ``paths`` are the longest through ``timed``, which is the engine itself or the same
    with shorter sides."""

    engine: Engine
    library: Library
    recipe: Recipe
    leaves: tuple[LeafCost, ...]
    counts: tuple[int, ...]
    buffers: int
    timed: Engine
    paths: tuple[TimedPath, ...]

    @property
    def area_um2(self) -> float:
        """Of leaves and buffers."""
        leaves = sum(count * cost.area_um2 for count, cost in zip(self.counts, self.leaves, strict=True))
        return leaves + self.buffer_area_um2

    @property
    def buffer_area_um2(self) -> float:
        return self.buffers * self.library.areas_um2[self.library.buffer]

    @property
    def cell_count(self) -> int:
        leaves = sum(count * cost.mapped.cell_count for count, cost in zip(self.counts, self.leaves, strict=True))
        return leaves + self.buffers

    @property
    def worst(self) -> TimedPath:
        """The path that sets the clock, in a leaf alone or through the modules: operands arrive from registers outside,
        and results go into such."""
        worst = longest([*self.paths, *(cost.worst for cost in self.leaves if cost.worst)])
        assert worst is not None  # an engine has registers
        return worst

    @property
    def inside(self) -> TimedPath | None:
        """The longest path from register to register, which the engine's surroundings have no part in."""
        return longest([path for path in self.paths if path.span is Span.REGISTER_TO_REGISTER])

    @property
    def fmax_ghz(self) -> float:
        return 1 / self.worst.delay_ns

    @property
    def met(self) -> bool:
        """Whether the period that was aimed at, if any, is long enough."""
        return self.recipe.period_ns is None or self.worst.delay_ns <= self.recipe.period_ns

    @property
    def worst_leaf(self) -> LeafCost | None:
        """The leaf in which the path lies that sets the clock; None if it goes through several."""
        return next((cost for cost in self.leaves if cost.worst == self.worst), None)


def engine_cost(engine: Engine, library: Library, recipe: Recipe, cache: Cache) -> EngineCost:
    """Map and time every leaf of ``engine`` once, and the paths between them.

    Raises SpecError for an engine without gates, MissingToolError without pyosys or OpenSTA, SynthesisError if a leaf
    cannot be mapped or timed.
    """
    reach = reach_of(build_top(engine))  # an engine without gates is refused before anything is mapped
    counts, timed = dict(engine.inventory()), shortened(engine)
    every = list(dict.fromkeys([*counts, *(leaf for leaf, _ in timed.inventory())]))
    costs = leaf_costs(every, library, recipe, cache)
    paths = engine_paths(timed, library, costs, cache, reach.depths)
    leaves = costs[: len(counts)]
    return EngineCost(engine, library, recipe, leaves, tuple(counts.values()), reach.buffers, timed, paths)


def engine_paths(
    engine: Engine, library: Library, costs: Sequence[LeafCost], cache: Cache, depths: Mapping[Entry, int]
) -> tuple[TimedPath, ...]:
    """The longest path of each span through all modules of ``engine``, from leaf to leaf too; ``costs`` has its
    leaves, ``depths`` the levels of buffers before their inputs."""
    netlists = engine_netlists(engine, costs)
    for module in modules(build_top(engine)):
        if isinstance(module, Cell):
            netlists[module.name] = behind_buffers(module, netlists[module.name], depths, library)
    script = timing_script(top_name(engine), library, clocked=True, with_reset=False)
    key = digest_of("engine", script, *netlists.values(), library.digest, *tool_versions().values())
    if kept := cache.load(key):
        return tuple(map(TimedPath.of_facts, kept["paths"]))
    paths = longest_paths(list(netlists.values()), top_name(engine), library, clocked=True, with_reset=False)
    cache.store(key, {"paths": [path.facts for path in paths]})
    return paths


def shortened(engine: Engine) -> Engine:
    """``engine`` with no side longer than TIMED_SIDE, but for those that may not be shorter."""
    for name in sides_of(engine):
        engine = with_side(engine, name, TIMED_SIDE) or engine
    return engine


def sides_of(engine: Engine) -> tuple[str, ...]:
    """The fields of its array that say how long a side is."""
    return tuple(field.name for field in fields(engine.array) if field.name in SIDES)


def with_side(engine: Engine, name: str, side: int) -> Engine | None:
    """``engine`` with the side ``name`` no longer than ``side``; None if it may not be shorter."""
    if getattr(engine.array, name) <= side:
        return engine
    try:
        return Engine(replace(engine.array, **{name: side}), engine.mac)
    except SpecError:
        return None


def flat_cost(engine: Engine, library: Library, recipe: Recipe) -> Mapped:
    """The whole engine mapped as one module, across the borders of its leaves: slow, and the measure of the rest."""
    return map_module(verilog(engine), top_name(engine), library, recipe)
