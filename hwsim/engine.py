"""An engine: an array of PEs with a MAC in each, and the one place that knows them all by name."""

from __future__ import annotations

import tomllib
from collections.abc import Generator, Mapping
from dataclasses import MISSING, dataclass, fields
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from hwsim.arrays import ARRAYS, Array
from hwsim.arrays.base import Limits, Matrix
from hwsim.errors import SpecError, nearest
from hwsim.float_patterns import FloatPatterns, check_matrix
from hwsim.formats import IntFormat
from hwsim.gemm import Gemm, Shapes
from hwsim.inventory import Inventory
from hwsim.latency import Latency
from hwsim.lmma import is_lmma, parse_lmma
from hwsim.macs import MACS, Mac
from hwsim.ports import RESULTS, Beat, Port
from hwsim.spec import field_text, read_fields, split_inline

ENGINES: dict[str, str] = {
    "tpu-like-32": "systolic-ws:rows=32,cols=32,overlap=true",
    "systolic-16": "systolic-os:rows=16,cols=16",
}
"""Presets: a name and the inline form that it stands for."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One description, four answers: ``multiply`` (values), ``latency``/``count``/``run`` (cycles), ``ports`` and
    ``inventory`` (gates, and through them cost)."""

    array: Array
    mac: Mac

    def __post_init__(self) -> None:
        self.array.check_mac(self.mac)

    @property
    def spec(self) -> str:
        """The canonical inline form: every field that differs from its default, and the geometry always."""
        parts = [
            f"{f.name}={field_text(getattr(self.array, f.name))}"
            for f in fields(self.array)
            if f.name not in self.array.unsaid or getattr(self.array, f.name) != f.default
        ]
        if type(self.mac) is not self.array.houses[0]:
            parts.append(f"mac={self.mac.name}")
        parts += [
            f"{f.name}={field_text(getattr(self.mac, f.name))}"
            for f in fields(self.mac)
            if f.init and getattr(self.mac, f.name) != f.default
        ]
        return f"{self.array.name}:{','.join(parts)}"

    @property
    def limits(self) -> Limits:
        """Largest sides of one fold; what exceeds them is folded."""
        return self.array.limits

    @property
    def pe_count(self) -> int:
        """Multipliers: what a cycle can hold of multiply-accumulates, of partial products in sparse columns, or of
        one-bit ones where weights come in bit planes."""
        return self.array.multipliers(self.mac)

    @property
    def activation(self) -> IntFormat:
        """The values of A that it takes: those of the MAC's format, or fewer where the array is declared so."""
        return self.array.activation(self.mac)

    @property
    def operand_bits(self) -> int:
        """Bits of both operands that one step works on."""
        return self.array.operand_bits(self.mac)

    @property
    def passes(self) -> int:
        """Cycles for which a PE works on each product: one, or one for each bit plane of a weight."""
        return self.array.passes(self.mac)

    @property
    def multiplies_activations(self) -> bool:
        """Whether B may be activations: not where weights have fewer bits, or are of another kind."""
        a, w = self.mac.a, self.mac.w
        return type(w) is type(a) and w.bits >= a.bits

    @property
    def ports(self) -> tuple[Port, ...]:
        """The boundary, as the Verilog module has it (beside ``clk`` and ``rst``)."""
        return self.array.ports(self.mac)

    @property
    def additions_left(self) -> int:
        """Additions that each result still needs when it has left: 1 if it leaves as a carry-save pair, else 0."""
        return max(sum(port.name in RESULTS for port in self.ports) - 1, 0)

    def latency(self, gemm: Gemm | Shapes) -> Latency:
        """Cycles in closed form; arrays of cycles if asked with ``Shapes``.

        Raises SpecError if the engine lacks the product's formats or its accumulators are too narrow for k.
        """
        self.check(gemm)
        return self.array.latency(gemm, self.mac)

    def count(self, a: Matrix, b: Matrix) -> int:
        """Exact cycles for operands a (m, k) and b (k, n), without stepping."""
        self.check_operands(a, b)
        return self.array.count(a, b, self.mac)

    def multiply(self, a: Matrix, b: Matrix) -> Matrix:
        """Values of a (m, k) @ b (k, n), shape (m, n): with integer sums in int64, exact unless the array declares
        otherwise, with float sums as the engine rounds them, in the numpy type of its accumulator."""
        self.check_operands(a, b)
        return self.array.multiply(a, b, self.mac)

    def run(self, a: Matrix, b: Matrix) -> Generator[Beat, None, Matrix]:
        """Compute ``a @ b`` step by step; each ``yield`` is one clock edge, the return value is the result."""
        self.check_operands(a, b)
        return self.array.run(a, b, self.mac)

    def inventory(self) -> Inventory:
        """Leaves and how many, equal to the instances of the emitted Verilog."""
        return self.array.inventory(self.mac)

    def examples(self, seed: int = 0, cases: int = 6) -> list[tuple[Matrix, Matrix]]:
        """Operand pairs that exercise this engine: 1 x 1 x 1, an exact fold of extreme values, ragged folds, many folds
        of the shortest stream, then random ones, every other one with many zeros; k no longer than the accumulators
        hold.

        Deterministic in ``seed``; each pair is a (m, k) and b (k, n) in int64, or a in floats.
        """
        rng = np.random.default_rng(seed)
        free = self.array.example_side(self.mac)
        m, n, k = (getattr(self.limits, axis) or free for axis in "mnk")
        shapes = [(1, 1, 1), (m, n, k), (m + 1, max(n - 1, 1), k + 1), self._hurried_shape()]
        while len(shapes) < cases:
            shapes.append(tuple(int(rng.integers(1, 2 * side + 2)) for side in (m, n, k)))
        held = [(m, n, min(k, self.array.longest_sum(self.mac))) for m, n, k in shapes[:cases]]
        pairs = [self._operands(*shape, extreme=i == 1, rng=rng) for i, shape in enumerate(held)]
        return [self._sparse(pair, rng) if i > 3 and i % 2 == 0 else pair for i, pair in enumerate(pairs)]

    def _hurried_shape(self) -> tuple[int, ...]:
        """Sides with folds in plenty and a stream of one vector, so that neighbouring folds come closest."""
        limits = self.limits
        return tuple(1 if limit is None else 2 * limit + 1 for limit in (limits.m, limits.n, limits.k))

    def _operands(self, m: int, n: int, k: int, extreme: bool, rng: np.random.Generator) -> tuple[Matrix, Matrix]:
        a, w = self.activation, self.mac.w
        if isinstance(a, FloatPatterns):
            drawn = np.full((m, k), a.largest) if extreme else a.draw(rng, (m, k))
            return a.stored(drawn), w.random(rng, (k, n))
        if extreme:
            x, y = max(((x, y) for x in (a.low, a.high) for y in (w.low, w.high)), key=lambda pair: abs(prod(pair)))
            return np.full((m, k), x), np.full((k, n), y)
        return a.random(rng, (m, k)), w.random(rng, (k, n))

    def _sparse(self, pair: tuple[Matrix, Matrix], rng: np.random.Generator) -> tuple[Matrix, Matrix]:
        """The same operands with three of four elements zero, where their formats have a zero."""
        formats = self.activation, self.mac.w
        a, b = (np.where(rng.random(x.shape) < 0.25, x, f.rest) for x, f in zip(pair, formats, strict=True))
        return a, b

    def check(self, gemm: Gemm | Shapes) -> None:
        """Raise SpecError if this engine cannot compute ``gemm`` exactly."""
        if isinstance(gemm, Gemm):
            for name in ("a", "w", "acc"):
                asked = getattr(gemm, name)
                if asked is not None and str(asked) != str(getattr(self.mac, name)):
                    raise SpecError(
                        f"{self.spec} computes with {name}={getattr(self.mac, name)}, not {name}={asked}; "
                        f"give the engine {self.mac.field_for(name, asked)}"
                    )
        k = int(np.max(gemm.k)) if np.size(gemm.k) else 1
        self.array.check_sum(k, self.mac)

    def check_operands(self, a: Matrix, b: Matrix) -> None:
        """Raise SpecError unless a (m, k) and b (k, n) are matrices within the engine's formats: integers, or a of
        floats where activations are."""
        for what, x, fmt in (("a", a, self.activation), ("b", b, self.mac.w)):
            check_matrix(x, fmt, what)
        if a.shape[1] != b.shape[0]:
            raise SpecError(
                f"a has shape {a.shape} and b {b.shape}: the inner sides {a.shape[1]} and {b.shape[0]} differ"
            )
        self.check(Gemm(a.shape[0], b.shape[1], a.shape[1]))


def defaults_of(kind: type) -> dict[str, Any]:
    """Fields that a description may give, and their defaults."""
    return {f.name: f.default for f in fields(kind) if f.init and f.default is not MISSING}


def make_engine(name: str, given: Mapping[str, object]) -> Engine:
    """Build an engine from the name of an array and its fields (text or typed), ``mac`` included."""
    arrays = {kind.name: kind for kind in ARRAYS}
    if name not in arrays:
        known = [*arrays, *ENGINES]
        raise SpecError(f"unknown engine {name!r}{nearest(name, known)}; engines are {', '.join(known)}")
    array, mac_kind, of_mac = _read_engine(arrays[name], given)
    return Engine(array, mac_kind(**{**array.implied(mac_kind, of_mac), **of_mac}))


def implied_fields(name: str, given: Mapping[str, object]) -> Mapping[str, Any]:
    """Fields of the MAC in array ``name`` whose defaults follow from those given; raises SpecError as ``make_engine``
    does for what cannot be read."""
    kind = next(kind for kind in ARRAYS if kind.name == name)
    array, mac_kind, of_mac = _read_engine(kind, given)
    return {key: value for key, value in array.implied(mac_kind, of_mac).items() if key not in of_mac}


def _read_engine(kind: type[Array], given: Mapping[str, object]) -> tuple[Array, type[Mac], dict[str, Any]]:
    """The array, the kind of its MAC, and the fields of the MAC that were given."""
    mac_kind = housed_mac(kind, str(given.get("mac", kind.houses[0].name)))
    array_fields, mac_fields = defaults_of(kind), defaults_of(mac_kind)
    values = read_fields(kind.name, given, {**array_fields, "mac": mac_kind.name, **mac_fields})
    array = kind(**{k: v for k, v in values.items() if k in array_fields})
    return array, mac_kind, {k: v for k, v in values.items() if k in mac_fields}


def housed_mac(array: type[Array], name: str) -> type[Mac]:
    """The MAC called ``name``; raises SpecError if there is none or ``array`` has no place for it."""
    macs = {kind.name: kind for kind in MACS}
    if name not in macs:
        raise SpecError(f"unknown mac {name!r}{nearest(name, macs)}; macs are {', '.join(macs)}")
    if macs[name] not in array.houses:
        fitting = ", ".join(kind.name for kind in array.houses)
        raise SpecError(f"mac={name} has no place in {array.name}; its macs are {fitting}")
    return macs[name]


def load_engine(text: str | Path) -> Engine:
    """Return the engine that ``text`` describes: a preset, an inline form, or the path of a ``.toml`` file.

    In place of a name an inline form may have an LMMA instruction (`hwsim.lmma`). A TOML file has a key ``engine`` (any
    inline form) and more fields beside it.
    Raises SpecError for unknown names, fields and values.
    """
    if str(text).endswith(".toml"):
        return _from_toml(Path(text))
    name, given = split_inline(str(text))
    return _from_named(name, given)


def _from_named(name: str, given: Mapping[str, object]) -> Engine:
    if is_lmma(name):
        return _from_instruction(name, given)
    if name in ENGINES:
        base, preset = split_inline(ENGINES[name])
        return make_engine(base, {**preset, **given})
    return make_engine(name, given)


def _from_instruction(text: str, given: Mapping[str, object]) -> Engine:
    """The engine of an instruction, with what an instruction does not say of it."""
    base, said = split_inline(parse_lmma(text).engine)
    for field in given:
        if field in said:
            raise SpecError(f"{text} says {field}={said[field]} itself; what may be given beside it are other fields")
    return make_engine(base, {**said, **given})


def _from_toml(path: Path) -> Engine:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: {error}") from None
    if "engine" not in table:
        raise SpecError(f"{path} has no key 'engine', and needs it: it names an array or a preset")
    name = table.pop("engine")
    if not isinstance(name, str):
        raise SpecError(f"{path}: the key 'engine' must name an array or a preset, not {name!r}")
    try:
        base, given = split_inline(name)
        return _from_named(base, {**given, **table})
    except SpecError as error:
        raise SpecError(f"{path}: {error}") from None
