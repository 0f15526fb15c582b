"""Gates of the arrays for low-bit weights: additions as planned, look-ups by multiplexers, extremes hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hwsim.engine import Engine, load_engine
from hwsim.inventory import Leaf
from hwsim.lut import half_plan, subset_plan
from rtl.emission import emit, verilog_modules
from rtl.engines import top_name
from rtl.leaves import build_cell
from rtl.verification import verify, verify_products
from rtl_variants import LOW_BITS
from test_hwsim_low_bit_floats import hard_values
from test_rtl_verification import mutate


def builder(group: int, subset: bool) -> str:
    leaf = Leaf.of("table_builder", group=group, bits=8, signed=1, entry_bits=8 + group, subset=int(subset))
    return build_cell(leaf).text


@pytest.mark.parametrize("group", [1, 2, 3, 4, 5, 6])
def test_a_builder_has_the_additions_of_its_plan_and_one_negation(group: int) -> None:
    half, full = builder(group, False), builder(group, True)
    assert half.count(" + ") + half.count(" - ") == len(half_plan(group).additions) + 1
    assert full.count(" + ") + full.count(" - ") == len(subset_plan(group).additions)


def test_four_activations_take_twelve_additions() -> None:
    text = builder(4, False)
    assert text.count(" + ") + text.count(" - ") - 1 == 12


@pytest.mark.parametrize("name", LOW_BITS)
def test_look_ups_and_planes_need_no_shifter(name: str) -> None:
    for text in verilog_modules(load_engine(f"{name}:m=1,n=2,w_bits=8")).values():
        assert ">>" not in text
        assert "<<" not in text


@pytest.mark.parametrize(("bits", "adders"), [(1, 1), (2, 1), (8, 1)])
def test_a_unit_has_one_adder_which_negates_too(bits: int, adders: int) -> None:
    modules = verilog_modules(load_engine(f"lut:m=1,n=2,w_bits={bits}"))
    (unit,) = (text for name, text in modules.items() if name.startswith("pe_lut"))
    assert unit.count(" + ") + unit.count(" - ") == adders


@pytest.mark.rtl
@pytest.mark.parametrize(
    "form",
    [
        "lut:k=4",
        "lut:k=2,tables=2",
        "lut:k=4,entry=symmetric",
        "lut:k=4,precompute=fused,entry=int8",
        "lut-conventional:k=3",
        "unpu:k=4",
        "unpu:k=4,entry=symmetric",
        "bit-serial-add:k=5",
    ],
)
@pytest.mark.parametrize("bits", [1, 2, 8])
def test_extreme_products_fill_the_accumulator(form: str, bits: int, tmp_path: Path) -> None:
    engine = load_engine(f"{form},m=1,n=2,w_bits={bits},acc=int20")
    k = min(engine.array.longest_sum(engine.mac), 62)
    lowest, highest = engine.activation.low, engine.activation.high
    extremes = [
        (np.full((1, k), x), np.full((k, 2), y))
        for x in (lowest, highest)
        for y in (engine.mac.w.low, engine.mac.w.high)
    ]
    verdict = verify_products(engine, extremes, build_dir=tmp_path)
    assert verdict.passed, verdict


@pytest.mark.parametrize("fields", ["w_bits=1", "w_bits=4,tables=2", "w_bits=2,registers=outside,pipeline=2"])
@pytest.mark.parametrize("fmt", ["fp16", "fp8e4m3", "fp8e5m2"])
def test_int8_tables_of_floats_need_the_gates_of_integers(fmt: str, fields: str) -> None:
    engines = [load_engine(f"lut:m=2,n=3,k=4,a={a},precompute=fused,entry=int8,{fields}") for a in (fmt, "int8")]
    floats, integers = (
        [_without_name(engine, text) for text in verilog_modules(engine).values()] for engine in engines
    )
    assert floats == integers


def _without_name(engine: Engine, text: str) -> str:
    """The text of a module without the engine's name, and without the first comment, which says what it is."""
    lines = text.replace(top_name(engine), "top").splitlines()
    return "\n".join(lines[1:] if lines[0].startswith(f"// {engine.spec}") else lines)


@pytest.mark.rtl
@pytest.mark.parametrize("fmt", ["fp16", "fp8e4m3", "fp8e5m2"])
def test_int8_tables_of_floats_of_every_magnitude(fmt: str, tmp_path: Path) -> None:
    engine = load_engine(f"lut:m=2,n=2,k=4,a={fmt},precompute=fused,entry=int8,w_bits=2")
    rng = np.random.default_rng(0)
    pairs = [(hard_values(fmt, rng, (3, 9)), engine.mac.w.random(rng, (9, 3))) for _ in range(6)]
    verdict = verify_products(engine, pairs, build_dir=tmp_path)
    assert verdict.passed, verdict


PARTS = {
    "a half table with another sign": ("lut:m=1,n=2,k=4", r"table_builder", r" - ", " + "),
    "a negation that loses its carry": ("lut:m=1,n=2,k=4", r"pe_lut", r"(1'd1\} \+ \{.*), [^}]*\}\)", r"\1, 1'b0})"),
    "a quantised entry that is negated without its carry": (
        "lut:m=1,n=2,k=4,precompute=fused,entry=int8",
        r"pe_lut",
        r"(1'd1\} \+ \{.*), [^}]*\}\)",
        r"\1, 1'b0})",
    ),
    "a narrow table with another sign": ("unpu:m=1,n=2,k=4,w_bits=1,entry=symmetric", r"table_builder", r" - ", " + "),
    "a correction that is never made": (
        "lut:m=1,n=2,k=4",
        r"plane_control",
        r"assign correct = .*;",
        "assign correct = 1'b0;",
    ),
    "a correction of the wrong sign": ("lut-conventional:m=1,n=2,k=3,w_bits=1", r"row_correction", r" - ", " + "),
    "a positive top plane": ("unpu:m=1,n=2,k=3,w_bits=3", r"plane_control", r"assign top = .*;", "assign top = 1'b0;"),
    "a one-bit weight of zero": ("dequant-mac:m=1,n=2,k=2,w_bits=1", r"dequantiser", r"1'd1\}", "1'd0}"),
    "a bit that gates nothing": ("bit-serial-add:m=1,n=2,k=3", r"pe_bit_serial", r" & ", " | "),
}


@pytest.mark.rtl
@pytest.mark.parametrize("part", PARTS)
def test_a_broken_part_is_found(part: str, tmp_path: Path) -> None:
    form, *mutation = PARTS[part]
    engine = load_engine(form)
    sources = emit(engine, tmp_path / "broken")
    mutate(sources, *mutation)
    assert not verify(engine, seed=1, cases=5, build_dir=tmp_path, sources=sources).passed


@pytest.mark.rtl
@pytest.mark.parametrize("name", LOW_BITS)
def test_a_wrong_adder_is_found_in_every_unit(name: str, tmp_path: Path) -> None:
    engine = load_engine(f"{name}:m=1,n=2,w_bits=3")
    sources = emit(engine, tmp_path / "broken")
    mutate(sources, r"pe_", r" \+ ", " - ")
    assert not verify(engine, seed=1, cases=3, build_dir=tmp_path, sources=sources).passed
