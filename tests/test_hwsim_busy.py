"""Busy columns: against a loop over columns, as laws of every issue rule, and layer by layer of a network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from hwsim.encodings import DigitStatistics, Distribution, EnT
from hwsim.engine import Engine, load_engine
from hwsim.errors import SpecError
from hwsim.formats import INT8, IntFormat
from hwsim.gemm import Gemm
from hwsim.jobs import jobs_of
from hwsim.layer_busy import LayerBusy, network_busy
from hwsim.machine import load_machine
from hwsim.operands import SYNTHETIC, Operands, synthetic
from hwsim.sparse_columns import (
    Barrier,
    BusyColumns,
    IssueRule,
    busy_columns,
    column_cycles,
    fold_cycles,
    issue_cycles,
    waiting_overhead,
)
from hwsim.workload.building import WorkloadBuilder, add_standalone_gemm
from hwsim.workload.graph import Workload
from hwsim.workload.loader import load_workload
from onnx_models import model
from test_hwsim_sparse_columns import RULES, lane_cost, operands, slow_fold

ENGINES = st.sampled_from(
    [
        "bitslice:columns=4,rows=3",
        "bitslice:columns=3,rows=2,mac=opt3,empty_group_cycles=0",
        "bitslice:columns=3,rows=4,mac=opt4c,barrier=bw,encode=weights",
        "bitslice:columns=4,rows=4,mac=opt4c,barrier=bank,overlap=true",
        "bitslice:columns=2,rows=4,mac=opt4e,chain=4",
        "bitslice:columns=3,rows=2,mac=opt4e,encode=weights,encoding=booth",
    ]
)


def slow_work(a: np.ndarray, row: int, rule: IssueRule, format: IntFormat) -> int:
    """Cycles of the longest lane of a column, one segment of one bit-weight after the other."""
    nonzero = rule.encoding.encode(a, format) != 0
    long = rule.segment_steps(a.shape[1])
    parts = [range(s * long, (s + 1) * long) for s in range(rule.segments)]
    return sum(
        max(lane_cost(nonzero, row, bw, lane, part, rule) for lane in range(rule.lanes))
        for bw in range(nonzero.shape[2])
        for part in parts
    )


def slow_shares(a: np.ndarray, rule: IssueRule, format: IntFormat) -> tuple[float, float, float]:
    """Minimum, average and maximum of every fold, then the mean over folds weighted by their cycles."""
    weights, shares = [], []
    for first in range(0, len(a), rule.columns):
        cycles = slow_fold(a, first, rule, format)
        if cycles:
            rows = range(first, min(first + rule.columns, len(a)))
            own = [slow_work(a, row, rule, format) / cycles for row in rows]
            weights.append(cycles)
            shares.append((min(own), sum(own) / len(own), max(own)))
    if not weights:
        return 1.0, 1.0, 1.0
    low, mean, high = np.average(np.array(shares), axis=0, weights=weights).tolist()
    return low, mean, high


@settings(max_examples=50, deadline=None)
@given(operands(), RULES)
def test_shares_are_those_of_a_loop_over_columns(given: tuple[np.ndarray, IntFormat], rule: IssueRule) -> None:
    a, format = given
    assert column_cycles(a, rule, format).tolist() == [slow_work(a, row, rule, format) for row in range(len(a))]
    found = busy_columns([a], rule, format)
    assert (found.minimum, found.average, found.maximum) == pytest.approx(slow_shares(a, rule, format))


@settings(max_examples=50, deadline=None)
@given(operands(), RULES)
def test_the_least_the_mean_and_the_busiest_column_are_in_order(
    given: tuple[np.ndarray, IntFormat], rule: IssueRule
) -> None:
    a, format = given
    found = busy_columns([a], rule, format)
    assert 0 <= found.minimum <= found.average <= found.maximum <= 1
    assert 0 <= found.lane_average <= 1
    assert 0 < found.filled <= 1
    assert 0 <= found.empty_share <= 1
    if rule.empty_group_cycles:
        assert found.minimum > 0
        assert found.lane_average > 0


@settings(max_examples=50, deadline=None)
@given(operands(), RULES)
def test_somebody_is_always_at_work_if_the_barrier_is_the_end_of_k(
    given: tuple[np.ndarray, IntFormat], rule: IssueRule
) -> None:
    a, format = given
    rule = replace(rule, barrier=Barrier.K, pass_cycles=0)
    for first in range(0, len(a), rule.columns):
        assert busy_columns([a[first : first + rule.columns]], rule, format).maximum == 1
    assert busy_columns([a], rule, format).maximum == 1
    assert (column_cycles(a, rule, format) == issue_cycles(a, rule, format)).all()
    assert busy_columns([a], replace(rule, columns=1), format).minimum == 1


@settings(max_examples=50, deadline=None)
@given(operands(), RULES)
def test_operands_may_be_cut_between_folds(given: tuple[np.ndarray, IntFormat], rule: IssueRule) -> None:
    a, format = given
    whole = busy_columns([a], rule, format)
    parts = [a[first : first + rule.columns] for first in range(0, len(a), rule.columns)]
    cut = busy_columns(parts, rule, format)
    assert replace(cut, mean_cycles=0) == replace(whole, mean_cycles=0)
    assert cut.mean_cycles == pytest.approx(whole.mean_cycles)
    assert whole.operands == a.size
    assert whole.cycles == fold_cycles(a, rule, format).sum()


@settings(max_examples=50, deadline=None)
@given(operands(), RULES)
def test_on_one_lane_work_is_digits_and_empty_groups(given: tuple[np.ndarray, IntFormat], rule: IssueRule) -> None:
    a, format = given
    found = busy_columns([a], replace(rule, lanes=1, barrier=Barrier.BW), format)
    digits = np.count_nonzero(rule.encoding.encode(a, format))
    assert found.digits == digits
    assert found.work_per_operand * (1 - found.empty_share) * a.size == pytest.approx(digits)
    assert found.work_cycles == found.group_cycles
    assert found.work_per_operand <= found.cycles_per_operand


@pytest.mark.parametrize("barrier", Barrier)
@pytest.mark.parametrize("lanes", [1, 4])
def test_the_average_is_what_independent_operands_are_expected_to_lose_by_waiting(barrier: Barrier, lanes: int) -> None:
    rng = np.random.default_rng(5)
    rule = IssueRule(EnT(), barrier=barrier, lanes=lanes)
    statistics = DigitStatistics(rule.encoding, Distribution.published_normal(INT8))
    source = statistics.distribution
    k = 16 * 32
    a = rng.choice(source.values, (32 * 60, k), p=source.probabilities)
    lost = 1 / waiting_overhead(statistics, k, rule)
    assert busy_columns([a], rule).lane_average == pytest.approx(lost, rel=0.01)


def test_short_reductions_wait_and_long_ones_hardly() -> None:
    rng, rule = np.random.default_rng(0), IssueRule(EnT())
    shares = [busy_columns([synthetic(INT8, (1024, k), rng)], rule) for k in (9, 25, 768, 3072)]
    assert shares == sorted(shares, key=lambda found: found.minimum)
    assert shares[0].minimum < 0.75 < 0.95 < shares[2].minimum


def test_nothing_waits_for_nothing() -> None:
    nothing = BusyColumns(columns=32, lanes=1)
    for a in (np.zeros((0, 4), np.int8), np.zeros((0, 0), np.int8)):
        found = busy_columns([a], IssueRule(EnT()))
        assert found == nothing
    assert (nothing.minimum, nothing.average, nothing.maximum, nothing.lane_average) == (1, 1, 1, 1)
    assert (nothing.work_per_operand, nothing.cycles_per_operand, nothing.empty_share) == (0, 0, 0)


def test_columns_without_a_row_are_left_out_and_counted() -> None:
    a = np.array([[91] * 4, [0] * 4, [124] * 4], np.int8)  # 16, 4 and 10 cycles
    found = busy_columns([a], IssueRule(EnT(), columns=2))
    assert (found.folds, found.cycles) == (2, 26)
    assert (found.minimum, found.average, found.maximum) == ((4 + 10) / 26, (10 + 10) / 26, 1)
    assert found.filled == (2 * 16 + 10) / (2 * 26)
    assert found.cycles_per_operand == (2 * 16 + 10) / 12


def network(*gemms: Gemm) -> Workload:
    builder = WorkloadBuilder("products")
    for i, gemm in enumerate(gemms):
        add_standalone_gemm(builder, f"g{i}", gemm)
    return builder.build([])


def one_layer(engine: Engine, gemm: Gemm, given: Operands) -> LayerBusy:
    (layer,) = network_busy(network(gemm), engine, given).layers
    return layer


@settings(max_examples=40, deadline=None)
@given(ENGINES, st.integers(1, 9), st.integers(1, 9), st.integers(1, 30), st.integers(1, 3), st.integers(0, 99))
def test_a_layer_has_the_cycles_that_the_engine_counts(
    spec: str, m: int, n: int, k: int, batch: int, seed: int
) -> None:
    engine, rng = load_engine(spec), np.random.default_rng(seed)
    a, w = rng.integers(-128, 128, (batch, m, k)), rng.integers(-128, 128, (batch, k, n))
    layer = one_layer(engine, Gemm(m, n, k, batch=batch), Operands({"a": a, "w": w}))
    overlap = bool(getattr(engine.array, "overlap", False))
    flush_cycles = engine.array.layout(engine.mac).flush_cycles  # type: ignore[attr-defined]
    flushes = batch if overlap else layer.folds
    assert layer.issue_cycles + flushes * flush_cycles == sum(engine.count(*pair) for pair in zip(a, w, strict=True))
    assert not layer.synthetic
    assert layer.columns.operands == (w if getattr(engine.array, "transposed", False) else a).size
    assert 0 < layer.pes_filled <= 1


@pytest.mark.parametrize("spec", ["bitslice:columns=4,rows=3", "bitslice:columns=3,rows=4,mac=opt3"])
def test_the_stepped_model_clocks_the_pairs_of_pes_as_often_as_there_are_digits(spec: str) -> None:
    engine, rng = load_engine(spec), np.random.default_rng(3)
    a, b = rng.integers(-30, 30, (6, 11)), rng.integers(-128, 128, (11, 5))
    layer = one_layer(engine, Gemm(6, 5, 11), Operands({"a": a, "w": b}))
    assert sum(beat.active_pes for beat in engine.run(a, b)) == 5 * layer.columns.digits


def test_a_depthwise_convolution_fills_columns_with_pixels_and_one_row_of_pes() -> None:
    gemm, given = Gemm(m=50, n=1, k=9, batch=7), Operands({"a": np.full((7, 50, 9), 91)})
    plain = one_layer(load_engine("bitslice:columns=32,rows=16"), gemm, given)
    cycles = 4 * 9  # four digits of nine operands: 4 + 4 + 1 of a group each
    assert (plain.folds, plain.issue_cycles) == (2 * 7, 2 * 7 * cycles)
    assert plain.columns.filled == 50 / 64
    assert plain.pes_filled == 50 / 64 / 16
    weights = one_layer(load_engine("bitslice:columns=32,rows=16,encode=weights"), gemm, given)
    assert weights.folds == 4 * 7
    assert weights.columns.minimum == 1  # one filter, one column
    assert weights.pes_filled == 1 / 32 * 50 / 64


def test_a_layer_alone_has_the_operands_that_it_has_among_all() -> None:
    products, engine = network(Gemm(9, 4, 12), Gemm(5, 6, 7)), load_engine("bitslice:columns=4,rows=4,encode=weights")
    every = network_busy(products, engine)
    alone = network_busy(products, engine, layers=["g1"])
    assert [layer.name for layer in every.layers] == ["g0", "g1"]
    assert alone.layers == every.layers[1:]
    assert every.issue_cycles == sum(layer.issue_cycles for layer in every.layers)
    assert f"the encoded operands of all layers are synthetic: {SYNTHETIC}" in every.assumptions


def test_only_the_encoded_operand_counts_as_synthetic(tmp_path: Path) -> None:
    products = network(Gemm(9, 4, 12), Gemm(5, 6, 7))
    np.savez(tmp_path / "x.npz", **{"g0.w": np.ones((12, 4), int)})  # type: ignore[arg-type]
    by_encode = {
        encode: network_busy(products, load_engine(f"bitslice:encode={encode}"), tmp_path / "x.npz")
        for encode in ("activations", "weights")
    }
    assert [layer.synthetic for layer in by_encode["activations"].layers] == [True, True]
    assert [layer.synthetic for layer in by_encode["weights"].layers] == [False, True]
    assert f"the encoded operands of g1 are synthetic: {SYNTHETIC}" in by_encode["weights"].assumptions
    given = {"g0.a": np.ones((9, 12), int), "g1.a": np.ones((5, 7), int)}
    said = network_busy(products, load_engine("bitslice"), Operands(given)).assumptions
    assert not any("synthetic" in line for line in said)


@pytest.mark.parametrize("encode", ["activations", "weights"])
def test_an_operand_that_a_batch_shares_is_issued_for_every_member(encode: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    w = rng.integers(-128, 128, (3, 7, 4)).astype(np.float32)
    node = helper.make_node("MatMul", ["x", "w"], ["y"], name="node")
    onnx.save(
        model([node], {"x": (TensorProto.FLOAT, [6, 7])}, {"y": TensorProto.FLOAT}, {"w": w}), tmp_path / "s.onnx"
    )
    engine, a = load_engine(f"bitslice:columns=4,rows=2,encode={encode}"), rng.integers(-128, 128, (6, 7))
    given = Operands({"a": a, "w": w.astype(int)})
    (layer,) = network_busy(load_workload(tmp_path / "s.onnx"), engine, given).layers
    assert (layer.batch, layer.columns.operands) == (3, a.size if encode == "activations" else w.size)
    flush = layer.folds * engine.array.layout(engine.mac).flush_cycles  # type: ignore[attr-defined]
    assert layer.issue_cycles + flush == sum(engine.count(a, member.astype(int)) for member in w)


def test_a_network_without_products_has_no_layers(tmp_path: Path) -> None:
    node = helper.make_node("Relu", ["x"], ["y"], name="node")
    onnx.save(model([node], {"x": (TensorProto.FLOAT, [6, 7])}, {"y": TensorProto.FLOAT}), tmp_path / "r.onnx")
    nothing = load_workload(tmp_path / "r.onnx")
    found = network_busy(nothing, load_engine("bitslice"))
    assert (found.layers, found.issue_cycles) == ((), 0)
    with pytest.raises(SpecError) as raised:
        network_busy(nothing, load_engine("bitslice"), layers=["node"])
    assert str(raised.value) == f"{nothing.name} has no matrix product 'node'; it has none"


def test_one_operand_is_that_of_the_pair() -> None:
    machine = load_machine(None, load_engine("bitslice"))
    (job,) = jobs_of(network(Gemm(5, 6, 7, batch=2)), machine).values()
    given = Operands({"w": np.ones((2, 7, 6), int)})
    for source in (Operands(), given):
        pair = source.of(job, (INT8, INT8), 3)
        for role, whole in (("a", pair.a), ("w", pair.b)):
            matrices, drawn = source.one(job, (INT8, INT8), 3, role)
            assert np.array_equal(matrices, whole)
            assert drawn == (role in pair.synthetic)


@pytest.mark.parametrize(
    ("spec", "layers", "message"),
    [
        ("cube:p=4", [], "only the columns of bitslice wait for each other's digits, and cube:p=4,overlap=true has "
                         "none"),
        ("bitslice", ["g1", "g10"], "products has no matrix product 'g10' (did you mean 'g1'?); its 2 are g0 to g1"),
        ("bitslice", ["h"], "products has no matrix product 'h'; its 2 are g0 to g1"),
        ("bitslice:pair=int12", [], "products: layer 'g1': pair=int12 is too narrow for k=70 partial products of int8 "
                                    "digits times int8: it needs 16 bits"),
    ],
)  # fmt: skip
def test_a_wrong_question_gets_one_sentence(spec: str, layers: list[str], message: str) -> None:
    with pytest.raises(SpecError) as raised:
        network_busy(network(Gemm(9, 4, 1), Gemm(5, 6, 70)), load_engine(spec), layers=layers)
    assert str(raised.value) == message
