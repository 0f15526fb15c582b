"""Plans of whole networks: every plan is replayed, unique bytes with room, refusals that name the layer."""

from __future__ import annotations

import re

import pytest

from hwsim.engine import load_engine
from hwsim.errors import SpecError
from hwsim.gemm import Gemm
from hwsim.jobs import jobs_of
from hwsim.machine import make_machine
from hwsim.program import Program
from hwsim.replay import replay
from hwsim.simulation import simulate
from hwsim.tiles.tiling import Operand
from hwsim.tiles.traffic import Reason
from hwsim.workload.loader import load_workload
from mapper import Objective, plan
from small_networks import chain, gemms

ENGINE = load_engine("systolic-os:rows=16,cols=16")
SMALL = {f"scratchpad_{x}_bytes": "16KiB" for x in "abc"}


@pytest.mark.parametrize("name", ["resnet50", "alexnet", "densenet121"])
def test_real_networks_plan_replay_and_simulate_alike(name: str) -> None:
    workload, machine = load_workload(name), make_machine(ENGINE, SMALL)
    program = plan(workload, machine)
    report, walked = simulate(workload, machine, program), replay(workload, machine, program)
    for layer in report.layers:
        account = {(stream.value, reason.value): moved for (stream, reason), moved in layer.traffic.items()}
        assert walked.bytes_by_layer[layer.name] == account
    assert Program.from_json(program.to_json()) == program
    assert report.total_cycles == report.compute_cycles + sum(report.stall_cycles.values())


@pytest.mark.parametrize("name", ["resnet50", "densenet121"])
def test_with_room_for_everything_real_networks_move_their_unique_bytes(name: str) -> None:
    workload = load_workload(name)
    machine = make_machine(ENGINE, {f"scratchpad_{x}_bytes": "256MiB" for x in "abc"})
    report = simulate(workload, machine, plan(workload, machine))
    jobs = jobs_of(workload, machine)
    for layer in report.layers:
        demand = jobs[layer.name].demand
        unique = demand.parameter_bytes + demand.batch * demand.pass_bytes(Operand.C)
        for operand in (Operand.A, Operand.B):
            unique += demand.pass_bytes(operand) * (1 if demand.shared(operand) else demand.batch)
        assert layer.dram_bytes == unique
        assert {reason for _, reason in layer.traffic} <= {Reason.FIRST_LOAD, Reason.OUTPUT}


def test_more_scratchpad_never_moves_more_bytes() -> None:
    workload = load_workload("resnet50")
    moved = []
    for size in ("8KiB", "32KiB", "128KiB", "1MiB", "8MiB"):
        machine = make_machine(ENGINE, {f"scratchpad_{x}_bytes": size for x in "abc"})
        moved.append(simulate(workload, machine, plan(workload, machine)).dram_bytes)
    assert moved == sorted(moved, reverse=True)
    assert moved[0] > moved[-1]


def test_latency_plans_are_no_slower_and_byte_plans_move_no_more() -> None:
    workload, machine = chain(), make_machine(load_engine("systolic-os:rows=4,cols=4"), {"dram_gb_per_s": 1})
    goals = Objective.DRAM_BYTES, Objective.LATENCY
    by_bytes, by_latency = (simulate(workload, machine, plan(workload, machine, goal)) for goal in goals)
    assert by_latency.total_cycles <= by_bytes.total_cycles
    assert by_bytes.dram_bytes <= by_latency.dram_bytes


def test_a_plan_says_for_what_it_was_made() -> None:
    machine = make_machine(ENGINE, SMALL)
    program = plan(chain(), machine)
    assert (program.workload, program.engine, program.machine) == ("chain", ENGINE.spec, machine.fields)
    assert program.order == tuple(operator.name for operator in chain().operators)
    assert set(program.tilings) == {"first", "second"}


def test_a_scratchpad_below_one_fold_names_the_layer_and_the_need() -> None:
    machine = make_machine(ENGINE, {"scratchpad_c_bytes": 2047})
    workload = gemms(Gemm(4, 4, 4), Gemm(100, 100, 100))
    message = (
        f"{workload.name}: layer 'g1': scratchpad_c_bytes=2047 is too small for {ENGINE.spec}: "
        "one fold of 16 x 16 x 1 in 2 buffers needs 2048 bytes"
    )
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        plan(workload, machine)


@pytest.mark.parametrize("given", [{"clock_ghz": 1e-320}, {"dram_latency_ns": 1e300}, {"clock_ghz": 1e300}])
def test_a_machine_beyond_64_bits_is_refused_with_the_layer(given: dict[str, object]) -> None:
    workload = gemms(Gemm(4, 4, 4))
    message = (
        f"{workload.name}: layer 'g0': the search for a tiling counts in 64 bits, "
        "and a size, rate or latency here exceeds them"
    )
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        plan(workload, make_machine(ENGINE, given))


def test_a_channel_so_slow_that_cycles_exceed_64_bits_is_counted_exactly() -> None:
    workload, machine = gemms(Gemm(4, 4, 4)), make_machine(ENGINE, {"dram_gb_per_s": 1e-20})
    report = simulate(workload, machine, plan(workload, machine))
    assert report.dram_bytes == 3 * 4 * 4
    assert report.total_cycles > 3 * 4 * 4 * 10**20
