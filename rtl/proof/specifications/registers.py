"""Leaves that add once or only remember."""

from __future__ import annotations

from rtl.proof.specification import Specification


def accumulate_adder(spec: Specification) -> None:
    """One sum."""
    spec.output("c", spec.leaf["acc_bits"], "psum + c_in", adds=True)


def accumulate_pair(spec: Specification) -> None:
    """A pair and a word."""
    bits = spec.leaf["acc_bits"]
    spec.output("c", bits, f"psum[{bits - 1}:0] + psum[{2 * bits - 1}:{bits}] + c_in", adds=True)


def resolve_adder(spec: Specification) -> None:
    """A pair."""
    bits = spec.leaf["bits"]
    spec.output("word", bits, f"pair[{bits - 1}:0] + pair[{2 * bits - 1}:{bits}]", adds=True)


def delay(spec: Specification) -> None:
    """Every stage takes the one below."""
    bits, stages = spec.leaf["bits"], spec.leaf["stages"]
    spec.output("q", bits, f"chain >> {bits * (stages - 1)}")
    spec.register("chain", bits * stages, f"(chain << {bits}) | d")


def operand_register(spec: Specification) -> None:
    """One edge."""
    _follows(spec, "q", spec.leaf["bits"], "d")


def held_register(spec: Specification) -> None:
    """Without ``enable`` it stays."""
    _follows(spec, "q", spec.leaf["bits"], "enable ? d : q_reg")


def done_flag(spec: Specification) -> None:
    """Of the last valid edge."""
    _follows(spec, "done", 1, "valid && last")


def drain_flag(spec: Specification) -> None:
    """Of this row, or of one above."""
    _follows(spec, "flag", 1, "set || above")


def hold_pair(spec: Specification) -> None:
    """From its PE or from above."""
    for name in ("sum", "carry"):
        _follows(spec, f"held_{name}", spec.leaf["bits"], f"take ? {name} : above_{name}")


def _follows(spec: Specification, output: str, bits: int, after: str) -> None:
    """An output that is a register of its name."""
    spec.output(output, bits, f"{output}_reg")
    spec.register(f"{output}_reg", bits, after)


REGISTERS = {
    each.__name__: each
    for each in (
        accumulate_adder,
        accumulate_pair,
        delay,
        done_flag,
        drain_flag,
        held_register,
        hold_pair,
        operand_register,
        resolve_adder,
    )
}
"""Kind of leaf -> what says its specification."""
