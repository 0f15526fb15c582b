"""Closed forms over designs and products at once say what each engine says of each product."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.arrays import ARRAYS
from hwsim.design_space import Family, cycles_of, families
from hwsim.engine import Engine, load_engine
from hwsim.errors import SpecError
from hwsim.gemm import Shapes

SIDES = st.integers(1, 70)
SHAPES = st.lists(st.tuples(SIDES, SIDES, st.integers(1, 200), st.integers(1, 3)), min_size=1, max_size=4)


def engines_of(name: str, columns: list[tuple[int, ...]]) -> list[Engine]:
    """One engine for each column of sides, in every MAC that the array houses."""
    made = []
    for mac in next(kind for kind in ARRAYS if kind.name == name).houses:
        base = load_engine(f"{name}:mac={mac.name}")
        for column in columns:
            sides = dict(zip(base.array.elementwise, column, strict=False))
            made.append(Engine(replace(base.array, **sides), base.mac))
    return made


@pytest.mark.parametrize("name", [kind.name for kind in ARRAYS])
@given(columns=st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=4), shapes=SHAPES)
@settings(max_examples=10, deadline=None)
def test_many_designs_and_products_are_as_one_and_one(
    name: str, columns: list[tuple[int, ...]], shapes: list[tuple[int, int, int, int]]
) -> None:
    engines = engines_of(name, columns)
    asked = Shapes.of(*(list(side) for side in zip(*shapes, strict=True)))
    found = cycles_of(engines, asked)
    assert found.tolist() == [[engine.latency(gemm).expected for gemm in asked] for engine in engines]
    for family, places in families(engines):
        counted = np.broadcast_to(family.pe_counts(), len(places))
        assert counted.tolist() == [engines[place].pe_count for place in places]


def test_one_product_and_no_product() -> None:
    engines = [load_engine(f"systolic-os:rows={rows},cols=4") for rows in (2, 4)]
    one = Shapes.of(7, 9, 3)
    assert cycles_of(engines, one).tolist() == [[engine.latency(one).expected] for engine in engines]
    assert cycles_of(engines, Shapes.of([], [], np.array([], np.int64))).shape == (2, 0)


def test_engines_that_share_all_but_sides_are_one_family() -> None:
    texts = ["systolic-os:rows=2,cols=3", "systolic-os:rows=4,cols=5", "systolic-os:rows=2,cols=3,overlap=true", "cube"]
    found = {tuple(places.tolist()): family for family, places in families([load_engine(text) for text in texts])}
    assert list(found) == [(0, 1), (2,), (3,)]
    assert {name: column.tolist() for name, column in found[0, 1].sides.items()} == {"rows": [2, 4], "cols": [3, 5]}


def test_a_sum_that_does_not_fit_is_refused_as_by_the_engine() -> None:
    engine = load_engine("systolic-os:acc=int20")
    with pytest.raises(SpecError) as alone:
        engine.latency(Shapes.of(1, 1, 1000))
    with pytest.raises(SpecError) as many:
        cycles_of([engine], Shapes.of([1], [1], [1000]))
    assert str(many.value) == str(alone.value)


def test_counts_beyond_an_int64_are_refused() -> None:
    family = Family(load_engine("systolic-os:acc=int64"), {"rows": np.array([1, 2]), "cols": np.array([1, 1])})
    with pytest.raises(SpecError) as found:
        family.cycles(Shapes.of([2**31], [2**31], [2**20]))
    assert str(found.value) == (
        "Gemm(m=2147483648, n=2147483648, k=1048576, a=None, w=None, acc=None, batch=1) takes more cycles than an "
        "array of counts holds; those are less than 2**62"
    )


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        ({"p": [1]}, "designs of systolic-os may differ in rows, cols, not in p"),
        ({"rows": [1, 2], "cols": [1]}, "cols of a family is a column of 2 whole numbers of at least 1"),
        ({"rows": [0]}, "rows of a family is a column of 1 whole numbers of at least 1"),
        ({"rows": [1.5]}, "rows of a family is a column of 1 whole numbers of at least 1"),
    ],
)
def test_a_wrong_family_is_refused(sides: dict[str, list[float]], said: str) -> None:
    with pytest.raises(SpecError) as found:
        Family(load_engine("systolic-os"), {name: np.array(column) for name, column in sides.items()})
    assert str(found.value) == said
