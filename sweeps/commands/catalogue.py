"""``hwsim engines``, ``workloads`` and ``technologies``: what there is, from the registries."""

from __future__ import annotations

from typing import Annotated

import typer

from sweeps.commands.printing import Json, console, print_json

Markdown = Annotated[bool, typer.Option("--markdown", help="Print the page of the documentation.")]


def engines(json: Json = False, markdown: Markdown = False) -> None:
    """List the arrays, the MACs and the presets, with their fields and defaults."""
    from sweeps.render.reference import engine_page, engine_tables

    if markdown:
        typer.echo(engine_page(), nl=False)
    elif json:
        print_json({table.key: table.records() for table in engine_tables()})
    else:
        from sweeps.render.terminal import print_catalogue

        print_catalogue(console(), engine_tables())


def workloads(json: Json = False, markdown: Markdown = False) -> None:
    """List the networks of the library."""
    from sweeps.render.reference import workload_page, workload_tables

    if markdown:
        typer.echo(workload_page(), nl=False)
    elif json:
        print_json({table.key: table.records() for table in workload_tables()})
    else:
        from sweeps.render.terminal import print_catalogue

        print_catalogue(console(), workload_tables())


def technologies(json: Json = False) -> None:
    """List the technologies that are shipped: library, node, voltage, and where their figures come from."""
    from sweeps.render.technologies import technology_records, technology_tables

    if json:
        print_json({"technologies": technology_records()})
    else:
        from sweeps.render.terminal import print_catalogue

        print_catalogue(console(), technology_tables())
