"""What is no product: what rides along with one, what has a row of its own, and what a tensor weighs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hwsim.engine import load_engine
from hwsim.errors import WorkloadError
from hwsim.formats import INT8, INT32, INT64, Format
from hwsim.jobs import jobs_of
from hwsim.machine import make_machine
from hwsim.storage import Storage
from hwsim.tiles.traffic import Reason, Stream
from hwsim.vector_unit import chain_after, vector_row
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Operator
from hwsim.workload.tensor import Role, Tensor
from small_networks import FP32, chain

ENGINE = load_engine("systolic-os:rows=4,cols=4")
MACHINE = make_machine(ENGINE, {"dram_gb_per_s": 2, "dram_latency_ns": 10})


def operator(workload: Workload, name: str) -> Operator:
    return next(operator for operator in workload.operators if operator.name == name)


def row(name: str) -> tuple[int, dict[tuple[Stream, Reason], int]]:
    workload = chain()
    found = vector_row(MACHINE, Storage(workload, ENGINE), operator(workload, name))
    return found.cycles, dict(found.traffic)


def test_an_activation_that_follows_a_product_alone_is_fused_and_a_sum_is_not() -> None:
    workload = chain()
    after_first = chain_after(workload, operator(workload, "first"))
    assert [fused.name for fused in after_first.operators] == ["relu"]
    assert after_first.result == "r1"
    after_second = chain_after(workload, operator(workload, "second"))
    assert after_second.operators == ()
    assert after_second.result == "c2"


def test_a_result_with_two_readers_or_handed_outside_is_not_fused() -> None:
    workload = chain()
    twice = Operator("again", "Relu", Kind.VECTOR, ("c1",), ("r1b",), vector_ops=96)
    tensors = {**workload.tensors, "r1b": Tensor("r1b", (12, 8), FP32)}
    assert (
        chain_after(Workload("t", (*workload.operators, twice), tensors), operator(workload, "first")).operators == ()
    )
    outside = {**workload.tensors, "c1": replace(workload.tensors["c1"], role=Role.OUTPUT)}
    assert chain_after(Workload("t", workload.operators, outside), operator(workload, "first")).operators == ()


def test_a_pool_is_never_fused_because_it_makes_fewer_elements() -> None:
    workload = chain()
    operators = [o for o in workload.operators if o.name != "add"]
    operators[3] = replace(operator(workload, "pool"), inputs=("c2",))
    assert chain_after(Workload("t", tuple(operators), workload.tensors), operators[2]).operators == ()


def test_a_view_is_passed_through() -> None:
    workload = chain()
    view = Operator("view", "Reshape", Kind.VIEW, ("c1",), ("v1",))
    relu = replace(operator(workload, "relu"), inputs=("v1",))
    first, _, *rest = workload.operators
    tensors = {**workload.tensors, "v1": Tensor("v1", (96,), FP32)}
    found = chain_after(Workload("t", (first, view, relu, *rest), tensors), first)
    assert ([fused.name for fused in found.operators], found.result) == (["relu"], "r1")


def test_rows_stream_their_tensors_through_the_vector_unit() -> None:
    assert row("add") == (
        10 + 120 + 60,
        {(Stream.INPUTS, Reason.FIRST_LOAD): 240, (Stream.OUTPUTS, Reason.OUTPUT): 120},
    )
    assert row("pool") == (10 + 60 + 15, {(Stream.INPUTS, Reason.FIRST_LOAD): 120, (Stream.OUTPUTS, Reason.OUTPUT): 30})
    assert row("turn") == (10 + 15 + 15, {(Stream.INPUTS, Reason.FIRST_LOAD): 30, (Stream.OUTPUTS, Reason.OUTPUT): 30})
    assert row("flat") == (0, {})


def test_a_vector_unit_slower_than_the_channel_sets_the_pace() -> None:
    workload = chain()
    slow = replace(MACHINE, vector_lanes=1)
    add = operator(workload, "add")
    assert vector_row(slow, Storage(workload, ENGINE), replace(add, vector_ops=500)).cycles == 10 + 500


def test_a_float_network_lies_in_the_engines_formats() -> None:
    narrow = load_engine("systolic-os:rows=4,cols=4,a=int4,w=int2,acc=int16")
    storage = Storage(chain(), narrow)
    assert {name: storage.bits[name] for name in ("x", "w1", "r1", "c2", "sum")} == {
        "x": 4, "w1": 2, "r1": 4, "c2": 4, "sum": 4,
    }  # fmt: skip
    assert storage.constant_bytes("bias") == 16
    demand = jobs_of(chain(), make_machine(narrow, {}))["first"].demand
    assert (demand.a_bits, demand.b_bits, demand.acc_bits, demand.out_bits, demand.parameter_bytes) == (4, 2, 16, 4, 16)
    assert demand.vector_ops == 2  # its bias and its Relu


def test_a_quantised_network_says_itself_what_its_tensors_are() -> None:
    workload = chain(INT8)
    wide = {**workload.tensors, "c2": Tensor("c2", (12, 10), INT32)}
    demand = jobs_of(Workload("t", workload.operators, wide), MACHINE)["second"].demand
    assert demand.out_bits == 32
    assert demand.vector_ops == 0


def gathered(format: Format, **more: object) -> Workload:
    """5 of the 1000 rows of a table, by numbers."""
    tensors = {
        "table": Tensor("table", (1000, 16), format, Role.PARAMETER),
        "ids": Tensor("ids", (5,), INT64, Role.INPUT),
        "rows": Tensor("rows", (5, 16), format, Role.OUTPUT),
    }
    gather = Operator("gather", "Gather", Kind.MOVE, ("table", "ids"), ("rows",), **more)  # type: ignore[arg-type]
    return Workload("gathered", (gather,), tensors)


@pytest.mark.parametrize(("format", "bytes_each"), [(FP32, 1), (INT32, 4)])
def test_a_gather_reads_its_rows_and_all_its_numbers(format: Format, bytes_each: int) -> None:
    workload = gathered(format, elements_read={"table": 80})
    assert dict(vector_row(MACHINE, Storage(workload, ENGINE), workload.operators[0]).traffic) == {
        (Stream.INPUTS, Reason.FIRST_LOAD): 5 * 8,
        (Stream.PARAMETERS, Reason.FIRST_LOAD): 80 * bytes_each,
        (Stream.OUTPUTS, Reason.OUTPUT): 80 * bytes_each,
    }


def test_what_nobody_says_to_be_read_in_part_is_read_whole() -> None:
    workload = gathered(FP32)
    found = vector_row(MACHINE, Storage(workload, ENGINE), workload.operators[0])
    assert found.traffic[Stream.PARAMETERS, Reason.FIRST_LOAD] == 16000
    assert found.cycles == 10 + 8020 + 40


@pytest.mark.parametrize(
    ("read", "message"),
    [
        ({"rows": 3}, "operator 'gather' reads 3 elements of 'rows'; it takes 0 or more, of table, ids"),
        ({"ids": -1}, "operator 'gather' reads -1 elements of 'ids'; it takes 0 or more, of table, ids"),
        ({"ids": 6}, "gathered: operator 'gather' reads 6 elements of 'ids', which has 5"),
    ],
)
def test_elements_read_are_of_an_input_and_no_more_than_it_has(read: dict[str, int], message: str) -> None:
    with pytest.raises(WorkloadError, match=f"^{re.escape(message)}$"):
        gathered(FP32, elements_read=read)


def test_a_bias_that_an_operator_makes_is_read_with_the_product() -> None:
    workload = chain()
    made = {**workload.tensors, "bias": replace(workload.tensors["bias"], role=Role.INPUT)}
    first = jobs_of(Workload("t", workload.operators, made), MACHINE)["first"].demand
    assert first.parameter_bytes == 8  # in the activation's format; as a constant it is as wide as the sums
    assert jobs_of(workload, MACHINE)["first"].demand.parameter_bytes == 8 * 4
    counted = replace(operator(workload, "first"), elements_read={"bias": 0})
    operators = (counted, *workload.operators[1:])
    assert jobs_of(Workload("t", operators, made), MACHINE)["first"].demand.parameter_bytes == 0
