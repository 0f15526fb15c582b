"""The tile pipeline: golden figures, causes that add up, and loops that jump without losing a cycle."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.engine import load_engine
from hwsim.gemm import Gemm
from hwsim.machine import Machine, make_machine
from hwsim.memory import Dram
from hwsim.tiles.demand import Demand
from hwsim.tiles.jumps import run_loops
from hwsim.tiles.loops import TileLoops
from hwsim.tiles.pipeline import Stall, Tile, run_tiles, uniform_period
from hwsim.tiles.tiling import Tiling
from machine_cases import machines, tiled_products

cycles = st.integers(0, 60)
tiles = st.builds(Tile, cycles, st.integers(1, 60), cycles, vector_cycles=cycles)


@pytest.mark.parametrize(
    ("buffers", "total", "stalls"),
    [
        (2, 480, {Stall.FIRST_LOAD: 100, Stall.LOADS: 30, Stall.STORES: 0, Stall.LAST_STORE: 30, Stall.VECTOR_UNIT: 0}),
        (
            1,
            750,
            {Stall.FIRST_LOAD: 100, Stall.LOADS: 300, Stall.STORES: 0, Stall.LAST_STORE: 30, Stall.VECTOR_UNIT: 0},
        ),
    ],
)
def test_golden_figures(buffers: int, total: int, stalls: dict[Stall, int]) -> None:
    timeline = run_tiles([Tile(load_cycles=60, compute_cycles=80, store_cycles=30)] * 4, buffers, latency_cycles=40)
    assert timeline.total_cycles == total
    assert timeline.compute_cycles == 320
    assert timeline.stalls == stalls


@given(st.lists(tiles, min_size=1, max_size=12), st.sampled_from([1, 2]), cycles, cycles)
def test_the_causes_add_up_to_the_total(sequence: list[Tile], buffers: int, latency: int, tail: int) -> None:
    timeline = run_tiles(sequence, buffers, latency, tail)
    assert timeline.total_cycles == timeline.compute_cycles + sum(timeline.stalls.values())
    assert min(timeline.stalls.values()) >= 0


@given(st.lists(tiles, min_size=1, max_size=12), st.sampled_from([1, 2]), cycles, st.integers(0, 11))
def test_a_faster_transfer_never_makes_a_run_longer(
    sequence: list[Tile], buffers: int, latency: int, which: int
) -> None:
    i = which % len(sequence)
    slower = replace(sequence[i], load_cycles=sequence[i].load_cycles + 1, store_cycles=sequence[i].store_cycles + 1)
    before = run_tiles(sequence, buffers, latency).total_cycles
    assert before <= run_tiles([*sequence[:i], slower, *sequence[i + 1 :]], buffers, latency).total_cycles
    assert before <= run_tiles(sequence, buffers, latency + 1).total_cycles


@given(*[st.integers(1, 60)] * 3, cycles, st.sampled_from([1, 2]))
def test_uniform_tiles_settle_into_the_closed_period(
    load: int, compute: int, store: int, latency: int, buffers: int
) -> None:
    tile = Tile(load, compute, store)
    short, long = (run_tiles([tile] * count, buffers, latency).total_cycles for count in (150, 190))
    assert (long - short) * buffers == 40 * uniform_period(compute, load, store, latency, buffers)


@settings(max_examples=50, deadline=None)
@given(tiled_products(), machines(), st.booleans(), cycles)
def test_jumping_over_repetitions_changes_nothing(
    tiled: tuple[Demand, Tiling], machine: Machine, preloaded: bool, tail: int
) -> None:
    loops = TileLoops(machine, *tiled, preloaded)
    expected = run_tiles(loops, machine.buffers, machine.channel.latency_cycles, tail)
    assert run_loops(loops, tail) == expected


@settings(max_examples=40, deadline=None)
@given(tiled_products(), machines(), st.sampled_from([1.0, 1.3, 2.0, 7.0]))
def test_more_bandwidth_never_makes_a_product_longer(
    tiled: tuple[Demand, Tiling], machine: Machine, factor: float
) -> None:
    faster = replace(machine, dram=Dram(machine.dram.bandwidth_gb_per_s * factor, machine.dram.latency_ns))
    slow, fast = run_loops(TileLoops(machine, *tiled)), run_loops(TileLoops(faster, *tiled))
    assert fast.total_cycles <= slow.total_cycles
    assert fast.compute_cycles == slow.compute_cycles


def test_a_narrow_port_slows_the_engine_down() -> None:
    engine = load_engine("systolic-os:rows=4,cols=4")
    demand = Demand.of(Gemm(m=4, n=8, k=10))
    tiling = demand.one_tile()
    wide = run_loops(TileLoops(make_machine(engine, {}), demand, tiling))
    narrow = run_loops(TileLoops(make_machine(engine, {"scratchpad_a_port_bytes_per_cycle": 1}), demand, tiling))
    assert wide.compute_cycles == engine.latency(Gemm(m=4, n=8, k=10)).expected
    assert narrow.compute_cycles == 4 * 10 * 2  # A passes its port once for each of the two folds along n


@pytest.mark.parametrize(("engine", "cycles"), [("systolic-ws", [128, 256, 256]), ("systolic-os", [128, 128, 128])])
def test_later_k_tiles_read_the_sums_that_they_add_to(engine: str, cycles: list[int]) -> None:
    """8 x 4 sums of 4 bytes each through a port of one byte; an engine without a port for sums only writes them."""
    machine = make_machine(load_engine(f"{engine}:rows=4,cols=4"), {"scratchpad_c_port_bytes_per_cycle": 1})
    loops = TileLoops(machine, Demand.of(Gemm(8, 4, 12)), Tiling(8, 4, 4))
    assert [tile.compute_cycles for tile in loops] == cycles
    assert run_loops(loops).compute_cycles == sum(cycles)
