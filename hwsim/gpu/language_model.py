"""A language model by name on a GPU: one layer is timed and counts for all, since layers are equal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hwsim.errors import SpecError, WorkloadError, nearest
from hwsim.gpu.draft import Draft
from hwsim.gpu.kernel_time import KernelTime, product_times
from hwsim.gpu.planning import LAYER, plan_kernels
from hwsim.gpu.precompute import Precompute
from hwsim.gpu.registry import GpuMachine
from hwsim.gpu.report import GpuReport, KernelRow
from hwsim.gpu.stream import stream_time
from hwsim.spec import split_inline
from hwsim.workload.graph import Workload
from hwsim.workload.library.models import model_file
from hwsim.workload.library.table import WORKLOADS, find_entry
from hwsim.workload.llm.families import transformer
from hwsim.workload.llm.network import transformer_workload
from hwsim.workload.llm.run import ENGINE, Phase, Run, run_of
from hwsim.workload.lowering import STORED


def run_llm(
    text: str,
    machine: GpuMachine,
    precompute: Precompute | None = None,
    batches: Sequence[int] = (),
    phase: Phase | None = None,
) -> tuple[GpuReport, ...]:
    """Time the language model of ``text`` (``llama2-70b:seq=4096``) at each batch and in the phase, by default those of
    its fields.

    ``precompute`` is by default FUSED for LUT arrays and NONE for tensor cores. Raises SpecError for tables without
    LUT arrays, WorkloadError for what is no language model, and as the workload's own fields do.
    """
    name, config, given = _model(text)
    _check_fields(name, given, batches, phase)
    fields = given if phase is None else {**given, "phase": phase.value}
    how = _checked(machine, precompute)
    model = transformer(name, config)
    reports = []
    for each in [{"batch": batch} for batch in batches] or [{}]:
        run = run_of(model, {**fields, **each})
        workload = transformer_workload(name, config, {**fields, **each, "layers": 1})
        reports.append(_report(workload, machine, how, run, run.layers or model.layers))
    return tuple(reports)


def _check_fields(name: str, given: Mapping[str, str], batches: Sequence[int], phase: Phase | None) -> None:
    for key in ("a", "w"):
        if given.get(key, ENGINE) != ENGINE:
            raise SpecError(f"{name}: {key} is not taken here, formats are those of the gpu's matrix unit")
    for key, twice in (("batch", bool(batches)), ("phase", phase is not None)):
        if twice and key in given:
            raise WorkloadError(f"{name}: {key!r} is given twice, as a field and beside it")


def _report(workload: Workload, machine: GpuMachine, how: Precompute, run: Run, layers: int) -> GpuReport:
    rows = time_workload(workload, machine, how, layers)
    alone = how is Precompute.NONE
    baseline = rows if alone else time_workload(workload, machine, Precompute.NONE, layers)
    without = sum(row.count * row.time.total_ms for row in baseline)
    said = tuple(line for line in workload.assumptions if line != STORED)  # tensors lie as the GPU's kernels have them
    return GpuReport(machine.text, how, run.phase, run.batch, run.seq, layers, rows, without, said)


def time_workload(
    workload: Workload, machine: GpuMachine, precompute: Precompute, layers: int = 1
) -> tuple[KernelRow, ...]:
    """The kernels of a workload with their times; those of a layer count ``layers`` times."""
    drafts = tuple(plan_kernels(workload, machine.gpu, machine.unit, precompute))
    return tuple(
        KernelRow(
            draft.name,
            draft.op,
            layers if draft.name.startswith(LAYER) else 1,
            time,
            draft.gemm,
            tuple(draft.fused),
            draft.precompute,
        )
        for draft, time in zip(drafts, _times(drafts, machine), strict=True)
    )


def _times(drafts: Iterable[Draft], machine: GpuMachine) -> list[KernelTime]:
    """The sooner of matrix units and vector lanes, for kernels that may run on either."""
    products = {i: draft.on_units() for i, draft in enumerate(drafts) if draft.is_product}
    on_units = dict(zip(products, product_times(machine.gpu, tuple(products.values())), strict=True))
    found = []
    for i, draft in enumerate(drafts):
        stream = draft.stream()
        choices = [on_units[i]] if i in on_units else []
        if stream is not None:
            choices.append(stream_time(machine.gpu, stream))
        found.append(min(choices, key=lambda time: time.total_ms))
    return found


def _checked(machine: GpuMachine, precompute: Precompute | None) -> Precompute:
    if precompute is None:
        return Precompute.FUSED if machine.unit.is_lut else Precompute.NONE
    if precompute is not Precompute.NONE and not machine.unit.is_lut:
        raise SpecError(f"precompute={precompute.value} makes tables, which need unit=lut; {machine.text} has none")
    return precompute


def _model(text: str) -> tuple[str, Mapping[str, Any], dict[str, str]]:
    """Name, configuration and fields of a decoder of the library, or of a ``config.json``."""
    head, _, tail = text.partition(":")
    name, given = split_inline(text) if "=" in tail else (head, {})
    if name.endswith(".json"):
        return name, _config(Path(name)), given
    entry = find_entry(name)
    models = [x.name for x in WORKLOADS.values() if "phase" in x.defaults]
    if entry is None or entry.name not in models:
        raise WorkloadError(
            f"{name!r} is no language model{nearest(name, models)}; language models are {', '.join(models)}, or the "
            "config.json of one"
        )
    return entry.name, model_file(entry.name)["config"], given


def _config(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkloadError(f"{path}: no such file") from None
    except ValueError as error:
        raise WorkloadError(f"{path}: not a JSON file: {error}") from None
    if not isinstance(document, dict):
        raise WorkloadError(f"{path}: a configuration is an object with the key 'model_type'")
    return document
