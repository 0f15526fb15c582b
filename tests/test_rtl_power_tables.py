"""What a transition takes: Liberty's functions and tables, and a netlist whose energies are worked out by hand."""

from __future__ import annotations

import subprocess
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import SpecError
from rtl.synthesis.errors import SynthesisError
from rtl.synthesis.liberty import DEFAULT_LIBRARY, Library, load_library
from rtl.synthesis.power.conditions import condition, share, states
from rtl.synthesis.power.groups import read_groups
from rtl.synthesis.power.pins import PinEnergies, energies_of
from rtl.synthesis.power.tables import Table, cell_powers

HAND = Path(__file__).parent / "data" / "hand.lib"
CELLS = ("INV", "BUF", "NAND", "DFF")
NETLIST = """module tiny(clk, a, y, q, z);
  input clk, a;
  output y, q, z;
  wire n1, n2;
  INV u1 (.A(a), .Y(n1));
  INV u2 (.A(n1), .Y(n2));
  BUF u3 (.A(n2), .Y(y));
  NAND u4 (.A(n2), .B(a), .Y(z));
  DFF f (.CK(clk), .D(n1), .Q(q));
endmodule
"""
VOLTS = 2.0
LOAD_PF = 4 * 0.02  # four inputs of the smallest buffer at every output


@pytest.fixture(scope="module")
def hand() -> Library:
    return load_library([HAND])


names = st.sampled_from(["A", "B", "CI", "D1"])
functions = st.recursive(
    names.map(lambda name: (name, name)),
    lambda inner: st.one_of(
        inner.map(lambda f: (f"!({f[0]})", f"(1-{f[1]})")),
        inner.map(lambda f: (f"({f[0]})'", f"(1-{f[1]})")),
        st.tuples(inner, st.sampled_from(["*", "&", " "]), inner).map(
            lambda f: (f"({f[0][0]}){f[1]}({f[2][0]})", f"({f[0][1]}&{f[2][1]})")
        ),
        st.tuples(inner, st.sampled_from(["+", "|"]), inner).map(
            lambda f: (f"({f[0][0]}{f[1]}{f[2][0]})", f"({f[0][1]}|{f[2][1]})")
        ),
        st.tuples(inner, inner).map(lambda f: (f"(({f[0][0]})^({f[1][0]}))", f"({f[0][1]}^{f[1][1]})")),
    ),
    max_leaves=8,
)


@given(functions)
def test_a_function_holds_where_it_says(drawn: tuple[str, str]) -> None:
    text, python = drawn
    function = condition(text)
    for values in states(sorted(function.signals), {}):
        assert function.holds(values) == bool(eval(python, {}, values))


def test_and_binds_tighter_than_or_and_exclusive_or_tighter_than_and() -> None:
    function = condition("!A*B+C D'^E")
    for a, b, c, d, e in product((0, 1), repeat=5):
        expected = ((1 - a) & b) | (c & ((1 - d) ^ e))
        assert function.holds({"A": a, "B": b, "C": c, "D": d, "E": e}) == bool(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A*", "'A*' is not a function of Liberty: an operand is missing"),
        ("(A", "'(A' is not a function of Liberty: a parenthesis is not closed"),
        ("A)", "'A)' is not a function of Liberty: ')' is out of place"),
        ("A%B", "'A%B' is not a function of Liberty: '%' means nothing there"),
    ],
)
def test_what_is_no_function_is_a_sentence(text: str, message: str) -> None:
    with pytest.raises(SpecError) as error:
        condition(text)
    assert str(error.value) == message


def test_how_often_a_condition_holds_knows_the_outputs() -> None:
    nand = list(states(["A", "B"], {"Y": condition("!(A*B)")}))
    assert share(condition("!B*Y"), nand) == 0.5  # Y is 1 wherever B is 0
    assert share(condition("!Y"), nand) == 0.25
    assert share(condition("A*S"), nand) == 0.25  # what nobody knows is random


def test_groups_are_nested_as_they_stand() -> None:
    top = read_groups(
        'cell (X) { area : 2; pin ("A") { direction : input; t (1, "a b"); } values ("1, 2", \\\n "3"); }'
    )
    (cell,) = top.all("cell")
    assert (cell.name, cell.attributes["area"], cell.numbers("values")) == ("X", "2", [1.0, 2.0, 3.0])
    (pin,) = cell.all("pin")
    assert (pin.name, pin.attributes) == ("A", {"direction": "input", "t": '1, "a b"'})


marks = st.lists(st.integers(1, 50), min_size=1, max_size=5, unique=True).map(lambda xs: tuple(sorted(map(float, xs))))


@given(marks, marks, st.floats(-9, 99), st.floats(-9, 99))
def test_a_table_of_a_bilinear_function_is_that_function(
    loads: tuple[float, ...], slews: tuple[float, ...], load: float, slew: float
) -> None:
    def function(x: float, y: float) -> float:
        return 3 + (2 * x if len(loads) > 1 else 0) - (y if len(slews) > 1 else 0)

    axes = (("total_output_net_capacitance", loads), ("input_transition_time", slews))
    table = Table(axes, tuple(function(x, y) for x in loads for y in slews))
    assert table.at(slew, load) == pytest.approx(function(load, slew), abs=1e-9)


def test_leakage_is_the_mean_over_states_and_ground_is_not_counted_twice(tmp_path: Path) -> None:
    text = HAND.read_text().replace(
        "cell_leakage_power : 11;",
        'pg_pin (VSS) { pg_type : primary_ground; } leakage_power () { when : "A"; value : 3; } '
        'leakage_power () { when : "!A"; value : 5; } leakage_power () { value : 99; related_pg_pin : VSS; }',
    )
    path = tmp_path / "x.lib"
    path.write_text(text)
    assert cell_powers(load_library([path]), ["INV"])["INV"].leakage_nw == 4


@pytest.fixture(scope="module")
def energies(hand: Library) -> PinEnergies:
    return energies_of(NETLIST, "tiny", CELLS, hand, clocked=True)


def charge(load_pf: float) -> float:
    """Half of C V^2."""
    return load_pf * VOLTS**2 / 2


@pytest.mark.rtl
def test_the_energies_of_a_netlist_are_those_worked_out_by_hand(energies: PinEnergies) -> None:
    by_hand = {
        ("u1", "Y"): (1 + 3) / 2 + charge(0.01 + 0.04),  # mean of rise and fall, and an inverter and a flop behind it
        ("u2", "Y"): (1 + 3) / 2 + charge(0.02 + 0.02),
        ("u3", "A"): (0.125 + 0.375) / 2,
        ("u3", "Y"): charge(LOAD_PF),
        ("u4", "Y"): (1 + 3 + 5 + 7) / 4 + charge(LOAD_PF),  # either input may have caused it
        ("f", "D"): (0.0625 + 0.03125) / 2,
        ("f", "Q"): (10 + 30) / 2 + charge(LOAD_PF),
    }
    found = {(name, pin): pj for name, pins in energies.transition_pj.items() for pin, pj in pins.items()}
    assert found == pytest.approx(by_hand, rel=1e-6)
    assert energies.leakage_nw == 2 * 11 + 13 + 17 + 7
    assert energies.clock_pj == pytest.approx(0.5 + 0.25 + 0.03 * VOLTS**2)  # both edges, and the charge of the pin


@pytest.mark.rtl
def test_opensta_agrees_on_loads_and_says_internal_energy_twice(energies: PinEnergies, tmp_path: Path) -> None:
    """Its activity is transitions per clock cycle; of internal energy it counts rise and fall for each of them."""
    (tmp_path / "tiny.v").write_text(NETLIST)
    (tmp_path / "ask.tcl").write_text(f"""
read_liberty {{{HAND}}}
read_verilog tiny.v
link_design tiny
create_clock -name clock -period 1000 [get_ports clk]
set_input_delay 0 -clock clock [get_ports a]
set_load {LOAD_PF} [all_outputs]
set_power_activity -global -activity 1
report_power -instances [get_cells *] -digits 12
""")
    done = subprocess.run(
        ["sta", "-no_init", "-no_splash", "-exit", "ask.tcl"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    rows = {words[4]: [float(w) * 1e6 for w in words[:2]] for line in done.stdout.splitlines()
            if len(words := line.split()) == 5 and words[0][0].isdigit()}  # fmt: skip
    loads = {"u1": 0.05, "u2": 0.04, "u3": LOAD_PF, "u4": LOAD_PF, "f": LOAD_PF}
    assert {name: switching for name, (_, switching) in rows.items()} == pytest.approx(
        {name: charge(load) for name, load in loads.items()}, rel=1e-5
    )
    internal = energies.transition_pj["u1"]["Y"] - charge(0.05)
    assert rows["u1"][0] == pytest.approx(2 * internal, rel=1e-5)


def test_a_library_without_power_tables_gives_no_number(tmp_path: Path) -> None:
    path = tmp_path / "bare.lib"
    path.write_text(HAND.read_text().replace("internal_power", "interval_power"))
    with pytest.raises(SynthesisError) as error:
        cell_powers(load_library([path]), CELLS)
    assert str(error.value) == "the library hand has no internal_power in any cell, so no energy can be told"


@pytest.mark.rtl
def test_every_cell_of_osu018_has_an_energy() -> None:
    library = load_library([DEFAULT_LIBRARY])
    powers = cell_powers(library, library.areas_um2)
    assert powers.keys() == library.areas_um2.keys()
    for power in powers.values():
        slews = dict.fromkeys([*power.inputs, *power.clocks], 0.1)
        assert power.leakage_nw > 0
        assert all(power.output_pj(pin, slews, 0.02) > 0 for pin in power.outputs)
        assert (power.clock_pj(0.1) > 0) == (power.cell in library.flops)
