"""Engines by name: presets, inline forms, files; and every way in which one can be asked for wrongly."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.arrays.drain import Drain
from hwsim.engine import ENGINES, load_engine, make_engine
from hwsim.errors import SpecError
from hwsim.formats import FP32, INT8, INT16, UINT8, IntFormat
from hwsim.gemm import Gemm, Shapes
from hwsim.macs.parallel import ParallelMac

ARRAY_FORMS = st.one_of(
    st.builds("systolic-os:rows={},cols={},overlap={},drain={}".format, *[st.integers(1, 999)] * 2,
              st.sampled_from(["true", "false"]), st.sampled_from(["parallel", "column"])),
    st.builds("systolic-ws:cols={},rows={}".format, st.integers(1, 999), st.integers(1, 999)),
    st.builds("cube:p={}".format, st.integers(1, 99)),
    st.builds("adder-tree:k={}".format, st.integers(1, 99)),
    st.sampled_from(["matrix-2d", "systolic-is", *ENGINES]),
)  # fmt: skip
OPERANDS = st.builds(IntFormat, st.integers(1, 16), st.booleans())


@settings(max_examples=50, deadline=None)
@given(ARRAY_FORMS, OPERANDS, OPERANDS, st.integers(34, 63))
def test_a_canonical_spec_is_read_back_as_itself(form: str, a: IntFormat, w: IntFormat, acc_bits: int) -> None:
    engine = load_engine(f"{form}{',' if ':' in form else ':'}a={a},w={w},acc=int{acc_bits}")
    assert (engine.mac.a, engine.mac.w, engine.mac.acc) == (a, w, IntFormat(acc_bits))
    assert load_engine(engine.spec) == engine


@pytest.mark.parametrize("preset", ENGINES)
def test_a_preset_is_its_inline_form(preset: str) -> None:
    assert load_engine(preset) == load_engine(ENGINES[preset])


def test_a_preset_can_be_changed() -> None:
    assert load_engine("tpu-like-32:rows=8,a=uint8").spec == "systolic-ws:rows=8,cols=32,overlap=true,a=uint8"


def test_fields_have_defaults() -> None:
    assert load_engine("systolic-os").spec == "systolic-os:rows=16,cols=16,overlap=false,drain=parallel"
    assert load_engine("cube").spec == "cube:p=8,overlap=true"


def test_fields_may_be_typed() -> None:
    typed = make_engine(
        "systolic-os", {"rows": 3, "overlap": True, "drain": Drain.COLUMN, "a": UINT8, "mac": "parallel"}
    )
    assert typed.spec == "systolic-os:rows=3,cols=16,overlap=true,drain=column,a=uint8"


def test_a_file_is_read_like_an_inline_form(tmp_path: Path) -> None:
    file = tmp_path / "engine.toml"
    file.write_text('engine = "systolic-ws:cols=4"\nrows = 8\noverlap = true\na = "int4"\n', encoding="utf-8")
    expected = load_engine("systolic-ws:rows=8,cols=4,overlap=true,a=int4")
    assert load_engine(file) == load_engine(str(file)) == expected


ENGINE_NAMES = (
    "systolic-os, systolic-ws, systolic-is, cube, adder-tree, matrix-2d, bitslice, lut, lut-conventional, unpu, "
    "bit-serial-add, dequant-mac"
)
MISTAKES = {
    "systolik-os": f"unknown engine 'systolik-os' (did you mean 'systolic-os'?); engines are {ENGINE_NAMES}, "
    "tpu-like-32, systolic-16",
    "": f"unknown engine ''; engines are {ENGINE_NAMES}, tpu-like-32, systolic-16",
    "cube:side=3": "cube has no field 'side'; its fields are p, overlap, mac, a, w, acc",
    "systolic-os:row=3": "systolic-os has no field 'row' (did you mean 'rows'?); its fields are rows, cols, overlap, "
    "drain, mac, a, w, acc",
    "systolic-os:rows": "'systolic-os:rows': 'rows' is not of the form field=value",
    "systolic-os:rows=": "'systolic-os:rows=': 'rows=' is not of the form field=value",
    "systolic-os:rows=2,rows=2": "'systolic-os:rows=2,rows=2': field 'rows' is given twice",
    "systolic-os:rows=0": "systolic-os: rows must be at least 1, not 0",
    "cube:p=-1": "cube: p must be at least 1, not -1",
    "adder-tree:n=0": "adder-tree: n must be at least 1, not 0",
    "cube:p=2.5": "cube: p=2.5 is not a whole number",
    "cube:overlap=maybe": "cube: overlap=maybe is not true or false",
    "matrix-2d:drain=row": "matrix-2d: drain=row is not one of parallel, column",
    "cube:mac=paralel": "unknown mac 'paralel' (did you mean 'parallel'?); macs are parallel, booth, fused, opt1, "
    "opt2, opt4c, opt3, opt4e, low-bit",
    "cube:mac=opt2": "mac=opt2 has no place in cube; its macs are parallel, booth, fused, opt1",
    "adder-tree:mac=fused": "mac=fused has no place in adder-tree; its macs are parallel, booth, opt1, opt2",
    "cube:mac=booth,a=int17": "encoding 'booth' takes integers of 1 to 16 bits, not int17",
    "cube:mac=opt1,acc=int15": "acc=int15 cannot hold one product of int8 times int8, which needs 16 bits",
    "cube:a=byte": "cube: a=byte: unknown format 'byte': a format is intN, uintN or one of bf16, fp16, fp32, fp64, "
    "fp8e4m3, fp8e5m2",
    "cube:a=int65": "cube: a=int65: a signed integer format has 1 to 64 bits, not 65",
    "cube:w=fp16": "mac=parallel computes with integers: w cannot be fp16",
    "cube:acc=int15": "acc=int15 cannot hold one product of int8 times int8, which needs 16 bits",
    "cube:acc=uint32": "acc=uint32 cannot hold the sums of int8 times int8: it has no sign",
    "cube:a=uint8,w=uint8,acc=uint15": "acc=uint15 cannot hold one product of uint8 times uint8, which needs 16 bits",
}


@pytest.mark.parametrize("spec", MISTAKES)
def test_a_mistaken_spec_gets_one_sentence(spec: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_engine(spec)
    assert str(caught.value) == MISTAKES[spec]


FILE_MISTAKES = {
    "engine = 3": "the key 'engine' must name an array or a preset, not 3",
    'engine = "cube"\nq = 3': "cube has no field 'q'; its fields are p, overlap, mac, a, w, acc",
    'engine = "cube"\np = true': "cube: p=true is not a whole number",
    'engine = "cube"\np = [1, 2]': "cube: p=[1, 2] is not a whole number",
    "engine = ": "Invalid value (at end of document)",
}


@pytest.mark.parametrize("text", FILE_MISTAKES)
def test_a_mistaken_file_gets_one_sentence_with_its_name(text: str, tmp_path: Path) -> None:
    file = tmp_path / "engine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_engine(file)
    assert str(caught.value) == f"{file}: {FILE_MISTAKES[text]}"


def test_a_file_without_an_engine_gets_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "engine.toml"
    file.write_text("rows = 3")
    message = f"{file} has no key 'engine', and needs it: it names an array or a preset"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        load_engine(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load_engine(tmp_path / "none.toml")
    assert str(caught.value) == f"{tmp_path / 'none.toml'}: No such file or directory"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "engine.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SpecError) as caught:
        load_engine(file)
    assert str(caught.value) == f"{file}: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"


ONES = np.ones((2, 3), np.int8)
OPERAND_MISTAKES = [
    (ONES, ONES, "a has shape (2, 3) and b (2, 3): the inner sides 3 and 2 differ"),
    (ONES.astype(float), ONES.T, "a must be a matrix of integers, not float64 of shape (2, 3)"),
    (ONES, ONES.T[0], "b must be a matrix of integers, not int8 of shape (2,)"),
    (ONES * np.int64(128), ONES.T, "a has values from 128 to 128; int8 holds -128 to 127"),
    (ONES, ONES.T * np.int64(-129), "b has values from -129 to -129; int8 holds -128 to 127"),
    (ONES[:, :0], ONES.T[:0], "k must be at least 1, not 0"),
]


@pytest.mark.parametrize(("a", "b", "sentence"), OPERAND_MISTAKES)
@pytest.mark.parametrize("ask", ["run", "count", "multiply"])
def test_mistaken_operands_get_one_sentence(ask: str, a: np.ndarray, b: np.ndarray, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        getattr(load_engine("cube:p=2"), ask)(a, b)
    assert str(caught.value) == sentence


def test_a_product_in_formats_that_the_engine_lacks_is_refused() -> None:
    engine = load_engine("cube:p=2")
    assert engine.latency(Gemm(1, 1, 1, a=INT8)).expected > 0
    for gemm, field, asked in [(Gemm(1, 1, 1, a=INT16), "a", "int16"), (Gemm(1, 1, 1, acc=FP32), "acc", "fp32")]:
        with pytest.raises(SpecError) as caught:
            engine.latency(gemm)
        own = getattr(engine.mac, field)
        assert str(caught.value) == (
            f"cube:p=2,overlap=true computes with {field}={own}, not {field}={asked}; give the engine {field}={asked}"
        )


def test_accumulators_too_narrow_for_k_are_refused_with_the_width_needed() -> None:
    engine = load_engine("cube:p=2,acc=int20")
    assert engine.latency(Gemm(1, 1, 31)).expected > 0
    for asked in (Gemm(1, 1, 32), Shapes.of(1, 1, [3, 32])):
        with pytest.raises(SpecError) as caught:
            engine.latency(asked)
        assert str(caught.value) == "acc=int20 is too narrow for k=32 products of int8 times int8: it needs 21 bits"


@settings(max_examples=50, deadline=None)
@given(OPERANDS, OPERANDS, st.booleans(), st.integers(1, 500))
def test_the_width_needed_is_the_least_that_holds(a: IntFormat, w: IntFormat, signed: bool, k: int) -> None:
    signed = signed or a.signed or w.signed
    bits = ParallelMac(a, w, IntFormat(60, signed)).accumulator_bits(k)
    roomy = ParallelMac(a, w, IntFormat(bits, signed))
    assert roomy.accumulator_holds(k)
    assert roomy.accumulator_holds(roomy.longest_sum)
    assert not roomy.accumulator_holds(roomy.longest_sum + 1)
    assert roomy.longest_sum >= k
    if bits > ParallelMac(a, w, IntFormat(60, signed)).accumulator_bits(1):
        assert not ParallelMac(a, w, IntFormat(bits - 1, signed)).accumulator_holds(k)


def test_examples_stay_within_narrow_accumulators() -> None:
    engine = load_engine("adder-tree:k=8,n=2,acc=int16")
    assert {a.shape[1] for a, _ in engine.examples(cases=8)} == {1}
    for a, b in engine.examples(cases=8):
        assert np.array_equal(engine.multiply(a, b), a @ b)


def test_examples_of_operands_without_positive_products() -> None:
    engine = load_engine("cube:p=2,a=int1,w=uint1,acc=int2")
    assert engine.mac.longest_sum == 2  # the least sum is -2, the largest 0
    assert {a.shape[1] for a, _ in engine.examples(cases=8)} == {1, 2}
    for a, b in load_engine("cube:p=2,a=int1,w=uint1,acc=int1").examples():
        assert a.shape[1] == 1
        assert b.shape[0] == 1


@pytest.mark.parametrize("text", ["systolic-os:", "systolic-ws:overlap=true,", "cube:", "adder-tree:", "matrix-2d:"])
def test_counts_beyond_64_bits_are_exact_or_refused(text: str) -> None:
    engine = load_engine(f"{text}acc=int64")
    side = 10**8
    gemm = Gemm(side, side, side)
    cycles = engine.latency(gemm).expected
    assert side**3 // engine.pe_count <= cycles < side**3
    with pytest.raises(SpecError) as caught:
        engine.latency(Shapes.of([1, side], side, side))
    assert str(caught.value) == f"{gemm} takes {cycles} cycles; arrays of counts hold less than 2**63"
    mixed = Shapes.of([1, 1, side], [1, side, 1], [side, 1, 1])  # together larger than any of them
    assert engine.latency(mixed).expected.tolist() == [engine.latency(each).expected for each in mixed]


def test_an_extreme_example_is_the_largest_product() -> None:
    for fmt, largest in {"a=int8,w=int8": 128 * 128, "a=uint8,w=int4": 255 * 8, "a=uint4,w=uint4": 15 * 15}.items():
        a, b = load_engine(f"cube:p=2,{fmt}").examples()[1]
        assert {abs(int(x)) for x in (a[0, 0] * b).flat} == {largest}


def test_unsigned_activations_use_their_whole_range() -> None:
    engine = load_engine("systolic-ws:rows=2,cols=2,a=uint8")
    a, b = np.full((3, 4), 255), np.full((4, 2), -128)
    assert np.array_equal(engine.multiply(a, b), np.full((3, 2), 4 * 255 * -128))
