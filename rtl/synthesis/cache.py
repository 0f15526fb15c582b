"""Results in the user's cache folder, each under the digest of all that it depends on; a damaged one counts as none."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/hwsim``, or ``~/.cache/hwsim`` (XDG Base Directory Specification)."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if os.path.isabs(home) else Path.home() / ".cache") / "hwsim"


def digest_of(*parts: str) -> str:
    """SHA-256 of texts, each told from its neighbours by its length."""
    return sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Cache:
    """JSON objects by key in ``folder``; without a folder nothing is kept."""

    folder: Path | None

    def load(self, key: str) -> Mapping[str, Any] | None:
        """What was stored under ``key``; None if nothing was, or if the file is not as it was written."""
        if self.folder is None:
            return None
        try:
            stored = json.loads(self._path(key).read_text("utf-8"))
            if stored["key"] == key and stored["digest"] == _sealed(stored["value"]):
                value: Mapping[str, Any] = stored["value"]
                return value
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return None

    def store(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep ``value``; a folder that cannot be written only means that nothing is kept."""
        if self.folder is not None:
            text = json.dumps({"key": key, "digest": _sealed(value), "value": value})
            keep(self._path(key), text.encode())

    def _path(self, key: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{key}.json"


def keep(path: Path, content: bytes) -> bool:
    """Write a file at once or not at all, its folder made if missing; whether it is there now."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        os.replace(file.name, path)
    except OSError:
        return False
    return True


def _sealed(value: object) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def default_cache() -> Cache:
    """The user's own."""
    return Cache(cache_folder() / "synthesis")


NO_CACHE = Cache(None)
