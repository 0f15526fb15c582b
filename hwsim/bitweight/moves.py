"""Moves on loops: split, interchange, space to time and back; each takes a nest and returns a legal one.

Every move raises SpecError that begins with what cannot be done and ends with the dependence that forbids it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from hwsim.bitweight.draft import Placed
from hwsim.bitweight.loops import Dim, Kind, Loop
from hwsim.bitweight.nest import Nest
from hwsim.errors import SpecError


@contextmanager
def attempt(what: str) -> Iterator[None]:
    """Begin the sentence of a SpecError raised inside with ``cannot`` and what was tried."""
    try:
        yield
    except SpecError as error:
        raise SpecError(f"cannot {what}: {error}") from None


def with_loop(nest: Nest, name: str, *now: Loop) -> tuple[Loop, ...]:
    """The loops of ``nest`` with one of them replaced in place."""
    return tuple(x for loop in nest.loops for x in (now if loop.name == name else (loop,)))


def renamed(names: frozenset[str], old: str, new: Iterable[str]) -> frozenset[str]:
    return (names - {old}) | frozenset(new) if old in names else names


def split(nest: Nest, name: str, inner_extent: int, names: tuple[str, str]) -> Nest:
    """Split a loop in two, the inner one of ``inner_extent``; a ragged last part is padded with zeros."""
    outer_name, inner_name = names
    with attempt(f"split {name}"):
        loop = nest.loop(name)
        if loop.group is not None or loop.name in nest.streams:
            raise SpecError(f"{name} belongs to a sparse stream, whose group stays whole")
        inner = replace(loop, name=inner_name, extent=inner_extent)
        outer_extent = -(-loop.extent // inner_extent)
        outer = replace(loop, name=outer_name, extent=outer_extent, stride=loop.stride * inner_extent)
        body = tuple(_split_placed(placed, name, names) for placed in nest.body)
        return replace(nest, loops=_restrided(with_loop(nest, name, outer, inner)), body=body)


def _restrided(loops: tuple[Loop, ...]) -> tuple[Loop, ...]:
    """The loops with every stride as the extents below it make it: a ragged split reaches further than before."""
    strides: dict[str, int] = {}
    for dim in Dim:
        covered = 1
        for loop in sorted((x for x in loops if x.dim is dim and x.group is None), key=lambda x: (x.stride, x.extent)):
            strides[loop.name] = covered
            covered *= loop.extent
    return tuple(replace(loop, stride=strides[loop.group or loop.name]) for loop in loops)


def _split_placed(placed: Placed, name: str, names: tuple[str, str]) -> Placed:
    within, over, bank = (renamed(x, name, names) for x in (placed.within, placed.over, placed.bank))
    return replace(placed, within=within, over=over, bank=bank)


def interchange(nest: Nest, first: str, second: str) -> Nest:
    """Swap two loops in the order of the nest."""
    with attempt(f"interchange {first} and {second}"):
        one, other = nest.loop(first), nest.loop(second)
        swapped = {one.name: other, other.name: one}
        return replace(nest, loops=tuple(swapped.get(loop.name, loop) for loop in nest.loops))


def move(nest: Nest, name: str, *, inside: str) -> Nest:
    """Take a loop out of the order of the nest and put it directly inside another."""
    with attempt(f"move {name} inside {inside}"):
        return _moved(nest, name, inside, 1)


def move_outside(nest: Nest, name: str, *, of: str) -> Nest:
    """Take a loop out of the order of the nest and put it directly around another."""
    with attempt(f"move {name} outside of {of}"):
        return _moved(nest, name, of, 0)


def _moved(nest: Nest, name: str, target_name: str, after: int) -> Nest:
    loop, target = nest.loop(name), nest.loop(target_name)
    if loop is target:
        raise SpecError("it is the same loop")
    rest = [x for x in nest.loops if x is not loop]
    place = rest.index(target) + after
    return replace(nest, loops=(*rest[:place], loop, *rest[place:]))


def spatial(nest: Nest, name: str) -> Nest:
    """Lay a loop in time out in space: more copies, fewer cycles."""
    return _laid(nest, name, Kind.SPATIAL)


def temporal(nest: Nest, name: str) -> Nest:
    """Run a loop in space in time: fewer copies, more cycles."""
    return _laid(nest, name, Kind.TEMPORAL)


def _laid(nest: Nest, name: str, kind: Kind) -> Nest:
    with attempt(f"make {name} {kind.value}"):
        loop = nest.loop(name)
        if loop.group is not None:
            raise SpecError(f"{name} is a stream, as long as its group has digits other than zero")
        return replace(nest, loops=with_loop(nest, name, replace(loop, kind=kind)))
