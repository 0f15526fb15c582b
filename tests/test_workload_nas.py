"""Searched cells: tables that hold together, stacks of the right shape, and the counts that their authors published."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.workload.graph import Workload
from hwsim.workload.loader import load_workload
from hwsim.workload.nas.operations import OPERATIONS
from hwsim.workload.nas.stack import NETWORKS, StackKind
from hwsim.workload.nas.tables import INPUTS, Cell
from hwsim.workload.tensor import Role

CELLS = [
    pytest.param(cell, id=f"{name} {kind}")
    for name, network in NETWORKS.items()
    for kind, cell in (("normal", network.cells.normal), ("reduction", network.cells.reduction))
]
STACKS = [f"{name}:stack={kind.value}" for name in NETWORKS for kind in StackKind]


def parameters(workload: Workload) -> int:
    return sum(t.elements for t in workload.tensors.values() if t.role is Role.PARAMETER)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_reads_what_is_there_and_uses_every_block(cell: Cell) -> None:
    read = set(cell.concat)
    for index, block in enumerate(cell.blocks, INPUTS):
        for operation, source in block:
            assert operation in OPERATIONS
            assert 0 <= source < index
            read.add(source)
    assert read >= set(range(len(cell.blocks) + INPUTS))
    assert max(cell.concat) < len(cell.blocks) + INPUTS
    assert len(set(cell.concat)) == len(cell.concat)


def test_every_operation_stands_in_a_table() -> None:
    cells = [cell for network in NETWORKS.values() for cell in (network.cells.normal, network.cells.reduction)]
    assert {name for cell in cells for block in cell.blocks for name, _ in block} == set(OPERATIONS)


@pytest.mark.parametrize("text", STACKS)
def test_cells_hand_on_their_concatenation_and_reductions_halve_sides(text: str) -> None:
    """The sections of a 224 image have sides 28, 14 and 7; widths double from each to the next."""
    workload = load_workload(text)
    name, _, kind = text.partition(":stack=")
    network = NETWORKS[name]
    stack = network.stacks[StackKind(kind)]
    shapes = [workload.tensors[f"{cell}.out"].shape for cell in _cells(workload)]
    parts = len(network.cells.normal.concat)
    assert shapes[-1] == (1, 4 * stack.filters * parts, 7, 7)
    sections = Counter(shape[2] for shape in shapes)
    first = stack.cells + bool(stack.divisors)  # the last reduction of the stem makes the first section's sides
    further = stack.cells + (not stack.counted)
    assert [sections[side] for side in (28, 14, 7)] == [first, further, further]


def _cells(workload: Workload) -> list[str]:
    return [o.name for o in workload.operators if re.fullmatch(r"cell\d+", o.name)]


@pytest.mark.parametrize("name", list(NETWORKS))
@settings(max_examples=5, deadline=None)
@given(cells=st.integers(1, 3), filters=st.integers(2, 20), side=st.integers(64, 100))
def test_any_number_of_cells_and_filters_stacks(name: str, cells: int, filters: int, side: int) -> None:
    """Each section has as many normal cells, and the last hands on four times the filters for each part."""
    workload = load_workload(name, {"cells": cells, "filters": filters, "image": side})
    stack = NETWORKS[name].stacks[StackKind.HMCOS]
    made = _cells(workload)
    assert len(made) == len(stack.divisors) + 3 * cells + 2
    parts = len(NETWORKS[name].cells.normal.concat)
    assert workload.tensors[f"{made[-1]}.out"].shape[1] == 4 * filters * parts


@pytest.mark.parametrize(
    ("text", "mega_parameters", "mega_macs"),
    [
        ("nasnet-a:stack=published", 5.3, 564),  # Zoph et al., mobile setting: NASNet-A (4 @ 1056)
        ("amoebanet-a:stack=published", 5.1, 555),  # Real et al., mobile setting: AmoebaNet-A (N = 4, F = 50)
        ("pnasnet-5:stack=published", 5.1, 588),  # Liu et al., mobile setting: PNASNet-5 (N = 3, F = 54)
    ],
)
def test_counts_of_mobile_networks_are_published(text: str, mega_parameters: float, mega_macs: int) -> None:
    workload = load_workload(text)
    assert round(parameters(workload) / 1e6, 1) == mega_parameters
    assert abs(workload.macs / 1e6 - mega_macs) < 0.002 * mega_macs


def test_parameters_of_nasnet_a_to_the_last() -> None:
    """Of NASNetMobile in Keras, the 5,326,716 parameters less 36,738 that are means and variances of batch norms."""
    assert parameters(load_workload("nasnet-a:stack=published")) == 5_326_716 - 36_738


@pytest.mark.parametrize(("cells", "filters", "mega"), [(6, 208, 82), (6, 416, 318), (6, 544, 542)])
def test_parameters_of_amoebanet_d_are_those_of_gpipe(cells: int, filters: int, mega: int) -> None:
    """GPipe (arXiv:1811.06965), table 1: AmoebaNet-D (L, D) with L normal cells in all."""
    workload = load_workload(f"amoebanet-d:stack=published,cells={cells},filters={filters}")
    assert abs(parameters(workload) / 1e6 - mega) < 0.01 * mega


def test_parameters_of_darts() -> None:
    """Liu et al. (DARTS): 4.7 M for ImageNet."""
    assert round(parameters(load_workload("darts:stack=published")) / 1e6, 1) == 4.7


def test_the_older_input_is_calibrated() -> None:
    """By a factorised reduction where it is twice as wide and high, by a 1 x 1 convolution otherwise."""
    workload = load_workload("nasnet-a")
    calibrated = {
        cell: Counter(o.op for o in workload.operators if o.name.startswith(f"{cell}.calibrate."))
        for cell in _cells(workload)
    }
    factorised = {"Relu": 1, "Conv": 2, "Concat": 1, "BatchNormalization": 1}
    squeezed = {"Relu": 1, "Conv": 1, "BatchNormalization": 1}
    assert calibrated["cell0"] == {}
    after_reductions = {f"cell{i}" for i in (1, 2, 7, 12)}
    assert {cell for cell, ops in calibrated.items() if ops == factorised} == after_reductions
    assert {cell for cell, ops in calibrated.items() if ops == squeezed} == set(calibrated) - after_reductions - {
        "cell0"
    }
