"""Technologies by name or from a file, as they are or scaled to another process on request."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from hwsim.errors import SpecError, nearest
from hwsim.spec import read_fields, split_inline
from hwsim.technology.data_file import read
from hwsim.technology.scaling import scaled
from hwsim.technology.technology import Technology

FOLDER = Path(__file__).parent
"""The files that are shipped; they are never written to."""


def technologies() -> tuple[str, ...]:
    """Names of the technologies that are shipped."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def load_technology(text: str | Path) -> Technology:
    """The technology of this name, or in the ``.json`` file that ``hwsim rtl characterise`` wrote.

    ``sky130:node_nm=7,voltage_v=0.7`` is scaled to another process (hwsim.technology.scaling). Raises SpecError for an
    unknown name, with the nearest known one, and for a file without provenance.
    """
    name, given = split_inline(str(text))
    technology = _load(name)
    if not given:
        return technology
    to = read_fields("a scaled technology", given, {"node_nm": 0.0, "voltage_v": 0.0})
    for field in ("node_nm", "voltage_v"):
        if field not in to:
            raise SpecError(f"{text}: a technology is scaled to a node_nm and a voltage_v, and {field} is not given")
    return scaled(technology, to["node_nm"], to["voltage_v"])


def digest_of_technology(text: str) -> str:
    """SHA-256 of the file that ``text`` names, as `load_technology` finds it; raises SpecError as that does."""
    return load_technology(text).digest


def _path(name: str) -> Path:
    return Path(name) if name.endswith(".json") else FOLDER / f"{name}.json"


def _load(name: str) -> Technology:
    path = _path(name)
    if name not in technologies() and not name.endswith(".json"):
        known = technologies()
        raise SpecError(
            f"unknown technology {name!r}{nearest(name, known)}; technologies are {', '.join(known)}, "
            "or a .json file that `hwsim rtl characterise` wrote"
        )
    try:
        stat = path.stat()
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}") from None
    return _read(path, name, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=32)
def _read(path: Path, origin: str, size: int, changed_ns: int) -> Technology:
    """The file as it was at this size and time."""
    return replace(read(path), origin=origin, digest=sha256(path.read_bytes()).hexdigest())
