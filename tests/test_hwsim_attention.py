"""Products of two activations beside engines of narrow weights, and tables that the vector unit makes for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.arrays import ARRAYS
from hwsim.engine import ENGINES, Engine, load_engine
from hwsim.errors import ProgramError, SpecError
from hwsim.gemm import Gemm, Shapes
from hwsim.jobs import jobs_of
from hwsim.layer_run import Depth
from hwsim.machine import Machine, make_machine
from hwsim.program import Program
from hwsim.replay import replay
from hwsim.report import LayerReport, Report
from hwsim.simulation import simulate
from hwsim.table_work import Precompute, table_work
from hwsim.tiles.cost import tile_cycles
from hwsim.tiles.tiling import Tiling
from hwsim.tiles.traffic import Reason, Stream
from hwsim.workload.building import WorkloadBuilder
from hwsim.workload.convolution import Axis, Convolution
from hwsim.workload.einsum import einsum
from hwsim.workload.graph import Workload
from hwsim.workload.lowering import ProductFormats, lower
from hwsim.workload.operator import Kind, Operator
from hwsim.workload.tensor import Role
from mapper.planning import plan
from small_transformers import LLAMA, make

NARROW = (
    "lut:w_bits=2",
    "lut:w_bits=1",
    "unpu:w_bits=3",
    "bit-serial-add:w_bits=4",
    "dequant-mac:w_bits=4",
    "lut-conventional:w_bits=2",
    "systolic-ws:rows=4,cols=8,a=int8,w=int4",
    "lut:a=int16,w_bits=8,acc=int40",
    "dequant-mac:a=uint8,w_bits=2",
)
HEADS, KV_HEADS, HEAD_DIM = 4, 2, 3
"""Of the small model: 12 elements in 4 heads, two of which share keys and values."""
ATTENTION = ("scores", "context")
PRECOMPUTE = ["separate", "fused"]
TAKES_TABLES = "lut:m=2,n=8,k=4,w_bits=2,precompute=fused"


def is_attention(name: str) -> bool:
    return name.endswith(ATTENTION)


def llama(**fields: Any) -> Workload:
    return make({**LLAMA, "num_attention_heads": HEADS}, **{"seq": 6, **fields})


def layer(report: Report, name: str) -> LayerReport:
    return next(row for row in report.layers if row.name == name)


def run(engine: str, workload: Workload, **fields: object) -> Report:
    return simulate(workload, make_machine(load_engine(engine), fields))


@pytest.mark.parametrize("text", NARROW)
@pytest.mark.parametrize("phase", ["prefill", "decode"])
def test_both_operands_of_attention_are_as_wide_as_activations(text: str, phase: str) -> None:
    engine = load_engine(text)
    report = run(text, llama(phase=phase))
    width = engine.mac.a.bits
    for row in report.layers:
        second = row.traffic[Stream.B, Reason.FIRST_LOAD]
        bits = width if is_attention(row.name) else engine.mac.w.bits
        assert second == row.batch * -(-row.n * row.k * bits // 8), row.name
        assert (row.engine == engine.spec) is not is_attention(row.name)


@pytest.mark.parametrize("text", ["lut:w_bits=8", "dequant-mac:w_bits=8", "systolic-os:rows=4,cols=4"])
def test_an_engine_with_wide_weights_computes_attention_itself(text: str) -> None:
    report = run(text, llama())
    assert {row.engine for row in report.layers} == {load_engine(text).spec}
    assert not any("two activations" in line for line in report.assumptions)


@pytest.mark.parametrize("text", ["systolic-os:rows=4,cols=4", "cube:p=4", "dequant-mac:m=1,n=4,w_bits=8"])
@pytest.mark.parametrize("seq", [1, 5])
def test_attention_takes_what_its_product_takes_on_the_engine_that_is_named(text: str, seq: int) -> None:
    report = run("lut:w_bits=2", llama(seq=seq), attention=text)
    for row in filter(lambda row: is_attention(row.name), report.layers):
        other = load_engine(text)
        assert row.engine == other.spec
        cycles = other.latency(Gemm(row.m, row.n, row.k)).expected * row.batch
        assert row.timeline.compute_cycles >= other.latency(Gemm(row.m, row.n, row.k, batch=row.batch)).expected
        assert row.timeline.compute_cycles <= cycles


def test_the_vector_unit_takes_a_cycle_for_as_many_products_as_it_has_lanes() -> None:
    for lanes in (1, 4, 16):
        report = run("lut:w_bits=2", llama(seq=16), vector_lanes=lanes)
        row = layer(report, "layer0.scores")
        folds = row.m * -(-row.n // lanes) * row.batch
        assert 0 <= row.timeline.compute_cycles - folds * row.k <= 2 * folds


@settings(max_examples=30, deadline=None)
@given(batch=st.integers(1, 3), seq=st.integers(2, 40), bits=st.integers(1, 7))
def test_decode_reads_the_whole_cache_in_the_width_of_activations(batch: int, seq: int, bits: int) -> None:
    report = run(f"bit-serial-add:w_bits={bits}", llama(phase="decode", batch=batch, seq=seq))
    cache = batch * seq * KV_HEADS * HEAD_DIM
    for name in ATTENTION:
        assert layer(report, f"layer0.{name}").traffic[Stream.B, Reason.FIRST_LOAD] == cache


def test_formats_of_the_network_may_be_given_too() -> None:
    given_here = run("lut:w_bits=2", llama(a="int8", w="int2"))
    left_open = run("lut:w_bits=2", llama())
    assert [row.timeline for row in given_here.layers] == [row.timeline for row in left_open.layers]


@pytest.mark.parametrize("attention", ["vector", "systolic-os:rows=4,cols=4"])
def test_all_depths_agree_and_a_plan_is_replayed(attention: str) -> None:
    machine = make_machine(load_engine("lut:m=2,n=4,w_bits=2"), {"attention": attention, "scratchpad_b_bytes": 256})
    workload = llama(layers=1)
    program = plan(workload, machine)
    reports = [simulate(workload, machine, program, depth) for depth in Depth]
    assert len({report.compute_cycles for report in reports}) == 1
    moved = sum(row.dram_bytes for row in reports[0].layers)
    assert replay(workload, machine, program).dram_bytes == moved


def test_utilisation_counts_what_the_engine_itself_computes() -> None:
    report = run("lut:w_bits=2", llama())
    own = sum(row.macs for row in report.layers if not is_attention(row.name))
    assert report.utilization == own * 2 / (512 * report.total_cycles)
    assert report.macs > own


def test_a_machine_is_made_again_of_its_fields() -> None:
    engine = load_engine(TAKES_TABLES)
    for fields in ({}, {"attention": "systolic-os:rows=4,cols=4", "precompute": "separate", "vector_lanes": 3}):
        machine = make_machine(engine, fields)
        again = make_machine(engine, machine.fields)
        assert again.fields == machine.fields
        assert again.beside is not None
        assert machine.beside is not None
        assert again.beside.fields == machine.beside.fields


def test_a_machine_without_anything_beside_says_so() -> None:
    machine = replace(make_machine(load_engine("lut:w_bits=2"), {}), beside=None)
    with pytest.raises(SpecError) as refused:
        jobs_of(llama(), machine)
    assert str(refused.value).endswith(
        "layer 'layer0.scores' multiplies two activations, and this machine has nothing beside lut:m=2,n=64,k=4 for it"
    )


@pytest.mark.parametrize(
    ("engine", "fields", "sentence"),
    [
        (
            "lut:w_bits=2",
            {"attention": "systolic-os:rows=4,cols=4,w=int4"},
            "attention=systolic-os:rows=4,cols=4,w=int4 takes a=int8 and w=int4; products of two activations of "
            "lut:m=2,n=64,k=4 need an a of 8 bits and a w of no fewer",
        ),
        (
            "lut:w_bits=2",
            {"precompute": "separate"},
            "precompute=separate makes tables outside of the engine, and lut:m=2,n=64,k=4 takes none; lut with "
            "precompute=fused does",
        ),
        (
            TAKES_TABLES,
            {"precompute": "fussed"},
            "a machine's precompute=fussed is not one of naive, separate, fused",
        ),
        (
            "lut:w_bits=2",
            {"attention": "vectr"},
            f"attention=vectr is neither 'vector' nor an engine: unknown engine 'vectr'; engines are "
            f"{', '.join([*(array.name for array in ARRAYS), *ENGINES])}",
        ),
        (
            "lut:w_bits=2",
            {"attention": "cube:q=3"},
            "attention=cube:q=3 is neither 'vector' nor an engine: cube has no field 'q'; its fields are p, overlap, "
            "mac, a, w, acc",
        ),
    ],
)
def test_bad_fields_get_a_sentence(engine: str, fields: dict[str, str], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        make_machine(load_engine(engine), fields)
    assert str(refused.value) == sentence


# Tables


def tables(how: str, workload: Workload | None = None, **fields: object) -> Report:
    return run(TAKES_TABLES, workload or llama(), precompute=how, **fields)


def own(report: Report) -> list[LayerReport]:
    return [row for row in report.layers if not is_attention(row.name)]


def test_stored_tables_are_read_in_their_bits_and_naive_ones_are_not_stored() -> None:
    inside = run(TAKES_TABLES.replace(",precompute=fused", ""), llama())
    naive, separate, fused = (tables(how) for how in ("naive", "separate", "fused"))
    for rows in zip(*map(own, (inside, naive, separate, fused)), strict=True):
        plain, again, apart, with_maker = (row.traffic[Stream.A, Reason.FIRST_LOAD] for row in rows)
        assert plain == again == rows[0].m * rows[0].k * rows[0].batch
        assert apart == with_maker == plain * 22 // 8  # eight entries of 11 bits for four activations of 8
    assert naive.dram_bytes == inside.dram_bytes


def test_a_separate_operator_reads_activations_once_and_writes_tables() -> None:
    report = tables("separate", llama(layers=1, logits="none"))
    made = [row for row in report.other_operators if row.op == "Precompute"]
    assert [row.name for row in made] == [f"layer0.{name}.tables" for name in ("q", "o", "gate", "down")]
    for row in made:
        product = layer(report, row.name.removesuffix(".tables"))
        elements = product.m * product.k
        assert row.traffic == {
            (Stream.INPUTS, Reason.FIRST_LOAD): elements,
            (Stream.OUTPUTS, Reason.OUTPUT): elements * 22 // 8,
        }
        assert row.vector_ops == elements // 4 * 12


def test_a_fused_maker_writes_tables_in_place_of_activations() -> None:
    workload = llama(layers=1, logits="none")
    plain, fused = run("lut:m=2,n=8,w_bits=2", workload), tables("fused", workload)
    for name in ("attention_norm", "mlp_norm", "gated"):
        before, after = (next(x for x in r.other_operators if x.name == f"layer0.{name}") for r in (plain, fused))
        elements = before.traffic[Stream.OUTPUTS, Reason.OUTPUT]
        assert after.traffic[Stream.OUTPUTS, Reason.OUTPUT] == elements * 22 // 8
        assert after.vector_ops - before.vector_ops == elements // 4 * 12
    context = [layer(report, "layer0.context").traffic[Stream.C, Reason.OUTPUT] for report in (plain, fused)]
    assert context[1] == context[0] * 22 // 8


def test_what_others_read_too_is_written_as_activations_and_as_tables() -> None:
    def network(more: bool) -> Workload:
        builder = WorkloadBuilder("t")
        x = builder.tensor("x", (4, 8), load_engine(TAKES_TABLES).mac.a, Role.INPUT)
        return _pair(builder, x, more)

    alone, shared = (tables("fused", network(more)) for more in (False, True))
    sizes = [next(row for row in r.other_operators if row.name == "relu").dram_bytes for r in (alone, shared)]
    assert sizes == [32 + 32 * 22 // 8, 32 + 32 * 22 // 8 + 32]


def _pair(builder: WorkloadBuilder, x: str, more: bool) -> Workload:
    a = load_engine(TAKES_TABLES).mac.a
    r, w = builder.tensor("r", (4, 8), a), builder.tensor("w", (8, 8), a, Role.PARAMETER)
    view = builder.tensor("view", (4, 8), a)
    c = builder.tensor("c", (4, 8), a, Role.OUTPUT)
    builder.add(Operator("relu", "Relu", Kind.VECTOR, (x,), (r,), vector_ops=32))
    builder.add(Operator("reshape", "Reshape", Kind.VIEW, (r,), (view,)))
    product = lower(einsum("mk,kn->mn", (4, 8), (8, 8)), view, w, c, ProductFormats(None, None))
    builder.add(Operator("product", "MatMul", Kind.PRODUCT, (view, w), (c,), product))
    if more:
        y = builder.tensor("y", (4, 8), a, Role.OUTPUT)
        builder.add(Operator("again", "Add", Kind.VECTOR, (r, x), (y,), vector_ops=32))
    return builder.build(())


def test_naive_tables_are_made_again_for_every_fold_of_columns() -> None:
    machine: Machine = make_machine(load_engine(TAKES_TABLES), {"precompute": "naive"})
    found = jobs_of(llama(layers=1, logits="none"), machine)
    plain = jobs_of(llama(layers=1, logits="none"), make_machine(load_engine("lut:m=2,n=8,w_bits=2"), {}))
    for name, job in found.items():
        more = job.demand.vector_ops - plain[name].demand.vector_ops
        d = job.demand
        assert more == (0 if is_attention(name) else -(-(d.m * d.k // 4 * 12 * -(-d.n // 8)) // (d.m * d.n)))


@settings(max_examples=20, deadline=None)
@given(lanes=st.integers(1, 64))
def test_fusing_never_takes_longer_or_moves_more_than_an_operator_of_its_own(lanes: int) -> None:
    separate, fused = (tables(how, vector_lanes=lanes) for how in ("separate", "fused"))
    assert fused.dram_bytes <= separate.dram_bytes
    assert fused.total_cycles <= separate.total_cycles


def test_the_report_says_who_makes_tables_and_what_runs_beside() -> None:
    report = tables("fused")
    assert (
        "the vector unit makes the tables in the operators that make the activations, which write tables in their "
        "place: 12 operations for 4 activations, 2.75 times their bits"
    ) in report.assumptions
    assert (
        "products of two activations (layer0.scores to layer1.context, 4 of them) run on the vector unit, one "
        "multiply-accumulate per lane (8), both operands in int8"
    ) in report.assumptions
    assert "every constant second operand has the engine's w=int2, a language model's head too" in report.assumptions


def test_an_engine_named_for_attention_that_is_not_needed_is_reported() -> None:
    engine: Engine = load_engine("systolic-os:rows=4,cols=4")
    report = simulate(llama(), make_machine(engine, {"attention": "cube:p=4"}))
    said = "attention=cube:p=4 has nothing to do: the engine multiplies two activations itself"
    assert said in report.assumptions


@pytest.mark.parametrize("k", [64, 61])
def test_a_port_of_tables_passes_whole_tables(k: int) -> None:
    builder = WorkloadBuilder("t")
    a = load_engine(TAKES_TABLES).mac.a
    x, w = builder.tensor("x", (4, k), a, Role.INPUT), builder.tensor("w", (k, 16), a, Role.PARAMETER)
    c = builder.tensor("c", (4, 16), a, Role.OUTPUT)
    product = lower(einsum("mk,kn->mn", (4, k), (k, 16)), x, w, c, ProductFormats(None, None))
    builder.add(Operator("product", "MatMul", Kind.PRODUCT, (x, w), (c,), product))
    machine = make_machine(load_engine(TAKES_TABLES), {"scratchpad_a_port_bytes_per_cycle": 1})
    (job,) = jobs_of(builder.build(()), machine).values()
    _, ports = tile_cycles(machine, job.demand, Shapes.of([4], [16], [k]), np.array([False]))
    tables = 4 * -(-k // 4) * 2  # rows, groups, folds of eight columns
    assert ports.tolist() == [tables * 8 * 11 // 8]  # eight entries of 11 bits, a byte per cycle


@pytest.mark.parametrize(
    ("fields", "bits", "operations"),
    [
        ("a=int8", 22, 12),
        ("a=int16,acc=int40", 38, 12),
        ("a=int8,entry=symmetric", 20, 12),
        ("a=int16,entry=int8", 16, 12 + 8),
        ("a=fp16", 32, 12),
        ("a=fp16,entry=int8", 16, 12 + 8),
        ("a=fp8e4m3,entry=int8", 16, 12 + 8),
    ],
)
def test_tables_have_the_bits_of_their_entries(fields: str, bits: int, operations: int) -> None:
    """Of INT8 whatever the activations are, with one operation more for each entry that is scaled."""
    found = table_work(load_engine(f"lut:n=8,precompute=fused,{fields}"), Precompute.FUSED)
    assert found is not None
    assert (found.table_bits, found.table_operations) == (4 * bits, operations)
    assert found.inflation == bits / (16 if "16" in fields.split(",")[0] else 8)


def fed(k: int, entry: str, convolution: int = 0) -> tuple[Workload, str]:
    """A Relu that feeds one product of five rows of k, or a convolution of six channels; and an engine with tables."""
    builder = WorkloadBuilder("t")
    shape = (1, 6, 5, 5) if convolution else (5, k)
    x, r = builder.tensor("x", shape, None, Role.INPUT), builder.tensor("r", shape, None)
    builder.add(Operator("relu", "Relu", Kind.VECTOR, (x,), (r,), vector_ops=32))
    axis = Axis.padded(5, max(convolution, 1), 1, 1, 0, 0)
    geometry = Convolution(1, 6, 8, (axis, axis)) if convolution else einsum("mk,kn->mn", (5, k), (k, 8))
    b_shape, c_shape = ((8, 6, convolution, convolution), (1, 8, *geometry.windows)) if isinstance(
        geometry, Convolution
    ) else ((k, 8), (5, 8))  # fmt: skip
    w, c = builder.tensor("w", b_shape, None, Role.PARAMETER), builder.tensor("c", c_shape, None, Role.OUTPUT)
    builder.add(Operator("product", "MatMul", Kind.PRODUCT, (r, w), (c,), lower(geometry, r, w, c)))
    return builder.build(()), f"lut:m=2,n=8,{entry},w_bits=2,precompute=fused"


@settings(max_examples=30, deadline=None)
@given(k=st.integers(1, 40), group=st.integers(2, 5), convolution=st.integers(0, 3), how=st.sampled_from(PRECOMPUTE))
def test_tables_are_counted_one_by_one_full_and_ragged(k: int, group: int, convolution: int, how: str) -> None:
    workload, spec = fed(k, f"k={group}", convolution)
    report = simulate(workload, make_machine(load_engine(spec), {"precompute": how}))
    found = table_work(load_engine(spec), Precompute(how))
    assert found is not None
    (row,) = report.layers
    made = row.m * -(-row.k // group)
    maker = next(x for x in report.other_operators if x.op == ("Precompute" if how == "separate" else "Relu"))
    more = 0 if how == "separate" else 32
    assert row.traffic[Stream.A, Reason.FIRST_LOAD] == -(-made * found.entries * found.entry_bits // 8)
    assert maker.traffic[Stream.OUTPUTS, Reason.OUTPUT] == row.traffic[Stream.A, Reason.FIRST_LOAD]
    assert maker.vector_ops == made * found.table_operations + more
    said = "tables of convolutions are of consecutive entries of im2col rows: each window has tables of its own"
    assert (said in report.assumptions) == (convolution > 1)


def test_a_ragged_table_of_int8_entries_is_a_whole_one() -> None:
    workload, spec = fed(21, "k=4,entry=int8")
    report = simulate(workload, make_machine(load_engine(spec), {}))
    assert report.layers[0].traffic[Stream.A, Reason.FIRST_LOAD] == 5 * 6 * 8


def test_a_program_whose_tiles_cut_tables_is_refused() -> None:
    workload, spec = fed(21, "k=4")
    machine = make_machine(load_engine(spec), {})
    for k in (8, 21):
        simulate(workload, machine, planned(spec, k))
    with pytest.raises(ProgramError) as refused:
        simulate(workload, machine, planned(spec, 6))
    assert str(refused.value) == (
        "plan: layer 'product' has tiles of k = 6, which cut tables of 4; tiles along k hold whole tables"
    )
    simulate(workload, make_machine(load_engine(spec), {"precompute": "naive"}), planned(spec, 6))


def planned(spec: str, k: int) -> Program:
    return Program("t", spec, {}, ("relu", "product"), {"product": Tiling(5, 8, k)}, "plan")
