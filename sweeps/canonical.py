"""One text for one value: the canonical JSON that digests are taken of, and the identity of the code that computes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import hwsim
import mapper
from sweeps.release import release


def plain(value: object) -> object:
    """Frozen dataclasses, enums, mappings and sequences as what JSON holds; anything else as it is or as its text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return str(value)


def canonical_json(value: object) -> str:
    """``value`` as JSON with sorted keys and no blanks: equal values, equal bytes."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return sha256(canonical_json(value).encode()).hexdigest()


def digest_of_files(files: Iterable[tuple[str, Path]]) -> str:
    """SHA-256 of files, each with the name that it goes by, in hexadecimal."""
    found = sha256()
    for name, path in files:
        found.update(name.encode())
        found.update(path.read_bytes())
    return found.hexdigest()


ASKING = ("engine_depth.py", "evaluate.py", "metrics.py", "plan_settings.py", "point.py")
"""Modules beside this one that make a stored result of what hwsim says."""


def _sources() -> Iterator[tuple[str, Path]]:
    """Every file that decides a result, by a name that does not depend on where it is installed."""
    for package in (hwsim, mapper):
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*.py")):
            yield path.relative_to(root).as_posix(), path
    for name in ASKING:
        yield name, Path(__file__).with_name(name)


@lru_cache(maxsize=1)
def code_version() -> str:
    """The package's version and a digest of the sources that decide a result: hwsim, mapper, and what asks them.

    A changed formula thus never meets results that were stored before it.
    """
    return f"{release()}+{digest_of_files(_sources())[:12]}"
