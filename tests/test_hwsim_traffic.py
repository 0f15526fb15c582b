"""The byte account: tiles, closed form and naive walk agree; nothing is fetched that need not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hypothesis import given, settings

from hwsim.machine import Machine
from hwsim.tiles.demand import Demand
from hwsim.tiles.loops import TileLoops
from hwsim.tiles.tiling import Operand, Tiling
from hwsim.tiles.traffic import Reason, Stream, add_traffic, product_traffic
from machine_cases import machines, tiled_products


@settings(max_examples=50, deadline=None)
@given(tiled_products(), machines())
def test_the_tiles_move_what_the_account_says(tiled: tuple[Demand, Tiling], machine: Machine) -> None:
    account = product_traffic(*tiled)
    loops = TileLoops(machine, *tiled)
    loaded = {x: sum(loops.load_bytes(x, at) for at in loops.indices()) for x in Operand}
    stored = sum(loops.store_bytes(at) for at in loops.indices())
    partial = account.get((Stream.C, Reason.PARTIAL_SUM), 0)
    for operand, stream in ((Operand.A, Stream.A), (Operand.B, Stream.B)):
        both = (account.get((stream, reason), 0) for reason in (Reason.FIRST_LOAD, Reason.REFETCH))
        assert loaded[operand] == sum(both)
    assert loaded[Operand.C] == partial // 2
    assert stored == partial // 2 + account[Stream.C, Reason.OUTPUT]


@settings(max_examples=50, deadline=None)
@given(tiled_products())
def test_no_tiling_moves_less_than_the_unique_bytes(tiled: tuple[Demand, Tiling]) -> None:
    demand, tiling = tiled
    account, unique = product_traffic(demand, tiling), product_traffic(demand, demand.one_tile())
    first = {key: amount for key, amount in account.items() if key[1] in (Reason.FIRST_LOAD, Reason.OUTPUT)}
    assert first == {key: amount for key, amount in unique.items() if key[1] is not Reason.REFETCH}
    assert min(account.values()) > 0


@settings(max_examples=50, deadline=None)
@given(tiled_products())
def test_buffers_that_hold_everything_move_the_unique_bytes(tiled: tuple[Demand, Tiling]) -> None:
    demand, t = tiled
    account = product_traffic(demand, Tiling(t.m, t.n, t.k, t.order, 0, 0, 0))
    assert {reason for _, reason in account} <= {Reason.FIRST_LOAD, Reason.OUTPUT}
    members = {Stream.A: 1 if demand.a_shared else demand.batch, Stream.B: 1 if demand.b_shared else demand.batch}
    for stream, count in members.items():
        assert account[stream, Reason.FIRST_LOAD] == count * demand.pass_bytes(Operand(stream.value))


def buffers_of_c(loops: TileLoops) -> Iterator[tuple[tuple[int, ...], bool]]:
    """For each tile: which output buffer it works in (indices of the loops that change it), naively."""
    order, depth = loops.tiling.order, loops.tiling.depth_c
    for at in loops.indices():
        outside = [axis for axis in order[:depth] if axis != "k"]
        yield (at[0], *(at[1 + order.index(axis)] for axis in outside)), at[1 + order.index("k")] > 0


@settings(max_examples=50, deadline=None)
@given(tiled_products(), machines())
def test_output_tiles_open_and_close_where_the_buffer_changes(tiled: tuple[Demand, Tiling], machine: Machine) -> None:
    loops = TileLoops(machine, *tiled)
    tiles, buffers = list(loops), [buffer for buffer, _ in buffers_of_c(loops)]
    changes = [i == 0 or buffers[i] != buffers[i - 1] for i in range(len(buffers))]
    assert [tile.opens for tile in tiles] == changes
    assert [tile.closes for tile in tiles] == [*changes[1:], True]


@settings(max_examples=50, deadline=None)
@given(tiled_products(), machines())
def test_a_load_that_reads_what_the_store_before_writes_waits_for_it(
    tiled: tuple[Demand, Tiling], machine: Machine
) -> None:
    loops = TileLoops(machine, *tiled)
    tiles, buffers = list(loops), [buffer for buffer, _ in buffers_of_c(loops)]
    seen: Counter[tuple[int, ...]] = Counter()
    for i, (tile, buffer) in enumerate(zip(tiles, buffers, strict=True)):
        before = i - machine.buffers
        reads = tile.opens and seen[buffer] > 0
        alternates = before >= 0 and tiles[before].closes and buffers[before] == buffer
        assert tile.reads_back == (reads and alternates)
        seen[buffer] += tile.opens


def test_accounts_add_up() -> None:
    one = {(Stream.A, Reason.FIRST_LOAD): 3, (Stream.C, Reason.OUTPUT): 1}
    assert add_traffic([one, {(Stream.A, Reason.FIRST_LOAD): 4}]) == {
        (Stream.A, Reason.FIRST_LOAD): 7,
        (Stream.C, Reason.OUTPUT): 1,
    }
