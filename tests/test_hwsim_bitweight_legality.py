"""What a nest may not be, and which move is refused: one sentence each, that names the broken dependence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hwsim.bitweight import (
    Dim,
    Form,
    Kind,
    Loop,
    Nest,
    Placed,
    Product,
    bank,
    build,
    count_cycles,
    exchange,
    fission,
    fuse,
    hoist,
    insert,
    interchange,
    mac,
    move,
    move_outside,
    opt1,
    opt2,
    opt3,
    opt4c,
    resolve,
    sink,
    sparse,
    spatial,
    split,
    sync,
    temporal,
    transformed,
)
from hwsim.bitweight.primitives import ADD, ENCODE, HALF_REDUCE, SHIFT
from hwsim.errors import SpecError
from hwsim.formats import FP32, IntFormat


def laned() -> Nest:
    """OPT2 with a second loop over k in space."""
    return spatial(split(opt2(mac()), "kt", 4, ("kt", "kl")), "kl")


REFUSED_MOVES: list[tuple[str, Callable[[], Nest], str]] = [
    # rule 2a: what varies with a loop stays inside it
    ("map-n", lambda: hoist(mac(), "map", "n"), "cannot hoist map out of n: B[k,n] varies with n"),
    ("map-m", lambda: hoist(mac(), "map", "m"), "cannot hoist map out of m: the digit of A[m,k] varies with m"),
    ("encode-m", lambda: hoist(mac(), "encode", "m"), "cannot hoist encode out of m: A[m,k] varies with m"),
    (
        "encode-bw",
        lambda: hoist(mac(), "encode", "bw"),
        "cannot hoist encode out of bw: the place of the digit varies with bw",
    ),
    (
        "sparse-kt",
        lambda: hoist(opt3(mac()), "sparse", "kt"),
        "cannot hoist sparse out of kt: the digit of A[m,k] varies with kt",
    ),
    (
        "shift-bw",
        lambda: hoist(mac(), "shift", "bw"),
        "cannot hoist shift out of bw: the weight of the digit varies with bw",
    ),
    (
        "twice",
        lambda: hoist(opt4c(mac()), "encode", "n"),
        "cannot hoist encode out of n: encode does not stand inside n",
    ),
    (
        "sparse-before-encode",
        lambda: hoist(opt3(mac()), "sparse", "n"),
        "cannot hoist sparse out of n: sparse stands outside n, inside which stands what it reads",
    ),
    (
        "held-in-time",
        lambda: hoist(temporal(mac(), "n"), "encode", "n"),
        "cannot hoist encode out of n: encode stands outside n and inside k, which runs inside n: "
        "what it made is gone when it is needed again",
    ),
    # rule 2b: what is postponed passes one sum with which it commutes
    (
        "add-m",
        lambda: hoist(mac(), "add", "m"),
        "cannot hoist add out of m: what it reads varies with m, and after it comes accumulate over k, "
        "not a sum over m",
    ),
    (
        "add-before-shift",
        lambda: hoist(opt2(mac()), "add", "bw"),
        "cannot hoist add out of bw: what it reads varies with bw, and after it comes shift, not a sum over bw",
    ),
    (
        "sum-m",
        lambda: hoist(mac(), "half_reduce", "m"),
        "cannot hoist half_reduce out of m: half_reduce sums for each m; a sum is moved by fuse and fission",
    ),
    (
        "sink-add",
        lambda: sink(opt1(mac()), "add", "k"),
        "cannot sink add into k: before it comes half_reduce over bw, k, not a sum over k",
    ),
    (
        "sink-add-into-space",
        lambda: sink(fission(opt1(mac()), "half_reduce", "k"), "add", "bw"),
        "cannot sink add into bw: accumulate consumes the spatial loop bw, and sums over loops in time only: "
        "a half_reduce sums over loops in space",
    ),
    # rule 3: a sum in progress is not revisited
    (
        "revisited",
        lambda: interchange(temporal(mac(), "n"), "n", "k"),
        "cannot interchange n and k: accumulate sums over k in one register, and n, which runs inside k, "
        "changes what it is kept for (a bank has one register for each n)",
    ),
    (
        "digits-inside-k",
        lambda: move(opt2(mac()), "bw", inside="kt"),
        "cannot move bw inside kt: half_reduce sums over kt in one register, and bw, which runs inside kt, "
        "changes what it is kept for (a bank has one register for each bw)",
    ),
    (
        "bank-inside",
        lambda: bank(mac(), "accumulate", "k", "bw"),
        "cannot bank accumulate by bw: accumulate over k keeps a sum for each bw, which does not enclose it",
    ),
    # rule 4: accumulate sums in time
    (
        "accumulate-in-space",
        lambda: spatial(mac(), "k"),
        "cannot make k spatial: accumulate consumes the spatial loop k, and sums over loops in time only: "
        "a half_reduce sums over loops in space",
    ),
    # rule 5: streams
    (
        "no-sync",
        lambda: sparse(opt2(mac()), "kp", "i"),
        "cannot stream the digits of kp: the stream i has its own pace for each m: a sync over m is missing",
    ),
    (
        "group-in-time",
        lambda: sparse(sync(opt2(mac()), "m"), "kt", "i"),
        "cannot stream the digits of kt: sparse makes a stream of a spatial loop over k, not of the "
        "temporal loop kt over k",
    ),
    (
        "group-of-digits",
        lambda: sparse(sync(opt1(mac()), "m"), "bw", "i"),
        "cannot stream the digits of bw: sparse makes a stream of a spatial loop over k, not of the "
        "spatial loop bw over bw",
    ),
    (
        "group-to-time",
        lambda: temporal(opt3(mac()), "kp"),
        "cannot make kp temporal: sparse makes a stream of a spatial loop over k, not of the temporal loop kp over k",
    ),
    (
        "second-stream",
        lambda: sparse(opt3(mac()), "kp", "j"),
        "cannot stream the digits of kp: there is a sparse encoder already",
    ),
    (
        "summed-late",
        lambda: sparse(sync(fission(opt2(mac()), "half_reduce", "kt"), "m"), "kp", "i"),
        "cannot stream the digits of kp: half_reduce sums over kt in one register, and i, which runs inside kt, "
        "changes what it is kept for (a bank has one register for each i)",
    ),
    (
        "summed-second",
        lambda: sparse(sync(fission(laned(), "half_reduce", "kl"), "m"), "kp", "i"),
        "cannot stream the digits of kp: the stream i is not consumed by the first reduction after map",
    ),
    (
        "stream-to-space",
        lambda: spatial(opt3(mac()), "i"),
        "cannot make i spatial: i is a stream, as long as its group has digits other than zero",
    ),
    (
        "split-group",
        lambda: split(opt3(mac()), "kp", 2, ("x", "y")),
        "cannot split kp: kp belongs to a sparse stream, whose group stays whole",
    ),
    (
        "stream-outside",
        lambda: interchange(opt3(mac()), "kt", "i"),
        "cannot interchange kt and i: kt runs inside the stream i, and the stream varies with kt",
    ),
    (
        "lanes-drift",
        lambda: spatial(sync(split(opt4c(mac()), "kt", 4, ("kt", "kl")), "kl"), "kl"),
        "cannot make kl spatial: copies of kl at their own pace share the sum of half_reduce over i, kl, kt, "
        "which is kept for one bw at a time: their sync must stand inside bw",
    ),
    (
        "lanes-free",
        lambda: spatial(split(opt4c(mac()), "kt", 4, ("kt", "kl")), "kl"),
        "cannot make kl spatial: the stream i has its own pace for each kl: a sync over kl is missing",
    ),
    (
        "sync-in-stream",
        lambda: sync(opt3(mac()), "n", "i"),
        "cannot sync n: a sync stands around whole groups, not inside a stream",
    ),
    (
        "sync-of-itself",
        lambda: sync(mac(), "m", "m"),
        "cannot sync m: a sync joins at least one loop, and none that encloses it",
    ),
    (
        "syncs-cross",
        lambda: sync(sync(opt2(mac()), "m", "kt"), "n", "bw"),
        "cannot sync n: the barriers in kt and in bw cross: one must stand inside the other",
    ),
    # rule 6: what is fused and parted
    (
        "fuse-add",
        lambda: fuse(mac(), "half_reduce", "bw"),
        "cannot fuse half_reduce over bw: after it comes add, not another half_reduce",
    ),
    (
        "part-all",
        lambda: fission(mac(), "half_reduce", "bw"),
        "cannot part half_reduce by bw: no half_reduce consumes these loops and more",
    ),
    (
        "exchange-far",
        lambda: exchange(mac(), "shift", "add"),
        "cannot exchange shift and add: add does not come directly after shift",
    ),
    (
        "exchange-sum",
        lambda: exchange(mac(), "shift", "half_reduce"),
        "cannot exchange shift and half_reduce: half_reduce over bw is not pointwise",
    ),
    # rule 7: widths
    (
        "pair-widened",
        lambda: exchange(build(opt2(mac()), "half_reduce", "kt", 19), "add", "shift"),
        "cannot exchange add and shift: half_reduce over kp, kt has 19 bits, and sums of k=768 need 25 "
        "(a carry-save pair cannot be widened before its add)",
    ),
    (
        "pair-widened-later",
        lambda: build(fission(build(opt1(mac()), "half_reduce", "k", 25), "half_reduce", "bw"), "half_reduce", "k", 27),
        "cannot build half_reduce over k with 27 bits: half_reduce over k has 27 bits, and is handed 25 "
        "(a carry-save pair cannot be widened before its add)",
    ),
    (
        "tree-13",
        lambda: build(opt2(mac(k=16)), "half_reduce", "kt", 13),
        "cannot build half_reduce over kt with 13 bits: half_reduce over kp, kt has 13 bits, and sums "
        "of k=16 need 14 (a carry-save pair cannot be widened before its add)",
    ),
    (
        "accumulator-24",
        lambda: build(mac(), "accumulate", "k", 24),
        "cannot build accumulate over k with 24 bits: accumulate over k has 24 bits, and sums of k=768 need 25",
    ),
    # names and numbers
    (
        "no-loop",
        lambda: split(mac(), "kt", 4, ("x", "y")),
        "cannot split kt: there is no loop 'kt' (did you mean 'k'?); the loops are m, n, k, bw",
    ),
    (
        "no-primitive",
        lambda: hoist(mac(), "encoder", "n"),
        "cannot hoist encoder out of n: there is no 'encoder' (did you mean 'encode'?) in the nest; it "
        "has encode, map, shift, half_reduce, add, accumulate",
    ),
    (
        "two-of-them",
        lambda: hoist(fission(opt1(mac()), "half_reduce", "k"), "half_reduce", "k"),
        "cannot hoist half_reduce out of k: there are 2 of 'half_reduce' in the nest: say which by the "
        "loops that it consumes",
    ),
    (
        "group-0",
        lambda: opt2(mac(), kp=0),
        "cannot split k: loop kp has an extent and a stride of at least 1, not 0 and 1",
    ),
    ("name-taken", lambda: split(mac(), "k", 4, ("m", "kp")), "cannot split k: two loops are called m"),
    (
        "name-odd",
        lambda: split(mac(), "k", 4, ("k t", "kp")),
        "cannot split k: a loop's name is a word such as kp, not 'k t'",
    ),
    ("around-itself", lambda: move_outside(mac(), "k", of="k"), "cannot move k outside of k: it is the same loop"),
    ("resolve-k", lambda: resolve(opt1(mac()), "k"), "cannot resolve accumulate over k: no accumulate consumes k"),
    ("itself", lambda: move(mac(), "k", inside="k"), "cannot move k inside k: it is the same loop"),
    (
        "insert-sum",
        lambda: insert(mac(), HALF_REDUCE, after="map"),
        "cannot insert half_reduce after map: half_reduce is not pointwise",
    ),
    (
        "insert-add",
        lambda: insert(mac(), ADD, after="map"),
        "cannot insert add after map: add is handed a word, and takes a carry-save pair",
    ),
    ("no-sum", lambda: bank(mac(), "add", "k", "n"), "cannot bank add by n: no add consumes k"),
    (
        "wide",
        lambda: build(mac(), "accumulate", "k", 63),
        "cannot build accumulate over k with 63 bits: accumulate over k needs 63 bits, and sums have at most 62",
    ),
    (
        "step",
        lambda: transformed(mac(), "opt5"),
        "unknown step 'opt5' (did you mean 'opt3'?); the steps are mac, opt1, opt2, opt3, opt4c, opt4e",
    ),
]


@pytest.mark.parametrize(("act", "said"), [case[1:] for case in REFUSED_MOVES], ids=[case[0] for case in REFUSED_MOVES])
def test_a_move_is_refused(act: Callable[[], Nest], said: str) -> None:
    with pytest.raises(SpecError) as refusal:
        act()
    assert str(refusal.value) == said


def body(nest: Nest, name: str, **changes: object) -> Nest:
    """The nest with one primitive placed otherwise."""
    i = nest.index(name)
    return replace(nest, body=(*nest.body[:i], replace(nest.body[i], **changes), *nest.body[i + 1 :]))


def looped(nest: Nest, name: str, **changes: object) -> Nest:
    """The nest with one loop otherwise."""
    return replace(nest, loops=tuple(replace(x, **changes) if x.name == name else x for x in nest.loops))


WITHOUT_N = frozenset({"m", "k", "bw"})
REFUSED_NESTS: list[tuple[str, Callable[[], object], str]] = [
    ("uncovered", lambda: looped(mac(), "k", extent=767), "the loops over k cover 767 of its 768 values"),
    ("stride", lambda: looped(mac(), "k", stride=2), "loop k steps through k by 2, and must by 1"),
    ("map-outside", lambda: body(mac(), "map", within=WITHOUT_N), "map stands outside n, and B[k,n] varies with n"),
    (
        "encode-outside",
        lambda: body(mac(), "encode", within=frozenset("mn")),
        "encode stands outside k, and A[m,k] varies with k",
    ),
    (
        "add-outside",
        lambda: body(mac(), "add", within=frozenset("m")),
        "add stands in m, and what it makes varies with m, n, k",
    ),
    (
        "add-nowhere",
        lambda: body(mac(), "add", within=frozenset()),
        "add stands in no loop, and what it makes varies with m, n, k",
    ),
    (
        "sum-m",
        lambda: body(mac(), "accumulate", within=frozenset("n"), over=frozenset("mk")),
        "accumulate consumes m, and C[m,n] varies with m",
    ),
    (
        "sum-twice",
        lambda: body(mac(), "accumulate", over=frozenset({"k", "bw"})),
        "accumulate consumes bw, which does not enclose it (any more)",
    ),
    ("sum-nothing", lambda: body(mac(), "accumulate", over=frozenset()), "accumulate consumes no loop"),
    ("shared-sum", lambda: body(mac(), "add", over=frozenset("k")), "add sums over nothing, not over k"),
    (
        "banked-add",
        lambda: body(mac(), "add", bank=frozenset("n")),
        "add keeps no sums: it has neither banks nor a width of its own",
    ),
    ("unsummed", lambda: replace(mac(), body=mac().body[:-1]), "nothing sums over k, and C[m,n] does not vary with it"),
    (
        "pair-left",
        lambda: replace(opt1(mac()), body=opt1(mac()).body[:-1]),
        "the result is still a carry-save pair: an add is missing",
    ),
    (
        "no-add",
        lambda: replace(mac(), body=(*mac().body[:4], mac().body[5])),
        "accumulate over k is handed a carry-save pair, and takes a word",
    ),
    (
        "no-shift",
        lambda: replace(mac(), body=(*mac().body[:2], *mac().body[3:])),
        "every digit is shifted to its weight once, not 0 times",
    ),
    (
        "late-shift",
        lambda: replace(mac(), body=(*mac().body[:2], *mac().body[3:], Placed(SHIFT, frozenset("mn")))),
        "shift stands outside bw, and the weight of the digit varies with bw",
    ),
    (
        "order",
        lambda: replace(mac(), body=mac().body[1:]),
        "a body is encode, perhaps sparse, map, then what shifts and sums, then syncs, not map, shift, "
        "half_reduce, add, accumulate",
    ),
    (
        "unknown-loop",
        lambda: body(mac(), "encode", within=frozenset({"m", "k", "bw", "kk"})),
        "there is no loop 'kk' (did you mean 'k'?); the loops are m, n, k, bw",
    ),
    (
        "sparse-loop",
        lambda: looped(mac(), "k", kind=Kind.SPARSE),
        "loop k: a sparse loop, and no other, names the group that it streams",
    ),
    (
        "extent",
        lambda: Loop("k", Dim.K, 0, Kind.TEMPORAL),
        "loop k has an extent and a stride of at least 1, not 0 and 1",
    ),
    ("side", lambda: Product(0, 1, 1), "a product has sides of at least 1, not m=0"),
    ("floats", lambda: Product(1, 1, 1, b=FP32), "a nest computes with integers: b cannot be fp32"),
    ("wide-operand", lambda: mac(a=IntFormat(17)), "encoding 'booth' takes integers of 1 to 16 bits, not int17"),
    (
        "stream-extent",
        lambda: looped(opt3(mac()), "i", extent=3),
        "the stream i has the extent and the stride of its group kp",
    ),
    (
        "made-by-nobody",
        lambda: replace(opt3(mac()), body=tuple(p for p in opt3(mac()).body if p.name != "sparse")),
        "map stands outside kp, and the digit of A[m,k] varies with kp",
    ),
    (
        "stream-of-none",
        lambda: replace(mac(), loops=(*mac().loops, Loop("i", Dim.K, 768, Kind.SPARSE, 1, "k"))),
        "map stands outside i, and the digit of A[m,k] varies with i",
    ),
    (
        "inside-group",
        lambda: body(opt3(mac()), "map", within=frozenset({"m", "n", "bw", "kt", "kp", "i"})),
        "map stands inside kp, which sparse has turned into a stream",
    ),
    (
        "encode-in-stream",
        lambda: body(opt3(mac()), "encode", within=frozenset({"m", "n", "bw", "kt", "kp", "i"})),
        "encode stands inside a stream that is made of what it makes",
    ),
    (
        "two-groups",
        lambda: body(opt3(mac()), "sparse", over=frozenset({"kp", "kt"}), within=frozenset({"m", "n", "bw"})),
        "map stands inside kt, which sparse has turned into a stream",
    ),
]


@pytest.mark.parametrize(("act", "said"), [case[1:] for case in REFUSED_NESTS], ids=[case[0] for case in REFUSED_NESTS])
def test_a_nest_cannot_exist(act: Callable[[], object], said: str) -> None:
    with pytest.raises(SpecError) as refusal:
        act()
    assert str(refusal.value) == said


def test_hoist_and_sink_are_inverse() -> None:
    for primitive, loop in (("encode", "n"), ("add", "k")):
        assert sink(hoist(mac(), primitive, loop), primitive, loop) == mac()
    dense = opt2(mac())
    postponed = hoist(exchange(dense, "add", "shift"), "add", "bw")
    assert exchange(sink(postponed, "add", "bw"), "shift", "add") == dense


def test_a_loop_goes_around_another() -> None:
    assert [x.name for x in move_outside(mac(), "k", of="m").loops] == ["k", "m", "n", "bw"]


def test_split_of_one_dimension_again_and_again() -> None:
    nest = split(split(mac(k=77), "k", 7, ("a", "b")), "b", 4, ("c", "d"))
    assert [(x.name, x.extent, x.stride) for x in nest.loops if x.dim is Dim.K] == [
        ("a", 11, 8),
        ("c", 2, 4),
        ("d", 4, 1),
    ]


def test_what_only_spends_registers_is_legal() -> None:
    nest = bank(temporal(mac(), "n"), "accumulate", "k", "n")
    assert interchange(nest, "n", "k").ordered({"n", "k"}) == ("k", "n")


def test_a_barrier_over_the_same_loop_replaces_the_other() -> None:
    nest = sync(opt3(mac()), "m", "bw")
    assert [(sorted(s.over), sorted(s.within)) for s in nest.syncs] == [(["m"], ["bw"])]


def test_forms_say_what_they_are() -> None:
    assert [str(form) for form in Form] == ["a word", "a carry-save pair"]
    assert str(Placed(ENCODE, frozenset())) == "encode"


@pytest.mark.parametrize(
    ("move", "message"),
    [
        (hoist, "hoist map out of which loops? none is named"),
        (fuse, "fuse map over which loops? none is named"),
        (sink, "sink map into which loops? none is named"),
    ],
)
def test_moves_out_of_no_loop_ask_for_one(move: Callable[..., Nest], message: str) -> None:
    with pytest.raises(SpecError) as refused:
        move(mac(), "map")
    assert str(refused.value) == message


def test_cycles_are_counted_for_operands_of_the_nest_alone() -> None:
    with pytest.raises(SpecError) as refused:
        count_cycles(opt3(mac(m=6, n=2, k=50)), np.ones((6, 3), np.int64))
    assert str(refused.value) == "a has the shape (6, 3), and the nest is for (6, 50)"
