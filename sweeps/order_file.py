"""An order of steps from a file: one name to a line, or a JSON list of names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from hwsim.errors import SpecError, nearest
from hwsim.residency import MemoryGraph

Named = tuple[str, str]
"""Where the file gives a name (``orders.txt: line 3``), and the name."""


def read_order(path: Path, graph: MemoryGraph) -> tuple[str, ...]:
    """The order in the file: every step of ``graph`` once, each after the steps that make what it reads.

    Empty lines and lines that begin with # are left out. Raises SpecError naming the file and line (in JSON the entry).
    """
    given = list(_names(path))
    places: dict[str, str] = {}
    for where, name in given:
        if name not in graph.index:
            known = f"the steps of {graph.name} are {graph.steps[0].name} to {graph.steps[-1].name}"
            raise SpecError(f"{where}: there is no step {name!r}{nearest(name, graph.index)}; {known}")
        if name in places:
            raise SpecError(f"{where}: step {name!r} stands there already, at {places[name].rsplit(': ', 1)[1]}")
        _check_made(where, name, places, graph)
        places[name] = where
    for name in graph.index:
        if name not in places:
            raise SpecError(f"{path}: step {name!r} of {graph.name} is missing")
    return tuple(name for _, name in given)


def _check_made(where: str, name: str, places: dict[str, str], graph: MemoryGraph) -> None:
    for buffer in graph.steps[graph.index[name]].inputs:
        maker = graph.maker.get(buffer)
        if maker is not None and graph.steps[maker].name not in places:
            raise SpecError(
                f"{where}: step {name!r} runs before {graph.steps[maker].name!r}, which makes its input {buffer!r}"
            )


def _names(path: Path) -> Iterator[Named]:
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SpecError(f"{path}: {error}") from None
    if text.lstrip()[:1] in ("[", "{"):
        yield from _entries(path, text)
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield f"{path}: line {number}", line.strip()


def _entries(path: Path, text: str) -> Iterator[Named]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise SpecError(f"{path}: line {error.lineno}: {error.msg}") from None
    if not isinstance(value, list):
        raise SpecError(f"{path}: an order is a list of names of steps, not a table")
    for number, name in enumerate(value, 1):
        if not isinstance(name, str):
            raise SpecError(f"{path}: entry {number}: a name is a text, not {name!r}")
        yield f"{path}: entry {number}", name
