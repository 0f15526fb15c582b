"""What issues digits to bit-serial PEs: controls, sequencers, and operands as they are stored."""

from __future__ import annotations

from hwsim.bit_serial.signed_slices import SignedSlices
from hwsim.formats import IntFormat
from rtl.proof.specification import AFTER, Specification, signed_word


def magnitude(spec: Specification) -> None:
    """The operand without its sign, and the sign."""
    bits, signed = spec.leaf["bits"], spec.leaf["signed"]
    a = spec.wire("extended", bits + 2, signed_word("a", signed), signed=True)
    spec.equal("q", bits + 2, "q", f"{a} < 0 ? -{a} : {a}")
    spec.output("negative", 1, f"{a} < 0")


def ones_sequencer(spec: Specification) -> None:
    """The lowest one that waits is shown and then waits no longer."""
    group = spec.leaf["group"]
    index_bits = max(1, (group - 1).bit_length())
    rest = spec.wire("rest", group, "pending & (pending - 1'b1)")
    spec.output("index", index_bits, " : ".join(f"pending[{i}] ? {i}" for i in range(group)) + " : 0")
    spec.output("enable", 1, "pending != 0")
    spec.output("few", 1, f"{rest} == 0")
    spec.register("pending", group, f"take ? column : {rest}")


def column_sequencer(spec: Specification) -> None:
    """The lowest column that waits is shown, of every operand its digit, and then waits no longer; skips=1: columns of
    zeros never wait."""
    leaf, group, digits, bits = spec.leaf, spec.leaf["group"], spec.leaf["digits"], spec.leaf["digit_bits"]
    index_bits = max(1, (digits - 1).bit_length())
    words, rest = digits * bits, spec.wire("rest", digits, "pending & (pending - 1'b1)")
    spec.wire("after", digits, f"step ? {rest} : pending" if leaf["steps"] else rest)
    spec.register("words", group * words, "take ? d : words")
    spec.output("index", index_bits, " : ".join(f"pending[{i}] ? {i}" for i in range(digits)) + " : 0")
    spec.output("few", 1, f"{rest} == 0")
    if leaf["skips"]:
        spec.output("enable", 1, "pending != 0")
    for j in range(group):
        word = spec.wire(f"word_{j}", words, f"words >> {j * words}")
        shown = " : ".join(f"pending[{i}] ? {word}[{(i + 1) * bits - 1}:{i * bits}]" for i in range(digits))
        spec.equal(f"column[{j}]", bits, f"column[{(j + 1) * bits - 1}:{j * bits}]", f"{shown} : {bits}'d0")
    for i in range(digits):
        given = (f"d[{j * words + (i + 1) * bits - 1}:{j * words + i * bits}]" for j in range(group))
        waits = " || ".join(f"{digit} != 0" for digit in given) if leaf["skips"] else "1'b1"
        spec.wire(f"waits_{i}", 1, waits)
        spec.equal(f"pending[{i}]", 1, f"pending{AFTER}[{i}]", f"!rst && (take ? waits_{i} : after[{i}])")


def slice_selector(spec: Specification) -> None:
    """Of every operand the slice of a number; numbers beyond the last mean nothing."""
    leaf, digits, bits = spec.leaf, spec.leaf["digits"], spec.leaf["digit_bits"]
    words, index_bits = digits * bits, max(1, (digits - 1).bit_length())
    spec.register("words", leaf["group"] * words, "take ? d : words")
    within = "" if digits == 1 << index_bits else f"index < {digits}"
    for j in range(leaf["group"]):
        spec.wire(f"word_{j}", words, f"words >> {j * words}")
        found = f"column[{(j + 1) * bits - 1}:{j * bits}]"
        spec.equal(f"column[{j}]", bits, found, f"word_{j} >> (index * {bits})", within)


def signed_slices(spec: Specification) -> None:
    """The fields of the operand; each of a negative one but the top borrows from the next. Together they are it."""
    leaf, radix, bits = spec.leaf, SignedSlices.radix_bits, SignedSlices.digit_bits
    count = SignedSlices().digits(IntFormat(leaf["bits"], bool(leaf["signed"])))
    wide, slices = radix * count + bits, []
    a = spec.wire("extended", wide, signed_word("a", leaf["signed"]), signed=True)
    negative = spec.wire("borrow", wide, f"{a} < 0")
    for i in range(count):
        top = i == count - 1
        field = f"({a} >>> {radix * i})" if top else f"(({a} >>> {radix * i}) & {(1 << radix) - 1})"
        borrowed = "" if top else f" - ({negative} << {radix})"
        lent = f" + {negative}" if i else ""
        spec.equal(f"q[{i}]", bits, f"q[{(i + 1) * bits - 1}:{i * bits}]", f"{field}{borrowed}{lent}")
        spec.wire(f"slice_{i}", bits, f"q[{(i + 1) * bits - 1}:{i * bits}]", signed=True)
        slices.append(f"({spec.wire(f'wide_{i}', wide, f'slice_{i}', signed=True)} << {radix * i})")
    spec.equal("operand", wide, " + ".join(slices), a)


def laconic_control(spec: Specification) -> None:
    """A lane's terms of A are through when no column has another; a lane is done with the last term of B, or without
    terms on one side."""
    lanes, columns, done = spec.leaf["lanes"], spec.leaf["columns"], []
    for lane in range(lanes):
        few, enable = (
            f" {joint} ".join(f"a_{name}[{column * lanes + lane}]" for column in range(columns))
            for name, joint in (("few", "&&"), ("enable", "||"))
        )
        through = spec.wire(f"through_{lane}", 1, few)
        done.append(f"(({through} && b_few[{lane}]) || !({enable}) || !b_enable[{lane}])")
    spec.output("step", lanes, "{" + ", ".join(f"through_{lane}" for lane in reversed(range(lanes))) + "}")
    spec.output("take", 1, " && ".join(done))


def sibia_control(spec: Specification) -> None:
    """Slices of B in turn, from the first again after the last and with a new group."""
    digits = spec.leaf["digits"]
    last = "1'b1" if digits == 1 else f"(index_count == {digits - 1})"
    take = spec.wire("taken", 1, f"enable == 0 || (&few && {last})")
    bits = max(1, (digits - 1).bit_length())
    spec.output("index", bits, "index_count")
    spec.output("step", 1, last)
    spec.output("take", 1, take)
    spec.register("index_count", bits, f"{take} || {last} ? {bits}'d0 : index_count + 1'b1")


BIT_SERIAL = {
    each.__name__: each
    for each in (
        column_sequencer,
        laconic_control,
        magnitude,
        ones_sequencer,
        sibia_control,
        signed_slices,
        slice_selector,
    )
}
"""Kind of leaf -> what says its specification."""
