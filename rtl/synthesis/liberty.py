"""A cell library in Liberty: its name, corner, units, cells and their areas, read from one file or several."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import lru_cache
from hashlib import sha256
from itertools import takewhile
from pathlib import Path

from hwsim.errors import MissingToolError, SpecError
from rtl.synthesis.cache import cache_folder, keep

DEFAULT_LIBRARY = Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")
"""osu018 (180 nm, 1.8 V, typical) as Debian's package ``qflow-tech-osu018`` installs it."""

NOT_FOR_LOGIC: Mapping[str, Sequence[str]] = {
    "asap7": ("*x1p*", "*xp*", "SDF*", "ICG*", "DFFLQN*", "DLL*", "DHL*"),
    "sky130": ("*probe*", "*lpflow*"),
    "osu": ("CLKBUF*", "TBUF*"),
}
"""Beginning of a library's name -> cells that logic is not made of, beside those that it marks ``dont_use`` itself."""

FANOUT = 4
"""Every output is loaded with so many inputs of the library's smallest buffer, and such a buffer drives every input."""

_NUMBER = r"([-+.\deE]+)"
_LIBRARY = re.compile(r'(?<!\w)library\s*\(\s*"?([^\s")]+)"?\s*\)\s*\{')
_CELL = re.compile(r'(?<!\w)cell\s*\(\s*"?([^\s")]+)"?\s*\)\s*\{')
_AREA = re.compile(rf"(?<!\w)area\s*:\s*{_NUMBER}")
_FLOP = re.compile(r"(?<!\w)ff\s*\(")
_UNUSED = re.compile(r'(?<!\w)dont_use\s*:\s*"?true')
_FUNCTION = re.compile(r'(?<!\w)function\s*:\s*"\s*\(?\s*(\w+)\s*\)?\s*"')
_PIN = re.compile(r'(?<!\w)pin\s*\(\s*"?(\w+)')
_INPUT = re.compile(r'direction\s*:\s*"?input')
_CAPACITANCE = re.compile(rf"(?<![\w])capacitance\s*:\s*{_NUMBER}")
_SCALES = {"ff": 1e-3, "pf": 1.0, "fs": 1e-6, "ps": 1e-3, "ns": 1.0, "us": 1e3}


@dataclass(frozen=True, slots=True)
class Library:
    """``files`` are plain text, one library in one or several; ``digest`` is of their contents.

    ``areas_um2`` has every cell whose area is not 0; ``flops`` are the cells with an edge-triggered register,
    ``unused`` those that no logic is mapped to. ``buffer``, with its input and output pin, stands for what is before
    every input, ``load_pf`` for what is behind every output.
    """

    name: str
    corner: str
    files: tuple[Path, ...]
    digest: str
    areas_um2: Mapping[str, float] = field(repr=False)
    flops: frozenset[str] = field(repr=False)
    unused: tuple[str, ...] = field(repr=False)
    buffer: str
    buffer_pins: tuple[str, str]
    load_pf: float
    time_unit_ns: float


def default_library() -> Library:
    """Debian's osu018; raises MissingToolError if it is not installed."""
    if not DEFAULT_LIBRARY.exists():
        raise MissingToolError(
            "no cell library is given, and osu018 is not installed; the Debian package qflow-tech-osu018 brings it"
        )
    return load_library([DEFAULT_LIBRARY])


def load_library(paths: Sequence[Path]) -> Library:
    """Read one library from all ``paths``, plain or ``.gz``.

    Raises SpecError for a file that is missing or not Liberty, and for a library without flops or buffers.
    """
    return _loaded(tuple(paths), tuple(_stamp(path) for path in paths))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror or error}") from None
    return stat.st_size, stat.st_mtime_ns


@lru_cache(maxsize=8)
def _loaded(paths: tuple[Path, ...], stamps: tuple[tuple[int, int], ...]) -> Library:
    """``load_library`` of files as they were at these sizes and times."""
    contents = [_content(path) for path in paths]
    texts = [_without_comments(content.decode("utf-8", "replace")) for content in contents]
    names = [_name(path, text) for path, text in zip(paths, texts, strict=True)]
    name = _common(names)
    cells = {cell: body for text in texts for cell, body in _cells(text)}
    flops = frozenset(cell for cell, body in cells.items() if _FLOP.search(body))
    if not flops:
        raise SpecError(
            f"{', '.join(map(str, paths))}: the library {name} has no flip-flop, so no register can be mapped; "
            "a library of several files is given by all of them"
        )
    unused = tuple(cell for cell, body in sorted(cells.items()) if _not_for_logic(name, cell, body))
    usable = {cell: body for cell, body in cells.items() if cell not in unused and cell not in flops}
    areas = {cell: float(area[1]) for cell, body in cells.items() if (area := _AREA.search(body)) and float(area[1])}
    buffer, capacitance = _buffer(name, usable, areas)
    return Library(
        name=name,
        corner=_corner(texts[0]),
        files=tuple(_plain(path, content) for path, content in zip(paths, contents, strict=True)),
        digest=sha256(b"".join(sha256(content).digest() for content in contents)).hexdigest(),
        areas_um2=areas,
        flops=flops,
        unused=unused,
        buffer=buffer,
        buffer_pins=_in_and_out(usable[buffer]),
        load_pf=FANOUT * capacitance * _unit(r"capacitive_load_unit\s*\(\s*([\d.]+)\s*,\s*\"?(\w+)", texts[0]),
        time_unit_ns=_unit(r'time_unit\s*:\s*"([\d.]+)\s*(\w+)"', texts[0]),
    )


def _content(path: Path) -> bytes:
    """The bytes of a file, unpacked if they are a gzip stream."""
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (OSError, EOFError, zlib.error) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else "its gzip stream is damaged"
        raise SpecError(f"{path}: {reason}") from None


def _plain(path: Path, content: bytes) -> Path:
    """A file with the unpacked content: OpenSTA takes the cells of a ``.gz`` for black boxes without a word."""
    path = path.resolve()
    if path.suffix != ".gz" and path.stat().st_size == len(content):
        return path
    unpacked = cache_folder() / "liberty" / f"{sha256(content).hexdigest()}.lib"
    if not (unpacked.exists() and unpacked.read_bytes() == content) and not keep(unpacked, content):
        raise SpecError(f"{path} is packed, and {unpacked.parent} cannot be written to unpack it")
    return unpacked


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def _name(path: Path, text: str) -> str:
    match = _LIBRARY.search(text)
    if match is None or text[: match.start()].strip():
        raise SpecError(f"{path} is not a Liberty file: it does not begin with library (NAME) {{")
    return match[1]


def _common(names: Sequence[str]) -> str:
    """The one name, or what several begin with."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return names[0] if len(names) == 1 else "".join(letters[0] for letters in alike).rstrip("_")


def _cells(text: str) -> Iterator[tuple[str, str]]:
    """Name and text of every cell; the text runs to the next one."""
    matches = list(_CELL.finditer(text))
    ends = [match.start() for match in matches[1:]] + [len(text)]
    return ((match[1], text[match.end() : end]) for match, end in zip(matches, ends, strict=True))


def library_texts(library: Library) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What each file says before its first cell, and the text of every cell, without comments."""
    for path in library.files:
        text = _without_comments(path.read_text("utf-8", "replace"))
        first = _CELL.search(text)
        yield text[: first.start() if first else None], dict(_cells(text))


def _not_for_logic(library: str, cell: str, body: str) -> bool:
    patterns = [p for beginning, listed in NOT_FOR_LOGIC.items() if library.startswith(beginning) for p in listed]
    return bool(_UNUSED.search(body)) or any(fnmatch(cell, pattern) for pattern in patterns)


def _buffer(library: str, cells: Mapping[str, str], areas: Mapping[str, float]) -> tuple[str, float]:
    """The smallest cell that repeats its one input, and the capacitance of that input in the library's unit."""
    found = [
        (areas[cell], cell)
        for cell, body in cells.items()
        if cell in areas and _FUNCTION.search(body) and len(_inputs(body)) == 1 and "three_state" not in body
    ]
    if not found:
        raise SpecError(f"the library {library} has no buffer, which stands for what drives and loads a leaf")
    cell = min(found)[1]
    match = _CAPACITANCE.search(_inputs(cells[cell])[0])
    return cell, float(match[1]) if match else 0.0


def _in_and_out(buffer: str) -> tuple[str, str]:
    """The names of a buffer's pins."""
    pins = {match[1]: match.end() for match in _PIN.finditer(buffer)}
    function = _FUNCTION.search(buffer)
    assert function is not None  # by which it was found
    return function[1], max((start, pin) for pin, start in pins.items() if start < function.start())[1]


def _inputs(body: str) -> list[str]:
    """The texts of a cell's input pins; those of its supply are ``pg_pin``."""
    return [pin for pin in re.split(r"(?<!\w)pin\s*\(", body)[1:] if _INPUT.search(pin)]


def _unit(pattern: str, text: str) -> float:
    """A unit's factor to ns or pF; Liberty's defaults are 1 ns and 1 pF."""
    match = re.search(pattern, text)
    return float(match[1]) * _SCALES[match[2].lower()] if match else 1.0


def _corner(text: str) -> str:
    """Voltage and temperature of a file, as it says them."""
    said = [(re.search(rf"{key}\s*:\s*{_NUMBER}", text), unit) for key, unit in CORNER]
    return ", ".join(f"{float(match[1]):g} {unit}" for match, unit in said if match)


CORNER = (("nom_voltage", "V"), ("nom_temperature", "C"))
