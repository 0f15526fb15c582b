"""LMMA instructions: their text, the engine of each, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim import Gemm, load_engine
from hwsim.errors import SpecError
from hwsim.formats import INT8, IntFormat
from hwsim.lmma import Lmma, parse_lmma


@given(
    *(st.integers(1, 300) for _ in "mnk"),
    st.sampled_from(("int8", "int16", "uint8", "fp16", "fp8e4m3")),
    st.integers(1, 8),
    st.sampled_from(("int32", "fp16")),
)
def test_an_instruction_is_its_text(m: int, n: int, k: int, a: str, bits: int, acc: str) -> None:
    text = f"lmma.m{m}n{n}k{k}.{a}.int{bits}.{acc}.{acc}"
    assert str(parse_lmma(text)) == text


@pytest.mark.parametrize("bits", [1, 2, 8])
def test_an_instruction_makes_its_engine(bits: int) -> None:
    engine = load_engine(f"lmma.m4n32k4.int16.int{bits}.int40.int40")
    assert engine == load_engine(f"lut:m=4,n=32,k=4,a=int16,w_bits={bits},acc=int40")
    assert engine.latency(Gemm(4, 32, 4)).expected == bits + (bits > 1) + 1


@pytest.mark.parametrize("fields", ["entry=symmetric", "precompute=fused,entry=int8", "registers=outside,pipeline=2"])
def test_what_an_instruction_leaves_open_stands_beside_it(fields: str, tmp_path: Path) -> None:
    text = "lmma.m4n32k4.int16.int4.int40.int40"
    engine = load_engine(f"{text}:{fields}")
    assert engine == load_engine(f"lut:m=4,n=32,k=4,a=int16,w_bits=4,acc=int40,{fields}")
    path = tmp_path / "engine.toml"
    path.write_text("\n".join([f'engine = "{text}"', *(f"{f}".replace("=", ' = "') + '"' for f in fields.split(","))]))
    assert load_engine(path) == engine


REFUSED = {
    "lmma.m02n64k4.int8.int2.int32.int32": "'lmma.m02n64k4.int8.int2.int32.int32' is not of the form "
    "lmma.mMnNkK.A.W.ACC.OUT, as lmma.m2n64k4.int8.int2.int32.int32",
    "lmma.m2n64k4.int8.int2.int32.int32:w_bits=2": "lmma.m2n64k4.int8.int2.int32.int32 says w_bits=2 itself; what may "
    "be given beside it are other fields",
    "lmma.m2n64k4.int8.int2.int32.int32:entry=int8": "lut: entry=int8 needs precompute=fused, not precompute=inside: "
    "the operator that makes the tables quantises them",
    "lmma.m2n64k4.int8.int9.int32.int32": "mac=low-bit has weights of 1 to 8 bits, not w_bits=9",
    "lmma.m2n64k4.int17.int2.int32.int32": "activations are intN or uintN of up to 16 bits, fp16, fp8e4m3 or fp8e5m2, "
    "not int17",
    "lmma.m2n64.int8.int2.int32.int32": "'lmma.m2n64.int8.int2.int32.int32' is not of the form "
    "lmma.mMnNkK.A.W.ACC.OUT, as lmma.m2n64k4.int8.int2.int32.int32",
    "lmma.m2n64k4.int8.int2.int32.byte": "'lmma.m2n64k4.int8.int2.int32.byte': unknown format 'byte': a format is "
    "intN, uintN or one of bf16, fp16, fp32, fp64, fp8e4m3, fp8e5m2",
    "lmma.m0n64k4.int8.int2.int32.int32": "lmma.m0n64k4.int8.int2.int32.int32: sides are at least 1",
    "lmma.m2n64k4.int8.uint2.int32.int32": "lmma.m2n64k4.int8.uint2.int32.int32: weights are signed "
    "integers, not uint2",
    "lmma.m2n64k4.int8.int2.int32.int8": "lmma.m2n64k4.int8.int2.int32.int8: results leave in the accumulator's format "
    "int32, not in int8",
    "lmma.m2n64k4.fp16.int2.int32.int32": "mac=low-bit: a sum of fp16 is a float of up to 32 bits, not int32",
}


@pytest.mark.parametrize("text", REFUSED)
def test_an_instruction_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(SpecError) as refused:
        load_engine(text)
    assert str(refused.value) == REFUSED[text]


def test_an_instruction_is_made_of_parts() -> None:
    made = Lmma(2, 64, 4, INT8, IntFormat(2), IntFormat(32), IntFormat(32))
    assert load_engine(str(made)) == load_engine("lut")
