"""``hwsim llm``: a language model on a GPU with tensor cores or LUT arrays, its time by cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sweeps.commands.catalogue import Markdown
from sweeps.commands.options import whole
from sweeps.commands.printing import Json, console, print_json

if TYPE_CHECKING:
    from hwsim.gpu import Precompute
    from hwsim.workload.llm.run import Phase


def llm(
    workload: Annotated[
        str,
        typer.Option("--workload", "-w", help="A language model of the library (llama2-70b:seq=4096), or config.json."),
    ] = "",
    gpu: Annotated[
        str,
        typer.Option("--gpu", "-g", help="a100, h100 or rtx3090 with fields: a100:unit=lut,times=4,w_bits=2,a=int8."),
    ] = "a100",
    precompute: Annotated[
        str | None,
        typer.Option("--precompute", help="Who makes the tables: none, naive, separate or fused (default for LUTs)."),
    ] = None,
    phase: Annotated[str | None, typer.Option("--phase", help="prefill or decode.")] = None,
    batch: Annotated[
        list[int] | None, typer.Option("--batch", parser=whole, metavar="N", help="Sequences at once; may be repeated.")
    ] = None,
    json: Json = False,
    markdown: Markdown = False,
) -> None:
    """Time a language model on a GPU with tensor cores or LUT arrays: by kernel, by layer and by cause."""
    if markdown:
        from sweeps.render.llm_reference import reference_markdown

        typer.echo(reference_markdown(), nl=False)
        return
    from hwsim.gpu import load_gpu, run_llm
    from sweeps.render.llm import print_reports, record

    machine = load_gpu(gpu)
    reports = run_llm(_given(workload), machine, _precompute(precompute), batch or (), _phase(phase))
    if json:
        print_json(record(workload, machine, reports))
    else:
        print_reports(console(), workload, machine, reports)


def _given(workload: str) -> str:
    from hwsim.errors import SpecError

    if not workload:
        raise SpecError("llm needs --workload, a language model such as llama2-70b:seq=4096")
    return workload


def _precompute(name: str | None) -> Precompute | None:
    from hwsim.gpu import Precompute
    from sweeps.reading import one_of

    return None if name is None else Precompute(one_of("--precompute", name, [known.value for known in Precompute]))


def _phase(name: str | None) -> Phase | None:
    from hwsim.workload.llm.run import Phase
    from sweeps.reading import one_of

    return None if name is None else Phase(one_of("--phase", name, [known.value for known in Phase]))
