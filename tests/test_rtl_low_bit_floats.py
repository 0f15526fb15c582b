"""Gates of the arrays for low-bit weights with float activations: equal at every edge, counted, clean, and broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hwsim.engine import load_engine
from hwsim.float_patterns import FloatPatterns
from rtl.emission import emit, verilog_modules
from rtl.engines import build_top
from rtl.hierarchy import leaf_counts
from rtl.lint import lint
from rtl.verification import verify, verify_products
from rtl_variants import LOW_BITS
from test_rtl_verification import mutate

FORMS = [
    "lut:m=1,n=2,k=4,a=fp16,w_bits=1",
    "lut:m=2,n=2,k=2,tables=3,a=fp8e5m2,precompute=fused,w_bits=3",
    "lut:m=1,n=2,k=3,a=fp16,acc=fp8e4m3,precompute=fused,registers=outside",
    "lut-conventional:m=1,n=3,k=3,share=2,a=fp16,w_bits=1",
    "unpu:m=1,n=2,k=3,a=fp8e5m2,w_bits=1,pipeline=2",
    "bit-serial-add:m=1,n=2,k=3,a=fp8e4m3,w_bits=1",
    "bit-serial-add:m=1,n=2,k=5,a=fp8e5m2,acc=bf16,registers=outside",
    "dequant-mac:m=1,n=2,k=3,a=fp8e4m3,acc=fp8e4m3,w_bits=5",
    "dequant-mac:m=1,n=2,k=2,a=fp8e5m2,w_bits=1",
    "dequant-mac:m=1,n=2,k=2,tables=2,a=fp16,w_bits=8,pipeline=2",
]
"""What the variants of every engine leave out: one bit, other sums, tables through the port."""


@pytest.mark.rtl
@pytest.mark.parametrize("form", FORMS)
def test_gates_equal_the_model_at_every_edge(form: str, tmp_path: Path) -> None:
    verdict = verify(load_engine(form), seed=3, cases=5, build_dir=tmp_path)
    assert verdict.passed, verdict


@pytest.mark.parametrize("form", FORMS)
def test_gates_are_the_leaves_that_are_counted(form: str) -> None:
    engine = load_engine(form)
    assert leaf_counts(build_top(engine)) == engine.inventory().counts


@pytest.mark.rtl
@pytest.mark.parametrize("form", FORMS)
def test_gates_are_clean(form: str) -> None:
    result = lint(load_engine(form))
    assert result.passed, result


@pytest.mark.rtl
@pytest.mark.parametrize("name", LOW_BITS)
def test_operands_that_cancel_overflow_and_are_flushed(name: str, tmp_path: Path) -> None:
    engine = load_engine(f"{name}:m=1,n=2,k=4,a=fp16,w_bits=2")
    assert isinstance(engine.mac.a, FloatPatterns)
    layout = engine.mac.a.layout
    special = [layout.largest, layout.smallest, layout.smallest - 1, 1, 0]
    values = engine.mac.a.values(np.array([x | sign << layout.magnitude_bits for x in special for sign in (0, 1)]))
    rng = np.random.default_rng(0)
    pairs = [(rng.choice(values, (2, 9)), engine.mac.w.random(rng, (9, 2))) for _ in range(6)]
    verdict = verify_products(engine, pairs, build_dir=tmp_path)
    assert verdict.passed, verdict


def test_a_unit_is_one_module_whatever_the_size_of_the_array() -> None:
    for name in LOW_BITS:
        texts = [verilog_modules(load_engine(f"{name}:m={side},n={side},k=2,a=fp8e5m2")) for side in (1, 3)]
        units = [{module: text for module, text in found.items() if module.startswith("pe_")} for found in texts]
        assert len(units[0]) == 1
        assert units[0] == units[1]


FAULTS = {
    "a table with another sum": ("lut:m=1,n=2,a=fp16", r"fp_table_builder", r" \+ ", " - "),
    "a sum with the smaller operand first": ("lut:m=1,n=2,a=fp16", r"pe_lut_fp", r"\) < \(", ") > ("),
    "a sum that is cut, not rounded": ("lut:m=1,n=2,a=fp16", r"pe_lut_fp", r" \+ \{16'd0, \(", " + {16'd0, 1'd0 & ("),
    "a correction that is not halved": ("lut:m=1,n=2,a=fp16", r"fp_row_corr", r"\{\{5 \{tmp\d+\}\}, 1'd1\}", "6'd0"),
    "a plane that is not negative": ("bit-serial-add:m=1,n=2,a=fp8e4m3", r"pe_bit_serial_fp", r" \^ top", " ^ 1'b0"),
    "a converter with another exponent": ("bit-serial-add:m=1,n=2,a=fp8e4m3", r"fp_converter", r" \+ ", " - "),
    "a weight of another sign": ("dequant-mac:m=1,n=2,a=fp16", r"fp_dequantiser", r"= \(d\[1\]\)", "= 1'b0"),
}


@pytest.mark.rtl
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tmp_path: Path) -> None:
    form, *mutation = FAULTS[fault]
    engine = load_engine(form)
    sources = emit(engine, tmp_path / "broken")
    mutate(sources, *mutation)
    assert not verify(engine, seed=1, cases=5, build_dir=tmp_path, sources=sources).passed
