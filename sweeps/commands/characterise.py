"""``hwsim rtl characterise``: the file of a technology, from a cell library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.commands.printing import Json, print_json
from sweeps.commands.synthesis import DEFAULT_OPERANDS, LibertyFiles, NoCache, cache_for, library_of

if TYPE_CHECKING:
    from hwsim.engine import Engine
    from hwsim.inventory import Leaf
    from hwsim.technology import Technology
    from rtl.characterisation import Identity
    from rtl.synthesis.liberty import Library


def characterise(
    out: Annotated[Path, typer.Option("--out", help="Folder for NAME.json, made if absent.")],
    liberty: LibertyFiles = None,
    name: Annotated[str | None, typer.Option("--name", help="What the technology is called, and its file.")] = None,
    node_nm: Annotated[float | None, typer.Option("--node-nm", help="The library's node; needed if unknown.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Where the library comes from.")] = None,
    licence: Annotated[str | None, typer.Option("--licence", help="Under which licence.")] = None,
    engine: Annotated[
        list[str] | None, typer.Option("--engine", "-e", help="An engine; may be given again. The whole list if none.")
    ] = None,
    operands: Annotated[
        str, typer.Option("--operands", help="What is multiplied while switching is counted; none: no energies.")
    ] = DEFAULT_OPERANDS,
    no_cache: NoCache = False,
    json: Json = False,
) -> None:
    """Measure leaves, clocks and energies of engines in a cell library, and write them as a technology.

    What was measured before comes from the cache, so that the same command continues after any end.
    """
    from rtl.characterisation import characterise as measure
    from rtl.synthesis.recipe import Recipe

    library = library_of(liberty)
    identity = _identity(library, name, node_nm, source, licence)
    engines, leaves = _asked(engine)
    switched = None if operands == "none" else operands
    watch = _Lines()
    floats = bool(engine)  # of the whole list they would take the better part of the time
    found = measure(engines, leaves, library, Recipe(), cache_for(no_cache), identity, switched, floats, watch)
    path = _write(found, out)
    if json:
        print_json({"file": str(path), "leaves": len(found.leaves), "engines": len(found.engines)})
    else:
        typer.echo(f"{path}: {len(found.leaves)} leaves and {len(found.engines)} engines of {library.name}")


def _asked(texts: list[str] | None) -> tuple[list[Engine], list[Leaf]]:
    from hwsim.engine import load_engine
    from rtl.characterisation.engine_list import default_engines, default_leaves, small

    if not texts:
        return list(default_engines()), list(default_leaves())
    given = [load_engine(text) for text in texts]
    leaves = [leaf for engine in given for leaf, _ in engine.inventory()]
    return [small(engine) for engine in given], leaves


def _identity(
    library: Library, name: str | None, node_nm: float | None, source: str | None, licence: str | None
) -> Identity:
    from hwsim.errors import SpecError
    from rtl.characterisation import Identity, identity_of

    known = identity_of(library)
    if known is None and (node_nm is None or source is None or licence is None):
        raise SpecError(
            f"the library {library.name} does not say its node, source and licence; "
            "give --node-nm, --source and --licence"
        )
    known = known or Identity(library.name, 0.0, "", "")
    return Identity(name or known.name, node_nm or known.node_nm, source or known.source, licence or known.licence)


def _write(technology: Technology, folder: Path) -> Path:
    from hwsim.errors import SpecError
    from hwsim.technology.data_file import to_text

    path = folder / f"{technology.name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(to_text(technology), "utf-8")
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}") from None
    return path


class _Lines:
    """How far it is, on standard error: over one line on a terminal, a line for every tenth elsewhere."""

    def __call__(self, name: str, done: int, total: int) -> None:
        import sys

        text = f"{done} of {total}: {name}"
        if name.startswith("no energies"):
            sys.stderr.write(f"{name}\n")
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{text[:100]}" + "\n" * (done == total))
            sys.stderr.flush()
        elif done == total or done % max(total // 10, 1) == 0:
            typer.echo(text, err=True)
