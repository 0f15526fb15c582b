"""The tiling search: exact over its space, monotone in the machine, refusals in one sentence."""

from __future__ import annotations

import re
from itertools import pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.engine import Engine, load_engine
from hwsim.errors import SpecError
from hwsim.gemm import Gemm, Shapes
from hwsim.machine import Machine, make_machine
from hwsim.memory_energy import DRAM_PJ_PER_BYTE, scratchpad_pj_per_byte
from hwsim.table_work import Precompute
from hwsim.tiles.cost import port_bytes
from hwsim.tiles.demand import Demand
from hwsim.tiles.jumps import run_loops
from hwsim.tiles.loops import TileLoops
from hwsim.tiles.tiling import Operand, Tiling
from hwsim.tiles.traffic import product_traffic
from mapper.candidates import TileSpace, orderings
from mapper.cycle_bound import CycleBound
from mapper.objective import Objective
from mapper.tile_sides import tile_counts, tile_sides
from mapper.tiling_search import search_tiling

ENGINE = load_engine("systolic-os:rows=4,cols=2")
ENGINES = st.sampled_from([ENGINE, load_engine("systolic-os:rows=4,cols=2,mac=opt1")])


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    m, n, k, batch = (draw(st.integers(1, top)) for top in (20, 9, 14, 3))
    a_elements = draw(st.integers(max(1, m * k // 3), m * k))
    return Demand(
        m, n, k, batch, 8, 8, 32, 8, a_elements, k * n, m * n,
        a_shared=draw(st.booleans()), b_shared=draw(st.booleans()),
        parameter_bytes=draw(st.sampled_from([0, 9])), vector_ops=draw(st.sampled_from([0, 1, 3])),
    )  # fmt: skip


@st.composite
def fields(draw: st.DrawFn) -> dict[str, object]:
    sizes = {f"scratchpad_{x}_bytes": draw(st.sampled_from([80, 150, 400, 1000])) for x in "abc"}
    return {
        **sizes,
        "buffers": draw(st.sampled_from([1, 2])),
        "dram_gb_per_s": draw(st.sampled_from([0.7, 1, 3.3, 25.6])),
        "dram_latency_ns": draw(st.sampled_from([0, 7, 60])),
    }


def cost(machine: Machine, demand: Demand, tiling: Tiling) -> tuple[int, int]:
    """Bytes and cycles of one tiling."""
    moved = sum(product_traffic(demand, tiling).values())
    return moved, run_loops(TileLoops(machine, demand, tiling)).total_cycles


def fitting(machine: Machine, demand: Demand) -> list[Tiling]:
    """Every tiling with sides from ``tile_sides``, in every order, at every depth, that fits the scratchpads."""
    limits = machine.engine.limits
    sides = [tile_sides(demand.sides[axis], getattr(limits, axis)).tolist() for axis in "mnk"]
    found = []
    for (m, n, k), order, depths in product(
        product(*sides), map("".join, permutations("mnk")), product(range(4), repeat=3)
    ):
        tiling = Tiling(m, n, k, order, *depths)
        rooms = ((machine.scratchpad(x), demand.buffer_bytes(x, tiling)) for x in Operand)
        if all(pad.buffers * held <= pad.size_bytes for pad, held in rooms):
            found.append(tiling)
    return found


@settings(max_examples=8, deadline=None)
@given(demands(), fields())
def test_the_least_bytes_of_all_orders_and_depths_are_found(demand: Demand, given_fields: dict[str, object]) -> None:
    machine = make_machine(ENGINE, given_fields)
    least = min(sum(product_traffic(demand, tiling).values()) for tiling in fitting(machine, demand))
    choice = search_tiling(machine, demand)
    assert choice.dram_bytes == least
    assert (choice.dram_bytes, choice.cycles) == cost(machine, demand, choice.tiling)
    assert choice.measured <= choice.considered


@settings(max_examples=15, deadline=None)
@given(ENGINES, demands(), fields())
def test_the_bound_is_below_every_candidate_and_the_search_finds_the_least(
    engine: Engine, demand: Demand, given_fields: dict[str, object]
) -> None:
    machine = make_machine(engine, given_fields)
    space = TileSpace.of(machine, demand)
    bounds = CycleBound(machine, demand, space, np.arange(len(space)))
    found = []
    for ordering in orderings(machine, demand, space):
        for fillings in ordering.combinations():
            fits = np.all([filling.fits for filling in fillings], axis=0) & ordering.distinct
            at = np.flatnonzero(fits)
            bound = bounds.of(ordering.order, fillings, at).cycles
            for place, low in zip(at, bound, strict=True):
                m, n, k = (int(space.sides[axis][place]) for axis in "mnk")
                tiling = Tiling(m, n, k, ordering.order, *(filling.depth for filling in fillings))
                moved, cycles = cost(machine, demand, tiling)
                assert low <= cycles
                assert moved == sum(int(x.traffic_bytes[place]) for x in fillings) + demand.parameter_bytes
                deepest = all(
                    other.traffic_bytes[place] > filling.traffic_bytes[place]
                    for filling in fillings
                    for other in ordering.fillings[filling.operand]
                    if other.depth > filling.depth
                )
                if deepest:
                    found.append((moved, cycles))
    by_bytes = search_tiling(machine, demand, Objective.DRAM_BYTES)
    by_latency = search_tiling(machine, demand, Objective.LATENCY)
    assert (by_bytes.dram_bytes, by_bytes.cycles) == min(found)
    assert (by_latency.cycles, by_latency.dram_bytes) == min((cycles, moved) for moved, cycles in found)


def energy(machine: Machine, demand: Demand, tiling: Tiling) -> float:
    """Energy of one tiling, tile after tile: every byte over DRAM crosses a scratchpad, and every port its own."""
    pads = {x: scratchpad_pj_per_byte(machine.scratchpad(x).size_bytes) for x in Operand}
    loops = TileLoops(machine, demand, tiling)
    total = demand.parameter_bytes * DRAM_PJ_PER_BYTE
    for at in loops.indices():
        loaded = {operand: loops.load_bytes(operand, at) for operand in Operand}
        loaded[Operand.C] += loops.store_bytes(at)
        ports = port_bytes(machine, demand, Shapes.of(*loops.sides_at(at)), np.array(loops.adds(at)))
        for operand in Operand:
            total += loaded[operand] * (DRAM_PJ_PER_BYTE + pads[operand]) + int(ports[operand]) * pads[operand]
    return total


@settings(max_examples=6, deadline=None)
@given(ENGINES, demands(), fields())
def test_the_least_energy_is_found_and_counted_like_a_walk_counts_it(
    engine: Engine, demand: Demand, given_fields: dict[str, object]
) -> None:
    machine = make_machine(engine, given_fields)
    choice = search_tiling(machine, demand, Objective.ENERGY)
    assert choice.energy_pj == pytest.approx(energy(machine, demand, choice.tiling), rel=1e-9)
    candidates = fitting(machine, demand)
    some = [candidates[i] for i in np.random.default_rng(1).integers(0, len(candidates), 40)]
    assert choice.energy_pj <= min(energy(machine, demand, tiling) for tiling in some) * (1 + 1e-9)
    for goal in Objective:
        other = search_tiling(machine, demand, goal)
        assert other.energy_pj == pytest.approx(energy(machine, demand, other.tiling), rel=1e-9)
        assert choice.energy_pj <= other.energy_pj * (1 + 1e-9)


@settings(max_examples=15, deadline=None)
@given(demands(), fields(), st.sampled_from(Objective))
def test_the_choice_among_one_buffer_and_two_is_the_better_of_both(
    demand: Demand, given_fields: dict[str, object], objective: Objective
) -> None:
    single, double = (make_machine(ENGINE, {**given_fields, "buffers": count}) for count in (1, 2))
    one, two = (search_tiling(machine, demand, objective) for machine in (single, double))
    both = search_tiling(double, demand, objective, buffers=(1, 2))
    assert both.cost(objective) == min(one.cost(objective), two.cost(objective))
    assert both.considered == one.considered + two.considered
    assert run_loops(TileLoops(single, demand, both.tiling)).total_cycles == both.cycles


@settings(max_examples=25, deadline=None)
@given(demands(), fields(), st.sampled_from([Objective.DRAM_BYTES, Objective.LATENCY]))
def test_a_larger_machine_is_never_worse(demand: Demand, given_fields: dict[str, object], objective: Objective) -> None:
    small = search_tiling(make_machine(ENGINE, given_fields), demand, objective)
    roomy = {
        **given_fields,
        **{f"scratchpad_{x}_bytes": 2 * int(str(given_fields[f"scratchpad_{x}_bytes"])) for x in "abc"},
    }
    large = search_tiling(make_machine(ENGINE, roomy), demand, objective)
    fast = search_tiling(make_machine(ENGINE, {**given_fields, "dram_gb_per_s": 40}), demand, objective)
    if objective is Objective.DRAM_BYTES:
        assert large.dram_bytes <= small.dram_bytes
        assert fast.dram_bytes == small.dram_bytes
        assert fast.cycles <= small.cycles
    else:
        assert large.cycles <= small.cycles
        assert fast.cycles <= small.cycles


@settings(max_examples=20, deadline=None)
@given(demands())
def test_with_room_for_everything_bytes_are_the_unique_bytes(demand: Demand) -> None:
    machine = make_machine(ENGINE, {f"scratchpad_{x}_bytes": "1MiB" for x in "abc"})
    unique = demand.parameter_bytes + demand.pass_bytes(Operand.C) * demand.batch
    for operand in (Operand.A, Operand.B):
        unique += demand.pass_bytes(operand) * (1 if demand.shared(operand) else demand.batch)
    assert search_tiling(machine, demand).dram_bytes == unique


def test_tile_counts_grow_by_at_most_a_quarter() -> None:
    assert tile_counts(3) == [1, 2, 3]
    counts = tile_counts(5000)
    assert counts[:8] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert counts[-1] == 5000
    assert all(after <= before * 1.25 or after - before == 1 for before, after in pairwise(counts))


def test_tile_sides_are_whole_folds_or_the_whole_axis() -> None:
    assert tile_sides(100, 32).tolist() == [100, 64, 32]
    assert tile_sides(5, None).tolist() == [5, 3, 2, 1]
    assert tile_sides(3, 32).tolist() == [3]


@given(demands(), fields(), st.integers(2, 5), st.sampled_from(Precompute))
def test_tables_that_lie_in_memory_are_never_cut(
    demand: Demand, given_fields: dict[str, object], group: int, how: Precompute
) -> None:
    engine = load_engine(f"lut:m=2,n=3,k={group},w_bits=2,precompute=fused")
    machine = make_machine(engine, {**given_fields, "precompute": how.value})
    sides = set(TileSpace.of(machine, demand).sides["k"].tolist())
    if how is Precompute.NAIVE:  # tables of the activations that a tile has read
        assert sides == set(tile_sides(demand.k, None).tolist())
    else:
        assert {side % group for side in sides - {demand.k}} <= {0}
        assert sides == set(tile_sides(demand.k, group).tolist())


def test_a_scratchpad_below_one_table_is_refused_with_the_need() -> None:
    engine = load_engine("lut:m=2,n=3,k=4,w_bits=2,precompute=fused")
    demand = Demand(8, 8, 8, 1, 22, 2, 32, 8, 64, 64, 64)
    with pytest.raises(SpecError) as raised:
        search_tiling(make_machine(engine, {"scratchpad_a_bytes": 40}), demand)
    assert str(raised.value) == (
        "scratchpad_a_bytes=40 is too small for lut:m=2,n=3,k=4,precompute=fused: one fold of 2 x 3 x 4 in 2 buffers "
        "needs 44 bytes"
    )


def test_a_scratchpad_below_one_fold_is_refused_with_the_need() -> None:
    machine = make_machine(ENGINE, {"scratchpad_c_bytes": 63})
    message = f"scratchpad_c_bytes=63 is too small for {ENGINE.spec}: one fold of 4 x 2 x 1 in 2 buffers needs 64 bytes"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        search_tiling(machine, Demand.of(Gemm(10, 10, 10)))
    search_tiling(make_machine(ENGINE, {"scratchpad_c_bytes": 64}), Demand.of(Gemm(10, 10, 10)))


def test_among_tilings_of_equal_cycles_the_one_with_the_least_bytes_is_chosen() -> None:
    demand = Demand(10, 8, 3, 3, 12, 4, 20, 16, 6, 16, 9, b_shared=True)
    machine = make_machine(
        load_engine("systolic-ws:rows=3,cols=2"),
        {"scratchpad_a_port_bytes_per_cycle": 1, "dram_gb_per_s": 16, "dram_latency_ns": 0, "clock_ghz": 0.5},
    )
    choice = search_tiling(machine, demand, Objective.LATENCY)
    assert (choice.cycles, choice.dram_bytes) == (541, 89)


def test_a_single_buffer_is_chosen_where_two_do_not_fit() -> None:
    machine = make_machine(ENGINE, {"scratchpad_c_bytes": 40})
    assert search_tiling(machine, Demand.of(Gemm(10, 10, 10)), buffers=(1, 2)).tiling.buffers == 1
    message = f"scratchpad_c_bytes=31 is too small for {ENGINE.spec}: one fold of 4 x 2 x 1 in 1 buffers needs 32 bytes"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        search_tiling(make_machine(ENGINE, {"scratchpad_c_bytes": 31}), Demand.of(Gemm(10, 10, 10)), buffers=(1, 2))


def test_scratchpad_energy_goes_through_the_cited_points() -> None:
    points = [scratchpad_pj_per_byte(size) * 8 for size in (8 << 10, 32 << 10, 1 << 20)]
    assert points == pytest.approx([10, 20, 100])
    sizes = [scratchpad_pj_per_byte(1 << shift) for shift in range(6, 28)]
    assert sizes == sorted(sizes)
