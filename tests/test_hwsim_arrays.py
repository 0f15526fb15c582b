"""Edge numbers that others have measured or published, and the parts of which the stepped arrays are made."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.arrays.blocks import blocks, idle, register_dtype
from hwsim.arrays.leaves import counted, delay, skew_delays
from hwsim.arrays.scratchpad import Scratchpad
from hwsim.arrays.wavefront import Wavefronts, at_work, spread, timeline
from hwsim.engine import Engine, load_engine
from hwsim.errors import SpecError
from hwsim.gemm import Gemm
from hwsim.inventory import Inventory, Leaf


def valid_edges(engine: Engine, m: int, n: int, k: int) -> list[int]:
    """Edges after which some lane shows a result."""
    rng = np.random.default_rng(7)
    stepping = engine.run(rng.integers(-128, 128, (m, k)), rng.integers(-128, 128, (k, n)))
    return [edge for edge, beat in enumerate(stepping, 1) if beat.outputs["c_valid"].any()]


def test_output_stationary_edges() -> None:
    """K + M + N - 1 edges from the first operand to the last result."""
    engine = load_engine("systolic-os:rows=4,cols=6")
    assert engine.latency(Gemm(4, 6, 5)).expected == 14
    assert valid_edges(engine, 4, 6, 5) == list(range(6, 15))


@pytest.mark.parametrize("overlap", ["false", "true"])
def test_weight_stationary_edges(overlap: str) -> None:
    """First result K + 1 edges into the stream, last at M + N + K - 1."""
    engine = load_engine(f"systolic-ws:rows=5,cols=6,overlap={overlap}")
    edges = valid_edges(engine, 7, 6, 5)
    assert (edges[0] - 6, edges[-1] - 6) == (6, 17)
    assert engine.latency(Gemm(7, 6, 5)).expected == 6 + 17


def test_input_stationary_is_weight_stationary_transposed() -> None:
    weights, inputs = load_engine("systolic-ws:rows=5,cols=6"), load_engine("systolic-is:rows=5,cols=6")
    for m, n, k in [(7, 6, 5), (1, 20, 3), (13, 2, 30)]:
        assert weights.latency(Gemm(m, n, k)) == inputs.latency(Gemm(n, m, k))
    assert valid_edges(weights, 7, 13, 11) == valid_edges(inputs, 13, 7, 11)


def test_cube_edges() -> None:
    """T block products in T + 3p - 2 edges, the first result at p + 1."""
    engine = load_engine("cube:p=4")
    assert engine.latency(Gemm(4, 4, 12)).expected == 13
    assert valid_edges(engine, 4, 4, 12)[0] == 5
    assert valid_edges(engine, 4, 4, 12)[-1] == 13


def test_adder_tree_edges() -> None:
    """Tile i is valid depth + i edges into the stream: an operand, a product and four tree registers for k = 16."""
    engine = load_engine("adder-tree:k=16,n=4")
    edges = [edge - 16 for edge in valid_edges(engine, 10, 4, 16)]
    assert edges == list(range(6, 10 + 6 + 4 - 1))
    assert engine.latency(Gemm(10, 4, 16)).expected == 16 + 10 + 6 + 4 - 2


def test_broadcast_edges() -> None:
    assert valid_edges(load_engine("matrix-2d:rows=3,cols=5"), 3, 5, 9) == [10]
    assert valid_edges(load_engine("matrix-2d:rows=3,cols=5,drain=column"), 3, 5, 9) == [11, 12, 13]


def test_column_drain_edges() -> None:
    """Row R - 1 of column j is on the port after edge K + R + 1 + j, row 0 after K + 2R + j."""
    engine = load_engine("systolic-os:rows=3,cols=2,drain=column")
    a, b = np.array([[1], [2], [3]]), np.array([[10, 20]])
    shown = [beat.outputs["c"].tolist() for beat in engine.run(a, b)]
    assert shown == [[0, 0]] * 4 + [[30, 0], [20, 60], [10, 40], [0, 20]]


@pytest.mark.parametrize("overlap", ["false", "true"])
def test_folds_of_the_closed_forms(overlap: str) -> None:
    """2 x 3 x 4 folds, written out by hand for every array."""
    expected = {
        "systolic-os:rows=4,cols=5": (6 * (19 + 8), 6 * 19 + 8),
        "systolic-os:rows=4,cols=5,drain=column": (6 * (19 + 12), 6 * 19 + 12),
        "systolic-ws:rows=5,cols=5": (12 * (5 + 8 + 9), 5 + 12 * 8 + 9),
        "systolic-is:rows=5,cols=4": (8 * (4 + 15 + 8), 4 + 8 * 15 + 8),
        "cube:p=5": (24 * (1 + 13), 24 + 13),
        "adder-tree:k=5,n=5": (12 * (5 + 8 + 8), 5 + 12 * 8 + 8),
        "matrix-2d:rows=4,cols=5": (6 * (19 + 1), 6 * 19 + 1),
        "matrix-2d:rows=4,cols=5,drain=column": (6 * (19 + 5), 6 * 19 + 5),
    }
    for spec, cycles in expected.items():
        assert load_engine(f"{spec},overlap={overlap}").latency(Gemm(8, 15, 19)).expected == cycles[overlap == "true"]


def test_streams_shorter_than_the_interval_wait_for_it() -> None:
    engine = load_engine("systolic-ws:rows=2,cols=6,overlap=true")
    assert engine.latency(Gemm(2, 6, 4)).expected == 6 + 6 + 2 + 7
    assert valid_edges(engine, 2, 6, 4)[-1] == 21


def brute_work(starts: list[int], shapes: list[tuple[int, ...]], stream: int, cycles: int) -> list[int]:
    """PEs at work, PE by PE and edge by edge."""
    work = [0] * cycles
    for start, sides in zip(starts, shapes, strict=True):
        for place in np.ndindex(*sides):
            for step in range(stream):
                work[start + 2 + sum(place) + step - 1] += 1
    return work


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*(st.integers(1, 4) for _ in range(3))), min_size=1, max_size=4), st.integers(1, 5))
def test_work_is_that_of_each_pe(shapes: list[tuple[int, ...]], stream: int) -> None:
    starts = np.arange(len(shapes)) * 3
    cycles = int(starts[-1]) + stream + 12
    work = at_work([spread(*sides) for sides in shapes], starts, stream, cycles)
    assert work.tolist() == brute_work(starts.tolist(), shapes, stream, cycles)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=6), st.integers(1, 9))
def test_wavefronts_are_the_events_under_way(gaps: list[int], span: int) -> None:
    starts = np.cumsum(gaps)
    fronts = Wavefronts(starts, span)
    for edge in range(1, int(starts[-1]) + span + 3):
        under_way = [(f, edge - s) for f, s in enumerate(starts.tolist()) if 0 <= edge - s < span]
        assert list(fronts.at(edge)) == under_way


def test_a_timeline_names_the_fold_and_step_of_every_edge() -> None:
    fold, step = timeline(np.array([1, 4]), 2, 8)
    assert fold.tolist() == [-1, 0, 0, -1, 1, 1, -1, -1]
    assert step.tolist() == [-1, 0, 1, -1, 0, 1, -1, -1]


def test_blocks_are_padded_with_zeros() -> None:
    cut = blocks(np.arange(1, 7).reshape(2, 3), 2, 2, np.int32)
    assert cut.tolist() == [[[[1, 2], [4, 5]], [[3, 0], [6, 0]]]]
    assert cut.dtype == np.int32


def test_idle_ports_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        idle(3, np.int32)[0] = 1


@pytest.mark.parametrize(
    ("fmt", "dtype"),
    [
        ("acc=int32", np.int32),
        ("acc=int20", np.int32),
        ("acc=int33", np.int64),
        ("a=uint8,w=uint8,acc=uint32", np.int64),
    ],
)
def test_registers_are_as_wide_as_they_must(fmt: str, dtype: type) -> None:
    assert register_dtype(load_engine(f"cube:p=2,{fmt}").mac) is dtype


def test_a_scratchpad_adds_what_belongs_together() -> None:
    """Two vectors, one edge apart, both for row 0 of a 1 x 2 product; lane 1 is an edge later than lane 0."""
    tops, lefts = np.array([0, 0, -1, -1]), np.zeros(4, np.int64)
    lanes = np.arange(2)
    pad = Scratchpad(1, 2, tops, lefts, 1 + lanes, np.zeros(2, np.int64), lanes, np.int64)
    seen = [pad.after(edge, np.array(sums)) for edge, sums in enumerate([[0, 0], [5, 0], [6, 7], [0, 8]], 1)]
    assert [c_in.tolist() for c_in, _ in seen] == [[0, 0], [0, 0], [5, 0], [0, 7]]
    assert [outputs["c"].tolist() for _, outputs in seen] == [[0, 0], [5, 0], [11, 7], [0, 15]]
    assert [outputs["c_valid"].tolist() for _, outputs in seen] == [[0, 0], [1, 0], [1, 1], [0, 1]]
    assert pad.product.tolist() == [[11, 15]]


def test_an_inventory_adds_equal_leaves_and_leaves_out_none() -> None:
    inventory = counted((delay(8, 1), 2), (delay(8, 1), 3), (delay(8, 2), 0), *skew_delays(4, np.array([0, 1, 1, 2])))
    assert dict(inventory) == {delay(8, 1): 5, delay(4, 1): 2, delay(4, 2): 1}
    assert inventory.total("delay") == 8
    assert delay(8, 2).name == "delay_bits8_stages2"
    assert delay(8, 2)["stages"] == 2


def test_an_inventory_refuses_what_is_not_there() -> None:
    with pytest.raises(SpecError) as caught:
        Inventory({Leaf.of("pe_os", a_bits=8): 0})
    assert str(caught.value) == "an inventory holds at least one pe_os_a_bits8, not 0"


def test_leaves_of_a_small_output_stationary_array() -> None:
    leaves = {leaf.name: count for leaf, count in load_engine("systolic-os:rows=3,cols=2,drain=column").inventory()}
    assert leaves == {
        "pe_os_a_bits8_a_signed1_acc_bits32_drain1_w_bits8_w_signed1": 6,
        "delay_bits8_stages1": 2,
        "delay_bits8_stages2": 1,
        "delay_bits3_stages1": 2,
        "delay_bits1_stages1": 2,
    }


def test_leaves_of_a_small_tree() -> None:
    """Five inputs: 5 products, then 3, 2 and 1 sums; sums grow a bit per level up to the accumulator."""
    leaves = {leaf.name: count for leaf, count in load_engine("adder-tree:k=5,n=2,acc=int18").inventory()}
    assert leaves == {
        "tree_multiplier_a_bits8_a_signed1_overlap1_w_bits8_w_signed1": 10,
        "operand_register_bits8": 10,
        "tree_adder_bits17": 4,
        "delay_bits16_stages1": 2,
        "tree_adder_bits18": 4,
        "delay_bits17_stages1": 2,
        "accumulate_adder_acc_bits18": 2,
        "delay_bits8_stages1": 1,
        "delay_bits2_stages1": 1,
        "delay_bits1_stages5": 1,
        "delay_bits1_stages1": 1,
    }
