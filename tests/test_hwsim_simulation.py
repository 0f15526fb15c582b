"""Whole networks: totals from parts, depths that agree, prefetching, and refusals that name the layer."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.arrays import ARRAYS, Array
from hwsim.engine import load_engine
from hwsim.errors import ProgramError, SpecError
from hwsim.formats import parse_format
from hwsim.gemm import Gemm
from hwsim.layer_run import Depth
from hwsim.machine import Machine, make_machine
from hwsim.operands import SYNTHETIC, Operands, load_operands, synthetic
from hwsim.program import Program
from hwsim.report import Report
from hwsim.simulation import simulate
from hwsim.tiles.pipeline import Stall
from hwsim.tiles.tiling import Tiling
from hwsim.tiles.traffic import Reason, Stream
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Movement
from hwsim.workload.topology_csv import load_topology_csv
from small_networks import chain, gemms

ENGINE = load_engine("systolic-os:rows=4,cols=4")
MACHINE = make_machine(ENGINE, {"dram_gb_per_s": 2, "dram_latency_ns": 10})


def program(workload: Workload, **tilings: Tiling) -> Program:
    return Program(workload.name, ENGINE.spec, {}, tuple(o.name for o in workload.operators), tilings, "plan")


def total(machine: Machine, workload: Workload, plan: Program | None = None) -> int:
    return simulate(workload, machine, plan).total_cycles


def check_sums(report: Report) -> None:
    assert report.total_cycles == report.compute_cycles + sum(report.stall_cycles.values())
    assert report.dram_bytes == sum(x.dram_bytes for x in report.layers) + sum(
        x.dram_bytes for x in report.other_operators
    )


def test_one_product_by_hand() -> None:
    report = simulate(gemms(Gemm(m=10, n=6, k=7)), MACHINE)
    assert report.compute_cycles == ENGINE.latency(Gemm(m=10, n=6, k=7)).expected
    assert report.stall_cycles[Stall.FIRST_LOAD] == (70 + 42) // 2 + 10
    assert report.stall_cycles[Stall.LAST_STORE] == 30
    assert report.traffic == {
        (Stream.A, Reason.FIRST_LOAD): 70,
        (Stream.B, Reason.FIRST_LOAD): 42,
        (Stream.C, Reason.OUTPUT): 60,
    }
    assert report.macs == 420
    assert report.utilization == 420 / (16 * report.total_cycles)
    check_sums(report)


def test_a_network_is_the_sum_of_its_layers_and_rows() -> None:
    report = simulate(chain(), MACHINE)
    assert [layer.name for layer in report.layers] == ["first", "second"]
    assert report.layers[0].fused == ("relu",)
    assert [(row.name, row.fused_into) for row in report.other_operators] == [
        ("relu", "first"), ("add", None), ("pool", None), ("turn", None), ("flat", None),
    ]  # fmt: skip
    assert report.traffic[Stream.PARAMETERS, Reason.FIRST_LOAD] == 8 * 4
    assert report.stall_cycles[Stall.OTHER_OPERATORS] == sum(row.cycles for row in report.other_operators) > 0
    assert report.assumptions == (
        "the clock is 1.0 GHz, assumed: no technology is chosen",
        "each product is one tile: the scratchpads are taken as large enough for its operands",
        "activations go to DRAM after each operator and come back for the next",
        "the vector unit does 4 operations per cycle; what follows a product alone rides along",
        "made by hand",
    )
    check_sums(report)


def test_a_slow_vector_unit_holds_the_engine_up() -> None:
    slow = replace(MACHINE, vector_lanes=1)
    fast, held = simulate(chain(), MACHINE), simulate(chain(), slow)
    assert held.compute_cycles == fast.compute_cycles
    assert held.stall_cycles[Stall.VECTOR_UNIT] == max(0, 2 * 96 - fast.layers[0].timeline.compute_cycles) > 0
    assert fast.stall_cycles[Stall.VECTOR_UNIT] == 0
    check_sums(held)


def test_results_that_leave_as_pairs_are_work_for_the_vector_unit() -> None:
    """One addition for each result of each tile, beside what is fused: nothing is charged where an array adds."""
    pairs, drained = (load_engine(f"systolic-os:rows=4,cols=4,mac=opt1,drain={x}") for x in ("parallel", "column"))
    fields = {"dram_gb_per_s": 2, "dram_latency_ns": 10, "vector_lanes": 1}
    workload = gemms(Gemm(m=9, n=7, k=5, batch=2))
    words, left, added = (simulate(workload, make_machine(x, fields)) for x in (ENGINE, pairs, drained))
    assert left.compute_cycles == words.compute_cycles
    waiting = 9 * 7 - ENGINE.latency(Gemm(9, 7, 5)).expected
    assert waiting < 0 == left.stall_cycles[Stall.VECTOR_UNIT]
    plan = program(workload, g0=Tiling(9, 7, 1))
    tile = ENGINE.latency(Gemm(9, 7, 1)).expected
    held = simulate(workload, make_machine(pairs, fields), plan)
    assert held.stall_cycles[Stall.VECTOR_UNIT] == 2 * 5 * max(9 * 7 - tile, 0) > 0
    sentence = "results leave the engine as sum and carry, which the vector unit adds: one operation for each"
    assert [sentence in report.assumptions for report in (words, left, added)] == [False, True, False]


def test_expanded_movement_moves_whole_matrices() -> None:
    workload = chain()
    first = workload.operators[0]
    assert first.product is not None
    fewer = replace(first, product=replace(first.product, a_elements=40))
    overlapping = Workload("overlapping", (fewer, *workload.operators[1:]), workload.tensors)
    unique = simulate(overlapping, MACHINE)
    expanded = simulate(overlapping, replace(MACHINE, movement=Movement.EXPANDED))
    assert unique.layers[0].traffic[Stream.A, Reason.FIRST_LOAD] == 40
    assert expanded.layers[0].traffic[Stream.A, Reason.FIRST_LOAD] == 72
    assert "a pass over an operand moves its whole matrix, im2col copies included" in expanded.assumptions


@settings(max_examples=15, deadline=None)
@given(*[st.integers(1, 9)] * 3, st.integers(1, 2), st.sampled_from(["mnk", "knm", "nkm"]), st.integers(1, 3))
def test_all_depths_agree_where_data_cannot_matter(m: int, n: int, k: int, batch: int, order: str, side: int) -> None:
    workload = gemms(Gemm(m, n, k, batch=batch))
    plan = program(workload, g0=Tiling(4, 4, side, order))
    reports = [simulate(workload, MACHINE, plan, depth) for depth in Depth]
    assert reports[0].layers[0].timeline == reports[1].layers[0].timeline == reports[2].layers[0].timeline
    assert reports[2].depth == "step"
    assert f"operands of g0 are synthetic: {SYNTHETIC}" in reports[2].assumptions


def test_prefetching_moves_the_next_weights_under_this_layer() -> None:
    workload = chain()
    machine = replace(MACHINE, prefetch=True)
    serial, early = simulate(workload, MACHINE), simulate(workload, machine)
    first, second = (layer.timeline for layer in early.layers)
    assert serial.layers[1].timeline.stalls[Stall.FIRST_LOAD] - second.stalls[Stall.FIRST_LOAD] == 80 // 2
    assert first.compute_cycles == serial.layers[0].timeline.compute_cycles
    assert early.total_cycles < serial.total_cycles
    assert early.dram_bytes == serial.dram_bytes
    check_sums(early)


def test_prefetching_needs_room_and_a_second_buffer() -> None:
    workload = chain()
    plan = program(workload, first=Tiling(12, 8, 6), second=Tiling(12, 10, 8))
    roomy = make_machine(ENGINE, {**MACHINE.fields, "prefetch": True, "scratchpad_b_bytes": 160})
    tight = make_machine(ENGINE, {**MACHINE.fields, "prefetch": True, "scratchpad_b_bytes": 160, "buffers": 1})
    assert total(roomy, workload, plan) < total(replace(roomy, prefetch=False), workload, plan)
    assert total(tight, workload, plan) == total(replace(tight, prefetch=False), workload, plan)
    wider = program(workload, first=Tiling(12, 8, 6), second=Tiling(12, 10, 8, "mnk", 3, 0, 3))
    big = Gemm(8, 20, 8)
    pair = gemms(big, big)
    both = program(pair, g0=Tiling(8, 20, 8), g1=Tiling(8, 20, 8))
    exact = make_machine(ENGINE, {**MACHINE.fields, "prefetch": True, "scratchpad_b_bytes": 320})
    assert total(exact, pair, both) < total(replace(exact, prefetch=False), pair, both)
    assert total(roomy, workload, wider) < total(replace(roomy, prefetch=False), workload, wider)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(1, 20)] * 3), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from([0.5, 1, 3.3]),
    st.sampled_from([1.1, 2, 5]),
)
def test_more_bandwidth_never_makes_a_network_longer(
    shapes: list[tuple[int, int, int]], prefetch: bool, bandwidth: float, factor: float
) -> None:
    workload = gemms(*(Gemm(*shape) for shape in shapes))
    plan = program(workload, **{f"g{i}": Tiling(4, 4, 3, "kmn") for i in range(len(shapes))})
    slow = make_machine(ENGINE, {**MACHINE.fields, "prefetch": prefetch, "dram_gb_per_s": bandwidth})
    fast = make_machine(ENGINE, {**MACHINE.fields, "prefetch": prefetch, "dram_gb_per_s": bandwidth * factor})
    assert total(fast, workload, plan) <= total(slow, workload, plan)
    assert total(slow, workload, plan) <= total(replace(slow, prefetch=False), workload, plan) + len(shapes) - 1


def test_a_format_that_the_engine_lacks_names_the_layer() -> None:
    workload = gemms(Gemm(4, 4, 4), Gemm(4, 4, 4, a=parse_format("int16")))
    message = f"{workload.name}: layer 'g1': {ENGINE.spec} computes with a=int8, not a=int16; give the engine a=int16"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        simulate(workload, MACHINE)


@pytest.mark.parametrize(
    ("tilings", "order", "message"),
    [
        ({}, ("g0",), "plan: operator 'g0' has no tiling"),
        ({"g0": Tiling(9, 9, 9)}, ("g0", "g7"), "plan: gemms has no operator 'g7'"),
        (
            {"g0": Tiling(9, 9, 9)},
            ("g0",),
            "plan: layer 'g0' needs 162 bytes for operand a, and scratchpad_a_bytes is 100",
        ),
    ],
)
def test_programs_that_do_not_fit(tilings: dict[str, Tiling], order: tuple[str, ...], message: str) -> None:
    machine = make_machine(ENGINE, {"scratchpad_a_bytes": 100})
    plan = Program("gemms", ENGINE.spec, {}, order, tilings, "plan")
    with pytest.raises(ProgramError, match=f"^{re.escape(message)}$"):
        simulate(gemms(Gemm(9, 9, 9)), machine, plan)


def test_a_program_without_an_operator_is_refused() -> None:
    plan = Program("gemms", ENGINE.spec, {}, ("g0",), {"g0": Tiling(4, 4, 4)}, "plan")
    with pytest.raises(ProgramError, match=r"^plan: operator 'g1' of gemms is missing$"):
        simulate(gemms(Gemm(4, 4, 4), Gemm(4, 4, 4)), MACHINE, plan)


def test_a_program_in_an_order_that_cannot_run_is_refused() -> None:
    plan = program(chain(), first=Tiling(12, 8, 6), second=Tiling(12, 10, 8))
    first, relu, *rest = plan.order
    message = r"^plan: operator 'relu' runs before 'first', which makes its input 'c1'$"
    with pytest.raises(ProgramError, match=message):
        simulate(chain(), MACHINE, replace(plan, order=(relu, first, *rest), name="plan"))


def test_operands_from_a_file_are_used_and_the_rest_is_synthetic(tmp_path: Path) -> None:
    path = tmp_path / "operands.npz"
    a, w = np.full((5, 3), 7, np.int8), np.full((3, 4), -128, np.int8)
    np.savez(path, **{"g0.a": a, "g0.w": w, "g1.a": np.zeros((2, 6, 3), np.int8)})
    workload = gemms(Gemm(5, 4, 3), Gemm(6, 4, 3, batch=2))
    report = simulate(workload, MACHINE, depth=Depth.STEP, operands=path)
    assert [said for said in report.assumptions if "synthetic" in said] == [
        f"operands of g1 (w alone) are synthetic: {SYNTHETIC}"
    ]
    single = Operands({"a": a, "w": w})
    assert not any(
        "synthetic" in x for x in simulate(gemms(Gemm(5, 4, 3)), MACHINE, None, Depth.COUNT, single).assumptions
    )


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"g0.a": np.zeros((3, 5), np.int8)}, "F: g0.a has shape (3, 5); layer 'g0' takes (5, 3)"),
        ({"g0.w": np.full((3, 4), 200)}, "F: g0.w has values from 200 to 200; int8 holds -128 to 127"),
        ({"g0.w": np.zeros((3, 4))}, "F: g0.w holds float64; operands are integers"),
        (
            {"g0.b": np.zeros((3, 4), np.int8)},
            "F: the key 'g0.b' belongs to no layer (did you mean 'g0.w'?); keys are <layer>.a and <layer>.w",
        ),
    ],
)
def test_operands_that_do_not_fit_are_named(arrays: dict[str, np.ndarray], message: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        simulate(gemms(Gemm(5, 4, 3)), MACHINE, depth=Depth.COUNT, operands=Operands(arrays, "F"))


def test_an_operand_file_that_is_missing_is_named(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.npz", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(SpecError, match=f"^{re.escape(str(path))}: {reason}$"):
            load_operands(path)


def test_an_operand_file_that_is_no_archive_of_numbers_is_named(tmp_path: Path) -> None:
    path = tmp_path / "operands.npz"

    def refused(reason: str) -> None:
        with pytest.raises(SpecError, match=f"^{re.escape(f'{path}: not an .npz file of numbers: {reason}')}$"):
            load_operands(path)

    for content in ("", "no arrays"):
        path.write_text(content)
        refused("it is no zip archive")
    with path.open("wb") as file:
        np.save(file, np.zeros((3, 4), np.int8))
    refused("it is no zip archive")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "text")
    refused("'a' is no array")
    np.savez(path, a=np.arange(1000))
    damaged = bytearray(path.read_bytes())
    damaged[400:500] = b"x" * 100
    path.write_bytes(damaged)
    refused("Bad CRC-32 for file 'a.npy'")


@pytest.mark.parametrize("name", ["int8", "int4", "uint8", "int16"])
def test_synthetic_operands_reach_the_formats_end_and_repeat(name: str) -> None:
    format = parse_format(name)
    draws = [synthetic(format, (20, 30), np.random.default_rng(3)) for _ in range(2)]  # type: ignore[arg-type]
    assert np.array_equal(*draws)
    assert np.abs(draws[0].astype(np.int64)).max() == format.high  # type: ignore[union-attr]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda kind: kind.name)
@settings(max_examples=10, deadline=None)
@given(*[st.integers(1, 40)] * 3)
def test_ports_as_wide_as_the_engine_never_hold_it_up(array: type[Array], m: int, n: int, k: int) -> None:
    engine, gemm = load_engine(array.name), Gemm(m, n, k)
    assert simulate(gemms(gemm), make_machine(engine, {})).compute_cycles == engine.latency(gemm).expected


def test_a_convolutions_operands_may_be_its_stored_tensors(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("name,h,w,fh,fw,c,n,stride,\nconv,6,6,3,3,2,4,1,\n")
    workload = load_topology_csv(path)
    (operator, product), *_ = workload.products
    shapes = [workload.tensors[name].shape for name in (product.a, product.b)]
    rng = np.random.default_rng(1)
    a, w = (rng.integers(-128, 128, shape, dtype=np.int8) for shape in shapes)
    matrices = Operands({f"{operator.name}.a": a, "w": w})
    report = simulate(workload, MACHINE, depth=Depth.STEP, operands=matrices)
    assert not any("synthetic" in said for said in report.assumptions)
    wrong = Operands({"a": a[..., :-1]}, "F")
    message = f"F: a has shape {a[..., :-1].shape}; layer 'conv' takes (16, 18) or {a.shape}"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        simulate(workload, MACHINE, depth=Depth.STEP, operands=wrong)
