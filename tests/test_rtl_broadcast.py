"""Nets that reach many leaves: how far they go, and the buffer trees before what they reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from hwsim.engine import load_engine
from hwsim.inventory import Leaf
from hwsim.ports import Direction
from rtl.engines import build_top
from rtl.hierarchy import leaf_counts
from rtl.leaves import build_cell
from rtl.synthesis.broadcast import behind_buffers, bits_of, reach_of, tree_levels
from rtl.synthesis.liberty import FANOUT, default_library
from sweeps.cli import app


@given(st.integers(1, 10**6))
def test_no_buffer_of_a_tree_drives_more_than_the_limit(reached: int) -> None:
    levels = tree_levels(reached)
    for driven, buffers in zip([reached, *levels], levels, strict=False):
        assert (buffers - 1) * FANOUT < driven <= buffers * FANOUT
    assert [reached, *levels][-1] <= FANOUT
    assert bool(levels) == (reached > FANOUT)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20))
def test_a_broadcast_matrix_sends_operands_to_lines_and_flags_to_all(rows: int, cols: int) -> None:
    reach = reach_of(build_top(load_engine(f"matrix-2d:rows={rows},cols={cols}")))
    assert reach.farthest["pe_matrix", "a"] == cols
    assert reach.farthest["pe_matrix", "b"] == rows
    assert reach.farthest["pe_matrix", "first"] == rows * cols
    assert reach.farthest["pe_matrix", "valid"] == rows * cols + 1  # and the flag of the results
    lines = sum(8 * count * sum(tree_levels(side)) for count, side in ((rows, cols), (cols, rows)))
    flags = sum(tree_levels(rows * cols)) + sum(tree_levels(rows * cols + 1))
    assert reach.buffers == lines + flags


def test_neighbours_need_no_tree() -> None:
    reach = reach_of(build_top(load_engine("systolic-os:rows=9,cols=7")))
    assert (reach.buffers, reach.depths) == (0, {})


FORMS = [
    "matrix-2d:rows=5,cols=2,drain=column", "systolic-os:rows=3,cols=5", "systolic-ws:rows=5,cols=3,overlap=true",
    "systolic-is:rows=2,cols=6", "cube:p=3", "adder-tree:k=6,n=3,mac=opt1", "bitslice:columns=3,rows=6", "lut:n=8",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_input_of_every_leaf_hangs_at_one_net(form: str) -> None:
    """But for those that are tied to zero."""
    top = build_top(load_engine(form))
    reach, inputs = reach_of(top), dict[tuple[str, str], int]()
    for leaf, count in leaf_counts(top).items():
        for pin in build_cell(leaf).pins:
            if pin.direction is Direction.INPUT:
                inputs[leaf.kind, pin.name] = inputs.get((leaf.kind, pin.name), 0) + count * pin.width_bits
    reached = sum(count * hung for hung, count in reach.nets.items())
    assert set(reach.farthest) <= set(inputs)
    assert reached <= sum(inputs.values())
    assert sum(inputs[entry] for entry in reach.farthest) >= reached


def test_expressions_are_read_bit_by_bit() -> None:
    widths = {"x": 3, "y": 1}
    assert bits_of("x", widths) == [("x", 0), ("x", 1), ("x", 2)]
    assert bits_of("{y, x[2:1], 2'd0, {2{x[0]}}}", widths) == [
        ("x", 0), ("x", 0), None, None, ("x", 1), ("x", 2), ("y", 0),
    ]  # fmt: skip


@pytest.mark.rtl
def test_a_leaf_behind_buffers_has_a_chain_before_each_bit() -> None:
    library, cell = default_library(), build_cell(Leaf.of("operand_register", bits=3))
    netlist = f"module {cell.name} (clk, rst, d, q);\nendmodule\n"
    text = behind_buffers(cell, netlist, {("operand_register", "d"): 2}, library)
    assert text.count(f"{library.buffer} ") == 2 * 3 * FANOUT
    assert behind_buffers(cell, netlist, {("other", "d"): 2}, library) == netlist


@pytest.mark.rtl
def test_synth_counts_and_times_the_trees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    facts = {}
    for side in (1, 12):
        form = f"matrix-2d:rows={side},cols={side},a=int2,w=int2,acc=int6"
        said = CliRunner().invoke(app, ["rtl", "synth", form, "--json"], catch_exceptions=False)
        facts[side] = json.loads(said.stdout)
        trees = facts[side]["broadcast_buffers"]
        assert trees["count"] == reach_of(build_top(load_engine(form))).buffers
        assert trees["area_um2"] == trees["count"] * default_library().areas_um2[trees["cell"]]
        assert facts[side]["area_um2"] == sum(leaf["area_um2"] for leaf in facts[side]["leaves"]) + trees["area_um2"]
    assert facts[1]["broadcast_buffers"]["count"] == 0
    paths = {side: {path["span"]: path["delay_ns"] for path in facts[side]["paths"]} for side in facts}
    assert paths[12]["register to register"] > paths[1]["register to register"]
