"""The data path of sparse columns."""

from __future__ import annotations

from rtl.proof.specification import AFTER, Span, Specification, signed_word, whole
from rtl.proof.specifications.encoders import selected


def sparse_encoder(spec: Specification) -> None:
    """The lowest digit that waits is shown and then waits no longer; ``take`` brings a new group."""
    leaf, group = spec.leaf, spec.leaf["group"]
    index_bits = max(1, (group - 1).bit_length())
    lowest = " : ".join(f"pending[{i}] ? {i}" for i in range(group)) + " : 0"
    spec.wire("lowest", index_bits, lowest)
    spec.wire("rest", group, "pending & (pending - 1'b1)")
    shown = {
        "index": (index_bits, "lowest"),
        "select": (2, "pending == 0 ? 2'd0 : codes >> {lowest, 1'b0}"),
        "enable": (1, "pending != 0"),
    }
    for name, (bits, value) in shown.items():
        spec.output(name, bits, f"{name}_reg" if leaf["registered"] else value)
        if leaf["registered"]:
            spec.register(f"{name}_reg", bits, value)
    spec.output("few", 1, "rest == 0")
    spec.register("pending", group, "take ? enable_of_group : rest")
    spec.register("codes", 2 * group, "take ? select_of_group : codes")


def operand_latch(spec: Specification) -> None:
    """The operand of a number; numbers beyond the last mean nothing."""
    bits, inputs = spec.leaf["bits"], spec.leaf["inputs"]
    chosen = " : ".join(f"index == {i} ? words[{(i + 1) * bits - 1}:{i * bits}]" for i in range(inputs))
    spec.output("q", bits, f"{chosen} : {bits}'d0", where="1'b1" if _all_used(inputs) else f"index < {inputs}")
    spec.register("words", bits * inputs, "take ? d : words")


def _all_used(count: int) -> bool:
    return count > 1 and count & (count - 1) == 0


def pe_slice(spec: Specification) -> None:
    """The pair is worth what it was, or zero with ``clear``, plus each lane's digit times its operand."""
    leaf = spec.leaf
    lanes, bits, w_bits, terms = leaf["lanes"], leaf["pair_bits"], leaf["w_bits"], []
    for name, width in (("w", w_bits), ("select", 2), ("enable", 1)):
        spec.register(f"{name}_reg", lanes * width, name)
    spec.cases.append(whole("rst", 1))
    for i in range(lanes):
        w = spec.wire(f"w_{i}", w_bits, f"w_reg >> {i * w_bits}")
        select = spec.wire(f"select_{i}", 2, f"select_reg >> {2 * i}")
        if leaf["largest_digit"] == 1:  # only the upper bit of its code is read
            select = spec.wire(f"code_{i}", 2, f"{{{select}[1], 1'b1}}")
        digit = spec.wire(f"digit_{i}", 4, selected(select, f"enable_reg[{i}]"), signed=True)
        exact = spec.wire(f"exact_{i}", w_bits + 4, f"{digit} * {signed_word(w, leaf['w_signed'])}", signed=True)
        terms.append(spec.wire(f"term_{i}", bits, exact, signed=True))
        spec.operands.append(
            (Span("w_reg", i * w_bits, w_bits), Span("select_reg", 2 * i, 2), Span("enable_reg", i, 1))
        )
        spec.cases.append(Span("enable_reg", i, 1))
    spec.may_stay_zero.append("carry_reg")
    kept = spec.wire("kept", bits, "sum_reg + carry_reg")
    begun = spec.wire("begun", bits, f"clear ? {bits}'d0 : {kept}")
    spec.equal(
        "pair",
        bits,
        f"sum_reg{AFTER} + carry_reg{AFTER}",
        f"rst ? {bits}'d0 : {begun} + {' + '.join(terms)}",
        adds=True,
    )
    for name in ("sum", "carry"):
        spec.output(name, bits, f"{name}_reg")
        idle = "!rst && !clear && enable_reg == 0"
        spec.equal(f"{name}_reg idle", bits, f"{name}_reg{AFTER}", f"{name}_reg", where=idle)


def simd_lane(spec: Specification) -> None:
    """A resolved pair at its bit-weight, and what comes in."""
    leaf = spec.leaf
    bits, acc_bits, digits = leaf["pair_bits"], leaf["acc_bits"], leaf["digits"]
    spec.register("word", bits, f"take ? sum + carry : {bits}'d0")
    wide = spec.wire("wide", acc_bits, "$signed(word)", signed=True)
    shifted = " : ".join(f"bw == {i} ? {wide} << {leaf['radix_bits'] * i}" for i in range(digits))
    where = "1'b1" if _all_used(digits) else f"bw < {digits}"
    spec.cases.append(whole("bw", max(1, (digits - 1).bit_length())))
    spec.wire("weighed", acc_bits, f"{shifted} : {acc_bits}'d0")
    spec.output("c", acc_bits, "c_in + weighed", where=where, adds=True)


SLICES = {each.__name__: each for each in (operand_latch, pe_slice, simd_lane, sparse_encoder)}
"""Kind of leaf -> what says its specification."""
