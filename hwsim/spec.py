"""The inline form ``name:field=value,...`` and its TOML twin: text in, checked fields out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from hwsim.encodings.base import Encoding
from hwsim.encodings.registry import parse_encoding
from hwsim.errors import SpecError, nearest
from hwsim.formats import Format, parse_format


def split_inline(text: str) -> tuple[str, dict[str, str]]:
    """Split ``"systolic-os:rows=16,cols=16"`` into its name and its fields (text).

    Raises SpecError for a field without ``=`` or a field given twice.
    """
    name, _, tail = text.partition(":")
    fields: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in tail.split(","))):
        key, equals, value = part.partition("=")
        if not equals or not key or not value:
            raise SpecError(f"{text!r}: {part!r} is not of the form field=value")
        if key in fields:
            raise SpecError(f"{text!r}: field {key!r} is given twice")
        fields[key] = value
    return name.strip(), fields


def field_text(value: object) -> str:
    """How the inline form writes ``value``; ``read_fields`` reads it back."""
    return str(value).lower() if isinstance(value, bool) else str(value.value if isinstance(value, Enum) else value)


def parse_int(text: str) -> int:
    return int(text, 10)


def parse_bool(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def parser_of(default: object) -> tuple[Callable[[str], Any], str]:
    """How to read a field whose default is ``default``, and how to say what it takes."""
    if isinstance(default, bool):
        return parse_bool, "true or false"
    if isinstance(default, int):
        return parse_int, "a whole number"
    if isinstance(default, float):
        return float, "a number"
    if isinstance(default, Enum):
        kind = type(default)
        return kind, "one of " + ", ".join(str(member.value) for member in kind)
    if isinstance(default, str):
        return str, "a word"
    if isinstance(default, Encoding):
        return parse_encoding, "an encoding such as ent"
    if isinstance(default, Format):
        return parse_format, "a format such as int8"
    raise TypeError(f"no parser for a field with default {default!r}")


def read_fields(what: str, given: Mapping[str, object], defaults: Mapping[str, object]) -> dict[str, Any]:
    """Return the fields of ``given`` with the types of ``defaults``.

    Raises SpecError with the nearest allowed name for an unknown field, and with what is allowed for a bad value.
    """
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in defaults:
            allowed = ", ".join(defaults)
            raise SpecError(f"{what} has no field {key!r}{nearest(key, defaults)}; its fields are {allowed}")
        parse, takes = parser_of(defaults[key])
        text = field_text(value)
        try:
            values[key] = parse(text)
        except SpecError as error:
            raise SpecError(f"{what}: {key}={text}: {error}") from None
        except (KeyError, ValueError):
            raise SpecError(f"{what}: {key}={text} is not {takes}") from None
    return values
