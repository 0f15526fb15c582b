"""Machines: presets, inline forms, TOML files, and their refusals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hwsim.engine import load_engine
from hwsim.errors import SpecError
from hwsim.machine import load_machine, make_machine, row_of
from hwsim.machine_fields import MACHINE_FIELDS, MACHINES, parse_size
from hwsim.memory import Dram, Scratchpad
from hwsim.workload.operator import Movement

ENGINE = load_engine("systolic-os:rows=8,cols=4")
EXAMPLES = Path(__file__).parent.parent / "examples"
KNOWN = ", ".join(MACHINE_FIELDS)


def test_without_a_word_it_is_the_edge_preset_with_ports_as_wide_as_the_engine() -> None:
    machine = load_machine(None, ENGINE)
    assert machine == load_machine("edge", ENGINE) == make_machine(ENGINE, {})
    assert machine.a == Scratchpad(256 << 10, 8)
    assert machine.b == Scratchpad(256 << 10, 4)
    assert machine.c == Scratchpad(256 << 10, 8 * 4 * 4)
    assert machine.dram == Dram(25.6, 100.0)
    assert machine.lanes == row_of(ENGINE) == 4


def test_pairs_leave_through_ports_twice_as_wide() -> None:
    """Sums that leave all at once leave as their PEs keep them; at the foot of a column they are words."""
    for drain, width in (("parallel", 2 * 8 * 4 * 4), ("column", 4 * 4)):
        engine = load_engine(f"systolic-os:rows=8,cols=4,mac=opt1,drain={drain}")
        assert make_machine(engine, {}).c.port_bytes_per_cycle == width


@pytest.mark.parametrize("name", MACHINES)
def test_every_preset_can_be_made_again_from_its_fields(name: str) -> None:
    machine = load_machine(name, ENGINE)
    assert make_machine(ENGINE, machine.fields).fields == machine.fields


def test_inline_fields_override_the_preset() -> None:
    machine = load_machine("mobile:scratchpad_a_bytes=64KiB,prefetch=true,movement=expanded,buffers=1", ENGINE)
    assert machine.a.size_bytes == 65536
    assert machine.b.size_bytes == 1 << 20
    assert machine.prefetch
    assert machine.movement is Movement.EXPANDED
    assert machine.buffers == 1


def test_the_example_machine_loads() -> None:
    machine = load_machine(EXAMPLES / "edge_npu.toml", ENGINE)
    assert (machine.a.size_bytes, machine.c.size_bytes, machine.prefetch) == (512 << 10, 256 << 10, True)
    assert machine.channel.bytes_per_cycle == 64
    assert machine.channel.latency_cycles == 64


def test_sizes_are_read_with_their_units() -> None:
    assert [parse_size(text) for text in ("7", "64KiB", "1.5MiB", "2 MB", "0.5kB")] == [
        7,
        65536,
        3 << 19,
        2 * 10**6,
        500,
    ]


@pytest.mark.parametrize("movement", Movement)
def test_typed_values_are_as_good_as_text(movement: Movement) -> None:
    machine = make_machine(ENGINE, {"movement": movement, "scratchpad_b_bytes": 4096, "prefetch": True, "clock_ghz": 2})
    assert machine.movement is movement
    assert (machine.b.size_bytes, machine.prefetch, machine.clock_ghz) == (4096, True, 2.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("egde", "unknown machine 'egde' (did you mean 'edge'?); machines are edge, micro, mobile, server"),
        (
            "edge:dram_gbps=3",
            f"a machine has no field 'dram_gbps' (did you mean 'dram_gb_per_s'?); its fields are {KNOWN}",
        ),
        ("edge:scratchpad_a_bytes=-1", "scratchpad a: a scratchpad's size_bytes must be at least 1, not -1"),
        ("edge:scratchpad_c_bytes=0", "scratchpad c: a scratchpad's size_bytes must be at least 1, not 0"),
        (
            "edge:scratchpad_b_bytes=1.5",
            "a machine's scratchpad_b_bytes=1.5 is not a size such as 65536, 64KiB or 1.5MiB",
        ),
        (
            "edge:scratchpad_b_bytes=big",
            "a machine's scratchpad_b_bytes=big is not a size such as 65536, 64KiB or 1.5MiB",
        ),
        (
            "edge:scratchpad_a_port_bytes_per_cycle=wide",
            "a machine's scratchpad_a_port_bytes_per_cycle=wide is not a whole number or 'engine' "
            "(as wide as the engine's own ports)",
        ),
        ("edge:vector_lanes=0", "a machine's vector_lanes must be at least 1, not 0"),
        ("edge:clock_ghz=0", "a machine's clock_ghz must be above 0, not 0.0"),
        ("edge:dram_gb_per_s=fast", "a machine's dram_gb_per_s=fast is not a number"),
        ("edge:prefetch=1", "a machine's prefetch=1 is not true or false"),
        ("edge:buffers=3", "scratchpad a: a scratchpad has 1 or 2 buffers, not 3"),
        ("edge:movement=all", "a machine's movement=all is not one of unique, expanded"),
    ],
)
def test_a_machine_that_cannot_be_is_one_sentence(text: str, message: str) -> None:
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        load_machine(text, ENGINE)


def test_a_toml_file_is_named_in_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text('machine = "micro"\nscratchpad_a_bytes = "64KiB"\nprefetch = true\n')
    machine = load_machine(path, ENGINE)
    assert (machine.a.size_bytes, machine.b.size_bytes, machine.prefetch) == (65536, 32768, True)
    path.write_text("clock = 2\n")
    message = f"{path}: a machine has no field 'clock' (did you mean 'clock_ghz'?); its fields are {KNOWN}"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        load_machine(str(path), ENGINE)
    missing = tmp_path / "none.toml"
    with pytest.raises(SpecError, match=f"^{re.escape(str(missing))}: No such file or directory$"):
        load_machine(missing, ENGINE)
    path.write_text("clock_ghz = ")
    with pytest.raises(SpecError, match=f"^{re.escape(str(path))}: Invalid value"):
        load_machine(path, ENGINE)
