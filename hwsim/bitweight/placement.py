"""Moves on primitives: hoist, sink, exchange, fuse, fission, resolve, bank, build, sparse, sync; nest to legal nest.

`hoist` knows the two reasons for which a primitive may leave a loop: it does not vary with it (it is shared), or the
loop is summed over right after it and it commutes with the sum (it is postponed).
"""

from __future__ import annotations

from dataclasses import replace

from hwsim.bitweight.draft import Placed
from hwsim.bitweight.loops import Kind, Loop
from hwsim.bitweight.moves import attempt
from hwsim.bitweight.nest import Nest
from hwsim.bitweight.primitive import Form, Primitive, Role
from hwsim.bitweight.primitives import ACCUMULATE, ADD, HALF_REDUCE, SPARSE, SYNC
from hwsim.bitweight.streams import check_group
from hwsim.errors import SpecError

Body = tuple[Placed, ...]


def hoist(nest: Nest, primitive: str, *loops: str) -> Nest:
    """Take a primitive out of loops: encode and sparse are shared, what follows map is postponed past their sum.

    What leaves the sum over some of the loops that a reduction consumes splits it: the sum over the others comes after.
    An accumulate past which an `add` is postponed becomes a half_reduce; two adds that meet become one.
    """
    _check_named(f"hoist {primitive} out of", loops)
    with attempt(f"hoist {primitive} out of {', '.join(loops)}"):
        i = _hoisted(nest, primitive, frozenset(loops))
        placed = nest.body[i]
        for name in loops:
            _check_leaves(nest, placed, nest.loop(name))
        if placed.role in (Role.ENCODE, Role.SPARSE, Role.SYNC):
            return _with(nest, i, replace(placed, within=placed.within - frozenset(loops)))
        return _postponed(nest, i, frozenset(loops))


def _check_named(move: str, loops: tuple[str, ...]) -> None:
    if not loops:
        raise SpecError(f"{move} which loops? none is named")


def _hoisted(nest: Nest, primitive: str, loops: frozenset[str]) -> int:
    """The place of the primitive; if there are several, of the one before the sum over these loops."""
    summed = [i - 1 for i in nest.chain if loops <= nest.body[i].over and nest.body[i - 1].name == primitive]
    return summed[0] if len(summed) == 1 else nest.index(primitive)


def _check_leaves(nest: Nest, placed: Placed, loop: Loop) -> None:
    if loop.name not in placed.within:
        raise SpecError(f"{placed.name} does not stand inside {loop.name}")
    if varying := placed.primitive.varying(loop.dim):
        raise SpecError(f"{varying} varies with {loop.name}")
    if placed.role is Role.REDUCTION:
        raise SpecError(f"{placed.name} sums for each {loop.name}; a sum is moved by fuse and fission")


def _postponed(nest: Nest, i: int, loops: frozenset[str]) -> Nest:
    placed, following = nest.body[i], _next(nest, i)
    if following is None or following.role is not Role.REDUCTION or not loops <= following.over:
        names = ", ".join(nest.ordered(loops - following.over if following and following.over else loops))
        after = "nothing" if following is None else str(following)
        raise SpecError(f"what it reads varies with {names}, and after it comes {after}, not a sum over {names}")
    for loop in nest.named(loops):
        if loop.dim not in placed.primitive.commutes_with:
            raise SpecError(f"{placed.name} does not commute with a sum over {loop.name}")
    first, rest = _parted(following, loops)
    before, behind = _suiting(nest.forms()[i][0], first), (*rest, *nest.body[i + 2 :])
    if behind and behind[0].primitive == placed.primitive and Form.WORD not in placed.primitive.takes:
        return _checked(
            nest, (*nest.body[:i], before, *behind)
        )  # it meets another of its kind, and one of them is left
    return _checked(nest, (*nest.body[:i], before, replace(placed, within=first.within), *behind))


def _suiting(form: Form, placed: Placed) -> Placed:
    """The reduction that sums the same loops of values of this form: words may be accumulated, pairs may not."""
    if form in placed.primitive.takes:
        return placed
    return replace(placed, primitive=HALF_REDUCE, bits=None)


def sink(nest: Nest, primitive: str, *loops: str) -> Nest:
    """Put a primitive back into loops: the inverse of `hoist`.

    A sum before which an `add` is put becomes an accumulate, and must be over loops in time.
    """
    _check_named(f"sink {primitive} into", loops)
    with attempt(f"sink {primitive} into {', '.join(loops)}"):
        i, names = nest.index(primitive), frozenset(nest.loop(name).name for name in loops)
        placed = nest.body[i]
        if placed.role in (Role.ENCODE, Role.SPARSE, Role.SYNC):
            return _with(nest, i, replace(placed, within=placed.within | names))
        before = nest.body[i - 1]
        if placed.role is not Role.POINTWISE or before.role is not Role.REDUCTION or before.over != names:
            raise SpecError(f"before it comes {before}, not a sum over {', '.join(nest.ordered(names))}")
        for loop in nest.named(names):
            if loop.dim not in placed.primitive.commutes_with:
                raise SpecError(f"{placed.name} does not commute with a sum over {loop.name}")
        inner = replace(placed, within=before.within | names)
        return _checked(nest, (*nest.body[: i - 1], inner, _after_word(placed, before), *nest.body[i + 1 :]))


def _after_word(placed: Placed, before: Placed) -> Placed:
    """The sum ``before`` as it comes after ``placed``: of words, and itself a word, if an add went in front of it."""
    if placed.primitive.takes >= HALF_REDUCE.takes:
        return before
    return replace(before, primitive=ACCUMULATE, bits=None)


def exchange(nest: Nest, first: str, second: str) -> Nest:
    """Swap two neighbours after map that sum over nothing, such as shift and add."""
    with attempt(f"exchange {first} and {second}"):
        i, j = nest.index(first), nest.index(second)
        if j != i + 1:
            raise SpecError(f"{second} does not come directly after {first}")
        for placed in (nest.body[i], nest.body[j]):
            if placed.role is not Role.POINTWISE:
                raise SpecError(f"{placed} is not pointwise")
        return _checked(nest, (*nest.body[:i], nest.body[j], nest.body[i], *nest.body[j + 1 :]))


def fuse(nest: Nest, primitive: str, *loops: str) -> Nest:
    """Make one reduction of the one that consumes ``loops`` and the one of the same kind that follows it."""
    _check_named(f"fuse {primitive} over", loops)
    with attempt(f"fuse {primitive} over {', '.join(loops)}"):
        i = _reduction(nest, primitive, frozenset(loops))
        first, following = nest.body[i], _next(nest, i)
        if following is None or following.primitive != first.primitive:
            raise SpecError(f"after it comes {following or 'nothing'}, not another {primitive}")
        one = replace(
            following,
            over=first.over | following.over,
            bank=(first.bank | following.bank) & following.within,
            bits=following.bits or first.bits,
        )
        return _checked(nest, (*nest.body[:i], one, *nest.body[i + 2 :]))


def fission(nest: Nest, primitive: str, *loops: str) -> Nest:
    """Part a reduction: first the sum over ``loops``, then the sum over the others that it consumes."""
    with attempt(f"part {primitive} by {', '.join(loops)}"):
        found = [i for i, p in enumerate(nest.body) if p.name == primitive and frozenset(loops) < p.over]
        if not loops or len(found) != 1:
            raise SpecError(f"no {primitive} consumes these loops and more")
        first, rest = _parted(nest.body[found[0]], frozenset(loops))
        return _checked(nest, (*nest.body[: found[0]], first, *rest, *nest.body[found[0] + 1 :]))


def _parted(placed: Placed, loops: frozenset[str]) -> tuple[Placed, Body]:
    others = placed.over - loops
    if not others:
        return placed, ()
    return replace(placed, within=placed.within | others, over=loops), (replace(placed, over=others),)


def resolve(nest: Nest, *loops: str) -> Nest:
    """Write the accumulate that consumes ``loops`` as a half_reduce and an add, which may sum over loops in space."""
    with attempt(f"resolve accumulate over {', '.join(loops)}"):
        i = _reduction(nest, "accumulate", frozenset(loops))
        pair, add = replace(nest.body[i], primitive=HALF_REDUCE), Placed(ADD, nest.body[i].within)
        return _checked(nest, (*nest.body[:i], pair, add, *nest.body[i + 1 :]))


def bank(nest: Nest, primitive: str, over: str, by: str) -> Nest:
    """Give the reduction that consumes the loop ``over`` one register for each value of the loop ``by``."""
    with attempt(f"bank {primitive} by {by}"):
        i = _reduction(nest, primitive, frozenset({nest.loop(over).name}))
        return _with(nest, i, replace(nest.body[i], bank=nest.body[i].bank | {nest.loop(by).name}))


def build(nest: Nest, primitive: str, over: str, bits: int | None) -> Nest:
    """Fix the width of the reduction that consumes the loop ``over``; None builds what its sum needs."""
    with attempt(f"build {primitive} over {over} with {bits} bits"):
        i = _reduction(nest, primitive, frozenset({nest.loop(over).name}))
        return _with(nest, i, replace(nest.body[i], bits=bits))


def insert(nest: Nest, primitive: Primitive, *, after: str) -> Nest:
    """Put a pointwise primitive, such as a pipeline register, behind another one."""
    with attempt(f"insert {primitive} after {after}"):
        if primitive.role is not Role.POINTWISE:
            raise SpecError(f"{primitive} is not pointwise")
        i = nest.index(after)
        return _checked(nest, (*nest.body[: i + 1], Placed(primitive, nest.body[i].within), *nest.body[i + 1 :]))


def sync(nest: Nest, loop: str, *within: str) -> Nest:
    """Make the copies of ``loop`` meet once per iteration of the loops ``within``; without any, once.

    A barrier over the same loop that stands elsewhere is replaced.
    """
    with attempt(f"sync {loop}"):
        barrier = Placed(SYNC, frozenset(nest.loop(name).name for name in within), frozenset({nest.loop(loop).name}))
        others = [placed for placed in nest.syncs if placed.over != barrier.over]
        syncs = sorted((*others, barrier), key=lambda placed: (-len(placed.within), *placed.over))
        return _checked(nest, (*(p for p in nest.body if p.role is not Role.SYNC), *syncs))


def sparse(nest: Nest, group: str, stream: str) -> Nest:
    """Issue only the non-zero digits of a spatial k loop: a sparse encoder turns it into the loop ``stream``."""
    with attempt(f"stream the digits of {group}"):
        loop = nest.loop(group)
        if nest.only(Role.SPARSE) is not None:
            raise SpecError("there is a sparse encoder already")
        check_group(loop)
        place = nest.index("map")
        encode = nest.body[nest.index("encode")]
        made = Placed(SPARSE, encode.within - {group}, frozenset({group}))
        body = [_streamed(placed, group, stream) if i >= place else placed for i, placed in enumerate(nest.body)]
        loops = (*nest.loops, Loop(stream, loop.dim, loop.extent, Kind.SPARSE, loop.stride, group))
        return replace(nest, loops=loops, body=(*body[:place], made, *body[place:]))


def _streamed(placed: Placed, group: str, stream: str) -> Placed:
    within = placed.within - {group} | ({stream} if group in placed.within else set())
    over = placed.over - {group} | ({stream} if group in placed.over else set())
    return replace(placed, within=within, over=over) if placed.role is not Role.SYNC else placed


def _reduction(nest: Nest, primitive: str, loops: frozenset[str]) -> int:
    found = [i for i, p in enumerate(nest.body) if p.name == primitive and p.role is Role.REDUCTION and loops <= p.over]
    if len(found) != 1 or not loops:
        raise SpecError(f"no {primitive} consumes {', '.join(nest.ordered(loops)) or 'no loop'}")
    return found[0]


def _next(nest: Nest, i: int) -> Placed | None:
    return nest.body[i + 1] if i + 1 in nest.chain else None


def _with(nest: Nest, i: int, placed: Placed) -> Nest:
    return _checked(nest, (*nest.body[:i], placed, *nest.body[i + 1 :]))


def _checked(nest: Nest, body: Body) -> Nest:
    return replace(nest, body=body)
