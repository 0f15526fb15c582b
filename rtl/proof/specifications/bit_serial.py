"""What issues digits to bit-serial PEs: controls, sequencers, and operands as they are stored."""

from __future__ import annotations

from rtl.proof.specification import Specification, signed_word


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


BIT_SERIAL = {each.__name__: each for each in (laconic_control, magnitude, ones_sequencer, sibia_control)}
"""Kind of leaf -> what says its specification."""
