"""A nest as written down, not yet checked: loops outermost first, primitives in the order in which values pass them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from hwsim.bitweight.loops import Dim, Kind, Loop
from hwsim.bitweight.primitive import Form, Primitive, Role
from hwsim.bitweight.product import Product
from hwsim.errors import SpecError, nearest


@dataclass(frozen=True, slots=True)
class Placed:
    """A primitive at its place."""

    primitive: Primitive
    within: frozenset[str]
    """The loops that enclose it, without those that it consumes."""
    over: frozenset[str] = frozenset()
    """A reduction: the loops that it sums over. Sparse: its group. Sync: the loops whose copies wait for each other."""
    bank: frozenset[str] = frozenset()
    """A reduction: the loops for each of whose values it keeps a sum of its own."""
    bits: int | None = None
    """A reduction: its width as built; None for what the sum needs."""

    @property
    def name(self) -> str:
        return self.primitive.name

    @property
    def role(self) -> Role:
        return self.primitive.role

    def __str__(self) -> str:
        return f"{self.name} over {', '.join(sorted(self.over))}" if self.over else self.name


@dataclass(frozen=True)
class Draft:
    """The loops and the body of a nest, and what can be read off them."""

    product: Product
    loops: tuple[Loop, ...]
    body: tuple[Placed, ...]

    def loop(self, name: str) -> Loop:
        """The loop called ``name``; raises SpecError, with the nearest name, if there is none."""
        for loop in self.loops:
            if loop.name == name:
                return loop
        names = [loop.name for loop in self.loops]
        raise SpecError(f"there is no loop {name!r}{nearest(name, names)}; the loops are {', '.join(names)}")

    def index(self, name: str) -> int:
        """Where the one primitive called ``name`` stands in the body; raises SpecError unless there is exactly one."""
        found = [i for i, placed in enumerate(self.body) if placed.name == name]
        if len(found) == 1:
            return found[0]
        names = list(dict.fromkeys(placed.name for placed in self.body))
        if not found:
            raise SpecError(f"there is no {name!r}{nearest(name, names)} in the nest; it has {', '.join(names)}")
        raise SpecError(f"there are {len(found)} of {name!r} in the nest: say which by the loops that it consumes")

    def named(self, names: Iterable[str]) -> tuple[Loop, ...]:
        """The loops of these names in the order of the nest."""
        wanted = frozenset(names)
        return tuple(loop for loop in self.loops if loop.name in wanted)

    def ordered(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(loop.name for loop in self.named(names))

    def covering(self, *dims: Dim) -> tuple[Loop, ...]:
        """The loops that cover these dimensions; a stream covers nothing, its group does."""
        return tuple(loop for loop in self.loops if loop.dim in dims and loop.kind is not Kind.SPARSE)

    @property
    def streams(self) -> dict[str, Loop]:
        """The sparse loops by the name of their group."""
        return {loop.group: loop for loop in self.loops if loop.group is not None}

    def only(self, role: Role) -> Placed | None:
        """The first primitive of this role, if there is one."""
        return next((placed for placed in self.body if placed.role is role), None)

    @property
    def syncs(self) -> tuple[Placed, ...]:
        return tuple(placed for placed in self.body if placed.role is Role.SYNC)

    @property
    def chain(self) -> tuple[int, ...]:
        """Places in the body of what follows map: pointwise primitives and reductions."""
        return tuple(i for i, placed in enumerate(self.body) if placed.role in (Role.POINTWISE, Role.REDUCTION))

    def forms(self) -> dict[int, tuple[Form, Form]]:
        """What every primitive of the chain is handed and hands on."""
        form, found = Form.WORD, {}
        for i in self.chain:
            made = self.body[i].primitive.form_after(form)
            found[i] = form, made
            form = made
        return found

    def extent(self, loops: Iterable[Loop]) -> int:
        return prod(loop.extent for loop in loops)

    def pace_loops(self) -> tuple[Loop, ...]:
        """The spatial loops whose copies run at their own pace: those with which the sparse streams vary."""
        sparse = self.only(Role.SPARSE)
        if sparse is None:
            return ()
        return tuple(loop for loop in self.named(sparse.within) if not loop.in_time and loop.dim is not Dim.N)
