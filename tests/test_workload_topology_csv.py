"""SCALE-Sim topology files: both forms, the missing padding, depthwise names, and every bad row."""

from __future__ import annotations

import re
from math import prod
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.errors import WorkloadError
from hwsim.gemm import Gemm
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Movement
from hwsim.workload.tensor import Role
from hwsim.workload.topology_csv import CHAIN, DEPTHWISE, NO_PADDING, convolution_row, load_topology_csv

SCALESIM_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "scalesim"
CONV_HEADER = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,"


def scalesim_file(name: str) -> Path:
    path = SCALESIM_DATA / name
    if not path.exists():
        pytest.skip(f"SCALE-Sim's topology file {name} is not in the folder shared/data/scalesim beside the checkout")
    return path


def write(folder: Path, *lines: str) -> Path:
    path = folder / "net.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def gemms(workload: Workload) -> list[Gemm]:
    return [product.gemm for _, product in workload.products]


def test_convolution_row_becomes_its_im2col_product(tmp_path: Path) -> None:
    workload = load_topology_csv(write(tmp_path, CONV_HEADER, "c,8,10,3,3,4,6,1,"))
    assert gemms(workload) == [Gemm(m=6 * 8, n=6, k=3 * 3 * 4)]
    operator = workload.operators[0]
    assert (operator.name, operator.op, operator.kind) == ("c", "Conv", Kind.PRODUCT)
    assert workload.tensors["c.a"].shape == (1, 4, 8, 10)
    assert workload.tensors["c.w"].role is Role.PARAMETER
    assert workload.tensors["c.c"].role is Role.OUTPUT
    assert workload.assumptions == (CHAIN, NO_PADDING, Movement.UNIQUE.assumption)


def test_gemm_row_is_m_n_k(tmp_path: Path) -> None:
    workload = load_topology_csv(write(tmp_path, "Layer,M,N,K,", "L0,196,192,768,", "L1,5,6,7"))
    assert gemms(workload) == [Gemm(196, 192, 768), Gemm(5, 6, 7)]
    assert workload.assumptions == (CHAIN,)
    assert [operator.inputs for operator in workload.operators] == [("L0.a", "L0.w"), ("L1.a", "L1.w")]


def test_trailing_comma_makes_no_difference(tmp_path: Path) -> None:
    rows = ["a,8,8,3,3,4,6,2", "b,5,5,1,1,6,2,1", "DPc,5,5,3,3,6,1,1"]
    without = load_topology_csv(write(tmp_path, CONV_HEADER, *rows))
    assert load_topology_csv(write(tmp_path, CONV_HEADER, *(row + "," for row in rows))) == without
    assert load_topology_csv(write(tmp_path, CONV_HEADER, *(row + ",,," for row in rows), ",,,,,,,,")) == without


def test_outputs_are_rounded_up_and_windows_beyond_the_edge_count(tmp_path: Path) -> None:
    workload = load_topology_csv(write(tmp_path, CONV_HEADER, "c,8,8,3,3,1,1,2,"))
    assert gemms(workload) == [Gemm(m=16, n=1, k=9)]  # without padding a framework gives 3 x 3
    assert workload.operators[0].product is not None
    assert workload.operators[0].product.a_elements == 64


def test_movement_is_a_choice(tmp_path: Path) -> None:
    path = write(tmp_path, CONV_HEADER, "c,8,8,3,3,4,6,1,")
    moved = {}
    for movement in Movement:
        workload = load_topology_csv(path, movement)
        product = workload.operators[0].product
        assert product is not None
        moved[movement] = product.a_elements
        assert movement.assumption in workload.assumptions
    assert moved == {Movement.UNIQUE: 4 * 8 * 8, Movement.EXPANDED: 6 * 6 * 9 * 4}


def test_dp_in_the_name_means_one_product_per_channel(tmp_path: Path) -> None:
    workload = load_topology_csv(write(tmp_path, CONV_HEADER, "conv_DP1,8,8,3,3,5,2,1,"))
    assert gemms(workload) == [Gemm(m=36, n=2, k=9, batch=5)]
    product = workload.operators[0].product
    assert product is not None
    assert (product.a_elements, product.a_shared, product.b_shared) == (64, False, False)
    assert workload.tensors["conv_DP1.w"].shape == (10, 1, 3, 3)
    assert DEPTHWISE in workload.assumptions


def test_blank_lines_equal_names_and_dense_sparsity_are_read(tmp_path: Path) -> None:
    workload = load_topology_csv(write(tmp_path, "Layer,M,N,K,", "", "x,1,2,3,1:1,", "x,4,5,6,", ""))
    assert [operator.name for operator in workload.operators] == ["x", "x#2"]


@settings(max_examples=50, deadline=None)
@given(
    side=st.integers(1, 12),
    taps=st.integers(1, 12),
    stride=st.integers(1, 12),
    channels=st.integers(1, 3),
    depthwise=st.booleans(),
)
def test_input_elements_are_those_that_some_window_reads(
    side: int, taps: int, stride: int, channels: int, depthwise: bool
) -> None:
    if taps > side:
        return
    row = convolution_row((side, side, taps, taps, channels, 2, stride), depthwise)
    outputs = row.windows[0]
    assert outputs == -(-(side - taps + stride) // stride)
    read = {o * stride + t for o in range(outputs) for t in range(taps)} & set(range(side))
    assert row.unique_elements[0] == len(read) ** 2 * (1 if depthwise else channels)
    assert prod(row.sides) == outputs**2 * taps**2 * channels * 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "c,8,8,3,3,4",
            "{path}: line 2 has 6 fields; a layer is name, ifmap height, ifmap width, filter height, filter width, "
            "channels, filters, stride (8 fields) or name, M, N, K (4 fields)",
        ),
        ("c,8,8,3,3,4,six,1,", "{path}: line 2: filters is 'six'; allowed is a whole number from 1 up"),
        ("c,8,8,3,3,0,6,1,", "{path}: line 2: channels is '0'; allowed is a whole number from 1 up"),
        ("c,8,-8,3,3,4,6,1,", "{path}: line 2: ifmap width is '-8'; allowed is a whole number from 1 up"),
        ("c,2,8,3,3,4,6,1,", "{path}: line 2: a filter of 3 x 3 does not fit an ifmap of 2 x 8; there is no padding"),
        ("g,1.5,2,3,", "{path}: line 2: M is '1.5'; allowed is a whole number from 1 up"),
        ("g,4,4,4,2:4,", "{path}: line 2: sparsity '2:4' is not supported; allowed is '1:1' (dense)"),
    ],
)
def test_bad_row_names_file_line_and_what_is_allowed(tmp_path: Path, row: str, message: str) -> None:
    path = write(tmp_path, CONV_HEADER, row)
    with pytest.raises(WorkloadError, match=f"^{re.escape(message.format(path=path))}$"):
        load_topology_csv(path)


def test_file_without_layers(tmp_path: Path) -> None:
    path = write(tmp_path, CONV_HEADER)
    with pytest.raises(WorkloadError, match=f"^{re.escape(str(path))}: no layers follow the header line$"):
        load_topology_csv(path)


def test_file_without_header(tmp_path: Path) -> None:
    path = write(tmp_path, "c,8,8,3,3,4,6,1,")
    message = f"{path}: line 1 holds a layer; the first line of a topology file is its header"
    with pytest.raises(WorkloadError, match=f"^{re.escape(message)}$"):
        load_topology_csv(path)


def test_scalesim_resnet18() -> None:
    workload = load_topology_csv(scalesim_file("Resnet18.csv"))
    assert len(workload.operators) == 21
    assert round(workload.macs / 1e9, 3) == 1.471
    assert gemms(workload)[0] == Gemm(m=110 * 110, n=64, k=7 * 7 * 3)  # 109 x 109 if rounded down


def test_scalesim_vit_b() -> None:
    workload = load_topology_csv(scalesim_file("vit_b.csv"))
    assert len(workload.operators) == 5
    assert round(workload.macs / 1e9, 3) == 0.983


def test_a_file_that_is_no_text_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "binary.csv"
    path.write_bytes(b"name,\xff\n")
    message = f"{path}: 'utf-8' codec can't decode byte 0xff in position 5: invalid start byte"
    with pytest.raises(WorkloadError, match=f"^{re.escape(message)}$"):
        load_topology_csv(path)
