"""The parts of the bench, each alone, and one small design of which every fault must be found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.formats import IntFormat
from hwsim.ports import Direction, Port
from rtl.bench.checker import EdgeChecker, ProductChecker
from rtl.bench.execution import execute
from rtl.bench.observation import SHOWN, Mismatch, Observation, Record, read_observation, write_observation
from rtl.bench.vectors import Case, Product, Vectors, lane_text, lane_value, load, pack, save
from rtl.simulators import Simulator, SimulatorError, find
from toy_design import PORTS, TOP, toy_vectors, write_toy


def some_vectors() -> Vectors:
    rng = np.random.default_rng(5)
    return toy_vectors([(rng.integers(-128, 128, (2, k)), rng.integers(-128, 128, (k, 1))) for k in (1, 3, 6)])


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(1, 63), st.booleans(), st.integers(1, 5))
def test_a_packed_bus_gives_its_lanes_back(data: st.DataObject, bits: int, signed: bool, lanes: int) -> None:
    port = Port("x", Direction.OUTPUT, lanes, IntFormat(bits, signed))
    values = data.draw(st.lists(st.integers(port.format.low, port.format.high), min_size=lanes, max_size=lanes))
    vectors = Vectors((port,), {"x": pack(np.array([values]), port)}, (), ())
    (text,) = vectors.texts(port, Case("one edge", 0, 0, 1, reset=True))
    assert len(text) == port.width_bits
    assert [lane_value(lane_text(text, port, lane), port.format) for lane in range(lanes)] == values


def test_lane_zero_stands_in_the_lowest_bits() -> None:
    port = Port("x", Direction.OUTPUT, 2, IntFormat(4))
    (text,) = Vectors((port,), {"x": pack(np.array([[1, -1]]), port)}, (), ()).texts(port, Case("", 0, 0, 1, True))
    assert text == "11110001"


def test_an_unknown_bit_makes_no_number() -> None:
    assert lane_value("0x10", IntFormat(4)) is None
    assert lane_value("Z", IntFormat(1, signed=False)) is None


def test_vectors_survive_their_file(tmp_path: Path) -> None:
    vectors = some_vectors()
    save(vectors, tmp_path / "vectors.npz")
    again = load(tmp_path / "vectors.npz")
    assert (again.ports, again.cases, again.edges) == (vectors.ports, vectors.cases, vectors.edges)
    for port in vectors.ports:
        np.testing.assert_array_equal(again.bits[port.name], vectors.bits[port.name])
    for left, right in zip(again.products, vectors.products, strict=True):
        np.testing.assert_array_equal(left.a, right.a)
        np.testing.assert_array_equal(left.b, right.b)
        np.testing.assert_array_equal(left.places, right.places)


def test_an_observation_survives_its_file(tmp_path: Path) -> None:
    seen = Observation(3, 12, 4, 1, (Mismatch("case 0", 2, "c", 1, "5", "XX"),), "nothing")
    write_observation(seen, tmp_path / "seen.json")
    assert read_observation(tmp_path / "seen.json") == seen


def test_a_mismatch_says_where_what_and_what_instead() -> None:
    mismatch = Mismatch("case 2 (3x4x5)", 7, "c", 11, "-4", "XXXX")
    assert str(mismatch) == "case 2 (3x4x5): edge 7, c[11]: expected -4, got XXXX"


def test_only_the_first_mismatches_are_kept_and_all_are_counted() -> None:
    record = Record()
    for edge in range(1, SHOWN + 6):
        record.differ(Mismatch("case 0", edge, "c", 0, "0", "1"))
    seen = record.close()
    assert seen.mismatch_count == SHOWN + 5
    assert [mismatch.edge for mismatch in seen.mismatches] == list(range(1, SHOWN + 1))


OUTPUTS = (
    Port("c", Direction.OUTPUT, 2, IntFormat(4)),
    Port("c_valid", Direction.OUTPUT, 2, IntFormat(1, signed=False)),
)


def edge_check(expected: tuple[str, str], got: tuple[str, str], reset: bool) -> Observation:
    record = Record()
    names = ("c", "c_valid")
    checker = EdgeChecker(OUTPUTS, Case("case", 0, 0, 1, reset), record)
    checker.check(1, dict(zip(names, expected, strict=True)), dict(zip(names, got, strict=True)))
    return record.close()


def test_after_a_reset_every_lane_counts() -> None:
    seen = edge_check(("00100001", "01"), ("01110001", "01"), reset=True)
    assert (seen.edges, seen.lanes) == (1, 4)
    assert seen.mismatches == (Mismatch("case", 1, "c", 1, "2", "7"),)


def test_the_reset_is_edge_0_and_clears_every_lane() -> None:
    record = Record()
    EdgeChecker(OUTPUTS, Case("case", 0, 0, 1, reset=True), record).check_reset({"c": "00010000", "c_valid": "0X"})
    seen = record.close()
    assert (seen.edges, seen.lanes) == (0, 4)
    assert seen.mismatches == (Mismatch("case", 0, "c", 1, "0", "1"), Mismatch("case", 0, "c_valid", 0, "0", "X"))


def test_back_to_back_lanes_count_where_they_are_valid() -> None:
    seen = edge_check(("00100001", "01"), ("01110001", "01"), reset=False)
    assert (seen.lanes, seen.mismatches) == (3, ())
    assert edge_check(("00100001", "01"), ("01110011", "01"), reset=False).mismatch_count == 1


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("unknown", ["X", "Z"])
def test_an_unknown_bit_is_a_mismatch(unknown: str, reset: bool) -> None:
    seen = edge_check(("00100001", "01"), (f"0010000{unknown}", "01"), reset)
    assert seen.mismatches == (Mismatch("case", 1, "c", 0, "1", f"000{unknown}"),)
    assert edge_check(("00100001", "01"), ("00100001", f"{unknown}1"), reset).mismatch_count == 1


def product_check(buses: list[tuple[str, str]]) -> Observation:
    product = Product(np.array([[1], [2]]), np.array([[3]]), np.array([[0], [1]]))
    record = Record()
    checker = ProductChecker(OUTPUTS, Case("case", 0, 0, len(buses), True), product, record)
    for c, c_valid in buses:
        checker.collect({"c": c, "c_valid": c_valid})
    checker.finish()
    return record.close()


def test_the_product_is_assembled_from_what_the_design_calls_valid() -> None:
    seen = product_check([("11111111", "00"), ("11110011", "01"), ("01100000", "10")])
    assert (seen.elements, seen.mismatches) == (2, ())


def test_a_wrong_element_is_reported() -> None:
    seen = product_check([("01110011", "11")])
    assert seen.mismatches == (Mismatch("case", 1, "product", 1, "6", "7"),)


def test_a_missing_or_surplus_result_is_reported() -> None:
    seen = product_check([("01100011", "11"), ("01100011", "01")])
    assert seen.mismatches == (Mismatch("case", 2, "c_valid", 0, "1 results", "2 results"),)


def test_a_result_that_leaves_as_a_pair_is_worth_its_total() -> None:
    """Modulo the width of its ports: -8 and 7 are -1, 7 and 7 are -2 in four bits."""
    valid = Port("c_valid", Direction.OUTPUT, 1, IntFormat(1, signed=False))
    pair = tuple(Port(name, Direction.OUTPUT, 1, IntFormat(4)) for name in ("c_sum", "c_carry"))
    product = Product(np.array([[-1]]), np.array([[1, 2]]), np.array([[0, 1]]))
    record = Record()
    checker = ProductChecker((*pair, valid), Case("case", 0, 0, 3, True), product, record)
    for c_sum, c_carry, c_valid in (("1000", "0111", "1"), ("0001", "0001", "0"), ("0111", "0111", "1")):
        checker.collect({"c_sum": c_sum, "c_carry": c_carry, "c_valid": c_valid})
    checker.finish()
    assert (record.close().elements, record.close().mismatches) == (2, ())


def test_an_unknown_bit_in_one_row_of_a_pair_is_no_number() -> None:
    valid = Port("c_valid", Direction.OUTPUT, 1, IntFormat(1, signed=False))
    pair = tuple(Port(name, Direction.OUTPUT, 1, IntFormat(4)) for name in ("c_sum", "c_carry"))
    record = Record()
    product = Product(np.array([[3]]), np.array([[1]]), np.array([[0]]))
    checker = ProductChecker((*pair, valid), Case("case", 0, 0, 1, True), product, record)
    checker.collect({"c_sum": "0011", "c_carry": "00X0", "c_valid": "1"})
    checker.finish()
    assert record.close().mismatches == (Mismatch("case", 1, "product", 0, "3", "0"),)


@pytest.mark.rtl
def test_a_right_design_passes(tmp_path: Path) -> None:
    vectors = some_vectors()
    seen = execute([write_toy(tmp_path)], TOP, vectors, find(Simulator.ICARUS), tmp_path)
    valid_lanes, framing = 2, 2
    after_reset = (2 + framing) * (10 + 3)  # three resets are compared too
    back_to_back = 3 * valid_lanes + 10 * framing
    assert seen == Observation(edges=20, lanes=after_reset + back_to_back, elements=12)


@pytest.mark.rtl
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("acc0) + $signed", "acc0) - $signed"),
        ("(done ? 20'sd0 : acc1)", "acc1"),
        ("acc1 <= 0;", ""),
        ("done <= last;", "done <= valid;"),
        ("{acc1, acc0}", "{acc0, acc1}"),
        ("{done, done}", "{done, 1'b1}"),
    ],
    ids=["operator", "no clear", "no reset", "wrong flag", "lanes swapped", "always valid"],
)
def test_a_wrong_design_fails(tmp_path: Path, old: str, new: str) -> None:
    seen = execute([write_toy(tmp_path, old, new)], TOP, some_vectors(), find(Simulator.ICARUS), tmp_path)
    assert seen.mismatch_count > 0
    assert seen.edges == 20


@pytest.mark.rtl
def test_a_design_that_does_not_compile_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match=r"\Aicarus does not compile toy: (.|\n)*toy\.v:\d+: syntax error"):
        execute([write_toy(tmp_path, "reg done;", "reg reg;")], TOP, some_vectors(), find(Simulator.ICARUS), tmp_path)


@pytest.mark.rtl
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("input last,", "input first,", "the module toy has no port last"),
        ("[15:0] a", "[16:0] a", "the port a of toy is 17 bits wide, not 16"),
    ],
)
def test_a_design_with_another_boundary_is_an_error(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = write_toy(tmp_path, old, new)
    text.write_text(text.read_text().replace("done <= last", "done <= 0"))
    with pytest.raises(SimulatorError) as error:
        execute([text], TOP, some_vectors(), find(Simulator.ICARUS), tmp_path)
    assert str(error.value) == message


@pytest.mark.rtl
def test_a_simulation_that_stops_early_is_an_error(tmp_path: Path) -> None:
    source = write_toy(tmp_path, "reg done;", "reg done; always @(posedge clk) if (last) $finish;")
    with pytest.raises(SimulatorError, match=r"\Aicarus did not finish toy: "):
        execute([source], TOP, some_vectors(), find(Simulator.ICARUS), tmp_path)


def test_the_ports_of_the_small_design_are_what_its_vectors_hold() -> None:
    assert set(some_vectors().bits) == {port.name for port in PORTS}
