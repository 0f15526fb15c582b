"""Structural netlists: what is written down wrongly is refused, and what is right has the expected text and counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from rtl.hierarchy import instance_counts, leaf_counts, module_text, modules
from rtl.leaves import build_cell
from rtl.names import KEYWORDS, check_name
from rtl.netlist import Bus, Cell, Module, Netlist, concat, zeros

REGISTER = Leaf.of("operand_register", bits=4)


@pytest.fixture(scope="module")
def register() -> Cell:
    return build_cell(REGISTER)


def pair(register: Cell, name: str = "pair") -> Module:
    """Two registers in a row."""
    n = Netlist(name, "Two registers in a row.")
    d, q, middle = n.input("d", 1, 4), n.output("q", 1, 4), n.wire("middle", 1, 4)
    n.place("early", register, {"d": d.net, "q": middle.net})
    n.place("late", register, {"d": middle.net, "q": q.net})
    return n.build()


def quad(register: Cell) -> Module:
    """Three lanes of pairs behind one register."""
    n, below = Netlist("quad"), pair(register)
    d, q, first = n.input("d", 1, 4), n.output("q", 3, 4), n.wire("first", 1, 4)
    n.place("head", register, {"d": d.net, "q": first.net})
    n.place_all("lane", below, [{"d": first.net, "q": q[i]} for i in range(3)])
    return n.build()


def test_text_of_a_module(register: Cell) -> None:
    assert module_text(pair(register)) == (
        "// Two registers in a row.\n"
        "module pair (\n"
        "    input clk,\n"
        "    input rst,\n"
        "    input [3:0] d,\n"
        "    output [3:0] q\n"
        ");\n"
        "    wire [3:0] middle;\n"
        "    operand_register_bits4 early (.clk(clk), .rst(rst), .d(d), .q(middle));\n"
        "    operand_register_bits4 late (.clk(clk), .rst(rst), .d(middle), .q(q));\n"
        "endmodule\n"
    )


def test_leaves_are_counted_through_the_hierarchy(register: Cell) -> None:
    top = quad(register)
    assert leaf_counts(top) == {REGISTER: 7}
    assert instance_counts(top) == {"operand_register_bits4": 7}
    assert [module.name for module in modules(top)] == ["quad", "operand_register_bits4", "pair"]


def test_a_module_without_registers_has_no_clock() -> None:
    n, adder = Netlist("sums"), build_cell(Leaf.of("accumulate_adder", acc_bits=4))
    n.place("add", adder, {"psum": n.input("x", 1, 4).net, "c_in": zeros(4), "c": n.output("y", 1, 4).net})
    text = module_text(n.build())
    assert "clk" not in text
    assert "accumulate_adder_acc_bits4 add (.psum(x), .c_in(4'd0), .c(y));" in text


def test_two_modules_of_one_name_are_refused(register: Cell) -> None:
    n = Netlist("top")
    other = Netlist("pair")
    other.place("only", register, {"d": other.input("d", 1, 4).net, "q": other.output("q", 1, 4).net})
    d, q = n.input("d", 1, 4), n.output("q", 2, 4)
    n.place("one", pair(register), {"d": d.net, "q": q[0]})
    n.place("two", other.build(), {"d": d.net, "q": q[1]})
    with pytest.raises(SpecError, match=r"^two different modules are called pair$"):
        modules(n.build())


def test_equal_modules_built_twice_are_one(register: Cell) -> None:
    n = Netlist("top")
    d, q = n.input("d", 1, 4), n.output("q", 2, 4)
    n.place_all("part", pair(register), [{"d": d.net, "q": q[0]}])
    n.place("again", pair(register), {"d": d.net, "q": q[1]})
    assert [module.name for module in modules(n.build())] == ["top", "pair", "operand_register_bits4"]


def test_slices_of_a_bus() -> None:
    bus = Bus("x", 3, 4)
    assert [bus[i].text for i in range(3)] == ["x[3:0]", "x[7:4]", "x[11:8]"]
    assert (bus.span(1, 2).text, bus.span(1, 2).width_bits) == ("x[11:4]", 8)
    assert bus.span(0, 3).text == "x"
    assert Bus("bit", 2, 1)[1].text == "bit[1]"
    assert Bus("bit", 1, 1)[0].text == "bit"


def test_a_lane_is_extended_or_cut() -> None:
    bus = Bus("x", 2, 4)
    assert bus.fit(1, 4, signed=True) == bus[1]
    assert bus.fit(1, 2, signed=True).text == "x[5:4]"
    assert bus.fit(1, 6, signed=True).text == "{{2{x[7]}}, x[7:4]}"
    assert bus.fit(1, 6, signed=False).text == "{2'd0, x[7:4]}"
    assert bus.fit(1, 6, signed=False).width_bits == 6


def test_concatenation_starts_at_the_lowest_bits() -> None:
    bus = Bus("x", 2, 4)
    assert (concat([bus[0], bus[1]]).text, concat([bus[0], bus[1]]).width_bits) == ("{x[7:4], x[3:0]}", 8)
    assert concat([bus[1]]) == bus[1]


def missing_port(register: Cell) -> object:
    n = Netlist("top")
    n.place("one", register, {"d": n.input("d", 1, 4).net})
    return n.build()


def wrong_width(register: Cell) -> object:
    n = Netlist("top")
    n.place("one", register, {"d": n.input("d", 1, 3).net, "q": n.output("q", 1, 4).net})
    return n.build()


def one_name_twice(register: Cell) -> object:
    n = Netlist("top")
    n.wire("x", 1)
    n.wire("x", 1)
    return n.build()


def the_clocks_name(register: Cell) -> object:
    n = Netlist("top")
    n.input("clk", 1)
    return n.build()


def unequal_assignment(register: Cell) -> object:
    n = Netlist("top")
    n.assign(n.output("y", 1, 2).net, n.input("x", 1, 3).net)
    return n.build()


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (missing_port, "one of operand_register_bits4: ports q are missing or unknown"),
        (wrong_width, "one of operand_register_bits4: port d has 4 bits, d has 3"),
        (one_name_twice, "module top: the name x is used twice"),
        (the_clocks_name, "module top: the name clk is used twice"),
        (unequal_assignment, "module top: y has 2 bits, x has 3"),
        (lambda _: Netlist("top").wire("x", 0, 8), "wire x has 0 lanes of 8 bits; both are at least 1"),
        (lambda _: Bus("x", 2, 8)[2], "wire x has lanes 0 to 1, not 2 to 2"),
        (lambda _: Netlist("module").build(), "'module' is not a Verilog name: it is a reserved word"),
        (
            lambda _: check_name("2fast"),
            "'2fast' is not a Verilog name: letters, digits and underscores, no digit first",
        ),
    ],
)
def test_a_mistake_gets_one_sentence(mistake: Callable[[Cell], object], message: str, register: Cell) -> None:
    with pytest.raises(SpecError) as refused:
        mistake(register)
    assert str(refused.value) == message


def test_reserved_words_are_those_of_the_standard() -> None:
    assert len(KEYWORDS) == 123  # Annex B of IEEE 1364-2001
    assert {"always", "generate", "showcancelled", "xor"} <= KEYWORDS
    assert check_name("systolic_os_row") == "systolic_os_row"
