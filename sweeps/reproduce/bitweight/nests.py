"""Claims on hardware that a nest of loops and primitives needs: how many of what, how wide, how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

from hwsim.bitweight import STEPS, Hardware, Place, built_bits, hardware, mac, opt1, opt2, opt4c, transformed
from hwsim.sparse_columns import expected_row_cycles
from sweeps.reproduce.bitweight.operands import RULE, published
from sweeps.reproduce.bitweight.sources import notes, repository
from sweeps.reproduce.claim import Claim, Source, derived, table
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT, relative

Figure = Callable[[Hardware], int]
SKETCH = derived("the inventory of 32 x 32 PEs for K = 768, groups of 4, four lanes")
K = 768


@cache
def made(step: str) -> Hardware:
    """The hardware of 32 x 32 PEs after a step, for K = 768."""
    return hardware(transformed(mac(k=K), step))


def inputs(found: Hardware) -> int:
    """Rows that the one kind of compressor takes."""
    ((leaf, _),) = found.leaves("compressor").items()
    return leaf["inputs"]


def width(found: Hardware) -> int:
    """Bits of one row of what the registers of a PE hold."""
    ((leaf, _),) = found.leaves("sum_register").items()
    rows = 1 if found.count("cpa", Place.PE) else 2
    return leaf["bits"] // rows


def column(figure: Figure, step: str) -> int:
    """One figure of a step's hardware."""
    return figure(made(step))


INVENTORY: dict[str, tuple[Figure, tuple[int, ...]]] = {
    "digit encoders": (lambda x: x.count("digit_encoder"), (4096, 4096, 4096, 4096, 128, 512)),
    "sparse encoders": (lambda x: x.count("sparse_encoder"), (0, 0, 0, 1024, 32, 128)),
    "partial product muxes": (lambda x: x.count("pp_mux"), (4096, 4096, 4096, 1024, 1024, 4096)),
    "compressors": (lambda x: x.count("compressor"), (1024, 1024, 1024, 1024, 1024, 1024)),
    "carry-propagate adders in PEs": (lambda x: x.count("cpa", Place.PE), (2048, 0, 0, 0, 0, 0)),
    "bits of a sum": (width, (25, 25, 19, 19, 19, 19)),
    "drains per output": (lambda x: x.drains_per_output, (1, 1, 4, 4, 4, 4)),
    "SIMD adders": (lambda x: x.simd_lanes, (0, 2, 6, 6, 6, 21)),
    "B words per step into the array": (lambda x: x.demand.b_words, (32, 32, 128, 4096, 1024, 4096)),
}
NOTES = {
    "SIMD adders": "1024 results per pass of 48 cycles are 21.3 per cycle: the sketch rounds down, lanes come whole"
}


def _inventory(title: str, figure: Figure, values: Sequence[int]) -> tuple[Claim, ...]:
    cells = [(step, value, partial(column, figure, step)) for step, value in zip(STEPS, values, strict=True)]
    return table(f"{title}, 32 x 32 PEs", SKETCH, EXACT, cells, note=NOTES.get(title, ""))


def _compressors() -> tuple[Claim, ...]:
    places: tuple[tuple[Source, dict[str, int]], ...] = (
        (derived("four partial products; a pair of registers beside four of them"), {"mac": 4, "opt2": 6}),
        (repository("opt1_mac.v, pe.v and the figure of the PEs"), {"opt1": 6, "opt3": 3, "opt4c": 3, "opt4e": 6}),
    )
    return tuple(
        claim
        for source, steps in places
        for claim in table("inputs of the compressor of a PE", source, EXACT,
                           [(step, rows, partial(column, inputs, step)) for step, rows in steps.items()], "rows")
    )  # fmt: skip


def pair_bits(k: int, step: str) -> int:
    """Width of a carry-save row that a transformed MAC keeps for sums of ``k`` terms."""
    return hardware(transformed(mac(k=k), step)).drained_bits // 2


def partial_product_bits() -> int:
    """Width of what map makes."""
    nest = opt2(mac(k=1))
    return built_bits(nest)[nest.index("map")]


def _widths() -> tuple[Claim, ...]:
    return (
        *table("bits of a partial product", repository("booth_pp_gen"), EXACT, [("", 10, partial_product_bits)],
               "bits"),
        *table("bits of a sum of products", repository("the tops of the WS array and the cube"), EXACT,
               [("K = 16", 20, partial(pair_bits, 16, "opt1")), ("K = 8", 19, partial(pair_bits, 8, "opt1"))], "bits"),
        *table("bits of a sum of unshifted partial products", derived("10 + ceil(log2 K)"), EXACT,
               [(f"K = {k}", bits, partial(pair_bits, k, "opt2")) for k, bits in ((16, 14), (64, 16), (1024, 20))],
               "bits"),
    )  # fmt: skip


def _cycles() -> tuple[Claim, ...]:
    dense = [(step, K, partial(column, lambda x: x.cycles.longest, step)) for step in STEPS[:3]]
    return (
        *table("cycles of a tile of 32 x 32 outputs, K = 768", SKETCH, EXACT, dense, "cycles",
               "OPT1 and OPT2 leave them unchanged"),
        *table("mean cycles of a column at sigma 24.4, K = 768", derived("2.41 cycles per operand"), relative(0.005),
               [("opt3 and opt4c", K * 2.41, lambda: expected_row_cycles(published("ent"), K, RULE))], "cycles"),
    )  # fmt: skip


def simd_lanes(k: int) -> int:
    """SIMD adders of 32 x 32 OPT1 PEs."""
    return hardware(opt1(mac(k=k))).simd_lanes


NESTS = Section(
    "Hardware of the transforms",
    (
        *_compressors(),
        *table("sparse encoders of a column", repository("top_pe_column"), EXACT,
               [("opt4c", 1, lambda: hardware(opt4c(mac(m=1, n=32))).count("sparse_encoder", Place.SHARED))]),
        *table("SIMD adders of 32 x 32 OPT1 PEs, MP NP / K", notes("OPT1"), EXACT,
               [(f"K = {k}", 32 * 32 // k, partial(simd_lanes, k)) for k in (64, 1024)]),
        *_widths(),
        *(claim for title, (figure, values) in INVENTORY.items() for claim in _inventory(title, figure, values)),
        *_cycles(),
    ),
)  # fmt: skip
