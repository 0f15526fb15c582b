"""A language model on a GPU for the terminal and for programs: totals, a row per batch, a row per kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from hwsim.gpu import ASSUMPTIONS, Cause, GpuMachine, GpuReport, KernelRow
from hwsim.gpu.registry import gpu_fields, unit_fields
from sweeps.render.numbers import duration, moved


def record(workload: str, machine: GpuMachine, reports: Sequence[GpuReport]) -> dict[str, Any]:
    """All runs, for programs."""
    return {
        "workload": workload,
        "machine": machine.text,
        "gpu": gpu_fields(machine.gpu),
        "unit": unit_fields(machine.unit),
        "arrays_per_sm": machine.unit.arrays(machine.gpu),
        "precompute": reports[0].precompute.value,
        "runs": [report.to_json() for report in reports],
        "assumptions": assumptions(reports),
    }


def assumptions(reports: Sequence[GpuReport]) -> list[str]:
    """Those of the machine's model, then those of the workload."""
    of_workload = dict.fromkeys(line for report in reports for line in report.assumptions)
    return [*(f"{subject}: {text}" for subject, text in ASSUMPTIONS.items()), *of_workload]


def print_reports(console: Console, workload: str, machine: GpuMachine, reports: Sequence[GpuReport]) -> None:
    """The totals of every batch; the kernels of the one that was asked for alone."""
    console.print()
    console.print(Text.assemble((workload, "bold"), " on ", (machine.text, "bold cyan")))
    first = reports[0]
    tables = f", tables {first.precompute.value}" if machine.unit.is_lut else ""
    console.print(Text(f"{first.phase.value}, {first.seq:,} tokens, {first.layers} layers{tables}", style="dim"))
    console.print(_totals(reports))
    if len(reports) == 1:
        console.print(_kernels(first))
    console.print(Text("docs/gpu.md has the assumptions, as --json does", style="dim"))


def _totals(reports: Sequence[GpuReport]) -> Grid:
    grid = Grid(box=SIMPLE_HEAD)
    for name in ("batch", "total", "a layer", *(cause.value for cause in Cause), "tables add", "DRAM", "TFLOP/s"):
        grid.add_column(name, justify="right", no_wrap=True)
    for report in reports:
        grid.add_row(
            f"{report.batch:,}",
            _ms(report.total_ms),
            _ms(report.layer_ms),
            *_causes(report.ms_by_cause),
            f"{100 * report.precompute_overhead:.1f} %",
            moved(round(report.dram_bytes)),
            f"{report.flops / report.total_ms / 1e9:.3g}",
        )
    return grid


def _kernels(report: GpuReport) -> Grid:
    grid = Grid(box=SIMPLE_HEAD)
    grid.add_column("kernel", no_wrap=True, overflow="ellipsis", max_width=30)
    for name in ("times", "m × n × k", "tile", "time"):
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("bound by", no_wrap=True)
    for name in ("DRAM", "L2"):
        grid.add_column(name, justify="right", no_wrap=True)
    for row in report.rows:
        grid.add_row(*_kernel(row))
    return grid


def _kernel(row: KernelRow) -> tuple[Text | str, ...]:
    g = row.gemm
    batch = f" × {g.batch}" if g is not None and g.batch > 1 else ""
    return (
        Text(row.name, style="yellow" if row.precompute else ""),
        str(row.count),
        f"{g.m} × {g.n} × {g.k}{batch}" if g is not None else row.op,
        str(row.time.tile).replace("x", "×") if row.time.tile else "–",
        _ms(row.time.total_ms),
        max(row.time.ms, key=lambda cause: row.time.ms[cause]).value,
        moved(round(row.time.dram_bytes)),
        moved(round(row.time.l2_bytes)),
    )


def _causes(ms: Mapping[Cause, float]) -> list[Text]:
    """The largest in bold."""
    most = max(ms.values())
    return [Text(_ms(ms[cause]) if ms[cause] else "–", style="bold" if ms[cause] == most else "") for cause in Cause]


def _ms(milliseconds: float) -> str:
    return duration(1e3 * milliseconds)
