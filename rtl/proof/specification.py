"""What a leaf has to do, as claims in Verilog about its ports, its registers and their values after the edge.

A claim says that two words are equal for all inputs and all states. Together the claims of a leaf fix every output and
every register: by induction over clock edges from reset, the leaf then does what they say for ever. Where registers
keep a number in another form than its specification (sum and carry), claims speak of what they are worth.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from hwsim.inventory import Leaf
from rtl.netlist import RESET
from rtl.proof.elaboration import Gates

AFTER = "_after"
"""Ending of a register's name for its value after the edge."""

MOST_TABLE_BITS = 20
"""Inputs of a leaf whose outputs are tables."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some bits of an input or register."""

    name: str
    low: int
    bits: int


@dataclass(frozen=True, slots=True)
class Claim:
    """``found`` (of the leaf's outputs and next values) and ``wanted`` (of its inputs and registers), in Verilog, are
    equal in ``bits`` bits. ``adds``: it is a sum modulo 2**bits, in which operands are multiplied or selected."""

    name: str
    bits: int
    found: str
    wanted: str
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """An output of few inputs, as a function of arrays of their values (int64), all combinations of which are tried."""

    output: str
    function: Callable[[Mapping[str, np.ndarray]], np.ndarray]


@dataclass
class Specification:
    """Claims in the making: declare wires, claim outputs and registers; ``registers`` are those that the leaf has.

    ``operands`` are the groups of bits whose values are tried, not added; ``cases`` are inputs that are fixed at each
    value in turn; ``lemmas`` are leaves that claims instantiate, and whose own proofs these rest on. Of registers that
    ``may_stay_zero`` a leaf need not read bits that it never sets, as the lowest carry of a pair.
    """

    leaf: Leaf
    registers: Collection[str] = ()
    wires: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    operands: list[tuple[Span, ...]] = field(default_factory=list)
    cases: list[Span] = field(default_factory=list)
    lemmas: list[Leaf] = field(default_factory=list)
    may_stay_zero: list[str] = field(default_factory=list)

    def wire(self, name: str, bits: int, expression: str, signed: bool = False) -> str:
        """A wire of a name; returns the name."""
        self.wires.append(f"wire {'signed ' if signed else ''}[{bits - 1}:0] {name} = {expression};")
        return name

    def output(self, name: str, bits: int, wanted: str, where: str = "", adds: bool = False) -> None:
        """An output before the edge; with ``where`` only where this condition holds."""
        self.equal(name, bits, name, wanted, where, adds)

    def register(self, name: str, bits: int, wanted: str, adds: bool = False, reset: str = RESET) -> None:
        """A register after the edge, which reset clears."""
        self.equal(f"{name}{AFTER}", bits, f"{name}{AFTER}", f"{reset} ? {bits}'d0 : ({wanted})", adds=adds)

    def equal(self, name: str, bits: int, found: str, wanted: str, where: str = "", adds: bool = False) -> None:
        """Two expressions; with ``where`` only where this condition holds."""
        if where:
            found, wanted = (f"({where}) ? ({side}) : {bits}'d0" for side in (found, wanted))
        self.claims.append(Claim(name, bits, found, wanted, adds))

    def text(self, gates: Gates, module: str) -> str:
        """The claims as a module: inputs, registers, outputs and next values in, both sides of every claim out."""
        words = {**gates.inputs, **gates.registers, **gates.outputs}
        words |= {f"{name}{AFTER}": bits for name, bits in gates.registers.items()}
        ports = [f"input [{bits - 1}:0] {name}" for name, bits in words.items()]
        lines = list(self.wires)
        for i, claim in enumerate(self.claims):
            for side, expression in (("found", claim.found), ("wanted", claim.wanted)):
                ports.append(f"output [{claim.bits - 1}:0] {side}_{i}")
                lines.append(f"assign {side}_{i} = {expression};")
        body = "".join(f"    {line}\n" for line in lines)
        return f"module {module}({', '.join(ports)});\n{body}endmodule\n"


def signed_word(name: str, signed: int) -> str:
    """A word as a signed Verilog operand."""
    return f"$signed({name})" if signed else f"$signed({{1'b0, {name}}})"


def whole(name: str, bits: int) -> Span:
    """All bits of an input or register."""
    return Span(name, 0, bits)
