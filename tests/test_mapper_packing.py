"""Packing: what is packed overlaps nowhere, what is proven holds, and the packers agree."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hwsim.errors import SpecError
from mapper.packing import (
    Limit,
    Method,
    Rectangle,
    Status,
    live_bytes,
    load_rectangles,
    merge_shared,
    pack,
    smallest_height,
    spread_offsets,
)
from mapper.packing.arrays import new_state, no_failures, problem_of
from mapper.packing.exact import run_search, search_packing
from mapper.packing.greedy import ORDERS, arena_order, met_before, pack_arena, pack_greedy, pack_in_order
from mapper.packing.rectangle import height
from mapper.packing.sections import independent, sections_of
from mapper.packing.skyline import NODES
from packing_cases import (
    WITH_A_HOLE,
    WITH_GAPS,
    check,
    lowest_by_force,
    minimalloc,
    rectangles,
    thinned_rectangles,
    tight_rectangles,
)

INSTANCES = "ACEGIK"
CAPACITY = 1_048_576
EXACT = (Method.AUTO, Method.EXACT, Method.CPSAT)


@settings(deadline=None, max_examples=300)
@given(rectangles(most=16), st.integers(1, 40), st.sampled_from([Method.AUTO, Method.GREEDY, Method.EXACT]))
def test_what_is_packed_overlaps_nowhere_and_what_is_not_is_said(
    given_: list[Rectangle], capacity: int, method: Method
) -> None:
    answer = pack(given_, capacity, method=method)
    if answer.offsets is None:
        assert answer.height_bytes is None
        assert answer.status is (Status.INFEASIBLE if answer.bound_bytes > capacity else Status.UNKNOWN)
        assert method is Method.GREEDY or answer.status is Status.INFEASIBLE
    else:
        check(given_, answer.offsets, capacity)
        assert answer.height_bytes == height(given_, answer.offsets)
        assert live_bytes(given_) <= answer.bound_bytes <= answer.height_bytes <= capacity
        assert answer.status in (Status.OPTIMAL, Status.PACKED)


@settings(deadline=None, max_examples=150)
@given(rectangles(most=6, last=6))
def test_the_exact_search_agrees_with_brute_force_on_every_capacity(given_: list[Rectangle]) -> None:
    lowest = lowest_by_force(given_)
    for capacity in range(max(1, lowest - 3), lowest + 2):
        found = search_packing(given_, capacity, Limit())
        assert (found.offsets is not None) is (capacity >= lowest)
        assert found.proven is (capacity < lowest)
    answer = smallest_height(given_)
    assert (answer.status, answer.height_bytes, answer.bound_bytes) == (Status.OPTIMAL, lowest, lowest)


@settings(deadline=None, max_examples=60)
@given(rectangles(most=14, last=10, largest=9), st.integers(0, 6))
def test_the_exact_search_agrees_with_cpsat(given_: list[Rectangle], more: int) -> None:
    capacity = live_bytes(given_) + more
    exact, cpsat = (pack(given_, capacity, method=method) for method in (Method.EXACT, Method.CPSAT))
    assert exact.fits == cpsat.fits
    assert Status.UNKNOWN not in (exact.status, cpsat.status)
    for answer in (exact, cpsat):
        if answer.offsets is not None:
            check(given_, answer.offsets, capacity)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 1 << 20), st.integers(4, 20), st.integers(3, 8))
def test_the_exact_search_agrees_with_cpsat_where_nothing_may_be_wasted(seed: int, capacity: int, last: int) -> None:
    given_ = tight_rectangles(seed, capacity, last)
    exact, cpsat = (smallest_height(given_, method=method) for method in (Method.EXACT, Method.CPSAT))
    assert exact.status is cpsat.status is Status.OPTIMAL
    assert exact.height_bytes == cpsat.height_bytes


@pytest.mark.parametrize("seed", WITH_GAPS)
def test_the_lowest_packing_can_be_higher_than_the_bytes_alive(seed: int) -> None:
    given_ = tight_rectangles(seed)
    exact, cpsat = (smallest_height(given_, method=method) for method in (Method.EXACT, Method.CPSAT))
    assert exact.status is cpsat.status is Status.OPTIMAL
    assert exact.height_bytes == cpsat.height_bytes
    assert exact.height_bytes is not None
    assert exact.height_bytes > live_bytes(given_)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 1 << 20))
@example(WITH_A_HOLE)
def test_holes_are_left_where_a_packing_needs_them(seed: int) -> None:
    given_ = thinned_rectangles(seed)
    exact, cpsat = (smallest_height(given_, method=method) for method in (Method.EXACT, Method.CPSAT))
    assert exact.status is cpsat.status is Status.OPTIMAL
    assert exact.height_bytes == cpsat.height_bytes


GAP = tight_rectangles(WITH_GAPS[0])


@settings(deadline=None, max_examples=100)
@given(rectangles(most=12, last=10, largest=9), st.integers(0, 30))
@example(GAP, 0)
def test_more_capacity_never_loses_a_packing(given_: list[Rectangle], more: int) -> None:
    low = live_bytes(given_)
    assert pack(given_, low + more, method=Method.EXACT).fits >= pack(given_, low, method=Method.EXACT).fits


@settings(deadline=None, max_examples=100)
@given(rectangles(most=12), st.integers(-1000, 1000), st.integers(1, 1000), st.integers(1, 1 << 20))
def test_shifted_and_stretched_times_and_scaled_sizes_change_nothing_else(
    given_: list[Rectangle], shift: int, stretch: int, scale: int
) -> None:
    moved = [
        Rectangle(r.name, r.lower * stretch + shift, r.upper * stretch + shift, r.size_bytes * scale) for r in given_
    ]
    before, after = smallest_height(given_), smallest_height(moved)
    assert after.status is before.status is Status.OPTIMAL
    assert (after.height_bytes, after.bound_bytes) == tuple(
        scale * (value or 0) for value in (before.height_bytes, before.bound_bytes)
    )


@settings(deadline=None, max_examples=60)
@given(rectangles(most=12), st.sampled_from(list(Method)), st.integers(0, 4))
def test_the_same_question_has_the_same_answer(given_: list[Rectangle], method: Method, more: int) -> None:
    capacity = live_bytes(given_) + more
    assert pack(given_, capacity, method=method) == pack(given_, capacity, method=method)


@settings(deadline=None, max_examples=60)
@given(rectangles(most=14, last=10, largest=9), st.integers(1, 40), st.integers(1, 40))
def test_more_nodes_never_give_a_worse_answer(given_: list[Rectangle], few: int, more: int) -> None:
    low, high = (smallest_height(given_, method=Method.EXACT, limit=Limit(nodes=n)) for n in (few, few + more))
    assert low.height_bytes is not None
    assert high.height_bytes is not None
    assert high.height_bytes <= low.height_bytes
    assert high.bound_bytes >= low.bound_bytes


@settings(deadline=None)
@given(rectangles(most=20))
def test_every_greedy_order_packs_and_the_best_is_taken(given_: list[Rectangle]) -> None:
    heights = []
    for key in ORDERS.values():
        offsets = pack_in_order(arena_order(given_, key))
        check(given_, offsets, height(given_, offsets))
        heights.append(height(given_, offsets))
    assert height(given_, pack_greedy(given_)) == min(heights)


@settings(deadline=None)
@given(rectangles(most=15, last=12))
def test_each_rectangle_is_placed_beside_those_before_it_that_it_meets(given_: list[Rectangle]) -> None:
    found = [sorted(places) for places in met_before(given_)]
    assert found == [[j for j in range(k) if given_[j].meets(r)] for k, r in enumerate(given_)]


def test_the_arena_takes_whole_runs_first_and_then_the_largest_into_the_smallest_gap() -> None:
    given_ = [
        Rectangle("run", 0, 9, 1), Rectangle("wide", 1, 3, 10), Rectangle("deep", 3, 6, 8), Rectangle("late", 1, 3, 6),
        Rectangle("low", 4, 9, 7), Rectangle("gap2", 6, 9, 2), Rectangle("fill", 1, 6, 1),
    ]  # fmt: skip
    offsets = pack_arena(given_)
    assert offsets == {"run": 0, "wide": 1, "deep": 1, "low": 9, "late": 11, "gap2": 1, "fill": 17}


@settings(deadline=None)
@given(rectangles(most=15, last=12))
def test_sections_are_the_maximal_sets_of_rectangles_alive_together(given_: list[Rectangle]) -> None:
    alive = {frozenset(r.name for r in given_ if r.lower <= t < r.upper) for t in range(12)}
    maximal = {some for some in alive if some and not any(some < other for other in alive)}
    found = sections_of(given_)
    sets = [
        frozenset(r.name for r, a, b in zip(given_, found.lower, found.upper, strict=True) if a <= s < b)
        for s in range(found.count)
    ]
    assert len(sets) == len(set(sets))
    assert set(sets) == maximal


@settings(deadline=None)
@given(rectangles(most=10, last=20))
def test_independent_groups_share_no_time_and_cannot_be_cut_further(given_: list[Rectangle]) -> None:
    groups = independent(given_)
    assert sorted(r.name for group in groups for r in group) == sorted(r.name for r in given_)
    for earlier, later in pairwise(groups):
        assert max(r.upper for r in earlier) <= min(r.lower for r in later)
    for group in groups:
        for time in range(min(r.lower for r in group) + 1, max(r.upper for r in group)):
            assert any(r.lower < time < r.upper for r in group)


def test_one_time_with_more_bytes_than_the_capacity_is_proof_for_every_method() -> None:
    given_ = [Rectangle("a", 0, 2, 6), Rectangle("b", 1, 3, 6)]
    for method in Method:
        answer = pack(given_, 11, method=method)
        assert (answer.status, answer.bound_bytes, answer.method) == (Status.INFEASIBLE, 12, method)


@pytest.mark.parametrize("method", EXACT)
def test_a_capacity_between_live_bytes_and_the_lowest_packing_is_proven_too_small(method: Method) -> None:
    lowest = live_bytes(GAP) + 1
    assert pack(GAP, lowest - 1, method=method).status is Status.INFEASIBLE
    assert pack(GAP, lowest, method=method).fits
    answer = smallest_height(GAP, method=method)
    assert (answer.status, answer.height_bytes) == (Status.OPTIMAL, lowest)


def test_a_search_that_runs_out_of_nodes_knows_nothing() -> None:
    answer = pack(GAP, live_bytes(GAP), method=Method.EXACT, limit=Limit(nodes=1))
    assert (answer.status, answer.nodes, answer.bound_bytes) == (Status.UNKNOWN, 1, live_bytes(GAP))


def test_nothing_to_pack_has_no_height() -> None:
    assert pack([], 0).offsets == {}
    assert smallest_height([]).status is Status.OPTIMAL


def test_stacks_of_the_search_grow() -> None:
    """From arrays with room for a node or two the search takes the same way as from larger ones."""
    given_ = sorted(GAP, key=lambda r: r.lower)
    problem = problem_of(given_, np.arange(len(given_)), 12, 1)
    ends = []
    for depth in (1, 100):
        state = new_state(problem, no_failures(), depth)
        end, state = run_search(problem, state, 10**6, None)
        ends.append((end, int(state.counter[NODES])))
    assert ends[0] == ends[1]


@settings(deadline=None, max_examples=100)
@given(rectangles(most=7, last=6), st.data())
def test_members_of_a_group_get_one_offset_and_lose_nothing(given_: list[Rectangle], data: st.DataObject) -> None:
    """An in-place pair: cut one lifetime in two that touch or overlap by a step."""
    whole = data.draw(st.sampled_from(given_))
    cut = data.draw(st.integers(whole.lower, whole.upper - 1))
    parts = [replace(whole, name="first", upper=cut + 1), replace(whole, name="second", lower=cut)]
    others = [r for r in given_ if r is not whole]
    groups = [["first", "second"]]
    merged = merge_shared([*others, *parts], groups)
    answer = smallest_height(merged)
    assert answer.height_bytes == smallest_height(given_).height_bytes
    assert answer.offsets is not None
    offsets = spread_offsets(answer.offsets, groups)
    assert offsets["first"] == offsets["second"]
    check([*others, whole], {**{r.name: offsets[r.name] for r in others}, whole.name: offsets["second"]}, 10**6)


@pytest.mark.parametrize("name", INSTANCES)
def test_minimalloc_inputs_are_packed_at_their_capacity(name: str) -> None:
    given_ = load_rectangles(minimalloc(f"{name}.{CAPACITY}.csv"))
    answer = pack(given_, CAPACITY)
    assert answer.offsets is not None
    check(given_, answer.offsets, CAPACITY)
    assert answer.method is Method.EXACT


def test_the_toy_input_of_minimalloc_is_packed_at_twelve_and_not_below() -> None:
    given_ = load_rectangles(minimalloc("input.12.csv"))
    assert (smallest_height(given_).height_bytes, pack(given_, 11).status) == (12, Status.INFEASIBLE)


A = Rectangle("a", 0, 2, 8)
REFUSED = {
    "'a' lives in [2, 2); upper has to be greater than lower": lambda: Rectangle("a", 2, 2, 1),
    "'a' has size 0; allowed is a whole number from 1 up": lambda: Rectangle("a", 0, 1, 0),
    "two rectangles are named 'a'; names have to differ": lambda: pack([A, A], 8),
    "'a' lives in [0, 4611686018427387904); times have to be below 2**62": lambda: pack(
        [Rectangle("a", 0, 1 << 62, 1)], 8
    ),
    "the sizes add up to 4611686018427387912 bytes; allowed is less than 2**62": lambda: smallest_height(
        [A, Rectangle("b", 0, 1, 1 << 62)]
    ),
    "a capacity of -1 bytes; allowed is a whole number from 0 up": lambda: pack([A], -1),
    "a limit of 0 nodes; allowed is a whole number from 1 up": lambda: Limit(nodes=0),
    "a limit of 0 units of CP-SAT's deterministic time; allowed is more than 0": lambda: Limit(work=0),
    "a limit of -1 seconds; allowed is more than 0": lambda: Limit(seconds=-1),
    "a group that shares an offset names 'b', which is not among the rectangles": lambda: merge_shared(
        [A], [["a", "b"]]
    ),
    "'a' stands twice in the groups that share an offset": lambda: merge_shared([A], [["a"], ["a"]]),
    "'a' of 8 bytes cannot share an offset with 'b' of 9; allowed is the same size": lambda: merge_shared(
        [A, Rectangle("b", 1, 3, 9)], [["a", "b"]]
    ),
    "'b' begins at 3, after the others of its group ended at 2; allowed are lifetimes that touch or overlap": (
        lambda: merge_shared([A, Rectangle("b", 3, 4, 8)], [["a", "b"]])
    ),
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_cannot_be_packed_is_refused_in_a_sentence(sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        REFUSED[sentence]()
    assert str(refused.value) == sentence
