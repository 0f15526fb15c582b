"""PEs with a dense MAC: the sum is the sum before plus one product, whatever rows it is kept in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hwsim.macs import DENSE_MACS
from rtl.proof.specification import AFTER, Specification, signed_word, whole


def pe_os(spec: Specification, rows: tuple[str, ...]) -> None:
    """Operands and flags march, the sum stays."""
    leaf = spec.leaf
    for name, bits in (("a", leaf["a_bits"]), ("b", leaf["w_bits"]), ("valid", 1), ("first", 1), ("last", 1)):
        spec.output(f"{name}_out", bits, f"{name}_reg")
        spec.register(f"{name}_reg", bits, name)
    spec.output("done", 1, "done_reg")
    spec.register("done_reg", 1, "valid_reg && last_reg")
    _stays(spec, rows, "a_reg", "b_reg", "first_reg", "valid_reg")
    if leaf["drain"]:
        _drain(spec, rows)
    else:
        _shown(spec, rows)


def pe_matrix(spec: Specification, rows: tuple[str, ...]) -> None:
    """Operands come from outside, the sum stays."""
    _stays(spec, rows, "a", "b", "first", "valid")
    if spec.leaf["drain"]:
        bits = len(rows) * spec.leaf["acc_bits"]
        spec.output("result", bits, "result_reg")
        spec.register("result_reg", bits, f"done ? {_joined(rows)} : result_in")
    else:
        _shown(spec, rows)


def pe_ws(spec: Specification, rows: tuple[str, ...]) -> None:
    """One operand rests, the sum passes."""
    leaf = spec.leaf
    spec.output("a_out", leaf["a_bits"], "a_reg")
    spec.register("a_reg", leaf["a_bits"], "a")
    spec.output("w_out", leaf["w_bits"], "chain")
    spec.register("chain", leaf["w_bits"], "load ? w : chain")
    if leaf["overlap"]:
        spec.output("first_out", 1, "first_reg")
        spec.register("first_reg", 1, "first")
        spec.register("next_w", leaf["w_bits"], "load_last ? w : next_w")
        spec.register("w_reg", leaf["w_bits"], "first ? next_w : w_reg")
    _passes(spec, rows, "a_reg", "w_reg" if leaf["overlap"] else "chain")


def pe_cube(spec: Specification, rows: tuple[str, ...]) -> None:
    """Both operands march, the sum passes."""
    for name, bits in (("a", spec.leaf["a_bits"]), ("b", spec.leaf["w_bits"])):
        spec.output(f"{name}_out", bits, f"{name}_reg")
        spec.register(f"{name}_reg", bits, name)
    _passes(spec, rows, "a_reg", "b_reg")


def product(spec: Specification, a: str, w: str, bits: int) -> str:
    """A wire of the exact product of two words, in ``bits`` bits."""
    leaf = spec.leaf
    exact = leaf["a_bits"] + leaf["w_bits"] + 2
    factors = f"{signed_word(a, leaf['a_signed'])} * {signed_word(w, leaf['w_signed'])}"
    spec.wire("product_is", exact, factors, signed=True)
    spec.operands.append((whole(a, leaf["a_bits"]), whole(w, leaf["w_bits"])))
    return spec.wire("term", bits, "product_is", signed=True)


def _stays(spec: Specification, rows: tuple[str, ...], a: str, w: str, first: str, valid: str) -> None:
    bits = spec.leaf["acc_bits"]
    term, before = product(spec, a, w, bits), " + ".join(f"acc{row}" for row in rows)
    spec.cases += [whole("rst", 1), whole(valid, 1)]
    spec.may_stay_zero += [f"acc{row}" for row in rows[1:]]
    kept = spec.wire("kept", bits, before)
    begun = spec.wire("begun", bits, f"{first} ? {bits}'d0 : {kept}")
    found = " + ".join(f"acc{row}{AFTER}" for row in rows)
    spec.equal("acc", bits, found, f"rst ? {bits}'d0 : {valid} ? {begun} + {term} : {kept}", adds=True)


def _passes(spec: Specification, rows: tuple[str, ...], a: str, w: str) -> None:
    bits = spec.leaf["acc_bits"]
    term = product(spec, a, w, bits)
    spec.cases.append(whole("rst", 1))
    spec.output("psum", len(rows) * bits, "psum_reg")
    found, before = (_total(name, len(rows), bits) for name in (f"psum_reg{AFTER}", "psum_in"))
    before = spec.wire("before", bits, before)
    spec.equal("psum_reg", bits, found, f"rst ? {bits}'d0 : {before} + {term}", adds=True)


def _total(bus: str, rows: int, bits: int) -> str:
    """What the rows on a bus are worth together."""
    return " + ".join(f"{bus}[{(i + 1) * bits - 1}:{i * bits}]" for i in range(rows)) if rows > 1 else bus


def _shown(spec: Specification, rows: tuple[str, ...]) -> None:
    for row in rows:
        spec.output(f"c{row}", spec.leaf["acc_bits"], f"acc{row}")


def _joined(rows: tuple[str, ...]) -> str:
    return "{" + ", ".join(f"acc{row}" for row in reversed(rows)) + "}"


def _drain(spec: Specification, rows: tuple[str, ...]) -> None:
    """A link of the drain chain: captured, held until ``start``, then what comes from above."""
    bits = len(rows) * spec.leaf["acc_bits"]
    spec.output("result", bits, "result_reg")
    spec.output("result_valid", 1, "result_valid_reg")
    stays = "waiting && !start"
    spec.register("result_reg", bits, f"done_reg ? {_joined(rows)} : ({stays}) ? result_reg : result_in")
    spec.register("result_valid_reg", 1, f"done_reg || (({stays}) ? result_valid_reg : result_valid_in)")
    spec.register("waiting", 1, f"done_reg || ({stays})")


PES: dict[str, Callable[[Specification], None]] = {
    role.__name__ if mac.name == "parallel" else f"{role.__name__}_{mac.name}": partial(role, rows=mac.sum_rows)
    for role in (pe_cube, pe_matrix, pe_os, pe_ws)
    for mac in DENSE_MACS
}
"""Kind of leaf -> what says its specification."""
