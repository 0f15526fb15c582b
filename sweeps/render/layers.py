"""One simulated network for the terminal: totals, a row per layer, what is no product, and what was assumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from sweeps.metrics import summarise
from sweeps.render.numbers import moved, short

Report = Mapping[str, Any]
BAR_CELLS = 10


def print_report(console: Console, report: Report, network: str, engine: str) -> None:
    """Everything that a person wants to know of one run, heaviest facts first."""
    console.print()
    console.print(Text.assemble((network, "bold"), " on ", (engine, "bold cyan")))
    console.print(_totals(report))
    console.print(_layers(report))
    if report["other_operators"]:
        console.print(_others(report))
    for line in report["assumptions"]:
        console.print(Text(f"· {line}", style="dim"))


def _totals(report: Report) -> Grid:
    grid = Grid.grid(padding=(0, 3))
    known = summarise(report)
    clock = f"{report['clock_ghz']:g} GHz"
    first = [
        ("total cycles", short("total_cycles", known["total_cycles"])),
        ("run time", f"{short('runtime_us', known['runtime_us'])} at {clock}"),
    ]
    second = [("utilisation", short("utilization", known["utilization"])), ("MACs", short("macs", known["macs"]))]
    third = [
        ("DRAM traffic", short("dram_bytes", known["dram_bytes"])),
        ("stalls", short("stall_cycles", known["stall_cycles"])),
    ]
    fourth = [("energy", short("energy_pj", known["energy_pj"])), ("area", short("area_um2", known["area_um2"]))]
    for pair in zip(first, second, third, fourth, strict=True):
        grid.add_row(*(Text.assemble((f"{name} ", "dim"), (value, "bold")) for name, value in pair))
    return grid


def _layers(report: Report) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, show_footer=True)
    grid.add_column("layer", footer="network", no_wrap=True, overflow="ellipsis", max_width=36)
    grid.add_column("m × n × k", justify="right", no_wrap=True)
    grid.add_column("cycles", f"{report['total_cycles']:,}", justify="right")
    grid.add_column("compute", f"{report['compute_cycles']:,}", justify="right")
    grid.add_column("stall", f"{sum(report['stall_cycles'].values()):,}", justify="right")
    grid.add_column("waits for", _cause(report["stall_cycles"]))
    grid.add_column("utilisation", f"{100 * report['utilization']:5.1f} %", no_wrap=True)
    grid.add_column("DRAM", moved(report["dram_bytes"]), justify="right")
    for layer in report["layers"]:
        grid.add_row(*_layer(layer))
    return grid


def _layer(layer: Report) -> list[Text]:
    batch = f" × {layer['batch']}" if layer["batch"] > 1 else ""
    stall = layer["total_cycles"] - layer["compute_cycles"]
    return [
        Text(layer["name"]),
        Text(f"{layer['m']} × {layer['n']} × {layer['k']}{batch}"),
        Text(f"{layer['total_cycles']:,}"),
        Text(f"{layer['compute_cycles']:,}"),
        Text(f"{stall:,}", style="yellow" if stall > layer["compute_cycles"] else ""),
        Text(_cause(layer["stall_cycles"]), style="dim"),
        _bar(layer["utilization"]),
        Text(moved(layer["dram_bytes"])),
    ]


def _cause(stalls: Mapping[str, int]) -> str:
    """The largest cause."""
    cause = max(stalls, key=lambda name: stalls[name], default="")
    return cause.replace("_", " ") if cause and stalls[cause] else ""


def _bar(share: float) -> Text:
    """A share of 1 as a number and a bar, which is full where operands take less than a cycle (sparse columns)."""
    full = min(round(share * BAR_CELLS), BAR_CELLS)
    style = "green" if share >= 0.7 else "yellow" if share >= 0.35 else "red"
    return Text.assemble(f"{100 * share:5.1f} % ", ("━" * full, style), ("╌" * (BAR_CELLS - full), "bright_black"))


def _others(report: Report) -> Grid:
    """Operators that are no matrix product, those of one kind together; a fused one costs no cycles of its own."""
    kinds: dict[str, list[int]] = {}
    for row in report["other_operators"]:
        sums = kinds.setdefault(row["op"], [0, 0, 0, 0])
        for i, value in enumerate((1, row["cycles"], row["dram_bytes"], row["fused_into"] is not None)):
            sums[i] += value
    grid = Grid(box=SIMPLE_HEAD, title="other operators", title_justify="left", title_style="dim")
    for name in ("operator", "rows", "fused", "cycles", "DRAM"):
        grid.add_column(name, justify="left" if name == "operator" else "right")
    for op, (count, cycles, total, fused) in sorted(kinds.items(), key=lambda item: -item[1][1]):
        own = ("fused", "–") if fused == count else (f"{cycles:,}", moved(total))
        grid.add_row(op, str(count), str(fused) if fused else "", *own)
    return grid
