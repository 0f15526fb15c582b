"""Products and many products at once."""

from __future__ import annotations

import numpy as np
import pytest

from hwsim.errors import SpecError
from hwsim.gemm import Gemm, Shapes


def test_work_counts_the_batch() -> None:
    assert Gemm(2, 3, 5).macs == 30
    assert Gemm(2, 3, 5, batch=7).macs == 210


@pytest.mark.parametrize(
    ("sides", "sentence"),
    [
        ((0, 1, 1), "m must be at least 1, not 0"),
        ((1, -2, 1), "n must be at least 1, not -2"),
        ((1, 1, 2.0), "k must be a whole number, not 2.0"),
        ((True, 1, 1), "m must be a whole number, not True"),
        ((1, 1, 1, None, None, None, 0), "batch must be at least 1, not 0"),
    ],
)
def test_a_side_that_cannot_be_is_refused(sides: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        Gemm(*sides)
    assert str(caught.value) == sentence


def test_shapes_broadcast() -> None:
    shapes = Shapes.of([1, 2, 3], 4, [[5], [6]])
    assert shapes.m.shape == shapes.n.shape == shapes.k.shape == shapes.batch.shape == (2, 3)
    assert shapes.k[1].tolist() == [6, 6, 6]
    assert shapes.batch.tolist() == [[1] * 3] * 2


def test_shapes_with_an_empty_side_are_refused() -> None:
    with pytest.raises(SpecError) as caught:
        Shapes.of([1, 2], [3, 0], 1)
    assert str(caught.value) == "n must be at least 1, not 0"
    assert Shapes.of([], 1, 1).m.shape == (0,)


def test_numpy_integers_are_sides() -> None:
    assert Gemm(np.int32(2), np.int64(3), 4).macs == 24
    assert Gemm(np.int8(100), np.int32(100_000), np.uint16(60_000), batch=np.int64(1 << 40)).macs == 6 * 10**11 << 40


@pytest.mark.parametrize(
    ("sides", "sentence"),
    [
        ((1.5, 1, 1), "m must be whole numbers below 2**63, not float64"),
        ((1, [True], 1), "n must be whole numbers below 2**63, not bool"),
        ((1, 1, [1 << 63]), "k must be whole numbers below 2**63, not uint64"),
        ((1, 1, 1, 1 << 64), "batch must be whole numbers below 2**63, not object"),
    ],
)
def test_shapes_of_anything_but_whole_numbers_are_refused(sides: tuple[object, ...], sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        Shapes.of(*sides)
    assert str(caught.value) == sentence


def test_shapes_are_products_one_by_one_and_have_a_largest() -> None:
    shapes = Shapes.of([[1, 8]], [[2], [3]], 4)
    assert list(shapes) == [Gemm(1, 2, 4), Gemm(8, 2, 4), Gemm(1, 3, 4), Gemm(8, 3, 4)]
    assert shapes.largest == Gemm(8, 3, 4)
    assert Shapes.of([], 1, 1).largest == Gemm(1, 1, 1)
