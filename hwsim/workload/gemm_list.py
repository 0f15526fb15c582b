"""A list of matrix products in TOML: ``[[gemm]]`` tables with ``name, m, n, k, batch, a, w, acc, count``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hwsim.errors import SpecError, WorkloadError, nearest
from hwsim.formats import Format, parse_format
from hwsim.gemm import Gemm
from hwsim.workload.building import WorkloadBuilder, add_standalone_gemm
from hwsim.workload.graph import Workload

FILE_KEYS = ("name", "gemm")
SIDES = ("m", "n", "k")
COUNTS = ("batch", "count")
FORMATS = ("a", "w", "acc")
MOST_PRODUCTS = 100_000
"""Of one list, all counts together: each is an operator of its own."""
GEMM_KEYS = ("name", *SIDES, *COUNTS, *FORMATS)

INDEPENDENT = (
    "the products of a list are independent: each reads operands of its own and hands its result outside "
    "in the format of its A"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One ``[[gemm]]`` table: ``count`` equal products named ``name`` (or ``name.0``, ``name.1``, ...)."""

    name: str
    gemm: Gemm
    count: int

    @property
    def names(self) -> list[str]:
        return [self.name] if self.count == 1 else [f"{self.name}.{i}" for i in range(self.count)]


def load_gemm_list(path: str | Path) -> Workload:
    """Read a TOML list of products; its name is the key ``name`` or the file's.

    Raises WorkloadError, with the file and the table, for a key or a value that is not allowed.
    """
    path = Path(path)
    document = _document(path)
    builder = WorkloadBuilder(str(document.get("name", path.stem)))
    total = 0
    for entry in _entries(path, document["gemm"]):
        total += entry.count
        if total > MOST_PRODUCTS:
            raise WorkloadError(
                f"{path}: gemm {entry.name!r}: count={entry.count} brings the list to {total} products; allowed are "
                f"at most {MOST_PRODUCTS} in all (a batch has no limit)"
            )
        for name in entry.names:
            if f"{name}.a" in builder:
                raise WorkloadError(f"{path}: two products are named {name!r}")
            add_standalone_gemm(builder, name, entry.gemm)
    return builder.build([INDEPENDENT])


def _document(path: Path) -> dict[str, object]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkloadError(f"{path}: not a TOML file: {error}") from None
    _check_keys(str(path), document, FILE_KEYS)
    if not isinstance(document.get("gemm"), list) or not document["gemm"]:
        raise WorkloadError(f"{path}: no [[gemm]] table; a list of products has at least one")
    return document


def _entries(path: Path, tables: object) -> Iterator[Entry]:
    assert isinstance(tables, list)
    for index, table in enumerate(tables):
        if not isinstance(table, dict):
            raise WorkloadError(f"{path}: gemm holds {table!r}; allowed are [[gemm]] tables")
        name = str(table.get("name", f"gemm{index}"))
        yield _entry(f"{path}: gemm {name!r}", name, table)


def _entry(where: str, name: str, table: Mapping[str, object]) -> Entry:
    _check_keys(where, table, GEMM_KEYS)
    for side in SIDES:
        if side not in table:
            raise WorkloadError(f"{where} has no {side}; m, n and k are needed")
    whole = {key: _whole(where, key, table.get(key, 1)) for key in (*SIDES, *COUNTS)}
    a, w, acc = (_format(where, key, table.get(key)) for key in FORMATS)
    gemm = Gemm(whole["m"], whole["n"], whole["k"], a=a, w=w, acc=acc, batch=whole["batch"])
    return Entry(name, gemm, whole["count"])


def _check_keys(where: str, table: Mapping[str, object], allowed: tuple[str, ...]) -> None:
    for key in table:
        if key not in allowed:
            raise WorkloadError(f"{where} has no key {key!r}{nearest(key, allowed)}; its keys are {', '.join(allowed)}")


def _whole(where: str, key: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise WorkloadError(f"{where}: {key} is {value!r}; allowed is a whole number from 1 up")
    return value


def _format(where: str, key: str, value: object) -> Format | None:
    if value is None:
        return None
    try:
        return parse_format(str(value))
    except SpecError as error:
        raise WorkloadError(f"{where}: {key}: {error}") from None
