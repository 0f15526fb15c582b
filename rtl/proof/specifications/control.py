"""Controls: counters that follow each other, flags, and who waits for whom."""

from __future__ import annotations

from rtl.proof.specification import Specification


def barrier(spec: Specification) -> None:
    """All have come, or somebody is awaited."""
    spec.output("met", 1, "&arrived")
    spec.output("waiting", 1, "|(~arrived)")


def counter(spec: Specification, name: str, values: int, go: str) -> tuple[str, str]:
    """0 to ``values`` - 1 and around while ``go``; its value and whether it is the last. Of one value it is a constant.

    A value beyond the last, which it never has, is followed by the next number that its bits hold.
    """
    if values == 1:
        return "1'b0", "1'b1"
    bits, count = (values - 1).bit_length(), f"{name}_count"
    last = f"({count} == {values - 1})"
    spec.register(count, bits, f"!({go}) ? {count} : {last} ? {bits}'d0 : {count} + {bits}'d1")
    return count, last


def lane_control(spec: Specification) -> None:
    """Steps within turns within bit-weights, a group whenever the one at work is at its last cycle."""
    leaf, step_bits = spec.leaf, spec.leaf["step_bits"]
    take = spec.wire("taken", 1, "few && (running || advance)")
    ends = spec.wire("ends", 1, "step_count == last_step")
    turn, last_turn = counter(spec, "turn", leaf["turns"], f"{take} && {ends}")
    bw, _ = counter(spec, "bw", leaf["digits"], f"{take} && {ends} && {last_turn}")
    spec.register("step_count", step_bits, f"!{take} ? step_count : {ends} ? {step_bits}'d0 : step_count + 1'b1")
    spec.register("running", 1, f"{take} ? !{ends} : running")
    spec.register("busy", 1, f"{take} || (busy && !few)")
    spec.output("take", 1, take)
    spec.output("done", 1, "few && !running")
    spec.output("bw", max(1, (leaf["digits"] - 1).bit_length()), bw)
    counts = [("step", step_bits, "step_count")]
    counts += [("turn", (leaf["turns"] - 1).bit_length(), turn)] if leaf["turns"] > 1 else []
    for name, bits, count in counts:
        spec.output(f"next_{name}", bits, count)
        if leaf["address"]:
            spec.output(name, bits, f"{name}_address")
            spec.register(f"held_{name}", bits, f"{take} ? {count} : held_{name}")
            spec.register(f"{name}_address", bits, f"busy ? held_{name} : {bits}'d0")


def column_control(spec: Specification) -> None:
    """Turns within bit-weights within a fold; a bit-weight ends when all have come and the chain is free."""
    leaf, drains = spec.leaf, spec.leaf["chain"] > 1
    _, last_turn = counter(spec, "turn", leaf["turns"], "go")
    bw, last_bw = counter(spec, "bw", leaf["digits"], "sums_end")
    free = f"(!{last_turn} || left == 0)" if drains else "1'b1"
    spec.wire("ended", 1, f"fold && done && {free}")
    spec.wire("go", 1, "met" if leaf["awaits"] else "ended")
    spec.wire("sums_end", 1, f"go && {last_turn}")
    spec.wire("final", 1, f"sums_end && {last_bw}")
    if drains:
        bits = (leaf["chain"] - 1).bit_length()
        spec.register("left", bits, f"start || sums_end ? {leaf['chain'] - 1} : left == 0 ? 0 : left - 1'b1")
    spec.register("fold", 1, "start || (fold && !final)")
    spec.output("advance", 1, "start || (go && !final)")
    spec.output("finished", 1, "sums_end")
    spec.output("bw", max(1, (leaf["digits"] - 1).bit_length()), bw)
    spec.output("arrived", 1, "ended" if leaf["awaits"] else "!fold || final")
    if leaf["awaits"]:
        spec.output("busy", 1, "fold && !final")


def plane_control(spec: Specification) -> None:
    """The planes of a step, and the edge after them that corrects."""
    leaf, planes = spec.leaf, spec.leaf["planes"]
    correct = "(valid && last)" if leaf["corrected"] else "1'b0"
    counted = spec.wire("counted", 1, f"valid && !{correct}")
    plane, top = counter(spec, "plane", planes, counted)
    spec.output("load", 1, f"{counted} && {plane} == 0")
    if planes > 1:
        spec.output("plane", (planes - 1).bit_length(), plane)
    if leaf["top"]:
        spec.output("top", 1, top)
    if leaf["corrected"]:
        spec.output("correct", 1, correct)


CONTROL = {each.__name__: each for each in (barrier, column_control, lane_control, plane_control)}
"""Kind of leaf -> what says its specification."""
