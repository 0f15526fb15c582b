"""``hwsim pack``: offsets for buffers with fixed lifetimes, or the proof that a capacity is too small."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.commands.failure import ANSWER_IS_BAD
from sweeps.commands.printing import Json, check_folders, console, print_json, write_text

if TYPE_CHECKING:
    from mapper.packing import Method, Packing

SENTENCES = {
    "optimal": "packed, and no packing is lower",
    "packed": "packed",
    "infeasible": "does not fit: proven",
    "unknown": "unknown: no packing was found within the limits, and none was excluded",
}


def pack(
    table: Annotated[
        Path, typer.Argument(metavar="IN.csv", help="Columns id,lower,upper,size as MiniMalloc has them.")
    ],
    capacity: Annotated[
        str | None, typer.Option("--capacity", "-c", help="Bytes, or a size such as 1.5MiB; the lowest if not given.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the table with a column offset.")] = None,
    method: Annotated[str, typer.Option("--method", help="auto, greedy, exact or cpsat.")] = "auto",
    limit: Annotated[
        int | None, typer.Option("--limit", help="Nodes of the exact search for one capacity; its answer repeats.")
    ] = None,
    work: Annotated[
        float | None, typer.Option("--work", help="CP-SAT's deterministic time for one capacity; its answer repeats.")
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", help="Seconds of wall-clock time for everything.")
    ] = None,
    json: Json = False,
) -> None:
    """Pack buffers into a memory: offsets such that none overlap while they live."""
    from mapper.packing import Limit, load_rectangles, smallest_height, table_text
    from mapper.packing import pack as fit

    chosen, room = _method(method), _capacity(capacity)
    standard = Limit()
    limits = Limit(standard.nodes if limit is None else limit, standard.work if work is None else work, time_limit)
    check_folders(out)
    rectangles = load_rectangles(table)
    start = time.monotonic()
    if room is None:
        answer = smallest_height(rectangles, method=chosen, limit=limits)
    else:
        answer = fit(rectangles, room, method=chosen, limit=limits)
    seconds = time.monotonic() - start
    if out is not None and answer.offsets is not None:
        write_text(out, table_text(rectangles, answer.offsets))
    facts = _facts(answer, len(rectangles), seconds)
    if json:
        print_json(facts)
    else:
        _print(facts)
    if not answer.fits:
        raise typer.Exit(ANSWER_IS_BAD)


def _method(text: str) -> Method:
    from hwsim.errors import SpecError, nearest
    from mapper.packing import Method

    names = [method.value for method in Method]
    if text not in names:
        raise SpecError(f"no method {text!r}{nearest(text, names)}; methods are {', '.join(names)}")
    return Method(text)


def _capacity(text: str | None) -> int | None:
    from hwsim.errors import SpecError
    from hwsim.machine_fields import parse_size

    if text is None:
        return None
    try:
        size = parse_size(text)
    except (KeyError, ValueError, ZeroDivisionError):
        size = -1
    if size < 1:
        raise SpecError(f"--capacity {text!r} is not a size from 1 byte up, such as 65536, 64KiB or 1.5MiB")
    return size


def _facts(answer: Packing, buffers: int, seconds: float) -> dict[str, object]:
    return {
        "status": answer.status.value,
        "height_bytes": answer.height_bytes,
        "capacity_bytes": answer.capacity_bytes,
        "bound_bytes": answer.bound_bytes,
        "method": answer.method.value,
        "nodes": answer.nodes,
        "buffers": buffers,
        "seconds": round(seconds, 3),
        "offsets": None if answer.offsets is None else dict(answer.offsets),
    }


def _print(facts: dict[str, object]) -> None:
    """One line each; the offsets stand in the file that ``--out`` names."""
    from rich.text import Text

    shown = console()
    shown.print(Text(SENTENCES[str(facts["status"])], style="bold"))
    for name, key, unit in (
        ("height", "height_bytes", "bytes"),
        ("capacity", "capacity_bytes", "bytes"),
        ("lower bound", "bound_bytes", "bytes"),
        ("buffers", "buffers", ""),
        ("method", "method", ""),
        ("nodes", "nodes", ""),
        ("seconds", "seconds", ""),
    ):
        value = facts[key]
        if value is not None:
            words = f"{value:,}" if isinstance(value, int) else str(value)
            shown.print(Text(f"{name:12}{words} {unit}".rstrip()))
