"""A nest as its loop listing, its hardware as a table, and two nests side by side: what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hwsim.bitweight.draft import Placed
from hwsim.bitweight.loops import Dim, Kind
from hwsim.bitweight.nest import Nest
from hwsim.bitweight.primitive import Form, Primitive, Role
from hwsim.bitweight.primitives import PRIMITIVES
from hwsim.bitweight.sizing import Hardware, Place, hardware, place_of
from hwsim.inventory import Leaf

INDENT = "  "


def listing(nest: Nest) -> str:
    """The loops and primitives of ``nest``, outermost first, with the place of every primitive on the right."""
    lines, open_loops = [(str(nest.product), "")], tuple[str, ...]()
    for i, placed in enumerate(nest.body):
        around = nest.ordered(_around(nest, placed))
        common = _common(open_loops, around)
        for depth in range(common, len(around)):
            lines.append((f"{INDENT * depth}{nest.loop(around[depth])}:", ""))
        lines.append((INDENT * len(around) + _statement(nest, i), place_of(nest, i).value))
        open_loops = around
    width = max(len(text) for text, place in lines if place)
    return "\n".join(f"{text:<{width}}  # {place}" if place else text for text, place in lines) + "\n"


def _around(nest: Nest, placed: Placed) -> frozenset[str]:
    """The loops in which a statement stands: a sum over time is updated inside, a sum over space made after it."""
    return placed.within | {
        loop.name for loop in nest.named(placed.over) if loop.in_time and placed.role is not Role.SYNC
    }


def _common(before: tuple[str, ...], now: tuple[str, ...]) -> int:
    """How many loops, from outside, two statements share."""
    shared = 0
    while shared < min(len(before), len(now)) and before[shared] == now[shared]:
        shared += 1
    return shared


def _statement(nest: Nest, i: int) -> str:
    placed = nest.body[i]
    over = ", ".join(nest.ordered(placed.over))
    match placed.role:
        case Role.ENCODE:
            return f"d = {placed.name}(A[m,k], bw)"
        case Role.SPARSE:
            return f"{nest.streams[over].name} = {placed.name}(d over {over})"
        case Role.MAP:
            return f"x = {placed.name}(d, B[k,n])"
        case Role.SYNC:
            return f"{placed.name}({over})"
        case Role.POINTWISE | Role.REDUCTION:
            return _sum_statement(nest, i, over)


def _sum_statement(nest: Nest, i: int, over: str) -> str:
    placed = nest.body[i]
    handed, made = (_name(form) for form in nest.forms()[i])
    read = f"{handed} over {over}" if over else handed
    if placed.primitive.weighs:
        read += ", bw"
    kept = any(loop.in_time for loop in nest.named(placed.over))
    return f"{made} {'+=' if kept else '='} {placed.name}({read})"


def _name(form: Form) -> str:
    return "s, c" if form is Form.PAIR else "x"


def primitives_table() -> str:
    """What each primitive reads, which dimensions that varies with, which sums it commutes with, what it makes."""
    rows = [["primitive", "reads", "varies with", "commutes with a sum over", "sums over loops in", "makes"]]
    for primitive in PRIMITIVES:
        varies = [dim for dim in Dim if primitive.varying(dim)]
        forms = " or ".join(str(form) for form in Form if form in primitive.takes)
        chained = primitive.role in (Role.POINTWISE, Role.REDUCTION)
        reads = ", ".join([*(read.what for read in primitive.reads), *([forms] if chained else [])])
        commutes = [dim.value for dim in Dim if dim in primitive.commutes_with]
        kinds = ["space"] * (Kind.SPATIAL in primitive.sums_over) + ["time"] * (Kind.TEMPORAL in primitive.sums_over)
        cells = [reads, ", ".join(dim.value for dim in varies), ", ".join(commutes), ", ".join(kinds)]
        rows.append([primitive.name, *(cell or "-" for cell in cells), _makes(primitive)])
    return _aligned(rows)


def _makes(primitive: Primitive) -> str:
    if primitive.makes is not None:
        return str(primitive.makes)
    return {
        Role.ENCODE: "a digit",
        Role.SPARSE: "a stream of digits other than zero",
        Role.SYNC: "copies wait for each other",
    }.get(primitive.role, "what it reads, shifted")


def inventory_rows(made: Hardware) -> dict[str, str]:
    """Every figure of ``made`` as text, in the order of the data's way."""
    rows = {
        "PEs": f"{made.pes:,}",
        "digit encoders": _each(made, "digit_encoder") + _each(made, "operand_encoder", "of a whole operand"),
        "sparse encoders": _each(made, "sparse_encoder"),
        "CPPGs": _each(made, "cppg"),
        "partial product muxes": _each(made, "pp_mux"),
        "operand muxes": _each(made, "operand_mux"),
        "shifters": _each(made, "shifter"),
        "compressors": _compressors(made.leaves("compressor")),
        "carry-propagate adders in PEs": _wide(made.leaves("cpa", Place.PE)),
        "carry-propagate adders shared": _wide(made.leaves("cpa", Place.SHARED)),
        "carry-propagate adders in the SIMD unit": _wide(made.leaves("cpa", Place.SIMD)),
        "register bits of sums": f"{made.register_bits:,}",
        "barriers": _each(made, "barrier"),
        "cycles of a tile": str(made.cycles),
        "of them stalled": f"{made.stall_cycles:,}" if made.stall_cycles else "",
        "drains per output": f"{made.drains_per_output} x {made.drained_bits} bits",
        "A digits per step into the array": f"{made.demand.a_digits:,}",
        "B words per step into the array": f"{made.demand.b_words:,}",
        "B words per step into a PE": f"{made.demand.b_words_per_pe:,}",
    }
    return rows | _others(made)


def _others(made: Hardware) -> dict[str, str]:
    """Leaves that no row above counts: those of new primitives."""
    known = {"digit_encoder", "operand_encoder", "sparse_encoder", "cppg", "pp_mux", "operand_mux", "shifter"}
    known |= {"compressor", "cpa", "sum_register", "held_register", "barrier"}
    kinds = dict.fromkeys(part.leaf.kind for part in made.parts if part.leaf.kind not in known)
    return {kind: _wide(made.leaves(kind)) for kind in kinds}


def _each(made: Hardware, kind: str, remark: str = "") -> str:
    count = made.count(kind)
    return f"{count:,} {remark}".strip() if count else ""


def _compressors(leaves: Mapping[Leaf, int]) -> str:
    return " + ".join(f"{count:,} x {leaf['inputs']}:2, {leaf['bits']} bits" for leaf, count in leaves.items())


def _wide(leaves: Mapping[Leaf, int]) -> str:
    return " + ".join(
        f"{count:,}" + "".join(f" x {value} {name}" for name, value in leaf.parameters)
        for leaf, count in leaves.items()
    )


def table(columns: Mapping[str, Nest]) -> str:
    """The hardware of named nests side by side, one row per figure that is not nought everywhere."""
    made = {name: inventory_rows(hardware(nest)) for name, nest in columns.items()}
    labels = dict.fromkeys(label for rows in made.values() for label in rows)
    body = [[label, *(rows.get(label) or "-" for rows in made.values())] for label in labels]
    return _aligned([["", *columns], *(row for row in body if set(row[1:]) != {"-"})])


def changes(before: Nest, after: Nest) -> str:
    """What a transform changed in hardware: the rows in which the two nests differ."""
    old, new = inventory_rows(hardware(before)), inventory_rows(hardware(after))
    labels = [label for label in dict.fromkeys([*old, *new]) if old.get(label, "") != new.get(label, "")]
    return _aligned([["", "before", "after"], *([x, old.get(x) or "-", new.get(x) or "-"] for x in labels)])


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "".join(line + "\n" for line in _lines(rows, widths))


def _lines(rows: list[list[str]], widths: list[int]) -> Iterator[str]:
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
