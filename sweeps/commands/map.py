"""``hwsim map``: order, addresses and transfers of a whole network in one scratchpad."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.commands.failure import ANSWER_IS_BAD
from sweeps.commands.options import Dims, Machine, Workload, read_dims
from sweeps.commands.printing import Json, check_folders, console, print_json, write_text

if TYPE_CHECKING:
    from sweeps.network_map import Answer


def map_workload(
    workload: Workload,
    scratchpad: Annotated[
        str, typer.Option("--scratchpad", help="A size (1605632, 1.5MiB), or M_R, M_H or M_P of the network.")
    ],
    parameters: Annotated[bool, typer.Option("--parameters", help="Weights take room in the scratchpad too.")] = False,
    element_bytes: Annotated[int, typer.Option("--element-bytes", help="Bytes of every element.")] = 1,
    order: Annotated[
        str, typer.Option("--order", help="free, default, or a file: a step's name to a line, or a JSON list.")
    ] = "free",
    formulation: Annotated[str, typer.Option("--formulation", help="intervals, gap or published.")] = "intervals",
    solver: Annotated[str, typer.Option("--solver", help="auto, or one of those that are installed.")] = "auto",
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Elementwise operators may overwrite an operand.")
    ] = False,
    recompute: Annotated[bool, typer.Option("--recompute", help="Operators without a product may run again.")] = False,
    no_fuse: Annotated[
        bool, typer.Option("--no-fuse", help="Activations and the like have a step of their own.")
    ] = False,
    time_limit: Annotated[float, typer.Option("--time-limit", help="Effort, in seconds of counted work.")] = 60.0,
    engine: Annotated[
        str | None,
        typer.Option("--engine", "-e", help="In a scratchpad below M_R: tile what does not fit for this engine."),
    ] = None,
    machine: Machine = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the plans (JSON), for simulate --plan.")] = None,
    export: Annotated[Path | None, typer.Option("--export", help="Write the integer program (.mps or .lp).")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Draw the memory map.")] = None,
    trace: Annotated[Path | None, typer.Option("--trace", help="Write a trace for Chrome or Perfetto.")] = None,
    dim: Dims = None,
    json: Json = False,
) -> None:
    """Map a network into one scratchpad: the order of its operators, addresses, and the fewest bytes off chip."""
    from hwsim.residency import Account
    from sweeps.network_map import Question, ask, check_export, export_program

    account = Account(parameters, element_bytes, not no_fuse, in_place, recompute)
    question = Question(
        workload, read_dims(dim), scratchpad, account, order, formulation, solver, time_limit, engine, machine
    )
    check_folders(out, export, html, trace)
    if export is not None:
        check_export(export)
    answer = ask(question)
    if export is not None:
        export_program(answer, export)
    _write(answer, out, html, trace)
    if json:
        print_json(answer.to_json())
    else:
        from sweeps.render.memory_table import print_answer

        print_answer(console(), answer.to_json())
    if answer.plan is None:
        raise typer.Exit(ANSWER_IS_BAD)


def _write(answer: Answer, out: Path | None, html: Path | None, trace: Path | None) -> None:
    """The files that were asked for; without a plan there is nothing to write."""
    plans = answer.plans
    if plans is None:
        return
    if out is not None:
        write_text(out, plans.text())
    if html is not None:
        from hwsim.residency.tiled import tile_steps
        from sweeps.render.memory_page import memory_page

        write_text(html, memory_page(plans, tile_steps(answer.graph, answer.tiled)))
    if trace is not None:
        from json import dumps

        from sweeps.render.memory_trace import memory_trace

        write_text(trace, dumps(memory_trace(list(plans.plans.values())), separators=(",", ":")) + "\n")
