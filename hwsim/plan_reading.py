"""Plans and programs in JSON, value by value: every error names the file or place, the key, and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hwsim.errors import ProgramError, nearest


def read_json(path: str | Path) -> object:
    """The JSON value in a file; raises ProgramError naming the file."""
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise ProgramError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise ProgramError(f"{path}: {error}") from None


def read_table(value: object, where: str) -> dict[str, Any]:
    """``value`` if it is a table; raises ProgramError naming ``where``."""
    if not isinstance(value, dict):
        raise ProgramError(f"{where}: a table is needed, not {value!r}")
    return value


def check_keys(table: dict[str, Any], known: Iterable[str], where: str) -> None:
    """Raise ProgramError for a key that is not ``known``, with the nearest that is."""
    allowed = tuple(known)
    for key in table:
        if key not in allowed:
            raise ProgramError(f"{where}: unknown key {key!r}{nearest(key, allowed)}; allowed are {', '.join(allowed)}")


def read_value(table: dict[str, Any], key: str, kind: type, where: str) -> Any:
    """The value of ``key``, which must be of this kind; raises ProgramError naming ``where`` and the key."""
    found = table.get(key)
    if not isinstance(found, kind) or isinstance(found, bool) != (kind is bool):
        raise ProgramError(f"{where}: the key {key!r} must be a {kind.__name__}, not {found!r}")
    return found


def check_format(table: dict[str, Any], name: str, version: int, where: str) -> None:
    """Raise ProgramError for a document of another format or version."""
    found = table.get("format"), table.get("version")
    if found != (name, version):
        raise ProgramError(f"{where}: format {found[0]!r} version {found[1]!r} is not {name!r} version {version}")
