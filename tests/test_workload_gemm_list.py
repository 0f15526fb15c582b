"""Lists of products in TOML: every key, counts, and a sentence for every mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hwsim.errors import WorkloadError
from hwsim.formats import IntFormat
from hwsim.gemm import Gemm
from hwsim.workload.gemm_list import INDEPENDENT, load_gemm_list
from hwsim.workload.tensor import Role

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "gemms.toml"


def write(folder: Path, text: str) -> Path:
    path = folder / "list.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_reaches_the_product(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'name = "mine"\n[[gemm]]\nname = "q"\nm = 5\nn = 6\nk = 7\nbatch = 2\na = "int4"\nw = "int2"\nacc = "int24"\n',
    )
    workload = load_gemm_list(path)
    gemm = Gemm(5, 6, 7, a=IntFormat(4), w=IntFormat(2), acc=IntFormat(24), batch=2)
    assert [product.gemm for _, product in workload.products] == [gemm]
    assert (workload.name, workload.assumptions) == ("mine", (INDEPENDENT,))
    a, w, c = (workload.tensors[f"q.{x}"] for x in "awc")
    assert (a.shape, a.role, a.bytes()) == ((2, 5, 7), Role.INPUT, 35)
    assert (w.shape, w.role, w.bytes()) == ((2, 7, 6), Role.PARAMETER, 21)
    assert (c.shape, c.role, c.bytes()) == ((2, 5, 6), Role.OUTPUT, 30)


def test_name_formats_batch_and_count_have_defaults(tmp_path: Path) -> None:
    workload = load_gemm_list(write(tmp_path, "[[gemm]]\nm = 1\nn = 2\nk = 3\n[[gemm]]\nm = 4\nn = 5\nk = 6\n"))
    assert [(o.name, p.gemm) for o, p in workload.products] == [("gemm0", Gemm(1, 2, 3)), ("gemm1", Gemm(4, 5, 6))]
    assert workload.name == "list"


def test_count_repeats_a_product_with_operands_of_its_own(tmp_path: Path) -> None:
    workload = load_gemm_list(write(tmp_path, '[[gemm]]\nname = "x"\nm = 1\nn = 2\nk = 3\ncount = 3\n'))
    assert [operator.name for operator in workload.operators] == ["x.0", "x.1", "x.2"]
    assert workload.macs == 18
    assert len(workload.tensors) == 9


def test_the_example_is_read() -> None:
    workload = load_gemm_list(EXAMPLE)
    assert workload.macs == sum(p.gemm.m * p.gemm.n * p.gemm.k * p.gemm.batch for _, p in workload.products)
    assert len(workload.operators) > 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "{path}: no [[gemm]] table; a list of products has at least one"),
        ("gemm = 3", "{path}: no [[gemm]] table; a list of products has at least one"),
        ("gemm = [3]", "{path}: gemm holds 3; allowed are [[gemm]] tables"),
        ("[[gem]]\nm = 1", "{path} has no key 'gem' (did you mean 'gemm'?); its keys are name, gemm"),
        (
            "[[gemm]]\nm = 1\nn = 1\nk = 1\nbatchs = 2",
            "{path}: gemm 'gemm0' has no key 'batchs' (did you mean 'batch'?); "
            "its keys are name, m, n, k, batch, count, a, w, acc",
        ),
        ("[[gemm]]\nm = 1\nn = 1", "{path}: gemm 'gemm0' has no k; m, n and k are needed"),
        ("[[gemm]]\nm = 0\nn = 1\nk = 1", "{path}: gemm 'gemm0': m is 0; allowed is a whole number from 1 up"),
        ("[[gemm]]\nm = 1\nn = 1.5\nk = 1", "{path}: gemm 'gemm0': n is 1.5; allowed is a whole number from 1 up"),
        ("[[gemm]]\nm = 1\nn = true\nk = 1", "{path}: gemm 'gemm0': n is True; allowed is a whole number from 1 up"),
        (
            '[[gemm]]\nm = 1\nn = 1\nk = 1\nw = "int99x"',
            "{path}: gemm 'gemm0': w: unknown format 'int99x': a format is intN, uintN or one of "
            "bf16, fp16, fp32, fp64, fp8e4m3, fp8e5m2",
        ),
        (
            '[[gemm]]\nname = "x"\nm = 1\nn = 1\nk = 1\n[[gemm]]\nname = "x"\nm = 1\nn = 1\nk = 1',
            "{path}: two products are named 'x'",
        ),
        (
            '[[gemm]]\nm = 1\nn = 1\nk = 1\n[[gemm]]\nname = "x"\nm = 1\nn = 1\nk = 1\ncount = 100_000',
            "{path}: gemm 'x': count=100000 brings the list to 100001 products; allowed are at most 100000 in all "
            "(a batch has no limit)",
        ),
    ],
)
def test_mistakes_get_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(WorkloadError, match=f"^{re.escape(message.format(path=path))}$"):
        load_gemm_list(path)


def test_broken_toml(tmp_path: Path) -> None:
    path = write(tmp_path, "[[gemm]\n")
    with pytest.raises(WorkloadError, match=f"^{re.escape(str(path))}: not a TOML file: [^\\n]+$"):
        load_gemm_list(path)
