"""What a primitive is: what it reads, with what it varies, what it commutes with, what it does, what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from hwsim.bitweight.loops import Dim, Kind
from hwsim.bitweight.product import Product
from hwsim.bitweight.words import Rows
from hwsim.inventory import Leaf


class Role(Enum):
    """Where in a body a primitive may stand."""

    ENCODE = auto()  # first: digits of A
    SPARSE = auto()  # after encode: the non-zero digits of a group, one after the other
    MAP = auto()  # then: digit and B to partial product
    POINTWISE = auto()  # after map: one value in, one value out
    REDUCTION = auto()  # after map: sums over loops
    SYNC = auto()  # anywhere: a barrier


class Form(Enum):
    """What is handed from primitive to primitive after map; the value is its number of rows."""

    WORD = 1
    PAIR = 2

    def __str__(self) -> str:
        return "a word" if self is Form.WORD else "a carry-save pair"


@dataclass(frozen=True, slots=True)
class Read:
    """Something that a primitive reads, and the dimensions with which it varies."""

    what: str
    dims: frozenset[Dim]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a primitive after map knows when it executes: its width, and the place of its digit."""

    product: Product
    bits: int
    digit: NDArray[np.int64] | int
    """The index of the digit (bw), broadcast over the spatial loops; not defined once bw is consumed."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where one placed primitive sits, as its hardware sees it; all figures follow from the loops around it."""

    product: Product
    copies: int
    """Instances: the product of the spatial extents around it; in the SIMD unit, the lanes needed."""
    spatial: Mapping[Dim, int]
    """Copies by dimension; loops of a dimension that do not enclose it count 1."""
    bits: int
    """Width of what it makes; 0 before map."""
    rows: int = 1
    """Rows that enter one copy at a time: spatial iterations consumed, twice as many if they are pairs."""
    keeps: int = 0
    """Sums that one copy keeps in registers: 0 if no loop in time is consumed, otherwise one, or one per bank."""
    in_simd: bool = False
    digit_in_time: bool = False
    """Whether the digit's place changes from cycle to cycle, so that a shift is more than wires."""
    group: int = 0
    """Digits of the group that a sparse encoder serves, or that an operand multiplexer before map chooses from."""


Execute = Callable[[Rows, Moment], Rows]
Parts = Callable[[Site], tuple[tuple[Leaf, int], ...]]


def no_parts(site: Site) -> tuple[tuple[Leaf, int], ...]:
    """The hardware of a primitive that is only wires."""
    return ()


def same(rows: Rows, moment: Moment) -> Rows:
    """What a primitive does that only passes values on."""
    return rows


@dataclass(frozen=True, slots=True)
class Primitive:
    """One row of the table of primitives; a new primitive is a new value of this class and nothing else."""

    name: str
    role: Role
    reads: tuple[Read, ...] = ()
    commutes_with: frozenset[Dim] = frozenset()
    """Dimensions over which it may be applied to the sum instead of to every term."""
    takes: frozenset[Form] = frozenset(Form)
    makes: Form | None = None
    """The form of what it makes; None if it is that of what it reads."""
    sums_over: frozenset[Kind] = frozenset()
    """Kinds of loops that a reduction may consume."""
    weighs: bool = False
    """Whether it multiplies by the weight of the digit."""
    execute: Execute = same
    """Rows in, rows out, of ``moment.bits`` each; a reduction gets all that it sums, the rows of its register last."""
    parts: Parts = no_parts
    """Leaves with their number over all copies of the site."""

    def varying(self, dim: Dim) -> str | None:
        """What of the things that it reads varies with ``dim``."""
        return next((read.what for read in self.reads if dim in read.dims), None)

    def form_after(self, before: Form) -> Form:
        return before if self.makes is None else self.makes

    def __str__(self) -> str:
        return self.name
