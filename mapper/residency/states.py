"""What the layered search handles: states and the moves between them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """After some steps: ``cost`` so far in units, buffers that are ``out`` with their total ``away``, those inside
    with a copy in DRAM; and how it came about."""

    cost: int
    out: int
    copies: int
    away: int
    before: State | None
    step: int
    least: int
    """cost of every plan that goes on from here, at least"""
    spent: tuple[int, ...]
    """what was paid so far in each window"""


@dataclass(slots=True)
class Knot:
    """All states after the same steps: the live buffers as a mask, and their total."""

    mask: int
    live: int
    states: list[State]


@dataclass(frozen=True, slots=True)
class Found:
    """Steps in order, the buffers that come back at each, their cost in units."""

    steps: tuple[int, ...]
    fetched: tuple[int, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class Victim:
    """A buffer that may leave: its mask, size, price, readers to come, and the victims that go before it."""

    mask: int
    size: int
    price: int
    left: int
    needs: int


@dataclass(frozen=True, slots=True)
class Move:
    """One step after a set of steps: units during it and after it with nothing evicted, the live buffers after it,
    those that end with it, the units that it adds, the live buffers that it does not touch, the steps before it, the
    windows that are not complete with it."""

    step: int
    during: int
    left: int
    mask: int
    freed: int
    grown: int
    others: int
    done: int
    ahead: tuple[int, ...]
