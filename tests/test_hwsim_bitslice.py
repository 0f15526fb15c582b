"""Sparse columns as an engine: cycles against the issue rule, counts against the nest, widths, bandwidth, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.arrays import Bitslice
from hwsim.arrays.bitslice.layout import SliceLayout
from hwsim.bitweight import hardware, needed_bits
from hwsim.encodings import ENCODINGS
from hwsim.engine import Engine, load_engine
from hwsim.errors import SpecError
from hwsim.gemm import Gemm, Shapes
from hwsim.layer_run import Depth
from hwsim.machine import load_machine
from hwsim.operands import Operands, synthetic
from hwsim.simulation import simulate
from hwsim.sparse_columns import IssueRule, fold_cycles
from hwsim.tiles.cost import port_cycles
from hwsim.tiles.demand import Demand
from hwsim.workload.loader import load_workload

MACS = ("opt3", "opt4c", "opt4e")


def bitslice(**fields: object) -> Engine:
    return load_engine("bitslice:" + ",".join(f"{name}={value}" for name, value in fields.items()))


def layout_of(engine: Engine) -> SliceLayout:
    assert isinstance(engine.array, Bitslice)
    return engine.array.layout(engine.mac)


def normal(shape: tuple[int, int], seed: int) -> np.ndarray:
    return synthetic(load_engine("cube").mac.a, shape, np.random.default_rng(seed))


# Cycles


@pytest.mark.parametrize("mac", MACS)
@pytest.mark.parametrize(("value", "cycles"), [(91, 16), (0, 4), (124, 10)])
def test_four_equal_operands_issue_as_published(mac: str, value: int, cycles: int) -> None:
    engine = bitslice(columns=1, rows=1, mac=mac)
    a = np.full((1, 4), value)
    assert engine.count(a, np.ones((4, 1), np.int64)) == cycles + layout_of(engine).flush_cycles


@pytest.mark.parametrize(
    ("mac", "chain", "flush"), [("opt3", 1, 3), ("opt4c", 1, 4), ("opt4e", 1, 4), ("opt4c", 8, 12)]
)
def test_a_last_digit_needs_so_many_edges_to_reach_c(mac: str, chain: int, flush: int) -> None:
    engine = bitslice(columns=2, rows=8, mac=mac, chain=chain)
    assert layout_of(engine).flush_cycles == flush <= 32
    a = normal((2, 40), 0)
    rule = IssueRule(layout_of(engine).mac.encoding, lanes=layout_of(engine).mac.lanes, columns=2)
    if chain == 1:
        assert engine.count(a, np.ones((40, 8), np.int64)) == fold_cycles(a, rule).sum() + flush


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(MACS),
    st.sampled_from(["k", "bw", "bank"]),
    st.sampled_from(ENCODINGS),
    st.integers(1, 5),
    st.booleans(),
    *(st.integers(1, 40) for _ in "mnk"),
)
def test_folds_take_their_slowest_column_and_a_constant(
    mac: str, barrier: str, encoding: object, columns: int, overlap: bool, m: int, n: int, k: int
) -> None:
    engine = bitslice(
        columns=columns, rows=3, mac=mac, barrier=barrier, encoding=encoding, overlap=str(overlap).lower()
    )
    layout, a = layout_of(engine), normal((m, k), m)
    issued = fold_cycles(a, layout.rule)
    folds = -(-n // 3)
    flushes = 1 if overlap else len(issued) * folds
    found = engine.count(a, np.ones((k, n), np.int64))
    assert found == issued.sum() * folds + flushes * layout.flush_cycles


def test_a_chain_of_finished_sums_holds_short_passes_up() -> None:
    a, b = np.zeros((2, 4), np.int64), np.zeros((4, 8), np.int64)
    direct, chained = (bitslice(columns=2, rows=8, chain=chain) for chain in (1, 8))
    assert direct.count(a, b) == 4 * 1 + 4
    assert chained.count(a, b) == 4 * 8 + 12
    long = normal((2, 400), 1), np.zeros((400, 8), np.int64)
    assert chained.count(*long) == direct.count(*long) + 8


@pytest.mark.parametrize("mac", MACS)
@pytest.mark.parametrize("barrier", ["k", "bw", "bank"])
def test_expected_cycles_are_near_those_of_normal_operands(mac: str, barrier: str) -> None:
    engine = bitslice(columns=8, rows=16, mac=mac, barrier=barrier)
    rng = np.random.default_rng(3)
    a = np.rint(rng.normal(0, 24.4, (800, 300))).clip(-127, 127).astype(np.int8)
    expected = engine.latency(Gemm(800, 16, 300)).expected
    assert engine.count(a, np.zeros((300, 16), np.int8)) == pytest.approx(expected, rel=0.005)


def test_encoding_the_weights_is_the_transposed_product() -> None:
    ours = bitslice(columns=4, rows=3, mac="opt4e")
    theirs = bitslice(columns=4, rows=3, mac="opt4e", encode="weights")
    a, b = normal((10, 30), 1), normal((30, 9), 2)
    assert theirs.count(a, b) == ours.count(b.T, a.T)
    assert theirs.latency(Gemm(10, 9, 30)) == ours.latency(Gemm(9, 10, 30))
    assert (theirs.limits.m, theirs.limits.n) == (ours.limits.n, ours.limits.m) == (3, 4)


def test_closed_forms_over_many_shapes_at_once() -> None:
    engine = bitslice(columns=4, rows=3)
    m, n, k = (np.array(side) for side in ([[1, 4], [7, 100]], [[3, 9], [1, 2]], [[5, 64], [64, 5]]))
    together = engine.latency(Shapes.of(m, n, k))
    for at in np.ndindex(2, 2):
        one = engine.latency(Gemm(int(m[at]), int(n[at]), int(k[at])))
        assert (together.low[at], together.expected[at], together.high[at]) == (one.low, one.expected, one.high)


def test_counts_beyond_int64_are_exact_alone_and_refused_among_many() -> None:
    engine, gemm = bitslice(columns=4, rows=4), Gemm(1 << 58, 1 << 10, 64)
    alone = engine.latency(gemm)
    assert alone.low == (1 << 56) * (1 << 8) * (64 + 4)
    with pytest.raises(SpecError) as caught:
        engine.latency(Shapes.of([5, gemm.m], gemm.n, gemm.k))
    assert str(caught.value) == f"{gemm} takes up to {alone.high} cycles; arrays of counts hold less than 2**63"


def test_a_count_of_any_size_lies_within_its_bounds() -> None:
    engine = bitslice(columns=4, rows=4, group=1)  # groups of one cost a cycle, whatever they hold
    for m in ((1 << 60) + 4, (1 << 54) + 4):
        found = engine.latency(Gemm(m, 4, 7))
        assert found.low == found.expected == found.high == m // 4 * (4 * 7 + 4)
    many = engine.latency(Shapes.of([(1 << 54) + 4], 4, 7))
    assert many.expected.tolist() == [((1 << 54) + 4) // 4 * (4 * 7 + 4)]


# Hardware


@pytest.mark.parametrize(
    ("mac", "encoders", "sparse_encoders", "lanes"),
    [("opt3", 4096, 1024, 1), ("opt4c", 128, 32, 1), ("opt4e", 512, 128, 4)],
)
def test_counts_are_those_of_the_nest(mac: str, encoders: int, sparse_encoders: int, lanes: int) -> None:
    engine = bitslice(columns=32, rows=32, mac=mac)
    inventory, nest = engine.inventory(), hardware(layout_of(engine).nest(768))
    assert inventory.total("encoder_ent") == nest.count("operand_encoder") == encoders
    assert inventory.total("sparse_encoder") == nest.count("sparse_encoder") == sparse_encoders
    assert inventory.total("pe_slice") == nest.count("compressor") == 1024
    (pe,) = (leaf for leaf, _ in inventory if leaf.kind == "pe_slice")
    assert {leaf["inputs"] for leaf in nest.leaves("compressor")} == {pe["lanes"] + 2} == {lanes + 2}
    assert engine.pe_count == nest.count("pp_mux") == 1024 * lanes


@pytest.mark.parametrize(("mac", "words"), [("opt3", 4096), ("opt4c", 1024), ("opt4e", 4096)])
def test_asynchronous_columns_share_no_operand(mac: str, words: int) -> None:
    engine = bitslice(columns=32, rows=32, mac=mac)
    (b,) = (port for port in engine.ports if port.name == "b")
    assert b.lanes == hardware(layout_of(engine).nest(768)).demand.b_words == words
    assert load_machine(None, engine).b.port_bytes_per_cycle == words


@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
@pytest.mark.parametrize("formats", ["a=int8,w=int8", "a=uint4,w=int6", "a=int5,w=uint3"])
def test_pairs_are_as_wide_as_the_nest_needs(encoding: object, formats: str) -> None:
    layout = layout_of(load_engine(f"bitslice:columns=2,rows=2,encoding={encoding},{formats}"))
    for k in (1, 4, 17, 64, 768, 1000):
        nest = layout.nest(k)
        assert layout.pair_bits(k) == needed_bits(nest)[nest.index("half_reduce")]


def test_a_simd_lane_serves_a_chain() -> None:
    few, many = (bitslice(columns=4, rows=16, chain=chain).inventory() for chain in (16, 1))
    assert (few.total("simd_lane"), many.total("simd_lane")) == (4, 64)
    assert (few.total("hold_pair"), many.total("hold_pair")) == (64, 0)


# Bandwidth


def test_ports_as_wide_as_the_engine_never_hold_it_up() -> None:
    for mac in MACS:
        for encode in ("activations", "weights"):
            engine = bitslice(columns=8, rows=4, mac=mac, encode=encode)
            machine, shapes = load_machine(None, engine), Shapes.of([1, 8, 64, 100], [4, 9, 64, 50], [16, 64, 100, 7])
            ports = port_cycles(machine, Demand.of(Gemm(1, 1, 1)), shapes, np.zeros(4, bool))
            assert (ports <= engine.latency(shapes).expected).all()


@pytest.mark.parametrize("mac", MACS)
@pytest.mark.parametrize("z", [0, 1])
def test_no_operands_hold_up_an_engine_with_ports_as_wide_as_its_own(mac: str, z: int) -> None:
    engine = bitslice(columns=4, rows=4, mac=mac, empty_group_cycles=z)
    machine = load_machine(None, engine)
    mostly_zero = normal((4, 64), 2) // np.int8(60)
    nothing = [np.zeros((4, 64), np.int8)] * z  # free of all cycles, but for what leaves once per bit-weight
    for a in (*nothing, mostly_zero, normal((4, 64), 1), normal((4, 1), 3)):
        b = np.ones((a.shape[1], 4), np.int8)
        words = engine.array.counted_words(a, b, engine.mac)
        shapes = Shapes.of(4, 4, a.shape[1])
        ports = port_cycles(machine, Demand.of(Gemm(4, 4, a.shape[1])), shapes, np.array(False), words)
        assert int(ports) <= engine.count(a, b)


def test_a_narrow_port_makes_columns_wait_for_their_operands() -> None:
    engine = bitslice(columns=32, rows=32)
    gemm = Gemm(32, 32, 768)
    words = engine.array.port_words(gemm, engine.mac)
    assert words["b"] == round(32 * 768 * layout_of(engine).statistics.mean) * 32
    assert (words["a"], words["c"]) == (32 * 768 * 4, 32 * 32 * 4)
    narrow = load_machine("edge:scratchpad_b_port_bytes_per_cycle=32", engine)
    taken = port_cycles(narrow, Demand.of(gemm), Shapes.of(32, 32, 768), np.zeros((), bool))
    assert int(taken) == words["b"] // 32 > 20 * int(engine.latency(gemm).expected)


def test_words_of_given_operands_are_those_of_their_digits() -> None:
    a, b = normal((32, 100), 4), normal((100, 32), 5)
    for mac, times in (("opt4c", None), ("opt3", 4)):
        engine = bitslice(columns=32, rows=32, mac=mac)
        digits = np.count_nonzero(layout_of(engine).mac.encoding.encode(a, engine.mac.a))
        found = engine.array.counted_words(a, b, engine.mac)
        assert found is not None
        assert found["b"] == 32 * (digits if times is None else a.size * times)


# Networks


@pytest.fixture
def network(tmp_path: Path) -> Path:
    file = tmp_path / "net.toml"
    file.write_text('[[gemm]]\nname = "x"\nm = 70\nn = 40\nk = 60\n\n[[gemm]]\nname = "y"\nm = 9\nn = 20\nk = 33\n')
    return file


def test_a_network_in_all_depths(network: Path) -> None:
    workload, engine = load_workload(network), bitslice(columns=8, rows=4, mac="opt4e")
    machine = load_machine(None, engine)
    closed, counted, stepped = (simulate(workload, machine, depth=depth) for depth in Depth)
    assert counted.total_cycles == stepped.total_cycles
    # so few values have a small largest one, by which they are scaled: their sigma is about 32, not 24.4
    assert closed.total_cycles == pytest.approx(counted.total_cycles, rel=0.06)
    said = "cycles of bitslice are those expected of independent operands (normal, sigma 24.4), unless counted"
    assert said in closed.assumptions
    assert said not in counted.assumptions


def test_layers_that_wait_for_a_port_are_named(network: Path) -> None:
    workload, engine = load_workload(network), bitslice(columns=8, rows=4)
    narrow = load_machine("edge:scratchpad_b_port_bytes_per_cycle=8", engine)
    said = "tiles wait for a scratchpad's port, which counts as compute, in x, y"
    for depth in (Depth.CLOSED, Depth.COUNT):
        assert said in simulate(workload, narrow, depth=depth).assumptions
        assert said not in simulate(workload, load_machine(None, engine), depth=depth).assumptions


def test_sparse_operands_of_ones_own_take_fewer_cycles(network: Path) -> None:
    workload, machine = load_workload(network), load_machine(None, bitslice(columns=8, rows=4))
    zeros = Operands({"x.a": np.zeros((70, 60), np.int8), "y.a": np.zeros((9, 33), np.int8)})
    dense, empty = (simulate(workload, machine, depth=Depth.COUNT, operands=x) for x in (Operands(), zeros))
    x, y = (layer.timeline.compute_cycles for layer in empty.layers)
    assert (x, y) == (9 * 10 * (15 * 4 + 4), 2 * 5 * (9 * 4 + 4))
    assert dense.total_cycles > 2 * empty.total_cycles


# Refusals


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("chain=3,rows=4", "bitslice: chain must divide rows=4, and 3 does not"),
        ("chain=0", "bitslice: chain must be at least 1, not 0"),
        ("mac=parallel", "mac=parallel has no place in bitslice; its macs are opt4c, opt3, opt4e"),
        ("group=0", "group of an issue rule is a whole number of at least 1, not 0"),
        ("empty_group_cycles=2", "an empty group costs 0 or 1 cycles, not 2"),
        ("lanes=4", "mac=opt4c has one lane in a PE, not lanes=4: opt4e shares a compressor"),
        ("mac=opt4e,lanes=0", "lanes of an issue rule is a whole number of at least 1, not 0"),
        ("barrier=row", "bitslice: barrier=row is not one of k, bw, bank"),
        ("a=int17", "encoding 'ent' takes integers of 1 to 16 bits, not int17"),
        ("encoding=boot", "bitslice: encoding=boot: unknown encoding 'boot' (did you mean 'booth'?); the encodings are "
         "booth, ent, naf, twos-complement, sign-magnitude"),
        ("pair=uint26", "mac=opt4c keeps signed sums of integers: pair cannot be uint26"),
        ("acc=int12", "acc=int12 cannot hold one product of int8 times int8, which needs 16 bits"),
    ],
)  # fmt: skip
def test_fields_that_cannot_be_get_one_sentence(form: str, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        load_engine(f"bitslice:{form}")
    assert str(refused.value) == message


def test_sums_that_are_too_long_are_refused_with_the_width_they_need() -> None:
    with pytest.raises(SpecError) as narrow_pair:
        bitslice(pair="int14").latency(Gemm(1, 1, 64))
    assert str(narrow_pair.value) == (
        "pair=int14 is too narrow for k=64 partial products of int8 digits times int8: it needs 16 bits"
    )
    with pytest.raises(SpecError) as narrow_acc:
        bitslice(acc="int20").latency(Gemm(1, 1, 64))
    assert str(narrow_acc.value) == "acc=int20 is too narrow for k=64 products of int8 times int8: it needs 22 bits"


def test_operands_that_are_no_array_are_refused() -> None:
    with pytest.raises(SpecError) as refused:
        bitslice().count([[1]], np.ones((1, 1), np.int64))  # type: ignore[arg-type]
    assert str(refused.value) == "a must be a matrix of integers (a numpy array), not list"


def test_operands_out_of_range_are_refused() -> None:
    with pytest.raises(SpecError) as refused:
        bitslice().count(np.full((1, 1), 128), np.ones((1, 1), np.int64))
    assert str(refused.value) == "a has values from 128 to 128; int8 holds -128 to 127"
