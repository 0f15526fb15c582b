"""From an engine to the vectors of its bench: every example product, stepped by the model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Matrix
from hwsim.engine import Engine
from hwsim.float_patterns import FloatPatterns
from hwsim.ports import RESULT_VALID, Beat, Direction, Port
from rtl.bench.placement import places
from rtl.bench.vectors import Bits, Case, Product, Vectors, pack


def stimulus(engine: Engine, seed: int, cases: int) -> Vectors:
    """Vectors for ``cases`` products of ``engine.examples``, each once after a reset, then all back to back."""
    return vectors_of(engine, engine.examples(seed, cases))


def vectors_of(engine: Engine, operands: list[tuple[Matrix, Matrix]]) -> Vectors:
    """Vectors for given operand pairs a (m, k), b (k, n)."""
    ports = engine.ports
    chunks: list[dict[str, Bits]] = []
    products: list[Product] = []
    after_reset: list[Case] = []
    start = 0
    for index, (a, b) in enumerate(operands):
        chunk = _steps(engine, a, b)
        product = _product(engine, a, b)
        stop = start + len(chunk[RESULT_VALID])
        after_reset.append(Case(f"case {index} ({product.label})", index, start, stop, reset=True))
        chunks.append(chunk)
        products.append(product)
        start = stop
    bits = {port.name: np.concatenate([chunk[port.name] for chunk in chunks]) for port in ports}
    back_to_back = [replace(case, name=f"{case.name}, back to back", reset=False) for case in after_reset]
    return Vectors(ports, bits, tuple(products), (*after_reset, *back_to_back))


def _product(engine: Engine, a: Matrix, b: Matrix) -> Product:
    lanes = next(port.lanes for port in engine.ports if port.name == RESULT_VALID)
    where = places(engine, lanes, a.shape[0], b.shape[1], a.shape[1])
    given = a.astype(np.float64 if engine.mac.floating else np.int64)
    return Product(given, b.astype(np.int64), where, _stated(engine, a, b))


def _stated(engine: Engine, a: Matrix, b: Matrix) -> NDArray[np.int64] | None:
    """The product as the engine states it, in patterns where it is floats; None if it is that of numpy."""
    if engine.array.exact(engine.mac):
        return None
    acc, product = engine.mac.acc, engine.multiply(a, b)
    return acc.patterns(product) if isinstance(acc, FloatPatterns) else product.astype(np.int64)


def _steps(engine: Engine, a: Matrix, b: Matrix) -> dict[str, Bits]:
    """Step the model once and pack every port at every edge."""
    seen: dict[str, list[NDArray[np.int64]]] = {port.name: [] for port in engine.ports}
    for beat in engine.run(a, b):
        for port in engine.ports:
            # a copy, because a model may show views of registers that go on changing
            seen[port.name].append(np.array(_shown(beat, port), dtype=np.int64))
    return {port.name: pack(np.stack(seen[port.name]), port) for port in engine.ports}


def _shown(beat: Beat, port: Port) -> NDArray[np.integer]:
    return (beat.inputs if port.direction is Direction.INPUT else beat.outputs)[port.name]
