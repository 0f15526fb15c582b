"""Output of commands: JSON for programs, rich tables for people, text in files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def print_json(value: object) -> None:
    """``value`` on stdout, indented, keys in the order given."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def write_text(path: Path, text: str) -> None:
    """``text`` in a file; raises SpecError naming the file if it cannot be written."""
    from hwsim.errors import SpecError

    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror or error}") from None


def check_folders(*paths: Path | None) -> None:
    """Raise SpecError, before any work is done, for a file whose folder is not there."""
    from hwsim.errors import SpecError

    for path in paths:
        if path is not None and not path.parent.is_dir():
            raise SpecError(f"{path}: No such file or directory")


def console(stderr: bool = False) -> Console:
    """A console as wide as the terminal; as wide as its tables where there is none."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, width=None if stream.isatty() else 140)
