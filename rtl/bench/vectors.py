"""What the bench plays and expects: packed values of every port at every clock edge, and the products behind them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwsim.formats import IntFormat
from hwsim.ports import Direction, Port

Bits = NDArray[np.uint8]

VECTORS_VARIABLE = "HWSIM_BENCH_VECTORS"
"""Environment variable that names the vectors' file to the bench."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product that the design must deliver: a (m, k) @ b (k, n), and where its elements come out.

    ``places`` has shape (lanes, results): the flat index row * n + col of each lane's results in the order in which
    they become valid, -1 for a lane that a ragged fold leaves unused. ``stated`` (m, n) are the patterns of the result
    where rounding, of sums or of tables, makes it another one than numpy's; exact products have none.
    """

    a: NDArray[Any]
    b: NDArray[np.int64]
    places: NDArray[np.int64]
    stated: NDArray[np.int64] | None = None

    @property
    def expected(self) -> NDArray[np.int64]:
        """The result (m, n) as lanes hold it."""
        return np.asarray(np.matmul(self.a, self.b)) if self.stated is None else self.stated

    @property
    def label(self) -> str:
        return f"{self.a.shape[0]}x{self.b.shape[1]}x{self.a.shape[1]}"


@dataclass(frozen=True, slots=True)
class Case:
    """One passage through a product's vectors ``[start, stop)``, after a reset or straight after the case before."""

    name: str
    product: int
    start: int
    stop: int
    reset: bool


@dataclass(frozen=True)
class Vectors:
    """Everything that one run of the simulator needs, free of the engine that made it.

    ``bits`` maps a port's name to an array of shape (edges, bytes): the packed bus, most significant bit first.
    """

    ports: tuple[Port, ...]
    bits: Mapping[str, Bits]
    products: tuple[Product, ...]
    cases: tuple[Case, ...]

    @property
    def inputs(self) -> tuple[Port, ...]:
        return tuple(p for p in self.ports if p.direction is Direction.INPUT)

    @property
    def outputs(self) -> tuple[Port, ...]:
        return tuple(p for p in self.ports if p.direction is Direction.OUTPUT)

    @property
    def edges(self) -> int:
        """Clock edges of all cases together, resets not counted."""
        return sum(case.stop - case.start for case in self.cases)

    def texts(self, port: Port, case: Case) -> Iterator[str]:
        """The bus of ``port`` at each edge of ``case`` as ``width_bits`` characters 0 and 1."""
        for row in self.bits[port.name][case.start : case.stop]:
            yield (np.unpackbits(row, count=port.width_bits) + ord("0")).tobytes().decode("ascii")


def pack(values: NDArray[np.int64], port: Port) -> Bits:
    """Pack lane values (edges, lanes) into buses (edges, bytes), two's complement, lane 0 in the lowest bits."""
    shifts = np.arange(port.format.bits, dtype=np.int64)
    lowest_first = (values.astype(np.int64)[:, :, None] >> shifts) & 1
    flat = lowest_first.reshape(len(values), port.width_bits).astype(np.uint8)
    return np.packbits(flat[:, ::-1], axis=1)


def lane_text(bus: str, port: Port, lane: int) -> str:
    """The characters of one lane of a bus written most significant bit first."""
    end = len(bus) - lane * port.format.bits
    return bus[end - port.format.bits : end]


def lane_value(text: str, fmt: IntFormat) -> int | None:
    """The number that one lane holds, or None if a bit of it is neither 0 nor 1."""
    if text.strip("01"):
        return None
    value = int(text, 2)
    return value - (1 << fmt.bits) if fmt.signed and value > fmt.high else value


def assemble(results: NDArray[np.int64], where: NDArray[np.int64], m: int, n: int) -> NDArray[np.int64]:
    """Build the (m, n) product from results (lanes, results per lane); the last value for an element stays."""
    product = np.zeros(m * n, dtype=np.int64)
    for values, indices in zip(results.T, where.T, strict=True):
        product[indices[indices >= 0]] = values[indices >= 0]
    return product.reshape(m, n)


def save(vectors: Vectors, path: Path) -> None:
    """Write ``vectors`` as one ``.npz`` file."""
    head = {
        "ports": [[p.name, p.direction.value, p.lanes, p.format.bits, p.format.signed] for p in vectors.ports],
        "cases": [asdict(case) for case in vectors.cases],
    }
    arrays: dict[str, NDArray[np.generic]] = {"head": np.array(json.dumps(head))}
    arrays |= {f"bits_{name}": bits for name, bits in vectors.bits.items()}
    for i, product in enumerate(vectors.products):
        arrays |= {f"a_{i}": product.a, f"b_{i}": product.b, f"places_{i}": product.places}
        if product.stated is not None:
            arrays[f"stated_{i}"] = product.stated
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # its stub takes no mapping of arrays


def load(path: Path) -> Vectors:
    """Read what ``save`` wrote."""
    with np.load(path) as file:
        head = json.loads(str(file["head"]))
        ports = tuple(
            Port(name, Direction(direction), lanes, IntFormat(bits, signed))
            for name, direction, lanes, bits, signed in head["ports"]
        )
        count = sum(name.startswith("places_") for name in file.files)
        return Vectors(
            ports,
            {port.name: file[f"bits_{port.name}"] for port in ports},
            tuple(_product(file, i) for i in range(count)),
            tuple(Case(**case) for case in head["cases"]),
        )


def _product(file: Mapping[str, NDArray[Any]], i: int) -> Product:
    return Product(file[f"a_{i}"], file[f"b_{i}"], file[f"places_{i}"], file.get(f"stated_{i}"))
