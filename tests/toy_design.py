"""A hand-written design of two dot-product lanes, its step model in plain Python, and the vectors of its bench."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwsim.formats import INT8, IntFormat
from hwsim.ports import Direction, Port
from rtl.bench.vectors import Case, Product, Vectors, pack

ACC = IntFormat(20)
BIT = IntFormat(1, signed=False)
PORTS = (
    Port("a", Direction.INPUT, 2, INT8),
    Port("b", Direction.INPUT, 1, INT8),
    Port("valid", Direction.INPUT, 1, BIT),
    Port("last", Direction.INPUT, 1, BIT),
    Port("c", Direction.OUTPUT, 2, ACC),
    Port("c_valid", Direction.OUTPUT, 2, BIT),
)
TOP = "toy"
TEXT = """
module toy (input clk, input rst, input [15:0] a, input [7:0] b, input valid, input last,
            output [39:0] c, output [1:0] c_valid);
    reg signed [19:0] acc0, acc1;
    reg done;
    always @(posedge clk)
        if (rst) begin acc0 <= 0; acc1 <= 0; done <= 0; end
        else begin
            if (valid) begin
                acc0 <= (done ? 20'sd0 : acc0) + $signed(a[7:0]) * $signed(b);
                acc1 <= (done ? 20'sd0 : acc1) + $signed(a[15:8]) * $signed(b);
            end
            done <= last;
        end
    assign c = {acc1, acc0};
    assign c_valid = {done, done};
endmodule
"""


def write_toy(folder: Path, old: str = "", new: str = "") -> Path:
    """Write the design, with ``old`` replaced by ``new`` if given, and return its file."""
    assert old in TEXT
    path = folder / "toy.v"
    path.write_text(TEXT.replace(old, new) if old else TEXT)
    return path


def toy_vectors(operands: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> Vectors:
    """Vectors of products a (2, k) @ b (k, 1): after a reset each, then back to back."""
    values: dict[str, list[list[int]]] = {port.name: [] for port in PORTS}
    cases, products = [], []
    for index, (a, b) in enumerate(operands):
        start = len(values["c"])
        _step(a, b, values)
        products.append(Product(a, b, np.array([[0], [1]])))
        cases.append(Case(f"case {index}", index, start, len(values["c"]), reset=True))
    again = [Case(f"{c.name}, back to back", c.product, c.start, c.stop, reset=False) for c in cases]
    bits = {port.name: pack(np.array(values[port.name]), port) for port in PORTS}
    return Vectors(PORTS, bits, tuple(products), (*cases, *again))


def _step(a: NDArray[np.int64], b: NDArray[np.int64], values: dict[str, list[list[int]]]) -> None:
    sums = np.zeros(2, dtype=np.int64)
    for k in range(a.shape[1]):
        last = int(k == a.shape[1] - 1)
        sums = sums + a[:, k] * b[k, 0]
        shown = {"a": a[:, k], "b": b[k], "valid": [1], "last": [last], "c": sums, "c_valid": [last, last]}
        for name, lanes in shown.items():
            values[name].append([int(x) for x in lanes])
