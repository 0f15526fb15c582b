"""What engines with other entry formats refuse: one sentence each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hwsim import Gemm, load_engine
from hwsim.errors import SpecError
from hwsim.formats import SymmetricFormat
from hwsim.low_bit import unsigned_weights
from hwsim.rescaling import rescaled_product
from test_hwsim_lut_entries import INT8_TABLES, SYMMETRIC

LOWEST = np.array([[5, -7, 1], [0, -128, 2]])
WEIGHTS = np.zeros((3, 2), np.int64)


@pytest.mark.parametrize("name", SYMMETRIC)
@pytest.mark.parametrize("question", ["multiply", "count", "run"])
def test_the_lowest_activation_is_refused_where_it_stands(name: str, question: str) -> None:
    engine = load_engine(f"{name}:entry=symmetric")
    with pytest.raises(SpecError) as refused:
        getattr(engine, question)(LOWEST, WEIGHTS)
    assert str(refused.value) == "a holds -128 at [1, 1]; symmetric int8 holds -127 to 127"
    assert (load_engine(name).multiply(LOWEST, WEIGHTS) == 0).all()


def test_a_symmetric_format_takes_every_other_value() -> None:
    SymmetricFormat(8).check(np.arange(-127, 128), "x")
    assert set(np.unique(SymmetricFormat(3).random(np.random.default_rng(0), (100,)))) == {-3, -2, -1, 0, 1, 2, 3}


QUANTISED = f"lut:w_bits=2,{INT8_TABLES}"
FOUR = unsigned_weights(np.zeros((12, 2), np.int64), 2, np.ones((3, 1)), 0, 4)
BAD: list[tuple[Callable[[], object], str]] = [
    (
        lambda: load_engine("lut:entry=int8"),
        "lut: entry=int8 needs precompute=fused, not precompute=inside: the operator that makes the tables quantises "
        "them",
    ),
    (
        lambda: load_engine("lut:a=fp16,entry=int8"),
        "lut: entry=int8 needs precompute=fused, not precompute=inside: the operator that makes the tables quantises "
        "them",
    ),
    (
        lambda: load_engine(f"lut:a=fp8e4m3,acc=uint32,{INT8_TABLES}"),
        "acc=uint32 cannot hold the sums of int8 times int2: it has no sign",
    ),
    (
        lambda: load_engine(f"lut:a=fp16,acc=int9,{INT8_TABLES}"),
        "acc=int9 is too narrow for k=4 activations in tables of int8 with weights of 2 bits: it needs 10 bits",
    ),
    (
        lambda: load_engine(f"lut:a=int3,acc=int9,{INT8_TABLES}"),
        "acc=int9 is too narrow for k=4 activations in tables of int8 with weights of 2 bits: it needs 10 bits",
    ),
    (
        lambda: load_engine(f"lut:a=fp16,{INT8_TABLES}").latency(Gemm(1, 1, 1 << 26)),
        "acc=int32 is too narrow for k=67108864 activations in tables of int8 with weights of 2 bits: it needs 34 bits",
    ),
    (
        lambda: load_engine(f"lut:a=fp16,{INT8_TABLES}").multiply(LOWEST, WEIGHTS),
        "a must be a matrix of floats, not int64 of shape (2, 3)",
    ),
    (
        lambda: load_engine(f"lut:a=fp8e5m2,{INT8_TABLES}").multiply(np.full((1, 3), 1.1), WEIGHTS),
        "a: 1.1 is not a value of fp8e5m2; round them",
    ),
    (
        lambda: load_engine(f"lut:{INT8_TABLES}").multiply(np.full((1, 3), 1.0), WEIGHTS),
        "a must be a matrix of integers, not float64 of shape (1, 3)",
    ),
    (
        lambda: rescaled_product(load_engine(f"lut:a=fp16,{INT8_TABLES}"), np.full((1, 12), 0.1), FOUR),
        "the activations: 0.1 is not a value of fp16; round them",
    ),
    (
        lambda: rescaled_product(load_engine("lut:a=fp16"), np.ones((1, 12)), FOUR),
        "sums that are rescaled come from an engine lut with entry=int8, not from lut:m=2,n=64,k=4,a=fp16,acc=fp16",
    ),
    (lambda: load_engine("lut:entry=int4"), "lut: entry=int4 is not one of exact, symmetric, int8"),
    (lambda: load_engine("unpu:entry=int8"), "unpu: entry=int8 is not one of exact, symmetric"),
    (
        lambda: load_engine("lut-conventional:entry=int8"),
        "lut-conventional: entry=int8 is not one of exact, symmetric",
    ),
    (
        lambda: load_engine("dequant-mac:entry=exact"),
        "dequant-mac has no field 'entry'; its fields are m, n, k, tables, registers, pipeline, mac, a, acc, w_bits",
    ),
    (
        lambda: load_engine("unpu:entry=symmetric,a=uint8"),
        "unpu: entry=symmetric leaves out the lowest value of signed integers, which a=uint8 has not",
    ),
    (
        lambda: load_engine(f"lut:acc=int16,{INT8_TABLES}").latency(Gemm(1, 1, 400)),
        "acc=int16 is too narrow for k=400 activations in tables of int8 with weights of 2 bits: it needs 17 bits",
    ),
    (
        lambda: rescaled_product(load_engine("lut"), np.zeros((1, 12), np.int64), FOUR),
        "sums that are rescaled come from an engine lut with entry=int8, not from lut:m=2,n=64,k=4",
    ),
    (
        lambda: rescaled_product(load_engine("cube:p=2"), np.zeros((1, 12), np.int64), FOUR),
        "sums that are rescaled come from an engine lut with entry=int8, not from cube:p=2,overlap=true",
    ),
    (
        lambda: rescaled_product(load_engine(f"lut:w_bits=4,{INT8_TABLES}"), np.zeros((1, 12), np.int64), FOUR),
        "lut:m=2,n=64,k=4,precompute=fused,entry=int8,w_bits=4 takes weights of 4 bits, not of 2",
    ),
    (
        lambda: rescaled_product(load_engine(QUANTISED), np.zeros((1, 12), np.int64), FOUR),
        "one scale of weights for 4 of k = 12 cuts tables with one scale per token apart: the engine quantises neither "
        "part by itself",
    ),
    (
        lambda: rescaled_product(load_engine(QUANTISED), np.zeros((1, 9), np.int64), FOUR),
        "activations have k = 9, the weights have k = 12",
    ),
    (
        lambda: rescaled_product(load_engine(QUANTISED), np.full((1, 12), 128), FOUR),
        "the matrix of activations has values from 128 to 128; int8 holds -128 to 127",
    ),
]


@pytest.mark.parametrize(("ask", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_questions(ask: Callable[[], object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        ask()
    assert str(caught.value) == message
