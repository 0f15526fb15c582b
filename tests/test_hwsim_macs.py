"""MACs of the bit-weight notation on the dense arrays: what their sums are, and that they cost no cycle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from column_oracle import pair_after
from hwsim.arrays import ARRAYS
from hwsim.bitweight import Place, hardware, interpret, listing
from hwsim.bitweight.columns import Tree
from hwsim.encodings.booth import Booth
from hwsim.engine import Engine, load_engine
from hwsim.errors import SpecError
from hwsim.formats import INT8, IntFormat
from hwsim.gemm import Gemm
from hwsim.macs import DENSE_MACS, TREE_MACS, BitWeightMac, BoothMac, FusedMac, Mac, Opt1Mac, Opt2Mac, ParallelMac

DENSE = [array for array in ARRAYS if set(array.houses) <= {*DENSE_MACS, *TREE_MACS}]
FORMATS = st.builds(IntFormat, st.integers(1, 12), st.booleans())


def last_beats(engine: Engine, a: np.ndarray, b: np.ndarray) -> list[dict[str, np.ndarray]]:
    """What the output ports show after every edge."""
    return [dict(beat.outputs) for beat in engine.run(a, b)]


@pytest.mark.parametrize("array", DENSE, ids=lambda array: array.name)
@settings(max_examples=20, deadline=None)
@given(*(st.integers(1, 50) for _ in "mnkb"))
def test_a_mac_that_takes_whole_products_costs_no_cycle(array: type, m: int, n: int, k: int, batch: int) -> None:
    gemm = Gemm(m, n, k, batch=batch)
    cycles = {load_engine(f"{array.name}:mac={mac.name}").latency(gemm) for mac in array.houses}
    assert len(cycles) == 1
    assert len(array.houses) == 4


@pytest.mark.parametrize("form", ["systolic-os:rows=3,cols=2", "matrix-2d:rows=3,cols=2"])
@pytest.mark.parametrize("fmt", ["acc=int32", "a=uint8,w=int4,acc=int20", "a=uint4,w=uint2,acc=uint12", "acc=int64"])
@pytest.mark.parametrize("overlap", ["false", "true"])
def test_a_pair_is_worth_at_every_edge_what_the_word_is(form: str, fmt: str, overlap: str) -> None:
    words, pairs = (load_engine(f"{form},overlap={overlap},{fmt},mac={mac}") for mac in ("parallel", "opt1"))
    for a, b in words.examples(cases=5):
        for word, pair in zip(last_beats(words, a, b), last_beats(pairs, a, b), strict=True):
            assert np.array_equal(word["c_valid"], pair["c_valid"])
            assert np.array_equal(words.mac.acc.wrap(pair["c_sum"].astype(object) + pair["c_carry"]), word["c"])


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 9), st.sampled_from(Tree), st.integers(0, 2**32 - 1))
def test_the_rows_of_a_pair_are_those_of_the_compressors(k: int, tree: Tree, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(-128, 128, (1, k)), rng.integers(-128, 128, (k, 1))
    pair = (0, 0)
    for x, y in zip(a[0], b[:, 0].tolist(), strict=True):
        pair = pair_after(Opt1Mac(tree=tree).digit_sum, pair, Booth().encode(x, INT8).tolist(), [y] * 4)
    for form in ("systolic-os:rows=1,cols=1", "matrix-2d:rows=1,cols=1"):
        last = last_beats(load_engine(f"{form},mac=opt1,tree={tree.value}"), a, b)[-1]
        assert (last["c_sum"][0] % 2**32, last["c_carry"][0] % 2**32) == pair


def test_an_idle_pe_holds_its_pair() -> None:
    """Compressing a pair with zeros would keep its worth and move its bits."""
    engine = load_engine("systolic-os:rows=1,cols=3,mac=opt1")
    a, b = np.full((1, 3), 93), np.full((3, 3), -77)
    beats = last_beats(engine, a, b)
    first_lane = [(int(beat["c_sum"][0]), int(beat["c_carry"][0])) for beat in beats]
    assert first_lane[3] == first_lane[4] == first_lane[5]
    again = pair_after(Opt1Mac().digit_sum, first_lane[3], [0] * 4, [0] * 4)
    assert again != tuple(row % 2**32 for row in first_lane[3])
    assert sum(again) % 2**32 == sum(first_lane[3]) % 2**32


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([BoothMac, FusedMac, Opt1Mac]), FORMATS, FORMATS, st.integers(0, 2**32 - 1))
def test_the_nest_of_a_mac_computes(kind: type[BitWeightMac], a: IntFormat, w: IntFormat, seed: int) -> None:
    mac = kind(a, w, IntFormat(32))
    rng = np.random.default_rng(seed)
    x, y = rng.integers(a.low, a.high, (1, 5), endpoint=True), rng.integers(w.low, w.high, (5, 1), endpoint=True)
    assert np.array_equal(interpret(mac.nest(5), x, y), x @ y)
    assert np.array_equal(sum(mac.partial_products(x[0], y[:, 0])), x[0] * y[:, 0])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), FORMATS, FORMATS, st.integers(0, 2**32 - 1))
def test_the_nest_of_a_tree_computes(k: int, a: IntFormat, w: IntFormat, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(a.low, a.high, (1, k), endpoint=True), rng.integers(w.low, w.high, (k, 1), endpoint=True)
    for nest in (Opt1Mac(a, w, IntFormat(32)).tree_nest(k), Opt2Mac(a, w, IntFormat(32)).nest(k)):
        assert np.array_equal(interpret(nest, x, y), x @ y)


def test_where_the_carries_propagate() -> None:
    """Two adders per cycle in Booth's PE, none in OPT1's, and per tree of OPT2 a narrow one per digit and one more."""
    booth, opt1, opt2 = (hardware(nest) for nest in (BoothMac().nest(), Opt1Mac().nest(), Opt2Mac().nest(16)))
    assert [booth.count("cpa", Place.PE), opt1.count("cpa", Place.PE)] == [2, 0]
    assert {leaf["bits"]: count for leaf, count in opt2.leaves("cpa").items()} == {14: 4, 20: 1}
    assert "x = add(s, c)                        # in the SIMD unit" in listing(Opt1Mac().nest())


@pytest.mark.parametrize(("x", "y", "total"), [(-2, -128, 4096), (-128, -128, 262144)])
@pytest.mark.parametrize("mac", ["opt1", "opt2"])
def test_a_tree_of_sixteen_holds_its_largest_sums(mac: str, x: int, y: int, total: int) -> None:
    """Partial products of one weight need 14 bits; the 13 of the authors' Verilog do not hold the first vector."""
    engine = load_engine(f"adder-tree:k=16,n=1,mac={mac}")
    a, b = np.full((1, 16), x), np.full((16, 1), y)
    assert last_beats(engine, a, b)[-1]["c"].tolist() == engine.multiply(a, b).tolist()[0] == [total]


def test_only_whole_results_of_pairs_are_left_to_add() -> None:
    left = {
        spec: load_engine(spec).additions_left
        for spec in (
            "systolic-os:mac=opt1", "matrix-2d:mac=opt1", "systolic-os:mac=opt1,drain=column",
            "matrix-2d:mac=opt1,drain=column", "systolic-ws:mac=opt1", "systolic-is:mac=opt1", "cube:mac=opt1",
            "adder-tree:mac=opt1", "adder-tree:mac=opt2", "systolic-os:mac=booth", "systolic-os",
        )
    }  # fmt: skip
    assert [spec for spec, additions in left.items() if additions] == ["systolic-os:mac=opt1", "matrix-2d:mac=opt1"]
    assert set(left.values()) == {0, 1}


@pytest.mark.parametrize("kind", [BoothMac, FusedMac, Opt1Mac, Opt2Mac])
def test_an_operand_that_the_encoding_does_not_take_is_refused(kind: type[Mac]) -> None:
    with pytest.raises(SpecError) as refused:
        kind(a=IntFormat(17), acc=IntFormat(40))
    assert str(refused.value) == "encoding 'booth' takes integers of 1 to 16 bits, not int17"
    assert ParallelMac(a=IntFormat(17), acc=IntFormat(40)).a.bits == 17
