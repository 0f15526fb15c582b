"""Einsum equations of two operands that are one matrix product, and the sentence for those that are not."""

from __future__ import annotations

import re

from hwsim.errors import WorkloadError
from hwsim.workload.contraction import DROPPED, Axes, Contraction

ELLIPSIS = "..."


def einsum(equation: str, a_shape: tuple[int, ...], b_shape: tuple[int, ...]) -> Contraction:
    """Read ``equation`` (``bij,bjk->bik``; explicit or implicit output; ellipses) as a matrix product.

    It is one if every index is a batch index (in A, B and C), an m index (A and C), an n index (B and C) or a k index
    (A and B), with at least one k index; indices of length 1 in one operand are broadcast.
    Raises WorkloadError for any other equation, and for shapes that do not fit.
    """
    terms, output = _terms(equation, 2)
    ranks = [
        len(shape) - len(term.replace(ELLIPSIS, "")) for term, shape in zip(terms, (a_shape, b_shape), strict=True)
    ]
    widest = max([rank for term, rank in zip(terms, ranks, strict=True) if ELLIPSIS in term], default=0)
    a, b = (_axes(equation, t, r) for t, r in zip(terms, ranks, strict=True))
    c = _axes(equation, output, widest)
    lengths = _lengths(equation, (a, a_shape), (b, b_shape))
    a, b = _dropped(a, a_shape, lengths), _dropped(b, b_shape, lengths)
    return _contraction(equation, a, b, c, lengths)


def _terms(equation: str, operands: int) -> tuple[list[str], str]:
    """The operands' terms and the output's, spaces removed; an implicit output is spelled out."""
    text = equation.replace(" ", "")
    if not re.fullmatch(r"[A-Za-z.,]+(->[A-Za-z.]*)?", text):
        raise WorkloadError(f"the equation {equation!r} is not of the form 'ij,jk->ik'")
    left, arrow, output = text.partition("->")
    terms = left.split(",")
    if len(terms) != operands:
        raise WorkloadError(
            f"the equation {equation!r} is not a matrix product: it has {len(terms)} operand(s), a product has 2"
        )
    if not arrow:
        letters = left.replace(ELLIPSIS, "").replace(",", "")
        ellipsis = ELLIPSIS if ELLIPSIS in left else ""
        output = ellipsis + "".join(sorted(x for x in letters if letters.count(x) == 1))
    return terms, output


def _axes(equation: str, term: str, ellipsis_rank: int) -> Axes:
    """Names of a term's axes; the axes of an ellipsis are numbered from the right."""
    before, ellipsis, after = term.partition(ELLIPSIS)
    if "." in before + after:
        raise WorkloadError(f"the equation {equation!r} is not of the form 'ij,jk->ik'")
    if len(set(before + after)) != len(before + after):
        raise WorkloadError(f"the equation {equation!r} is not a matrix product: {term!r} names an index twice")
    if ellipsis_rank < 0 or (ellipsis_rank and not ellipsis):
        raise WorkloadError(f"the term {term!r} of the equation {equation!r} does not fit its operand's rank")
    spread = tuple(f"...{index}" for index in range(ellipsis_rank, 0, -1)) if ellipsis else ()
    return (*before, *spread, *after)


def _lengths(equation: str, *operands: tuple[Axes, tuple[int, ...]]) -> dict[str, int]:
    lengths: dict[str, int] = {}
    for axes, shape in operands:
        for axis, side in zip(axes, shape, strict=True):
            known = lengths.setdefault(axis, side)
            if known != side and 1 not in (known, side):
                raise WorkloadError(f"index {axis!r} of the equation {equation!r} has the lengths {known} and {side}")
            lengths[axis] = max(known, side)
    return lengths


def _dropped(axes: Axes, shape: tuple[int, ...], lengths: dict[str, int]) -> Axes:
    return tuple(axis if lengths[axis] == side else DROPPED for axis, side in zip(axes, shape, strict=True))


def _contraction(equation: str, a: Axes, b: Axes, c: Axes, lengths: dict[str, int]) -> Contraction:
    in_a, in_b, in_c = set(a) - {DROPPED}, set(b) - {DROPPED}, set(c)
    alone = sorted(axis for axis in lengths if (axis in in_a) + (axis in in_b) + (axis in in_c) < 2)
    if alone:
        raise WorkloadError(
            f"the equation {equation!r} is not a matrix product: index {alone[0]!r} occurs in one term only"
        )
    if unknown := sorted(in_c - set(lengths)):
        raise WorkloadError(
            f"the output of the equation {equation!r} has the index {unknown[0]!r}, which no operand has"
        )
    k = tuple(axis for axis in a if axis in in_a & in_b - in_c)
    if not k:
        raise WorkloadError(f"the equation {equation!r} is not a matrix product: no index is summed over both operands")
    return Contraction(
        a=a,
        b=b,
        c=c,
        batch=tuple(axis for axis in c if axis in in_a and axis in in_b),
        m=tuple(axis for axis in c if axis not in in_b),
        n=tuple(axis for axis in c if axis not in in_a),
        k=k,
        lengths=tuple(lengths.items()),
    )
