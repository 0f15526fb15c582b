"""A TOML table read key by key, with a sentence for every key that is missing, misspelt or of the wrong kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from hwsim.errors import SpecError, nearest

MISSING = object()


def check_word(where: str, kind: str, given: str, allowed: Collection[str]) -> None:
    """Raise SpecError if ``given`` is not allowed; the sentence has the nearest word and all of them."""
    if given not in allowed:
        words = ", ".join(allowed)
        raise SpecError(f"{where} has no {kind} {given!r}{nearest(given, allowed)}; its {kind}s are {words}")


def one_of(where: str, given: str, allowed: Collection[str]) -> str:
    """Return ``given``; raise SpecError if it is not allowed."""
    if given not in allowed:
        raise SpecError(f"{where} is {given!r}{nearest(given, allowed)}; allowed are {', '.join(allowed)}")
    return given


@dataclass(frozen=True, slots=True)
class Table:
    """``given`` with its keys checked against ``keys``; ``where`` names the table in sentences; the file's own
    table has no name."""

    where: str
    given: Mapping[str, Any]
    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        for key in self.given:
            check_word(self.where or "the file", "key", key, self.keys)

    def text(self, key: str, default: object = MISSING) -> str:
        value = self._get(key, default)
        if not isinstance(value, str) or not value:
            raise SpecError(f"{self._named(key)} is {value!r}; it must be a text")
        return value

    def table(self, key: str, default: object = MISSING) -> Mapping[str, Any]:
        value = self._get(key, default)
        if not isinstance(value, Mapping):
            raise SpecError(f"{self._named(key)} is {value!r}; it must be a table")
        return value

    def sequence(self, key: str, default: object = MISSING) -> list[object]:
        """A list; it has at least one entry if it has no default."""
        value = self._get(key, default)
        if not isinstance(value, list) or (default is MISSING and not value):
            least = " with at least one entry" if default is MISSING else ""
            raise SpecError(f"{self._named(key)} is {value!r}; it must be a list{least}")
        return value

    def blocks(self, key: str) -> list[Mapping[str, Any]]:
        """The blocks ``[[key]]``, at least one."""
        value = self._get(key, MISSING)
        if not isinstance(value, list) or not value or not all(isinstance(block, Mapping) for block in value):
            raise SpecError(f"{self._named(key)} must be one or more blocks [[{key}]]")
        return value

    def _named(self, key: str) -> str:
        return f"{self.where} {key}".strip()

    def _get(self, key: str, default: object) -> object:
        if key in self.given:
            return self.given[key]
        if default is MISSING:
            raise SpecError(f"{self.where or 'the file'} has no key {key!r}, and needs it")
        return default
