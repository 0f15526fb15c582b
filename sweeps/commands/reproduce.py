"""``hwsim reproduce``: what a publication claims, beside what the models give, with a verdict for every number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.commands.failure import ANSWER_IS_BAD
from sweeps.commands.printing import Json, console, print_json

if TYPE_CHECKING:
    from sweeps.reproduce.costs.figures import Costs
    from sweeps.reproduce.system import System
    from sweeps.reproduce.verdict import Row


def reproduce(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="A published system: bitweight, lut or cosma.")],
    fresh: Annotated[bool, typer.Option("--fresh", help="Compute the numbers now, not as stored.")] = False,
    liberty: Annotated[
        list[str] | None,
        typer.Option(
            "--liberty",
            help="Make the costs in a cell library now: NAME=FILE[,FILE], a folder with files of libraries, or osu018 "
            "alone; may be given again.",
        ),
    ] = None,
    runs: Annotated[bool, typer.Option("--runs", help="Print the runs behind the claims of cosma instead.")] = False,
    json: Json = False,
) -> None:
    """Print the claims of a published system beside numbers of ours; exit code 1 if one is not reproduced."""
    from sweeps.reproduce.registry import find_system
    from sweeps.reproduce.verdict import Verdict

    found = find_system(system)
    if runs:
        _print_runs(found.name, fresh, json)
        return
    rows = _computed(found, liberty or []) if fresh or liberty else _stored(found)
    if json:
        print_json([row.record() for row in rows])
    else:
        from sweeps.render.reproduce import print_rows

        print_rows(console(), found.title, rows)
    missed = any(row.outcome is Verdict.NOT_REPRODUCED for row in rows)
    raise typer.Exit(ANSWER_IS_BAD if missed else 0)


def _print_runs(system: str, fresh: bool, json: bool) -> None:
    """Every network, setting and budget; raises SpecError for a system whose claims rest on no runs."""
    from hwsim.errors import SpecError
    from sweeps.reproduce.cosma import runs
    from sweeps.reproduce.cosma.cases import cases

    if system != "cosma":
        raise SpecError(f"--runs: the claims of {system} rest on no runs; those of cosma do")
    if fresh:
        runs.compute_all()
    found = [runs.run(case) for case in cases()] if fresh else runs.stored()
    if json:
        print_json([run.record() for run in found])
        return
    from sweeps.render.cosma_runs import print_runs

    print_runs(console(), found)


def _stored(system: System) -> tuple[Row, ...]:
    from sweeps.reproduce.stored import load

    stored = load(system.name)
    if stored.stale:
        typer.echo(
            f"hwsim: these results of {system.name} are stale: they were stored by other code; --fresh computes them",
            err=True,
        )
    _tell_of_costs(system)
    return stored.rows


def _tell_of_costs(system: System, made: Sequence[str] = ()) -> None:
    """Say which stored costs are of other netlists than the code makes now."""
    from sweeps.reproduce.costs.stored_costs import MADE_BY, stale, stored_shelves

    shelves = stored_shelves() if system.asks_costs else {}
    old = [name for name, shelf in shelves.items() if name not in made and stale(shelf)]
    if old:
        typer.echo(
            f"hwsim: the costs in {', '.join(old)} are stale: they are of other netlists; {MADE_BY} makes them",
            err=True,
        )


def _computed(system: System, liberty: Sequence[str]) -> tuple[Row, ...]:
    from rich.progress import Progress

    from sweeps.reproduce.costs.making import workshops
    from sweeps.reproduce.costs.stored_costs import stored_shelves
    from sweeps.reproduce.system import compute

    made = workshops(liberty)
    _tell_of_costs(system, list(made))
    book: dict[str, Costs] = {**stored_shelves(), **made}

    screen = console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("claims", total=system.size)
        return compute(system, lambda: bar.advance(task), book)
