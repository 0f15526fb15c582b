"""Claims on cycles of dense arrays: edges measured on the published Verilog, and closed forms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from hwsim import Gemm, load_engine
from sweeps.reproduce.bitweight.operands import SEED
from sweeps.reproduce.claim import Claim, Measure, derived, measured, table
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT, Value

Cell = tuple[str, Value, Measure]
OS, WS, CUBE = "systolic-os:rows=4,cols=6", "systolic-ws:rows=5,cols=6", "cube:p=4"
TREE = "adder-tree:k=16,n=4"
FOLDED = Gemm(100, 30, 77)  # ragged in m, n and k on 16 x 16


def edges(spec: str, m: int, n: int, k: int) -> tuple[int, int]:
    """The first and the last edge after which a lane shows a result, counted in the stepped model."""
    rng = np.random.default_rng(SEED)
    stepping = load_engine(spec).run(rng.integers(-128, 128, (m, k)), rng.integers(-128, 128, (k, n)))
    shown = [edge for edge, beat in enumerate(stepping, 1) if beat.outputs["c_valid"].any()]
    return shown[0], shown[-1]


def preload(spec: str) -> int:
    """Edges in which the resting operand enters: framed by ``load`` on the ports."""
    rng = np.random.default_rng(SEED)
    limits = load_engine(spec).limits
    k, n = limits.k or 1, limits.n or 1
    stepping = load_engine(spec).run(rng.integers(-128, 128, (1, k)), rng.integers(-128, 128, (k, n)))
    return sum(bool(beat.inputs["load"].any()) for beat in stepping)


def into_stream(spec: str, m: int, n: int, k: int) -> tuple[int, int]:
    """`edges`, counted from the first streaming operand."""
    first, last = edges(spec, m, n, k)
    return first - preload(spec), last - preload(spec)


def closed(spec: str) -> int:
    """Cycles of the folded product, in closed form."""
    return int(load_engine(spec).latency(FOLDED).expected)


def first_of_tile(tile: int) -> int:
    """The edge at which a tile of the adder tree shows the first row, from the row's operand on."""
    rng = np.random.default_rng(SEED)
    stepping = load_engine(TREE).run(rng.integers(-128, 128, (1, 16)), rng.integers(-128, 128, (16, 4)))
    shown = [edge for edge, beat in enumerate(stepping, 1) if beat.outputs["c_valid"][tile]]
    return shown[0] - preload(TREE)


def after_first_tile(tile: int) -> int:
    """Edges by which a tile is later than tile 0."""
    return first_of_tile(tile) - first_of_tile(0)


def _ceil(side: int, by: int) -> int:
    return -(-side // by)


def _folds(*sides: int) -> int:
    return int(np.prod([_ceil(side, 16) for side in sides]))


def _closed_forms() -> tuple[Claim, ...]:
    """Closed forms for 16 x 16 (16 in depth), with fill and drain for every fold, or folds back to back."""
    m, n, k, p = FOLDED.m, FOLDED.n, FOLDED.k, 16
    one_by_one: Sequence[Cell] = [
        _form("systolic-os", "ceil(M/P) ceil(N/P) (K + 2P - 1)", _folds(m, n) * (k + 2 * p - 1)),
        _form("systolic-ws", "ceil(K/P) ceil(N/P) (P + M + 2P - 1)", _folds(k, n) * (m + 3 * p - 1)),
        _form("matrix-2d", "ceil(M/P) ceil(N/P) (K + 1)", _folds(m, n) * (k + 1)),
    ]
    back_to_back: Sequence[Cell] = [
        _form("systolic-os", "ceil(M/P) ceil(N/P) K + 2P - 1", _folds(m, n) * k + 2 * p - 1, True),
        _form("cube", "ceil(M/P) ceil(N/P) ceil(K/P) + 3P - 2", _folds(m, n, k) + 3 * p - 2, True),
    ]
    usual: Sequence[Cell] = [
        _form("systolic-ws", "ceil(K/P) ceil(N/P) max(M, P) + 2P - 1", _folds(k, n) * max(m, p) + 2 * p - 1, True),
        _form("adder-tree", "ceil(K/P) ceil(N/P) M + 6 + P - 1", _folds(k, n) * m + 6 + p - 1, True),
    ]
    source = derived("usual closed forms, M = 100, N = 30, K = 77")
    return (
        *table("cycles of a product on arrays of side P = 16, fold by fold", source, EXACT, one_by_one, "cycles"),
        *table("cycles of a product on arrays of side P = 16, back to back", source, EXACT, back_to_back, "cycles"),
        *table("cycles of a product where an operand rests, the first preload left out", source, EXACT, usual, "cycles",
               "no buffer hides the first preload: ours counts its 16 edges, and none after a tree's last result"),
    )  # fmt: skip


def _form(array: str, words: str, cycles: int, overlap: bool = False) -> Cell:
    fields = {"cube": "p=16", "adder-tree": "k=16,n=16"}.get(array, "rows=16,cols=16")
    spec = f"{array}:{fields},overlap={str(overlap).lower()}"
    return f"{array}, {words}", cycles, partial(closed, spec)


def _tiles() -> tuple[Claim, ...]:
    verilog = measured("Verilator 5.006 on the published arrays")
    return (
        *table("edges to the last result, output stationary, M4 N6 K5", verilog, EXACT,
               [("", 14, lambda: edges(OS, 4, 6, 5)[1])], "edges"),
        *table("first and last result, weight stationary, M7 N6 K5", verilog, EXACT,
               [("", (6, 17), partial(into_stream, WS, 7, 6, 5))], "edges"),
        *table("preload, weight stationary, N6", verilog, EXACT, [("", 7, partial(preload, WS))], "edges",
               "the published array registers its write enable; here load frames the first weight itself"),
        *table("first and last result, cube of side 4, three block products", verilog, EXACT,
               [("", (5, 13), partial(edges, CUBE, 4, 4, 12))], "edges"),
        *table("first result of a tile of the tree after that of tile 0, K16 N4", verilog, EXACT,
               [(f"tile {i}", i, partial(after_first_tile, i)) for i in (1, 2, 3)],
               "edges"),
        *table("first result of tile 0 of the tree, K16 N4", verilog, EXACT, [("", 8, partial(first_of_tile, 0))],
               "edges", "the published OPT2 tree has eight stages, encoder and buffer too; ours is bit-parallel"),
        *table("edges to the result, broadcast, K9", derived("K and one stage of operands"), EXACT,
               [("", 10, lambda: edges("matrix-2d:rows=3,cols=5", 3, 5, 9)[1])], "edges"),
    )  # fmt: skip


ARRAYS = Section("Dense arrays", (*_tiles(), *_closed_forms()))
