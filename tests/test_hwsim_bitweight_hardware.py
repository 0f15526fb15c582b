"""The hardware and the cycles of nests: the inventory of 32 x 32 PEs, widths, barriers, all from the loops."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.bitweight import (
    STEPS,
    Drain,
    Hardware,
    Nest,
    Place,
    bank,
    build,
    built_bits,
    count_cycles,
    fission,
    hardware,
    hoist,
    interchange,
    interpret,
    mac,
    opt1,
    opt2,
    opt3,
    opt4c,
    opt4e,
    resolve,
    simd_lanes,
    spatial,
    split,
    sync,
    temporal,
    transformed,
)
from hwsim.bitweight.widths import signed_bits
from hwsim.encodings.distribution import Distribution
from hwsim.encodings.ent import EnT
from hwsim.encodings.naf import Naf
from hwsim.encodings.registry import ENCODINGS
from hwsim.encodings.statistics import DigitStatistics
from hwsim.errors import SpecError
from hwsim.formats import INT8, INT16, UINT8, IntFormat

Figure = Callable[[Hardware], object]


def compressors(made: Hardware) -> tuple[int, int]:
    ((leaf, count),) = made.leaves("compressor").items()
    return count, leaf["inputs"]


def width_of_sums(made: Hardware) -> int:
    """Width of what rests in the PE's register: of one row, if it is a carry-save pair."""
    ((leaf, _),) = made.leaves("sum_register").items()
    return leaf["bits"] // (2 if compressors(made)[1] != 4 else 1)


# mac, opt1, opt2, opt3, opt4c, opt4e at 32 x 32 PEs, k = 768, groups of 4, 4 lanes
GOLDEN: dict[str, tuple[Figure, tuple[object, ...]]] = {
    "digit encoders": (lambda x: x.count("digit_encoder"), (4096, 4096, 4096, 4096, 128, 512)),
    "sparse encoders": (lambda x: x.count("sparse_encoder"), (0, 0, 0, 1024, 32, 128)),
    "partial product muxes": (lambda x: x.count("pp_mux"), (4096, 4096, 4096, 1024, 1024, 4096)),
    "CPPGs": (lambda x: x.count("cppg"), (1024, 1024, 4096, 1024, 1024, 4096)),
    "operand muxes": (lambda x: x.count("operand_mux"), (0, 0, 0, 1024, 0, 0)),
    "compressors": (compressors, ((1024, 4), (1024, 6), (1024, 6), (1024, 3), (1024, 3), (1024, 6))),
    "carry-propagate adders in PEs": (
        lambda x: [(leaf["bits"], count) for leaf, count in x.leaves("cpa", Place.PE).items()],
        ([(16, 1024), (25, 1024)], [], [], [], [], []),
    ),
    "width": (width_of_sums, (25, 25, 19, 19, 19, 19)),
    "shortest tile in cycles": (lambda x: x.cycles.shortest, (768, 768, 768, 768, 768, 192)),
    "longest tile in cycles": (lambda x: x.cycles.longest, (768, 768, 768, 3072, 3072, 768)),
    "drains per output": (lambda x: x.drains_per_output, (1, 1, 4, 4, 4, 4)),
    # 1024 results per pass of at least 48 cycles are 21.3 per cycle: 22 lanes, where the published sketch has 21
    "SIMD lanes": (lambda x: x.simd_lanes, (0, 2, 6, 6, 6, 22)),
    "B words per step": (lambda x: x.demand.b_words, (32, 32, 128, 4096, 1024, 4096)),
    "B words per step and PE": (lambda x: x.demand.b_words_per_pe, (1, 1, 4, 4, 1, 4)),
    "A digits per step": (lambda x: x.demand.a_digits, (128, 128, 128, 128, 128, 512)),
    "barriers": (lambda x: x.count("barrier"), (0, 0, 0, 1, 1, 33)),
    "bits of registers": (
        lambda x: x.register_bits,
        (1024 * 25, 1024 * 4 * 25, 1024 * 4 * 19, 1024 * 4 * 19, 1024 * 4 * 19, 1024 * 4 * 19),
    ),
}


@pytest.mark.parametrize("figure", GOLDEN)
def test_the_inventory_of_32_by_32(figure: str) -> None:
    of, published = GOLDEN[figure]
    assert tuple(of(hardware(transformed(mac(), step))) for step in STEPS) == published


def test_lanes_for_the_mean_pass() -> None:
    """At 2.41 cycles per operand passes are longer than 192 (48) cycles on average, and fewer lanes do."""
    mean = int(768 * 2.41)
    assert [simd_lanes(f(mac()), mean) for f in (opt3, opt4c)] == [3, 3]
    assert simd_lanes(opt4e(mac()), mean // 4) == 9
    assert hardware(opt3(mac()), tile_cycles=mean).leaves("shifter") == {
        leaf: 3 for leaf in hardware(opt3(mac())).leaves("shifter")
    }


def test_lanes_for_the_mean_tile_are_late_for_the_top_digits() -> None:
    """1024 results take them 342 cycles, and the pass over the top digits of normal data about 200."""
    lanes = simd_lanes(opt4c(mac()), int(768 * 2.41))
    passes = 192 * DigitStatistics(EnT(), Distribution.published_normal(INT8)).group_cycles()
    waits = -(-1024 // lanes) > passes
    assert (waits.tolist(), round(float(passes[-1]))) == ([False, False, False, True], 199)
    assert -(-1024 // hardware(opt4c(mac())).simd_lanes) <= 192  # the default is in time for any pass


def test_draining_by_stalling() -> None:
    held, stalled = hardware(opt2(mac())), hardware(opt2(mac()), Drain.STALL)
    assert held.register_bits == 2 * stalled.register_bits
    assert (held.stall_cycles, stalled.stall_cycles) == (0, 4 * 171)
    assert hardware(opt2(mac()), Drain.STALL, lanes=32).stall_cycles == 4 * 32
    assert hardware(mac(), Drain.STALL).stall_cycles == 0


@pytest.mark.parametrize("arguments", [{"lanes": 0, "drain": Drain.STALL}, {"lanes": 4}])
def test_lanes_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(SpecError) as refusal:
        hardware(opt2(mac()), **arguments)
    assert str(refusal.value) == (
        f"lanes={arguments['lanes']}: a number of lanes of at least 1 is given with drain=stall, and with it alone"
    )


def test_a_tile_takes_time() -> None:
    with pytest.raises(SpecError) as refusal:
        hardware(opt2(mac()), tile_cycles=0)
    assert str(refusal.value) == "a tile takes at least 1 cycle, not 0"


def test_an_encoder_that_carries_makes_a_whole_operand() -> None:
    assert hardware(mac(encoding=EnT())).count("operand_encoder") == 1024  # all four digits at once
    assert hardware(opt4c(mac(encoding=EnT()))).count("operand_encoder") == 128  # one digit of each is used at a time
    naf = hardware(mac(encoding=Naf()))
    assert (naf.count("operand_encoder"), naf.count("pp_mux"), compressors(naf)) == (1024, 8192, (1024, 8))


def test_the_inventory_counts_every_part() -> None:
    made = hardware(opt4e(mac()))
    counts = made.inventory().counts
    assert sum(counts.values()) == sum(part.count for part in made.parts)
    assert counts[next(iter(made.leaves("compressor")))] == 1024


def test_registers_for_every_bank() -> None:
    """n in time inside k: one PE per row keeps n sums."""
    nest = interchange(bank(temporal(mac(4, 8, 16), "n"), "accumulate", "k", "n"), "n", "k")
    made = hardware(nest)
    assert (made.pes, made.count("sum_register"), made.cycles.shortest, made.demand.b_words) == (4, 32, 128, 1)


def test_a_sum_in_space_needs_no_register() -> None:
    """k in space below a sum of pairs: an adder tree whose inputs are the rows of pairs."""
    nest = spatial(fission(opt1(mac(2, 2, 16)), "half_reduce", "bw"), "k")
    made = hardware(nest)
    assert {(leaf["inputs"], leaf["bits"]): count for leaf, count in made.leaves("compressor").items()} == {
        (4, 20): 64,
        (32, 20): 4,
    }
    assert (made.register_bits, made.cycles.shortest, made.count("cpa", Place.PE), made.simd_lanes) == (0, 1, 4, 0)


def test_an_adder_tree() -> None:
    """OPT1 and OPT2 of trees with 8 inputs: one compressor for all digits of all inputs, or for one digit of each."""
    split_k = fission(split(mac(4, 4, 64), "k", 8, ("kt", "kp")), "accumulate", "kp")
    tree = spatial(resolve(split_k, "kp"), "kp")
    made = [hardware(nest) for nest in (tree, opt1(tree), opt2(tree))]
    assert [x.count("cpa", Place.PE) for x in made] == [16 * 8 + 16 + 16, 0, 0]
    assert [compressors(x) for x in made[1:]] == [(16, 8 * 4 + 2), (16, 8 + 2)]
    assert [x.cycles.shortest for x in made] == [8, 8, 32]
    assert [x.count("digit_encoder") for x in made] == [512, 512, 128]


def test_hoisting_the_encoder_of_a_parallel_mac() -> None:
    made = hardware(hoist(mac(), "encode", "n"))
    assert made.count("digit_encoder", Place.SHARED) == made.count("digit_encoder") == 128


# widths


@pytest.mark.parametrize(
    ("k", "unshifted", "products"), [(1, 10, 16), (16, 14, 20), (64, 16, 22), (768, 19, 25), (1024, 20, 26)]
)
def test_widths_by_k(k: int, unshifted: int, products: int) -> None:
    """bitlength(k * 2**b) + 1 for partial products, bitlength(k * 2**(2b - 2)) + 1 for products."""
    assert unshifted == (k << 8).bit_length() + 1
    assert products == (k << 14).bit_length() + 1
    assert hardware(opt2(mac(k=k))).drained_bits == 2 * unshifted
    assert hardware(opt1(mac(k=k))).drained_bits == 2 * products
    assert hardware(mac(k=k)).drained_bits == products


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from((INT8, UINT8, IntFormat(5), INT16)),
    st.sampled_from((INT8, UINT8, IntFormat(3))),
    st.integers(1, 9),
    st.sampled_from(ENCODINGS),
    st.sampled_from(STEPS),
)
def test_widths_hold_the_corners(a: IntFormat, b: IntFormat, k: int, encoding: object, step: str) -> None:
    nest = transformed(mac(2, 2, k, a, b, encoding), step, kp=2, lanes=2)
    left = np.repeat([[a.low], [a.high]], k, axis=1)
    right = np.repeat([[b.low, b.high]], k, axis=0)
    np.testing.assert_array_equal(interpret(nest, left, right), left @ right)


def test_a_bit_less_is_too_narrow() -> None:
    """The derived width of what the PE sums is reached by operands: one bit less would wrap."""
    for step, low in (("mac", -128), ("opt1", -128), ("opt2", -2)):
        nest = transformed(mac(k=16), step)
        bits = hardware(nest).drained_bits // (1 if step == "mac" else 2)
        reached = 16 * (-128 * low if step != "opt2" else 256)
        assert signed_bits(0, reached) == bits


def test_a_wider_accumulator_is_built_as_told() -> None:
    made = hardware(build(opt2(mac()), "half_reduce", "kt", 26))
    assert (made.drained_bits, made.leaves("cpa")) == (52, {leaf: 6 for leaf in made.leaves("cpa")})
    assert sorted(leaf["bits"] for leaf in made.leaves("cpa")) == [25, 26]
    assert built_bits(build(mac(), "accumulate", "k", 32))[5] == 32


# cycles


def per_group(nest_k: int, a: np.ndarray, empty: int, group: int, encoding: EnT) -> np.ndarray:
    """Cycles of every group, shape (m, bw, groups), the slow way."""
    digits = encoding.encode(np.pad(a, ((0, 0), (0, nest_k - a.shape[1]))), INT8)
    rows, _, places = digits.shape
    return np.array(
        [
            [
                [max(empty, int((digits[m, g : g + group, bw] != 0).sum())) for g in range(0, nest_k, group)]
                for bw in range(places)
            ]
            for m in range(rows)
        ]
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(1, 30), st.integers(0, 1), st.integers(0, 2**32 - 1))
def test_cycles_of_streams(m: int, k: int, empty: int, seed: int) -> None:
    a = np.round(np.random.default_rng(seed).normal(0, 20, (m, k))).clip(-128, 127).astype(np.int64)
    base = opt3(mac(m, 2, k, encoding=EnT()))
    groups = per_group(-(-k // 4) * 4, a, empty, 4, EnT())
    assert count_cycles(base, a, empty) == groups.sum(axis=(1, 2)).max()
    assert count_cycles(opt4c(base), a, empty) == groups.sum(axis=(1, 2)).max()
    assert count_cycles(sync(base, "m", "bw"), a, empty) == groups.sum(axis=2).max(axis=0).sum()
    assert count_cycles(sync(base, "m", "bw", "kt"), a, empty) == groups.max(axis=0).sum()
    laned = opt4e(base, lanes=3)
    padded = per_group(-(-k // 12) * 12, a, empty, 4, EnT())
    lanes = np.stack([padded[..., lane::3].sum(axis=2) for lane in range(3)])  # (lane, m, bw)
    assert count_cycles(laned, a, empty) == lanes.max(axis=0).sum(axis=1).max()


def test_issue_cycles_of_known_operands() -> None:
    """Groups of four equal operands in EN-T digits: 91 has none that is 0, 0 costs one cycle per digit, 124 has two."""
    nest = opt3(mac(1, 1, 4, encoding=EnT()))
    assert [count_cycles(nest, np.full((1, 4), value)) for value in (91, 0, 124)] == [16, 4, 10]
    assert count_cycles(nest, np.zeros((1, 4), int), empty_group_cycles=0) == 0


def test_a_column_in_time_runs_its_stream_again() -> None:
    nest = bank(bank(opt4c(mac(2, 3, 8)), "half_reduce", "kt", "n"), "accumulate", "bw", "n")
    nest = temporal(nest, "n")
    assert count_cycles(nest, np.full((2, 8), 85)) == 3 * 4 * 8
    assert count_cycles(opt2(mac(2, 3, 8)), np.zeros((2, 8), int)) == 8


def normal(rows: int, k: int, sigma: float = 24.4) -> np.ndarray:
    return np.round(np.random.default_rng(7).normal(0, sigma, (rows, k))).clip(-128, 127).astype(np.int64)


def test_cycles_per_operand_of_normal_data() -> None:
    """2.406 cycles per operand in EN-T, 2.525 in Booth at sigma 24.4, groups of four, an empty group for one cycle."""
    a = normal(1, 1 << 15)
    for encoding, published in ((EnT(), 2.406), (None, 2.525)):
        nest = opt4c(mac(1, 1, a.shape[1], encoding=encoding))
        assert count_cycles(nest, a) / a.shape[1] == pytest.approx(published, abs=0.02)


def test_waiting_for_the_slowest_of_normal_data() -> None:
    """At 32 columns and k = 768: 1.023 of the mean column at the end of k, 1.044 per bit-weight; lanes add to it."""
    a = normal(32 * 20, 768)
    base = opt4c(mac(32, 1, 768, encoding=EnT()))
    tiles = a.reshape(20, 32, 768)
    mean = 2.406 * 768
    end = np.mean([count_cycles(base, tile) for tile in tiles]) / mean
    per_digit = np.mean([count_cycles(sync(base, "m", "bw"), tile) for tile in tiles]) / mean
    laned = np.mean([count_cycles(opt4e(base), tile) for tile in tiles]) * 4 / mean
    assert end == pytest.approx(1.023, abs=0.006)
    assert per_digit == pytest.approx(1.044, abs=0.006)
    assert 1.059 < laned < 1.112  # between all lanes waiting once per tile and all lanes waiting per bit-weight


def test_an_empty_group_costs_nothing_or_a_cycle() -> None:
    with pytest.raises(SpecError) as refusal:
        count_cycles(opt3(mac(1, 1, 4)), np.zeros((1, 4), int), empty_group_cycles=2)
    assert str(refusal.value) == "an all-zero group costs 0 or 1 cycles, not 2"


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 20),
    st.sampled_from(STEPS),
    st.integers(1, 5),
    st.integers(1, 3),
)
def test_what_holds_for_all_sizes(m: int, n: int, k: int, step: str, kp: int, lanes: int) -> None:
    nest: Nest = transformed(mac(m, n, k), step, kp, lanes)
    made = hardware(nest)
    assert made.pes == m * n
    assert made.count("sum_register") == m * n
    assert made.demand.b_words >= made.demand.b_words_per_pe
    a = np.random.default_rng(k).integers(-128, 128, (m, k))
    assert made.cycles.shortest <= count_cycles(nest, a) <= made.cycles.longest


def test_a_split_in_time_changes_no_hardware() -> None:
    for step in STEPS:
        nest = transformed(mac(4, 4, 32), step)
        loop = "k" if step in ("mac", "opt1") else "kt"
        assert hardware(split(nest, loop, 2, ("outer", "inner"))) == hardware(nest)
