"""``hwsim sweep`` and ``export``: run a study, hand its table on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.commands.failure import ANSWER_IS_BAD
from sweeps.commands.printing import Json, console, print_json
from sweeps.commands.report import VerifyFront, stored, verdict_facts, verified

if TYPE_CHECKING:
    from sweeps.promising import Promising
    from sweeps.study import Study
    from sweeps.table import Table
    from sweeps.workers.choice import Place

FIRST_SHOWN = 10

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder that `hwsim sweep` wrote.")]


def sweep(
    study: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="The study.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the store, made if absent; a dry run does without.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would run, and stop.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes that run points; without, this process does.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="A Dask cluster that runs points, such as tcp://host:8786.")
    ] = None,
    point_time_limit: Annotated[
        float | None, typer.Option("--point-time-limit", help="Seconds that one point may take; then it has failed.")
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run points again that failed before.")] = False,
    promising_first: Annotated[
        bool,
        typer.Option("--promising-first", help="Run first what a surrogate takes for the front (depth count, step)."),
    ] = False,
    verify_front: VerifyFront = False,
    json: Json = False,
) -> None:
    """Run a study; what is stored already is not run again, so the same command continues after any end."""
    from sweeps.study import load_study

    if out is None and not dry_run:
        from hwsim.errors import SpecError

        raise SpecError("sweep needs --out, the folder in which it stores what it runs; --dry-run does without")
    from sweeps.verdicts import check_simulator
    from sweeps.workers.choice import Place

    place = Place(workers, scheduler, point_time_limit)
    if verify_front:
        check_simulator()
    loaded = load_study(study)
    _check_points(loaded)
    if dry_run or out is None:
        _dry_run(loaded, out, json)
        return
    order = _promising(loaded) if promising_first else None
    table = _run(loaded, out, place, retry_failed, order)
    verdicts = verified(table, out, quiet=json) if verify_front else []
    if json:
        print_json({**_facts(table, out), **verdict_facts(verdicts)})
    else:
        from sweeps.render.terminal import print_table

        for error in order.errors() if order else []:
            typer.echo(str(error))
        print_table(console(), table, str(out))
    raise typer.Exit(ANSWER_IS_BAD if table.failed or not all(v.passed for v in verdicts) else 0)


def _check_points(study: Study) -> None:
    """End with one sentence if the constraints leave nothing to run; no network is read for it."""
    from sweeps.enumeration import points

    if next(points(study, repr), None) is None:
        typer.echo(f"hwsim: {study.origin}: the constraints leave no point to run", err=True)
        raise typer.Exit(ANSWER_IS_BAD)


def _promising(study: Study) -> Promising:
    from sweeps.evaluate import Evaluator
    from sweeps.promising import Promising

    return Promising(study, Evaluator().evaluate)


def _run(study: Study, out: Path, place: Place, retry_failed: bool, order: Promising | None) -> Table:
    from sweeps.render.progress import progress_on
    from sweeps.runner import run

    try:
        return run(study, out, progress_on(console(stderr=True)), place, retry_failed, order)
    except KeyboardInterrupt:
        typer.echo(f"hwsim: interrupted; what was finished is in {out}, the same command continues", err=True)
        raise typer.Exit(ANSWER_IS_BAD) from None


def _dry_run(study: Study, out: Path | None, json: bool) -> None:
    from sweeps.outlook import outlook

    found = outlook(study, out)
    first = found.points[:FIRST_SHOWN]
    if json:
        estimate = {"estimated_seconds": found.estimate.seconds, "estimate": str(found.estimate)}
        counts = {"study": study.name, "points": found.total, "stored": len(found.known)}
        print_json({**counts, **estimate, "first": [dict(point.fields) for point in first]})
        return
    from sweeps.render.terminal import print_points

    typer.echo(f"{study.name}: {found.total} points, {len(found.known)} of them stored already, {found.missing} to run")
    if found.missing:
        typer.echo(f"{found.estimate}; the first points:")
    print_points(console(), first)


def _facts(table: Table, out: Path) -> dict[str, object]:
    from sweeps.design_table import weighted_table
    from sweeps.render.answer import answer

    designs = weighted_table(table)
    return {
        "study": table.study.name,
        "store": str(out),
        "points": len(table.entries),
        "failed": [{"point": dict(entry.fields), "error": entry.error} for entry in table.failed],
        "answer": " ".join(answer(designs or table)).strip(),
        "front": [dict(entry.values) for entry in table.front],
        **({} if designs is None else {"designs": [dict(entry.values) for entry in designs.front]}),
    }


def export(
    folder: Folder,
    csv: Annotated[Path | None, typer.Option("--csv", help="The table; `-` is stdout.")] = None,
    parquet: Annotated[Path | None, typer.Option("--parquet", help="The table with types.")] = None,
    designs: Annotated[
        bool, typer.Option("--designs", help="One row for each design, by the weights of the study's workloads.")
    ] = False,
    json: Json = False,
) -> None:
    """Write the canonical table: the same study gives the same bytes, however it was run."""
    if csv is None and parquet is None:
        from hwsim.errors import SpecError

        raise SpecError("export needs --csv or --parquet, the file that it writes")
    store, table = stored(folder)
    store.close()
    if designs:
        table = _designs(table, folder)
    files = _written(table, csv, parquet)
    if str(csv) == "-":
        return
    rows = len(table.entries) - table.missing
    if json:
        print_json({**files, "rows": rows, "columns": list(table.columns)})
    else:
        for file in files.values():
            typer.echo(f"{file}: {rows} rows")


def _written(table: Table, csv: Path | None, parquet: Path | None) -> dict[str, str]:
    """Write the files that were asked for; their names by form."""
    files = {}
    if str(csv) == "-":
        typer.echo(table.to_csv(), nl=False)
    elif csv is not None:
        csv.parent.mkdir(parents=True, exist_ok=True)
        csv.write_text(table.to_csv(), "utf-8")
        files["csv"] = str(csv)
    if parquet is not None:
        from sweeps.parquet import to_parquet

        content = to_parquet(table)
        parquet.parent.mkdir(parents=True, exist_ok=True)
        parquet.write_bytes(content)
        files["parquet"] = str(parquet)
    return files


def _designs(table: Table, folder: Path) -> Table:
    from hwsim.errors import SpecError
    from sweeps.design_table import weighted_table

    found = weighted_table(table)
    if found is None:
        raise SpecError(f"{folder}: the study weighs no workloads, so that its designs have no results of their own")
    return found
