"""When a nest computes what it says: availability, dependences, registers, streams and widths, one sentence each.

The rules are derived from the product itself; the reading notes of HPCA 2025 give the notation, not its conditions.
"""

from __future__ import annotations

from hwsim.bitweight.draft import Draft, Placed
from hwsim.bitweight.loops import Dim, Loop
from hwsim.bitweight.primitive import Form, Role
from hwsim.bitweight.streams import check_streams
from hwsim.bitweight.widths import built_bits, needed_bits
from hwsim.bitweight.words import MOST_BITS
from hwsim.errors import SpecError

CHAIN = (Role.POINTWISE, Role.REDUCTION)


def check(draft: Draft) -> None:
    """Raise SpecError, naming the broken dependence, unless ``draft`` is a legal nest."""
    _check_loops(draft)
    _check_order(draft)
    _check_names(draft)
    _check_sources(draft)
    _check_chain(draft)
    _check_held(draft)
    _check_registers(draft)
    check_streams(draft)
    _check_widths(draft)


def _check_loops(draft: Draft) -> None:
    names = [loop.name for loop in draft.loops]
    for name in names:
        if names.count(name) > 1:
            raise SpecError(f"two loops are called {name}")
    for dim in Dim:
        covered = 1
        for loop in sorted(draft.covering(dim), key=lambda loop: (loop.stride, loop.extent)):
            if loop.stride != covered:
                raise SpecError(f"loop {loop.name} steps through {dim.value} by {loop.stride}, and must by {covered}")
            covered *= loop.extent
        if covered < draft.product.size(dim):
            raise SpecError(f"the loops over {dim.value} cover {covered} of its {draft.product.size(dim)} values")


def _check_order(draft: Draft) -> None:
    """encode, perhaps sparse, map, the chain, syncs; the weight of the digit is applied once; a word leaves."""
    roles = [placed.role for placed in draft.body[: len(draft.body) - len(draft.syncs)]]
    start = [Role.ENCODE, Role.SPARSE, Role.MAP] if Role.SPARSE in roles else [Role.ENCODE, Role.MAP]
    if roles[: len(start)] != start or not set(roles[len(start) :]) <= set(CHAIN):
        names = ", ".join(placed.name for placed in draft.body)
        raise SpecError(f"a body is encode, perhaps sparse, map, then what shifts and sums, then syncs, not {names}")
    weighs = sum(placed.primitive.weighs for placed in draft.body)
    if weighs != 1:
        raise SpecError(f"every digit is shifted to its weight once, not {weighs} times")


def _check_names(draft: Draft) -> None:
    for placed in draft.body:
        for name in sorted(placed.within | placed.over | placed.bank):
            draft.loop(name)
        if placed.role is not Role.REDUCTION and (placed.bank or placed.bits is not None):
            raise SpecError(f"{placed} keeps no sums: it has neither banks nor a width of its own")
        if placed.role in (Role.ENCODE, Role.MAP, Role.POINTWISE) and placed.over:
            raise SpecError(f"{placed.name} sums over nothing, not over {', '.join(sorted(placed.over))}")


def _check_sources(draft: Draft) -> None:
    """Rule 1 before and at map: whatever varies with a loop stands inside it, and so does all that reads it."""
    sources = [placed for placed in draft.body if placed.role in (Role.ENCODE, Role.SPARSE, Role.MAP)]
    grouped, before = frozenset[str](), sources[0].within
    for placed in sources:
        grouped |= placed.over
        for loop in draft.loops:
            varying = placed.primitive.varying(loop.dim)
            if loop.name in placed.within or loop.name in grouped or varying is None:
                continue
            if loop.group is None or placed.role is Role.MAP:
                raise SpecError(f"{placed.name} stands outside {loop.name}, and {varying} varies with {loop.name}")
        for name in draft.ordered(before - grouped - placed.within):
            raise SpecError(f"{placed.name} stands outside {name}, inside which stands what it reads")
        if extra := draft.ordered(name for name in placed.within if name in grouped):
            raise SpecError(f"{placed.name} stands inside {extra[0]}, which sparse has turned into a stream")
        if placed.role is not Role.MAP and any(draft.loop(name).group is not None for name in placed.within):
            raise SpecError(f"{placed.name} stands inside a stream that is made of what it makes")
        before = placed.within - grouped


def _check_chain(draft: Draft) -> None:
    """Rule 1 after map: every loop is either still around, or has been consumed by a reduction before."""
    live = next(placed.within for placed in draft.body if placed.role is Role.MAP)
    forms = draft.forms()
    for i in draft.chain:
        placed, (handed, _) = draft.body[i], forms[i]
        if handed not in placed.primitive.takes:
            raise SpecError(f"{placed} is handed {handed}, and takes {' or '.join(map(str, placed.primitive.takes))}")
        if placed.role is Role.REDUCTION:
            _check_reduction(draft, placed, live)
        live -= placed.over
        if placed.within != live:
            where, reads = (", ".join(draft.ordered(loops)) for loops in (placed.within, live))
            raise SpecError(f"{placed} stands in {where or 'no loop'}, and what it makes varies with {reads}")
        _check_varying(draft, placed)
    if left := [loop for loop in draft.named(live) if loop.dim in (Dim.K, Dim.BW)]:
        raise SpecError(f"nothing sums over {left[0].name}, and C[m,n] does not vary with it")
    if not draft.chain or forms[draft.chain[-1]][1] is Form.PAIR:
        raise SpecError("the result is still a carry-save pair: an add is missing")


def _check_reduction(draft: Draft, placed: Placed, live: frozenset[str]) -> None:
    if not placed.over:
        raise SpecError(f"{placed.name} consumes no loop")
    for loop in draft.named(placed.over):
        if loop.dim in (Dim.M, Dim.N):
            raise SpecError(f"{placed.name} consumes {loop.name}, and C[m,n] varies with {loop.name}")
        if loop.name not in live:
            raise SpecError(f"{placed.name} consumes {loop.name}, which does not enclose it (any more)")
        if loop.kind not in placed.primitive.sums_over:
            raise SpecError(
                f"{placed.name} consumes the {loop.kind.value} loop {loop.name}, and sums over loops in time only: "
                "a half_reduce sums over loops in space"
            )


def _check_varying(draft: Draft, placed: Placed) -> None:
    for loop in draft.loops:
        varying = placed.primitive.varying(loop.dim)
        if varying is not None and loop.name not in placed.within and loop.group is None:
            raise SpecError(f"{placed.name} stands outside {loop.name}, and {varying} varies with {loop.name}")


def _check_held(draft: Draft) -> None:
    """Rule 2a in time: what is made once and used again must not be made anew in between."""
    for placed in draft.body:
        if placed.role not in (Role.ENCODE, Role.SPARSE):
            continue
        around = [i for i, loop in enumerate(draft.loops) if loop.in_time and loop.name in placed.within]
        for i, loop in enumerate(draft.loops):
            if loop.in_time and loop.group is None and loop.name not in placed.within and any(j > i for j in around):
                inner = draft.loops[max(around)].name
                raise SpecError(
                    f"{placed.name} stands outside {loop.name} and inside {inner}, which runs inside {loop.name}: "
                    "what it made is gone when it is needed again"
                )


def _check_registers(draft: Draft) -> None:
    """Rule 3: a sum in progress is not revisited after another loop has changed what it is kept for."""
    for placed in draft.body:
        if placed.role is not Role.REDUCTION:
            continue
        if wrong := draft.ordered(placed.bank - placed.within):
            raise SpecError(f"{placed} keeps a sum for each {wrong[0]}, which does not enclose it")
        for inner, outer in revisited(draft, placed):
            if inner.name not in placed.bank:
                raise SpecError(
                    f"{placed.name} sums over {outer.name} in one register, and {inner.name}, which runs inside "
                    f"{outer.name}, changes what it is kept for (a bank has one register for each {inner.name})"
                )


def revisited(draft: Draft, placed: Placed) -> list[tuple[Loop, Loop]]:
    """Pairs (inner, outer): a loop in time around a reduction that runs inside a loop in time that it consumes."""
    in_time = [loop for loop in draft.loops if loop.in_time]
    consumed = [i for i, loop in enumerate(in_time) if loop.name in placed.over]
    if not consumed:
        return []
    return [
        (loop, in_time[consumed[0]]) for i, loop in enumerate(in_time) if loop.name in placed.within and i > consumed[0]
    ]


def _check_widths(draft: Draft) -> None:
    """Rule 7: what is summed fits; a carry-save pair has from the start the width of the word that it becomes."""
    built, needed, forms = built_bits(draft), needed_bits(draft), draft.forms()
    before = None
    for i in draft.chain:
        placed, (handed, made) = draft.body[i], forms[i]
        if built[i] > MOST_BITS:
            raise SpecError(f"{placed} needs {built[i]} bits, and sums have at most {MOST_BITS}")
        pair = " (a carry-save pair cannot be widened before its add)" if Form.PAIR in (handed, made) else ""
        if built[i] < needed[i]:
            raise SpecError(f"{placed} has {built[i]} bits, and sums of k={draft.product.k} need {needed[i]}{pair}")
        if handed is Form.PAIR and before is not None and before < built[i]:
            raise SpecError(f"{placed} has {built[i]} bits, and is handed {before}{pair}")
        before = built[i]
