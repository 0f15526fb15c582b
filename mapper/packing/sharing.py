"""Buffers that share one offset (an operator that works in place): merged into one rectangle before packing.

Members of a group have one size, and their lifetimes touch or overlap. At one offset they take what one rectangle
takes that lives from the first lower to the last upper, so merging them loses no packing and adds none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hwsim.errors import SpecError
from mapper.packing.rectangle import Rectangle

Groups = Sequence[Sequence[str]]


def merge_shared(rectangles: Sequence[Rectangle], groups: Groups) -> list[Rectangle]:
    """One rectangle for each group, named after its first member, at that member's place; the others as they stand.

    Raises SpecError for a name that is not there or stands in two groups, for members of two sizes, and for a gap
    between lifetimes.
    """
    by_name = {r.name: r for r in rectangles}
    merged = dict(by_name)
    seen: set[str] = set()
    for group in groups:
        for name in group:
            if name not in by_name:
                raise SpecError(f"a group that shares an offset names {name!r}, which is not among the rectangles")
            if name in seen:
                raise SpecError(f"{name!r} stands twice in the groups that share an offset")
            seen.add(name)
            del merged[name]
        if group:
            merged[group[0]] = _merged([by_name[name] for name in group])
    return [merged[r.name] for r in rectangles if r.name in merged]


def _merged(members: Sequence[Rectangle]) -> Rectangle:
    first = members[0]
    upper = min(r.lower for r in members)
    for r in sorted(members, key=lambda r: r.lower):
        if r.size_bytes != first.size_bytes:
            raise SpecError(
                f"{first.name!r} of {first.size_bytes} bytes cannot share an offset with {r.name!r} "
                f"of {r.size_bytes}; allowed is the same size"
            )
        if r.lower > upper:
            raise SpecError(
                f"{r.name!r} begins at {r.lower}, after the others of its group ended at {upper}; "
                "allowed are lifetimes that touch or overlap"
            )
        upper = max(upper, r.upper)
    return Rectangle(first.name, min(r.lower for r in members), upper, first.size_bytes)


def spread_offsets(offsets: Mapping[str, int], groups: Groups) -> dict[str, int]:
    """Offsets of all members, from those of the merged rectangles."""
    return {**offsets, **{name: offsets[group[0]] for group in groups for name in group}}
