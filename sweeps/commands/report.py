"""``hwsim report``: the page of a stored study, or of two beside each other; and verdicts on the gates of fronts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.commands.failure import ANSWER_IS_BAD
from sweeps.commands.printing import Json, print_json

if TYPE_CHECKING:
    from sweeps.render.shown import Shown
    from sweeps.store import Store
    from sweeps.table import Table
    from sweeps.verdicts import FrontVerdict

VerifyFront = Annotated[
    bool,
    typer.Option(
        "--verify-front", help="Emit the Verilog of each engine on the front, simulate it, and store the verdict."
    ),
]


def report(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR [DIR]", help="Folder that `hwsim sweep` wrote; two for two studies.")
    ],
    html: Annotated[Path | None, typer.Option("--html", help="The page; DIR/report.html if not given.")] = None,
    screenshot: Annotated[
        Path | None, typer.Option("--screenshot", help="A picture of the page (PNG), if there is a Chromium.")
    ] = None,
    verify_front: VerifyFront = False,
    json: Json = False,
) -> None:
    """Write one self-contained HTML page: the question, the answer, the front, every layer, every design.

    Two folders make one page with both studies. Exit code 1: --verify-front found gates that differ.
    """
    from sweeps.render.page import page

    _check(folders, verify_front)
    target = html or folders[0] / "report.html"
    verdicts: list[FrontVerdict] = []
    with ExitStack() as stack:
        shown = []
        for folder in folders:
            store, table = stored(folder)
            stack.enter_context(store)
            if verify_front:
                verdicts += verified(table, folder, quiet=json)
            shown.append(_shown(store, table, folder))
        text = page(*shown)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
    picture = None if screenshot is None else _picture(target, screenshot)
    if json:
        size = len(text.encode())
        print_json({"html": str(target), "bytes": size, "screenshot": picture, **verdict_facts(verdicts)})
    else:
        typer.echo(f"{target}: {' and '.join(_counts(one.table) for one in shown)}")
    raise typer.Exit(0 if all(verdict.passed for verdict in verdicts) else ANSWER_IS_BAD)


def _check(folders: Sequence[Path], verify_front: bool) -> None:
    """Raise, before any work is done, for more studies than a page holds, and without a simulator if one is needed."""
    from hwsim.errors import SpecError
    from sweeps.verdicts import check_simulator

    if len(folders) > 2:
        raise SpecError(f"report puts one study on a page, or two beside each other, not {len(folders)}")
    if verify_front:
        check_simulator()


def _shown(store: Store, table: Table, folder: Path) -> Shown:
    from sweeps.layout import check_report
    from sweeps.render.shown import Shown
    from sweeps.verdicts import rtl_version

    stored = list(store.verdicts())
    current = rtl_version() if stored else ""
    verdicts = tuple(verdict for verdict in stored if verdict.version == current)
    return Shown(table, lambda digest: check_report(store.report(digest), str(folder)), verdicts)


def _counts(table: Table) -> str:
    ran = len(table.entries) - table.missing
    designs = f"{ran} of {len(table.entries)} designs ran" if table.missing else f"{ran} designs"
    return f"{designs}, {len(table.front)} on the front"


def _picture(page: Path, picture: Path) -> str | None:
    """Take the picture; without a browser say so, which is no reason to fail: the page is there."""
    from hwsim.errors import HwsimError
    from sweeps.render.screenshot import take

    try:
        take(page, picture)
    except (HwsimError, OSError) as error:
        typer.echo(f"hwsim: {error}; the page is written", err=True)
        return None
    return str(picture)


def stored(folder: Path) -> tuple[Store, Table]:
    """The store in ``folder``, open, and the table of its study. Raises SpecError if there is none that can be read."""
    from sweeps.layout import check_rows
    from sweeps.store import Store
    from sweeps.study import parse_study
    from sweeps.table import read_table

    store = Store.open(folder)
    origin, text = store.study_text()
    study = parse_study(text, origin)
    check_rows(store, str(folder))
    return store, read_table(store, study)


def verified(table: Table, folder: Path, quiet: bool) -> list[FrontVerdict]:
    """Make and store the verdicts that the front of ``table`` lacks, and say each; the folder is locked meanwhile.

    Raises SpecError if another process sweeps into it, MissingToolError without Icarus Verilog.
    """
    from sweeps.store import Store
    from sweeps.store_lock import lock
    from sweeps.verdicts import verify_front

    found = []
    with lock(folder), Store.open(folder) as store:
        for verdict in verify_front(table, store):
            found.append(verdict)
            if not quiet:
                typer.echo(str(verdict))
    return found


def verdict_facts(verdicts: Sequence[FrontVerdict]) -> dict[str, object]:
    """What ``--json`` says of verdicts; nothing where none were asked for."""
    each = [{"engine": v.engine, "verified": v.verified, "passed": v.passed, "said": v.said} for v in verdicts]
    return {"verdicts": each} if each else {}
