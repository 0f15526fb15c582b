"""The quarantine of PyRTL: the same circuit has the same text, whatever was built before, and nobody is disturbed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyrtl
import pytest

from hwsim.engine import load_engine
from rtl.emission import verilog
from rtl.session import block_verilog, fresh_block, has_registers

SPECS = (
    "systolic-os:rows=2,cols=3,drain=column",
    "systolic-ws:rows=3,cols=2,overlap=true",
    "adder-tree:k=5,n=2",
    "cube:p=2",
)


def small_circuit() -> str:
    with fresh_block() as block:
        x, y = pyrtl.Input(4, "x"), pyrtl.Output(4, "y")
        memory = pyrtl.MemBlock(4, 2)
        memory[x[:2]] <<= x
        y <<= ((x + 1) * 3 + memory[x[2:]]).truncate(4)
        return block_verilog(block, "small")


def test_a_circuit_built_twice_has_one_text() -> None:
    assert small_circuit() == small_circuit()


def test_engines_in_any_order_and_twice_have_one_text() -> None:
    forwards = {spec: verilog(load_engine(spec)) for spec in SPECS}
    backwards = {spec: verilog(load_engine(spec)) for spec in reversed(SPECS)}
    assert forwards == backwards
    assert len(set(forwards.values())) == len(SPECS)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_writes_the_same_text(hash_seed: str) -> None:
    code = "import sys; from hwsim.engine import load_engine; from rtl.emission import verilog; "
    code += "sys.stdout.write(''.join(verilog(load_engine(spec)) for spec in sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, *SPECS],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )
    assert done.stdout == "".join(verilog(load_engine(spec)) for spec in SPECS)


def test_the_callers_own_session_goes_on() -> None:
    with pyrtl.set_working_block(pyrtl.Block(), no_sanity_check=True):
        own = pyrtl.working_block()
        before = pyrtl.WireVector(1)
        small_circuit()
        after = pyrtl.WireVector(1)
        assert pyrtl.working_block() is own
        assert before.name != after.name
        assert own.wirevector_set == {before, after}


def test_an_error_inside_leaves_nothing_behind() -> None:
    own = pyrtl.working_block()
    with pytest.raises(ZeroDivisionError), fresh_block():
        raise ZeroDivisionError
    assert pyrtl.working_block() is own
    assert small_circuit() == small_circuit()


def test_registers_bring_clock_and_reset() -> None:
    with fresh_block() as block:
        x, y, kept = pyrtl.Input(2, "x"), pyrtl.Output(2, "y"), pyrtl.Register(2, "kept")
        kept.next <<= x
        y <<= kept
        text = block_verilog(block, "keeper")
    assert has_registers(block)
    assert text.startswith("module keeper(clk, rst, x, y);\n    input clk;\n    input rst;\n")
    assert "kept <= 2'd0;" in text


def test_no_registers_no_clock() -> None:
    with fresh_block() as block:
        x, y = pyrtl.Input(2, "x"), pyrtl.Output(2, "y")
        y <<= ~x
        text = block_verilog(block, "inverter")
    assert not has_registers(block)
    assert text.startswith("module inverter(x, y);\n    input[1:0] x;\n    output[1:0] y;\n")
