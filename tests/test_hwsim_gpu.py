"""The tile model of a GPU: its laws on single kernels, identities, and what it refuses."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.errors import SpecError
from hwsim.formats import parse_format
from hwsim.gpu import (
    ASSUMPTIONS,
    CANDIDATES,
    CONSTANTS,
    GPUS,
    SOURCES,
    Cause,
    Gpu,
    MatrixUnit,
    Precompute,
    ProductKernel,
    StreamKernel,
    Tile,
    Tiles,
    UnitKind,
    load_gpu,
    product_times,
    stream_time,
)
from hwsim.gpu.planning import product_kernel
from hwsim.gpu.precompute import made_in_the_product, table_ops
from hwsim.gpu.unit import LUT_BITS, MAC_BITS

CLOSE = 1 + 1e-9
A100 = GPUS["a100"]
MACHINES = (
    "a100",
    "a100:a=int8,w_bits=2",
    "a100:unit=lut,times=4,a=int8",
    "a100:unit=lut,times=8,w_bits=1,registers=2",
    "h100:a=fp8e4m3,w_bits=8",
    "h100:unit=lut,times=4,a=fp8e4m3",
    "rtx3090:unit=lut,w_bits=3",
)
LAWS = settings(max_examples=60, deadline=None)
sides = st.integers(1, 9000)


@st.composite
def kernels(draw: st.DrawFn) -> tuple[Gpu, ProductKernel]:
    """A product on one of the machines, with or without what a network adds to it."""
    machine = load_gpu(draw(st.sampled_from(MACHINES)))
    how = draw(st.sampled_from(list(Precompute))) if machine.unit.is_lut else Precompute.NONE
    made = product_kernel(machine, draw(sides), draw(sides), draw(sides), how)
    more = {
        "batch": draw(st.sampled_from([1, 1, 3, 40])),
        "a_resident": draw(st.booleans()),
        "b_resident": draw(st.booleans()),
        "extra_bytes": draw(st.sampled_from([0.0, 1e6])),
        "vector_ops": made.vector_ops + draw(st.sampled_from([0.0, 1e7])),
    }
    return machine.gpu, replace(made, **more)


def total_ms(gpu: Gpu, kernel: ProductKernel) -> float:
    (time,) = product_times(gpu, (kernel,))
    return time.total_ms


# Laws of one product.


@LAWS
@given(kernels())
def test_time_is_never_below_a_bound(case: tuple[Gpu, ProductKernel]) -> None:
    gpu, kernel = case
    (time,) = product_times(gpu, (kernel,))
    peak = kernel.macs_per_cycle * gpu.sms
    launch = gpu.launch_us / 1e3
    for cycles in (
        kernel.macs / peak,
        kernel.compulsory_bytes / gpu.dram_bytes_per_cycle,
        kernel.vector_ops / gpu.vector_ops_per_cycle,
        time.l2_bytes / gpu.l2_bytes_per_cycle,
        time.dram_bytes / gpu.dram_bytes_per_cycle,
    ):
        assert time.total_ms * CLOSE >= gpu.milliseconds(cycles) + launch


@LAWS
@given(kernels())
def test_causes_add_up_and_none_is_negative(case: tuple[Gpu, ProductKernel]) -> None:
    (time,) = product_times(case[0], (case[1],))
    assert list(time.ms) == list(Cause)
    assert min(time.ms.values()) >= 0
    assert time.total_ms == pytest.approx(sum(time.ms.values()))
    assert time.ms[Cause.LAUNCH] == case[0].launch_us / 1e3


@LAWS
@given(kernels())
def test_bytes_are_between_compulsory_ones_and_those_of_the_sms(case: tuple[Gpu, ProductKernel]) -> None:
    gpu, kernel = case
    (time,) = product_times(gpu, (kernel,))
    assert kernel.compulsory_bytes <= time.dram_bytes * CLOSE
    assert time.dram_bytes <= time.l2_bytes * CLOSE


@pytest.mark.parametrize(
    "name",
    [
        "sms",
        "clock_ghz",
        "vector_lanes",
        "register_bytes",
        "shared_bytes",
        "shared_bytes_per_cycle",
        "l2_bytes",
        "l2_bytes_per_cycle",
        "dram_gb_per_s",
        "dram_efficiency",
    ],
)
@LAWS
@given(case=kernels(), times=st.sampled_from([1.25, 2, 3.5]))
def test_more_of_anything_never_takes_longer(name: str, case: tuple[Gpu, ProductKernel], times: float) -> None:
    gpu, kernel = case
    value = getattr(gpu, name)
    more = min(1.0, value * times) if name == "dram_efficiency" else type(value)(value * times)
    assert total_ms(replace(gpu, **{name: more}), kernel) <= total_ms(gpu, kernel) * CLOSE


@LAWS
@given(kernels(), st.sampled_from([2, 4, 8]))
def test_more_units_or_registers_never_take_longer(case: tuple[Gpu, ProductKernel], times: int) -> None:
    gpu, kernel = case
    plain = total_ms(gpu, kernel)
    assert total_ms(gpu, replace(kernel, macs_per_cycle=kernel.macs_per_cycle * times)) <= plain * CLOSE
    assert total_ms(gpu, replace(kernel, registers=kernel.registers * times)) <= plain * CLOSE


@LAWS
@given(kernels())
def test_what_lies_in_the_l2_never_takes_longer(case: tuple[Gpu, ProductKernel]) -> None:
    gpu, kernel = case
    cold = replace(kernel, a_resident=False, b_resident=False)
    assert total_ms(gpu, kernel) <= total_ms(gpu, cold) * CLOSE


@LAWS
@given(kernels(), st.integers(0, 2), st.integers(1, 500))
def test_a_larger_product_never_takes_less_time(case: tuple[Gpu, ProductKernel], axis: int, added: int) -> None:
    gpu, kernel = case
    name = "mnk"[axis]
    longer = replace(kernel, **{name: getattr(kernel, name) + added})
    assert total_ms(gpu, kernel) <= total_ms(gpu, longer) * CLOSE


@LAWS
@given(kernels(), st.lists(st.integers(0, len(CANDIDATES.bm) - 1), min_size=1, max_size=5))
def test_no_tile_is_faster_than_the_one_that_was_chosen(case: tuple[Gpu, ProductKernel], which: list[int]) -> None:
    gpu, kernel = case
    best = total_ms(gpu, kernel)
    for index in which:
        try:
            (time,) = product_times(gpu, (kernel,), Tiles.of(CANDIDATES[index]))
        except SpecError:
            continue
        assert time.tile == CANDIDATES[index]
        assert best <= time.total_ms * CLOSE


@LAWS
@given(st.lists(kernels(), min_size=1, max_size=6))
def test_many_at_once_are_as_each_alone(cases: list[tuple[Gpu, ProductKernel]]) -> None:
    gpu = cases[0][0]
    work = [kernel for _, kernel in cases]
    alone = [product_times(gpu, (kernel,))[0] for kernel in work]
    assert list(product_times(gpu, work)) == alone
    assert product_times(gpu, ()) == ()


def test_a_golden_kernel_by_hand() -> None:
    """One tile on each of 108 SMs, every part of the loop counted by hand."""
    gpu = replace(A100, stages=2)
    kernel = product_kernel(load_gpu("a100"), 128, 256 * 108, 64, Precompute.NONE)
    (time,) = product_times(gpu, (kernel,), Tiles.of(Tile(128, 256, 32)))
    compute = 2 * 128 * 256 * 32 / 1024
    shared = 2 * 32 * (128 * 2 * (1 + 2) + 256 * 2 * (1 + 2)) / 128
    l2 = (64 * (128 * 2 * 108 + 256 * 108 * 2) + 128 * 256 * 108 * 2) / 5120
    dram = (64 * (128 * 2 + 256 * 108 * 2) + 128 * 256 * 108 * 2) / (1555 * 0.9 / 1.41)
    parts = (compute, shared, l2)
    loop = max(parts) + (sum(parts) - max(parts)) / 2 + 2 * 29
    assert time.total_ms == pytest.approx(max(loop, dram) / 1.41e6 + 0.002)
    assert time.dram_bytes == kernel.compulsory_bytes


# Kernels without matrix units.


@LAWS
@given(st.floats(0, 1e9), st.floats(1, 1e9), st.floats(0, 1e12), st.floats(0, 1), st.floats(0.05, 1))
def test_a_stream_takes_its_largest_bound(
    read: float, written: float, ops: float, resident: float, efficiency: float
) -> None:
    kernel = StreamKernel(read, written, ops, resident * read, efficiency)
    time = stream_time(A100, kernel)
    bounds = (
        kernel.compulsory_bytes / A100.dram_bytes_per_cycle / efficiency,
        (read + written) / A100.l2_bytes_per_cycle / efficiency,
        ops / A100.vector_ops_per_cycle,
    )
    assert time.total_ms == pytest.approx(A100.milliseconds(max(bounds)) + A100.launch_us / 1e3)
    assert time.dram_bytes == kernel.compulsory_bytes <= time.l2_bytes


# Units and tables.


@pytest.mark.parametrize(("times", "bits", "arrays"), [(4, 2, 16), (8, 2, 32), (4, 1, 8), (1, 1, 2), (1, 4, 8)])
def test_arrays_of_an_sm(times: int, bits: int, arrays: int) -> None:
    machine = load_gpu(f"a100:unit=lut,times={times},w_bits={bits}")
    assert machine.unit.arrays(machine.gpu) == arrays
    assert machine.unit.macs_per_cycle(machine.gpu) * bits == arrays * machine.unit.shape.macs == arrays * 512


@pytest.mark.parametrize(
    ("text", "tops"),
    [("a100", 312), ("a100:a=int8,w_bits=8", 624), ("rtx3090", 71), ("rtx3090:a=int8", 285), ("h100:a=fp8e4m3", 1525)],
)
def test_peaks_are_those_of_the_data_sheets(text: str, tops: int) -> None:
    """Of tensor cores that sum in 32 bits, as the model's accumulators have."""
    machine = load_gpu(text)
    peak = 2 * machine.unit.macs_per_cycle(machine.gpu) * machine.gpu.sms * machine.gpu.clock_ghz / 1e3
    assert peak == pytest.approx(tops, rel=0.005)


def test_bytes_of_weights_and_tables() -> None:
    """Weights K N W / 8; tables M K LUT_BIT / 4 and a scale for each 64 activations."""
    machine = load_gpu("a100:unit=lut,w_bits=2,a=int8")
    m, n, k = 96, 640, 256
    kernel = product_kernel(machine, m, n, k, Precompute.FUSED)
    tables = m * k * 8 / 4 + m * k / 64 * 2
    assert kernel.compulsory_bytes == pytest.approx(n * k * 2 / 8 + tables + m * n * 2)
    raw = product_kernel(machine, m, n, k, Precompute.NAIVE)
    assert raw.a_bytes == 1
    assert raw.a_shared_bytes == kernel.a_shared_bytes == kernel.a_bytes > 2
    assert product_kernel(machine, m, n, k, Precompute.NONE).a_shared_bytes == 1


@pytest.mark.parametrize(("w_bits", "group"), [(2, 128), (3, 64), (4, 32)])
def test_scales_and_zero_points_of_groups_are_read_with_the_weights(w_bits: int, group: int) -> None:
    text = f"a100:unit=lut,w_bits={w_bits},a=int8"
    m, n, k = 96, 640, 256
    plain, grouped = (product_kernel(load_gpu(x), m, n, k, Precompute.FUSED) for x in (text, f"{text},w_group={group}"))
    more = n * (k // group) * (16 + w_bits) / 8
    assert grouped.compulsory_bytes == pytest.approx(plain.compulsory_bytes + more)


def test_naive_tables_are_made_again_for_every_group_of_columns() -> None:
    unit = load_gpu("a100:unit=lut,a=fp16").unit
    once = table_ops(unit, 4096)
    assert once == 4096 / 4 * (12 + 8)
    assert made_in_the_product(unit, 4096, 12288) == 3072 * once
    assert table_ops(MatrixUnit(), 4096) == 0


@LAWS
@given(st.sampled_from(MACHINES), sides, sides, sides)
def test_tables_never_cost_less_than_nothing(text: str, m: int, n: int, k: int) -> None:
    machine = load_gpu(text)
    if machine.unit.is_lut:
        free, *made = (total_ms(machine.gpu, product_kernel(machine, m, n, k, how)) for how in Precompute)
        assert free <= min(made) * CLOSE


# What is described.


def test_every_number_of_a_preset_has_its_source() -> None:
    assert list(SOURCES) == list(GPUS)
    of_the_model = {"dram_efficiency", "launch_us", "stages"}
    for name, sources in SOURCES.items():
        told = {field for what in sources for field in what.split(", ")}
        alike = {"tensor_cores", "register_bytes"}  # of the architecture, told where it is first met
        missing = {f.name for f in fields(Gpu)} - told - of_the_model - alike
        zero = {field for field in missing if not getattr(GPUS[name], field)}
        assert missing == zero, name


def test_constants_and_assumptions_are_told() -> None:
    assert len({constant.name for constant in CONSTANTS}) == len(CONSTANTS)
    assert all(constant.meaning and constant.reason for constant in CONSTANTS)
    assert [constant.name for constant in CONSTANTS if constant.fitted_on] == ["stages", "table_kernel_efficiency"]
    assert all(ASSUMPTIONS.values())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a10", "unknown gpu 'a10' (did you mean 'a100'?); gpus are a100, h100, rtx3090"),
        (
            "a100:unit=lut,w_bits=9",
            "a100:unit=lut,w_bits=9: unit=lut takes weights of 1, 2, 3, 4, 5, 6, 7 or 8 bits, not 9",
        ),
        ("a100:w_bits=5", "a100:w_bits=5: unit=mac takes weights of 1, 2, 3, 4, 8 or 16 bits, not 5"),
        (
            "a100:w_bits=16,a=int8",
            "a100:w_bits=16,a=int8: unit=mac takes weights of at most the 8 bits of int8, not 16",
        ),
        ("a100:unit=lot", "a100: unit=lot is not one of mac, lut"),
        ("a100:times=4", "a100:times=4: times belongs to unit=lut; a tensor core has its own rate, not times=4"),
        ("a100:unit=lut,times=99", "a100:unit=lut,times=99: times is 1 to 64, not 99"),
        ("a100:unit=lut,scale=0", "a100:unit=lut,scale=0: scale is at least 1, not 0"),
        (
            "a100:unit=lut,scale=6",
            "a100:unit=lut,scale=6: 6 activations with one scale are not whole tables of 4",
        ),
        ("a100:unit=lut,w_group=-1", "a100:unit=lut,w_group=-1: w_group is at least 0, not -1"),
        ("a100:registers=9", "a100:registers=9: registers is 1 to 8, not 9"),
        (
            "a100:a=fp8e4m3",
            "a100:a=fp8e4m3: these tensor cores do not take activations of fp8e4m3; unit=lut does, or another gpu",
        ),
        (
            "a100:unit=lut,a=int32",
            "a100:unit=lut,a=int32: activations are intN or uintN of up to 16 bits, fp16, fp8e4m3 or fp8e5m2, "
            "not int32",
        ),
        ("a100:sms=0", "a GPU's sms must be above 0, not 0"),
        ("a100:dram_efficiency=1.5", "a GPU's dram_efficiency is at most 1, not 1.5"),
        ("a100:sms=many", "a100: sms=many is not a whole number"),
        (
            "a100:tims=4",
            "a100 has no field 'tims' (did you mean 'times'?); its fields are unit, times, w_bits, a, registers, "
            "entry_bits, scale, share, w_group, sms, clock_ghz, tensor_cores, fp16_macs, int8_macs, fp8_macs, "
            "vector_lanes, register_bytes, shared_bytes, shared_bytes_per_cycle, shared_latency_cycles, "
            "l2_bytes, l2_bytes_per_cycle, dram_gb_per_s, dram_efficiency, launch_us, stages",
        ),
    ],
)
def test_what_cannot_be_gets_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(SpecError) as raised:
        load_gpu(text)
    assert str(raised.value) == sentence


def test_a_machine_without_room_for_any_tile_says_so() -> None:
    gpu = replace(A100, shared_bytes=10)
    kernel = product_kernel(load_gpu("a100"), 64, 64, 64, Precompute.NONE)
    with pytest.raises(SpecError) as raised:
        product_times(gpu, (kernel,))
    assert str(raised.value) == (
        "no tile of 243 fits the registers and the shared memory of an SM and the matrix unit m16n8k16"
    )
    with pytest.raises(SpecError) as raised:
        Tile(0, 1, 1)
    assert str(raised.value) == "a tile's bm is at least 1, not 0"


@pytest.mark.parametrize("kind", list(UnitKind))
def test_the_inline_form_is_read_back(kind: UnitKind) -> None:
    for bits in LUT_BITS if kind is UnitKind.LUT else MAC_BITS:
        unit = load_gpu(f"a100:unit={kind.value},w_bits={bits},a=fp16").unit
        assert (unit.unit, unit.w_bits, unit.a) == (kind, bits, parse_format("fp16"))
    assert load_gpu(f"a100:unit={kind.value},a=int8").unit.w_bits == (2 if kind is UnitKind.LUT else 8)
