"""SCALE-Sim's totals in closed form: tabulated runs of 3.0.0, and our engines' exact distance from them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.engine import Engine, load_engine
from hwsim.errors import SpecError
from hwsim.gemm import Gemm, Shapes
from hwsim.scalesim_counts import PRESETS, Dataflow, find_preset, folds, offset
from hwsim.workload.topology_csv import load_topology_csv

SCALESIM3 = PRESETS["scalesim3"]
ENGINE_OF = {Dataflow.OS: "systolic-os", Dataflow.WS: "systolic-ws", Dataflow.IS: "systolic-is"}
RESNET18 = Path(__file__).resolve().parents[2] / "shared" / "data" / "scalesim" / "Resnet18.csv"
FLOWS = st.sampled_from(list(Dataflow))
SIDES = st.integers(1, 200)
ARRAYS = st.integers(1, 40)


def engine_for(dataflow: Dataflow, rows: int, cols: int, fields: str = "") -> Engine:
    return load_engine(f"{ENGINE_OF[dataflow]}:rows={rows},cols={cols}{fields}")


def resnet18() -> list[tuple[str, Gemm]]:
    if not RESNET18.exists():
        pytest.skip("SCALE-Sim's Resnet18.csv is not in the folder shared/data/scalesim beside the checkout")
    return [(operator.name, product.gemm) for operator, product in load_topology_csv(RESNET18).products]


@settings(max_examples=50, deadline=None)
@given(m=SIDES, n=SIDES, k=SIDES, batch=st.integers(1, 4), rows=ARRAYS, cols=ARRAYS, dataflow=FLOWS)
def test_our_cycles_are_scalesims_plus_the_offset(
    m: int, n: int, k: int, batch: int, rows: int, cols: int, dataflow: Dataflow
) -> None:
    gemm = Gemm(m, n, k, batch=batch)
    ours = engine_for(dataflow, rows, cols).latency(gemm).expected
    assert ours == SCALESIM3.cycles(gemm, dataflow, rows, cols) + offset(gemm, dataflow, rows, cols)


@settings(max_examples=30, deadline=None)
@given(m=SIDES, n=SIDES, k=SIDES, rows=ARRAYS, cols=ARRAYS)
def test_a_column_drain_is_scalesims_own_verilog(m: int, n: int, k: int, rows: int, cols: int) -> None:
    gemm = Gemm(m, n, k)
    ours = engine_for(Dataflow.OS, rows, cols, ",drain=column").latency(gemm).expected
    assert ours == PRESETS["rtl-global-drain"].cycles(gemm, Dataflow.OS, rows, cols)


@settings(max_examples=30, deadline=None)
@given(m=SIDES, n=SIDES, k=SIDES, rows=ARRAYS, cols=ARRAYS, dataflow=FLOWS)
def test_overlap_hides_every_fill_but_one(m: int, n: int, k: int, rows: int, cols: int, dataflow: Dataflow) -> None:
    gemm = Gemm(m, n, k)
    stream = getattr(gemm, dataflow.axes[2])
    if dataflow is not Dataflow.OS and stream < cols:
        return  # the next preload is longer than the stream that should hide it
    ours = engine_for(dataflow, rows, cols, ",overlap=true").latency(gemm).expected
    preload = 0 if dataflow is Dataflow.OS else cols - rows
    assert ours == PRESETS["overlapped"].cycles(gemm, dataflow, rows, cols) + 1 + preload


@pytest.mark.parametrize(
    ("m", "n", "k", "side", "totals"),
    [
        (4, 4, 4, 4, (9, 13, 13)),
        (8, 8, 8, 4, (55, 71, 71)),
        (7, 5, 9, 4, (59, 101, 89)),
        (1, 64, 100, 4, (1695, 4399, 1849)),
    ],
)
def test_small_runs_of_scalesim3(m: int, n: int, k: int, side: int, totals: tuple[int, int, int]) -> None:
    assert tuple(SCALESIM3.cycles(Gemm(m, n, k), flow, side, side) for flow in Dataflow) == totals


@pytest.mark.parametrize(
    ("side", "totals"), [(32, (1_718_353, 2_519_815, 2_838_997)), (128, (262_370, 417_628, 595_543))]
)
def test_resnet18_runs_of_scalesim3(side: int, totals: tuple[int, int, int]) -> None:
    layers = resnet18()
    for dataflow, total in zip(Dataflow, totals, strict=True):
        assert sum(SCALESIM3.cycles(gemm, dataflow, side, side) for _, gemm in layers) == total
        ours = sum(engine_for(dataflow, side, side).latency(gemm).expected for _, gemm in layers)
        assert ours == total + sum(offset(gemm, dataflow, side, side) for _, gemm in layers)


@pytest.mark.parametrize(
    ("layer", "at_32", "at_128"),
    [
        ("Conv1", (158_421, 121_939, 299_409), (38_094, 24_963, 84_739)),
        ("Conv2_1b", (117_391, 108_359, 261_647), (19_089, 16_489, 51_289)),
        ("Conv3_1b", (106_831, 110_879, 175_823), (8_435, 9_521, 27_539)),
        ("Conv4_1b", (94_639, 137_087, 125_999), (10_231, 18_935, 22_967)),
        ("Conv5_1b", (74_719, 274_175, 87_263), (19_447, 58_607, 32_183)),
        ("FC", (18_367, 48_639, 17_503), (6_127, 12_255, 5_527)),
    ],
)
def test_resnet18_layers_of_scalesim3(layer: str, at_32: tuple[int, ...], at_128: tuple[int, ...]) -> None:
    gemm = dict(resnet18())[layer]
    assert tuple(SCALESIM3.cycles(gemm, flow, 32, 32) for flow in Dataflow) == at_32
    assert tuple(SCALESIM3.cycles(gemm, flow, 128, 128) for flow in Dataflow) == at_128


@pytest.mark.parametrize(
    ("rows", "cols", "stream", "verilog", "paper", "code"),
    [
        (4, 4, 4, 15, 14, 10),
        (4, 4, 10, 21, 20, 16),
        (8, 4, 5, 24, 23, 15),
        (4, 8, 5, 20, 19, 15),
        (8, 8, 32, 55, 54, 46),
    ],
)
def test_one_output_stationary_fold(rows: int, cols: int, stream: int, verilog: int, paper: int, code: int) -> None:
    gemm = Gemm(rows, cols, stream)
    assert PRESETS["rtl-global-drain"].cycles(gemm, Dataflow.OS, rows, cols) == verilog
    assert PRESETS["scalesim-paper"].cycles(gemm, Dataflow.OS, rows, cols) == paper
    assert SCALESIM3.cycles(gemm, Dataflow.OS, rows, cols) == code - 1
    assert PRESETS["overlapped"].cycles(gemm, Dataflow.OS, rows, cols) == code


@pytest.mark.parametrize(
    ("rows", "cols", "stream", "verilog", "paper"),
    [(4, 4, 4, 19, 14), (4, 4, 10, 25, 20), (8, 4, 5, 32, 23), (8, 8, 32, 63, 54), (16, 8, 33, 88, 71)],
)
def test_one_weight_stationary_fold(rows: int, cols: int, stream: int, verilog: int, paper: int) -> None:
    gemm = Gemm(stream, cols, rows)
    assert PRESETS["rtl-2reg-ws"].cycles(gemm, Dataflow.WS, rows, cols) == verilog
    assert PRESETS["scalesim-paper"].cycles(gemm, Dataflow.WS, rows, cols) == paper
    assert SCALESIM3.cycles(gemm, Dataflow.WS, rows, cols) == paper - 1


@pytest.mark.parametrize("dataflow", list(Dataflow))
def test_many_shapes_at_once_equal_one_at_a_time(dataflow: Dataflow) -> None:
    m, n, k, batch = np.random.default_rng(0).integers(1, 500, (4, 64))
    shapes = Shapes.of(m, n, k, batch)
    gemms = [Gemm(int(a), int(b), int(c), batch=int(d)) for a, b, c, d in zip(m, n, k, batch, strict=True)]
    for question in (SCALESIM3.cycles, offset, folds):
        assert question(shapes, dataflow, 16, 24).tolist() == [question(g, dataflow, 16, 24) for g in gemms]


def test_a_preset_without_the_dataflow() -> None:
    message = "rtl-global-drain has no count for dataflow ws; it has os"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        PRESETS["rtl-global-drain"].cycles(Gemm(1, 1, 1), Dataflow.WS, 4, 4)


def test_an_unknown_preset() -> None:
    message = (
        "unknown count 'scalesim2' (did you mean 'scalesim3'?); "
        "counts are scalesim3, scalesim-paper, rtl-global-drain, rtl-2reg-ws, overlapped"
    )
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        find_preset("scalesim2")
    assert find_preset("overlapped").overlapped
