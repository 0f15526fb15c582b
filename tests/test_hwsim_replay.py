"""The replay: a naive walk that agrees with the byte account, and finds what is wrong with a program."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hwsim
from hwsim.engine import load_engine
from hwsim.errors import ProgramError
from hwsim.gemm import Gemm
from hwsim.machine import make_machine
from hwsim.program import Program
from hwsim.replay import replay
from hwsim.simulation import simulate
from hwsim.tiles.tiling import Tiling
from hwsim.workload.graph import Workload
from machine_cases import ORDERS
from small_networks import chain, gemms

ENGINE = load_engine("systolic-os:rows=4,cols=4")
LARGE = make_machine(ENGINE, {})


def program(workload: Workload, **tilings: Tiling) -> Program:
    return Program(workload.name, ENGINE.spec, {}, tuple(o.name for o in workload.operators), tilings, "plan")


@settings(max_examples=50, deadline=None)
@given(st.data(), st.booleans(), st.booleans())
def test_the_walk_finds_the_bytes_of_the_account(data: st.DataObject, a_shared: bool, b_shared: bool) -> None:
    m, n, k = (data.draw(st.integers(1, 9)) for _ in range(3))
    workload = gemms(Gemm(m, n, k, batch=data.draw(st.integers(1, 3))))
    operator = workload.operators[0]
    assert operator.product is not None
    elements = data.draw(st.integers(1, m * k))
    product = replace(operator.product, a_elements=elements, a_shared=a_shared, b_shared=b_shared)
    workload = Workload("one", (replace(operator, product=product),), workload.tensors)
    depths = [data.draw(st.integers(0, 3)) for _ in range(3)]
    tm, tn, tk = (data.draw(st.integers(1, side)) for side in (m, n, k))
    plan = program(workload, g0=Tiling(tm, tn, tk, data.draw(st.sampled_from(ORDERS)), *depths))
    account = simulate(workload, LARGE, plan).layers[0].traffic
    walked = replay(workload, LARGE, plan)
    assert walked.bytes_by_layer["g0"] == {(stream.value, why.value): moved for (stream, why), moved in account.items()}
    assert walked.dram_bytes == sum(account.values())


def test_the_replay_shares_no_line_with_tilings_traffic_or_the_mapper() -> None:
    tree = ast.parse((Path(hwsim.__file__).parent / "replay.py").read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    forbidden = {
        "hwsim.tiles.tiling",
        "hwsim.tiles.traffic",
        "hwsim.tiles.loops",
        "hwsim.tiles.shares",
        "hwsim.tiles.pipeline",
    }
    assert not imported & forbidden
    assert not any(str(module).startswith("mapper") for module in imported)


TILES = {"first": Tiling(4, 4, 3), "second": Tiling(4, 4, 3)}


@pytest.mark.parametrize(
    ("order", "tilings", "message"),
    [
        (
            ("relu", "first", "second", "add", "pool", "turn", "flat"),
            TILES,
            "plan: operator 'relu' runs before 'first', which makes its input 'c1'",
        ),
        (("first", "relu", "second", "add", "pool", "turn"), TILES, "plan: operator 'flat' of chain is missing"),
        (("first", "what"), {}, "plan: chain has no operator 'what'"),
        (tuple(o.name for o in chain().operators), {"first": TILES["first"]}, "plan: operator 'second' has no tiling"),
        (
            tuple(o.name for o in chain().operators),
            {**TILES, "second": Tiling(4, 4, 8)},
            "plan: layer 'second': operand a takes 64 bytes of a scratchpad of 30",
        ),
    ],
)
def test_programs_that_cannot_run(order: tuple[str, ...], tilings: dict[str, Tiling], message: str) -> None:
    machine = make_machine(ENGINE, {"scratchpad_a_bytes": 30})
    plan = Program("chain", ENGINE.spec, {}, order, tilings, "plan")
    with pytest.raises(ProgramError, match=f"^{re.escape(message)}$"):
        replay(chain(), machine, plan)


def test_another_order_that_respects_the_graph_runs() -> None:
    workload = gemms(Gemm(4, 4, 4), Gemm(8, 4, 4))
    plan = Program("gemms", ENGINE.spec, {}, ("g1", "g0"), {"g0": Tiling(4, 4, 4), "g1": Tiling(4, 4, 2)}, "plan")
    assert replay(workload, LARGE, plan).tiles == 1 + 4
    assert [layer.name for layer in simulate(workload, LARGE, plan).layers] == ["g1", "g0"]
