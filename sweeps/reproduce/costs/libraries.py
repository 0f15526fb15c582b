"""The cell libraries that claims of synthesis are answered in, and where their files are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hwsim.errors import SpecError, nearest

if TYPE_CHECKING:
    from rtl.synthesis.liberty import Library

LIBRARIES = ("osu018", "sky130", "sg13g2", "asap7")
"""180 nm, 130 nm, 130 nm and a predictive 7 nm."""

DEFAULT = "osu018"
"""The one that Debian installs, and that therefore needs no file."""


def read_libraries(given: Sequence[str]) -> Mapping[str, Library]:
    """Libraries by name. Each text is NAME=FILE[,FILE], the name of the default library, or a folder with files whose
    names begin with those of libraries.

    Raises SpecError for another name, a folder without such files, and whatever `load_library` refuses.
    """
    return {name: library for text in given for name, library in _read(text)}


def _read(text: str) -> Iterator[tuple[str, Library]]:
    from rtl.synthesis.liberty import default_library, load_library

    name, has_files, files = text.partition("=")
    if not has_files and Path(text).is_dir():
        yield from ((found, load_library(paths)) for found, paths in _in_folder(Path(text)).items())
    elif name not in LIBRARIES:
        raise SpecError(f"unknown library {name!r}{nearest(name, LIBRARIES)}; libraries are {', '.join(LIBRARIES)}")
    elif has_files:
        yield name, load_library([Path(file) for file in files.split(",")])
    elif name == DEFAULT:
        yield name, default_library()
    else:
        raise SpecError(f"the files of {name} are not known; give {name}=FILE, or a folder that has them")


def _in_folder(folder: Path) -> Mapping[str, list[Path]]:
    files = sorted(path for path in folder.iterdir() if path.name.endswith((".lib", ".lib.gz")))
    found = {name: [path for path in files if path.name.startswith(name)] for name in LIBRARIES}
    if not any(found.values()):
        raise SpecError(f"{folder} has no file NAME*.lib or NAME*.lib.gz of a library; they are {', '.join(LIBRARIES)}")
    return {name: paths for name, paths in found.items() if paths}
